#include "tests/unit/dataplane/ring_bed.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <numeric>
#include <rte_cycles.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <stdexcept>

#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {
namespace {

constexpr unsigned kRxSize = 1023;

std::string next_name() {
  static std::atomic<unsigned> next{0};
  return fmt::format("bed{}", next++);
}

RingHandle make_ring(const std::string& name, unsigned size) {
  RingHandle ring(rte_ring_create(name.c_str(), size + 1, static_cast<int>(rte_socket_id()), 0));
  if (!ring) throw std::runtime_error("no ring " + name);
  return ring;
}

std::vector<rte_ring*> pointers(const std::vector<RingHandle>& rings) {
  std::vector<rte_ring*> result;
  for (const auto& ring : rings) result.push_back(ring.get());
  return result;
}

void require(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

std::unique_ptr<DataplaneHost> make_host(unsigned workers) {
  start_eal();
  std::vector<unsigned> lcores(workers);
  std::iota(lcores.begin(), lcores.end(), 0u);
  const std::uint64_t hz = rte_get_tsc_hz();
  const Clock clock(rte_rdtsc() - RingBed::kAgeMs * (hz / 1000), hz);
  auto host = DataplaneHost::create(InProcessSwitch::small_settings(), lcores, clock);
  if (!host) throw std::runtime_error(host.error().message);
  return std::move(host).value();
}

}  // namespace

RingDevice::RingDevice(std::uint16_t queues, unsigned tx_size)
    : name_(next_name()), devargs_("net_ring_" + name_) {
  start_eal();
  for (unsigned queue = 0; queue < queues; ++queue) {
    rx_.push_back(make_ring(fmt::format("{}_rx{}", name_, queue), kRxSize));
    tx_.push_back(make_ring(fmt::format("{}_tx{}", name_, queue), tx_size));
  }
  auto rx = pointers(rx_), tx = pointers(tx_);
  if (rte_eth_from_rings(name_.c_str(), rx.data(), queues, tx.data(), queues, rte_socket_id()) < 0) {
    throw std::runtime_error("no ring device " + name_);
  }
}

RingDevice::~RingDevice() {
  for (std::uint16_t queue = 0; queue < rx_.size(); ++queue) {
    take_sent(queue);
    void* mbuf = nullptr;
    while (rte_ring_dequeue(rx_[queue].get(), &mbuf) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(mbuf));
  }
}

void RingDevice::push(const Frame& frame, rte_mempool* pool, std::uint16_t queue) {
  rte_mbuf* mbuf = rte_pktmbuf_alloc(pool);
  if (mbuf == nullptr) throw std::runtime_error("no mbuf");
  std::memcpy(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size())), frame.data(), frame.size());
  if (rte_ring_enqueue(rx_[queue].get(), mbuf) != 0) throw std::runtime_error("rx ring is full");
}

unsigned RingDevice::pushed(std::uint16_t queue) const {
  return rte_ring_count(rx_[queue].get());
}

std::vector<Frame> RingDevice::take_sent(std::uint16_t queue) {
  std::vector<Frame> frames;
  void* object = nullptr;
  while (rte_ring_dequeue(tx_[queue].get(), &object) == 0) {
    auto* mbuf = static_cast<rte_mbuf*>(object);
    const auto* data = rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
    frames.emplace_back(data, data + mbuf->data_len);
    rte_pktmbuf_free(mbuf);
  }
  return frames;
}

RingBed::RingBed(unsigned workers)
    : host_(make_host(workers)),
      control_(std::make_unique<ControlPlane>(*host_)),
      runtime_(std::make_unique<DataplaneRuntime>(*control_)),
      service_(std::make_unique<Service>(*control_)),
      pool_size_(rte_mempool_avail_count(host_->workers().front()->pool())) {
  require(service_->add(model::Vpc{"shop", Vni(1001)}));
  require(service_->add(model::Subnet{.name = "web",
                                      .vpc = "shop",
                                      .ipv4 = Ipv4Prefix{Ipv4(10, 77, 0, 0), 24},
                                      .gateway = Ipv4(10, 77, 0, 1)}));
}

// What the devices still hold belongs to the workers' pools.
RingBed::~RingBed() {
  control_.reset();
  devices_.clear();
}

std::uint64_t RingBed::drops(DropReason reason, unsigned index) noexcept {
  return counters(index).drops[static_cast<std::size_t>(reason)].get();
}

RingDevice& RingBed::add_port(std::uint8_t number, std::uint16_t queues, unsigned tx_size) {
  RingDevice& device = *devices_.emplace_back(std::make_unique<RingDevice>(queues, tx_size));
  model::Port value;
  value.name = fmt::format("p{}", number);
  value.instance = fmt::format("vm{}", number);
  value.subnet = "web";
  value.mac = mac(number);
  value.ipv4 = address(number);
  value.device = device.devargs();
  value.queues = queues;
  require(service_->add(value));
  return device;
}

PortId RingBed::port(std::uint8_t number) const {
  return control_->tables().registry().ports.find(fmt::format("p{}", number))->second.id;
}

Frame RingBed::frame(std::uint8_t from, std::uint8_t to, std::size_t payload_size) {
  return PacketBuilder()
      .ethernet({.destination = mac(to), .source = mac(from)})
      .ipv4({.source = address(from), .destination = address(to)})
      .udp({.source_port = 1000, .destination_port = 2000})
      .counting_payload(payload_size)
      .build();
}

void RingBed::settle() {
  const auto is_settled = [](const auto& worker) { return worker->has_handled(worker->posted()); };
  do {
    for (const auto& worker : host_->workers()) worker->poll();
    control_->tick();
  } while (!std::all_of(host_->workers().begin(), host_->workers().end(), is_settled));
}

bool RingBed::is_conserved() {
  std::uint64_t handed_in = 0, handed_out = 0;
  for (const WorkerStatus& status : runtime_->workers()) {
    if (!status.conserved()) return false;
    handed_in += status.handed_in;
    handed_out += status.handed_out;
  }
  return handed_in == handed_out;
}

bool RingBed::is_every_pool_full() {
  return std::all_of(host_->workers().begin(), host_->workers().end(), [&](const auto& worker) {
    return rte_mempool_avail_count(worker->pool()) == pool_size_;
  });
}

}  // namespace vipswitch::testing
