#include "tests/support/switch/in_process_switch.h"

#include <fmt/format.h>
#include <memory>
#include <stdexcept>
#include <utility>

#include "control/publish/registry.h"

namespace vipswitch::testing {
namespace {

template <class T>
void require(const Result<T>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

std::unique_ptr<DataplaneHost> started_host(const Settings& settings) {
  start_eal();
  auto host = OfflineSwitch::make_host(settings);
  require(host);
  return std::move(host).value();
}

}  // namespace

// For as long as the process lives: what tests made in it may go later than any object of theirs.
void start_eal(unsigned memory_mb, OfflineMemory memory) {
  static Eal* const eal = [=] {
    auto started = start_offline_eal(memory_mb, memory);
    require(started);
    return std::move(started).value().release();
  }();
  (void)eal;
}

Settings InProcessSwitch::small_settings() {
  Settings settings;
  settings.tables = {.eips = 64,
                     .eips6 = 64,
                     .havips = 64,
                     .endpoints = 256,
                     .endpoints6 = 256,
                     .ports = 64,
                     .subnets = 64,
                     .vpcs = 64};
  settings.mbufs = 4095;
  return settings;
}

InProcessSwitch::InProcessSwitch(const Settings& settings) : OfflineSwitch(started_host(settings)) {}

void InProcessSwitch::fill(Batch& batch, std::string_view port, const std::vector<Frame>& frames) {
  const auto id = control().tables().registry().find_port(port);
  require(id);
  if (!OfflineSwitch::fill(batch, id.value(), frames)) throw std::runtime_error("no mbuf");
}

std::vector<Sent> InProcessSwitch::inject(std::string_view port, const std::vector<Frame>& frames) {
  Batch batch;
  fill(batch, port, frames);
  return run(batch);
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
  const Registry& registry = control().tables().registry();
  const OwnerWord word = tables().havips.owner_word(registry.havips.find(havip)->second.slots.of(family)->id);
  return word.is_local() ? registry.port_name(word.port()) : std::string();
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
