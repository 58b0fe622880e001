#include "tests/support/switch/in_process_switch.h"

#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include "control/publish/registry.h"
#include "dataplane/owner_decision.h"
#include "dataplane/pipeline.h"

namespace vipswitch::testing {

void start_eal() {
  static const bool is_started = [] {
    std::string prefix = fmt::format("--file-prefix=vstest{}", getpid());
    std::vector<std::string> words{"test", "--no-huge", "--no-shconf", "--no-pci", "--no-telemetry",   "-m",
                                   "512",  "-l",        "0",           prefix,     "--log-level=error"};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return rte_eal_init(static_cast<int>(argv.size()), argv.data()) >= 0;
  }();
  if (!is_started) throw std::runtime_error("EAL does not start");
}

namespace {

std::unique_ptr<DataplaneHost> make_host(const Settings& settings) {
  start_eal();
  auto host = DataplaneHost::create(settings, {0}, Clock::stopped());
  if (!host) throw std::runtime_error(host.error().message);
  return std::move(host).value();
}

template <class T>
void require(const Result<T>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

}  // namespace

Settings InProcessSwitch::small_settings() {
  Settings settings;
  settings.tables = {.eips = 64, .havips = 64, .endpoints = 256, .ports = 64, .subnets = 64, .vpcs = 64};
  settings.mbufs = 4095;
  return settings;
}

InProcessSwitch::InProcessSwitch(const Settings& settings)
    : host_(make_host(settings)),
      control_(*host_),
      runtime_(control_),
      service_(control_),
      pool_size_(rte_mempool_avail_count(host_->workers().front()->pool())) {}

InProcessSwitch::~InProcessSwitch() {
  take_sent();
}

std::string InProcessSwitch::next_device() {
  static std::atomic<unsigned> next{0};
  return fmt::format("net_null{},no-rx=1", next++);
}

void InProcessSwitch::settle() {
  Worker& worker = *host_->workers().front();
  host_->shared().forwarding.store(false, std::memory_order_relaxed);
  do {
    worker.poll();
    control_.tick();
  } while (!worker.has_handled(worker.posted()));
  control_.tick();
  worker.state().now_ms = now_ms_;
}

void InProcessSwitch::advance_to(TimeMs now) {
  auto& deadlines = tables().havips.deadlines();
  for (TimeMs due; (due = deadlines.earliest(0, 1)) <= now;) {
    worker().now_ms = due;
    run_election_timers(worker(), 0, 1);
    for (Sent& question : take_sent()) questions_.push_back(std::move(question));
  }
  now_ms_ = now;
  worker().now_ms = now;
  worker().held_adverts.release_due(worker());
  control_.drain_events();
}

void InProcessSwitch::fill(Batch& batch, std::string_view port, const std::vector<Frame>& frames) {
  batch.count = 0;
  batch.ingress = tables().ports.find(port_id(port));
  batch.received_tsc = 1;
  for (const Frame& frame : frames) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(worker().pool);
    if (mbuf == nullptr) throw std::runtime_error("no mbuf");
    std::memcpy(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
    batch.packets[batch.count++].mbuf = mbuf;
  }
}

std::vector<Sent> InProcessSwitch::inject(std::string_view port, const std::vector<Frame>& frames) {
  Batch batch;
  fill(batch, port, frames);
  worker().now_ms = now_ms_;
  worker().counters.rx.add(batch.count);
  run_pipeline(worker(), batch);
  control_.drain_events();
  return take_sent();
}

std::vector<Sent> InProcessSwitch::take_questions() {
  return std::exchange(questions_, {});
}

std::vector<Sent> InProcessSwitch::take_sent() {
  std::vector<Sent> sent;
  while (worker().waiting_lanes != nullptr) {
    PortLane& lane = *worker().waiting_lanes;
    worker().waiting_lanes = lane.next_waiting;
    for (unsigned i = 0; i < lane.waiting_count; ++i) {
      const auto* data = rte_pktmbuf_mtod(lane.waiting[i], const std::uint8_t*);
      sent.push_back({port_name(lane.port), Frame(data, data + lane.waiting[i]->data_len)});
      rte_pktmbuf_free(lane.waiting[i]);
    }
    worker().counters.tx.add(lane.waiting_count);
    lane.counters.tx_packets.add(lane.waiting_count);
    lane.waiting_count = 0;
    lane.waiting_bytes = 0;
  }
  return sent;
}

std::uint64_t InProcessSwitch::drops(DropReason reason) {
  return worker().counters.drops[static_cast<std::size_t>(reason)].get();
}

std::uint64_t InProcessSwitch::drops() {
  std::uint64_t total = 0;
  for (const Counter& counter : worker().counters.drops) total += counter.get();
  return total;
}

std::uint64_t InProcessSwitch::learned(LearnCounter counter) {
  return worker().counters.learn[static_cast<std::size_t>(counter)].get();
}

std::string InProcessSwitch::owner(std::string_view havip, Family family) {
  const auto& entry = control_.tables().registry().havips.find(havip)->second;
  const OwnerWord word = tables().havips.hot(entry.slots.of(family)->id).owner_word();
  return word.is_local() ? port_name(word.port()) : std::string();
}

bool InProcessSwitch::is_conserved() {
  return runtime_.workers().front().conserved() &&
         rte_mempool_avail_count(worker().pool) + worker().held_adverts.count() == pool_size_;
}

PortId InProcessSwitch::port_id(std::string_view name) const {
  const Registry& registry = control_.tables().registry();
  if (name == kUplinkName) return registry.uplink->id;
  return registry.ports.find(name)->second.id;
}

std::string InProcessSwitch::port_name(PortId id) const {
  const std::string name = control_.tables().registry().port_name(id);
  return name.empty() ? std::string(kUplinkName) : name;
}

void ShopWorld::build(InProcessSwitch& vswitch, Stack stack) {
  using W6 = ShopWorld6;
  const bool has_ipv6 = stack == Stack::kDual;
  const auto if_dual = [has_ipv6](const auto& value) {
    return has_ipv6 ? std::optional(value) : std::nullopt;
  };
  Service& service = vswitch.service();
  model::Uplink uplink{.device = vswitch.next_device(),
                       .mac = kUplinkMac,
                       .addresses = {{kUplinkIp, 24}},
                       .gateway = kRouterIp,
                       .gateway6 = if_dual(W6::kRouterIp)};
  if (has_ipv6) uplink.add(Ipv6Interface{W6::kUplinkIp, 64});
  require(service.set_uplink(uplink));
  require(service.add(model::Vpc{"shop", Vni(1001)}));
  require(service.add(model::Subnet{.name = "web",
                                    .vpc = "shop",
                                    .ipv4 = Ipv4Prefix{Ipv4(10, 77, 0, 0), 24},
                                    .gateway = kWebGateway,
                                    .ipv6 = if_dual(W6::kWebPrefix),
                                    .gateway6 = if_dual(W6::kWebGateway)}));
  require(service.add(model::Subnet{.name = "db",
                                    .vpc = "shop",
                                    .ipv4 = Ipv4Prefix{Ipv4(10, 77, 1, 0), 24},
                                    .gateway = kDbGateway,
                                    .ipv6 = if_dual(W6::kDbPrefix),
                                    .gateway6 = if_dual(W6::kDbGateway)}));
  const auto port = [&](const char* instance, const char* subnet, const Mac& mac, Ipv4 address,
                        const Ipv6& address6) {
    model::Port value;
    value.name = fmt::format("{}-eth0", instance);
    value.instance = instance;
    value.subnet = subnet;
    value.mac = mac;
    value.ipv4 = address;
    value.ipv6 = if_dual(address6);
    value.device = vswitch.next_device();
    vswitch.settle();
    require(service.add(value));
  };
  port("vm1", "web", kVm1, kVm1Ip, W6::kVm1Ip);
  port("vm2", "web", kVm2, kVm2Ip, W6::kVm2Ip);
  port("vm3", "web", kVm3, kVm3Ip, W6::kVm3Ip);
  port("db1", "db", kDb1, kDb1Ip, W6::kDb1Ip);
  require(service.add(model::Havip{"front", "web", kFront, if_dual(W6::kFront), {"vm1-eth0", "vm2-eth0"}}));
  const model::EipTarget front{model::TargetKind::kHavip, "front"}, vm3{model::TargetKind::kPort, "vm3-eth0"};
  require(service.add(model::Eip{"front-public", kFrontEip, front}));
  require(service.add(model::Eip{"vm3-public", kVm3Eip, vm3}));
  if (has_ipv6) {
    require(service.add(model::Eip{"front-public6", W6::kFrontEip, front}));
    require(service.add(model::Eip{"vm3-public6", W6::kVm3Eip, vm3}));
  }
  vswitch.settle();
  std::vector<Ipv6> routers{Ipv6::mapped(kRouterIp)};
  if (has_ipv6) routers.push_back(W6::kRouterIp);
  for (const Ipv6& router : routers) {
    Event answered{};
    answered.kind = EventKind::kNextHopLearned;
    answered.address = router;
    answered.mac = kRouterMac;
    vswitch.worker().emit(answered);
  }
  vswitch.settle();
}

}  // namespace vipswitch::testing
