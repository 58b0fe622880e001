#include "control/publish/port_attachments.h"

#include <algorithm>

namespace vipswitch {
namespace {

// Ethernet header and one 802.1Q tag, which the MTU does not count.
constexpr std::uint32_t kFrameOverheadBytes = 14 + 4;

// ICMP errors that the senders of a port are told by one worker: enough for every traceroute and path MTU
// discovery, too few to be an amplifier (RFC 1812 4.3.2.8, RFC 4443 2.4 f).
constexpr std::uint32_t kErrorsPerSecond = 100;
// Of those that a worker tells control, which has more to hear; the provider network is many hosts.
constexpr std::uint32_t kNextHopsPerSecond = 10, kNextHopsPerSecondOfUplink = 200;

}  // namespace

Result<std::unique_ptr<EthDevice>> PortAttachments::open(const std::string& devargs, std::uint16_t queues) {
  std::vector<rte_mempool*> pools;
  for (const auto& worker : workers_) pools.push_back(worker->pool());
  return EthDevice::open(devargs, queues, pools);
}

std::unique_ptr<PortLane> PortAttachments::make_lane(PortId port, PortRole role, const EthDevice& device,
                                                     std::size_t worker, std::uint16_t mtu) {
  auto lane = std::make_unique<PortLane>();
  lane->port = port;
  lane->device = device.id();
  lane->max_frame_bytes = mtu + kFrameOverheadBytes;
  lane->flood = TokenBucket(flood_pps_, flood_pps_);
  lane->announcements = TokenBucket(PortLane::kAnnouncements, 2 * PortLane::kAnnouncements);
  lane->errors = TokenBucket(kErrorsPerSecond, kErrorsPerSecond);
  const std::uint32_t next_hops = role == PortRole::kUplink ? kNextHopsPerSecondOfUplink : kNextHopsPerSecond;
  lane->next_hops = TokenBucket(next_hops, next_hops);
  if (worker < device.queues()) {
    lane->tx_queue = static_cast<std::uint16_t>(worker);
  } else {
    lane->handover = workers_[worker % device.queues()]->handover();
  }
  return lane;
}

PortAttachments::List& PortAttachments::least_loaded() {
  return *std::min_element(lists_.begin(), lists_.end(),
                           [](const List& a, const List& b) { return a.queues.size() < b.queues.size(); });
}

void PortAttachments::attach(PortId port, PortRole role, std::unique_ptr<EthDevice> device, std::uint16_t mtu,
                             std::shared_ptr<void> companion) {
  auto attached = std::make_shared<Attached>();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    attached->lanes.push_back(make_lane(port, role, *device, i, mtu));
    workers_[i]->state().lanes[port.value()].store(attached->lanes[i].get(), std::memory_order_release);
  }
  for (std::uint16_t queue = 0; queue < device->queues(); ++queue) {
    List& list = least_loaded();
    list.queues.push_back({port, device->id(), queue});
    list.is_dirty = true;
  }
  attached->companion = std::move(companion);
  attached->device = std::move(device);
  attached_[port] = std::move(attached);
}

void PortAttachments::detach(PortId port) {
  for (auto& list : lists_) {
    const auto removed = std::erase_if(list.queues, [&](const RxQueue& queue) { return queue.port == port; });
    if (removed != 0) list.is_dirty = true;
  }
  for (const auto& worker : workers_) {
    worker->state().lanes[port.value()].store(nullptr, std::memory_order_release);
  }
  const auto found = attached_.find(port);
  reclaimer_.retire([attached = std::move(found->second)]() mutable { attached.reset(); });
  attached_.erase(found);
}

void PortAttachments::publish_poll_lists() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (!lists_[i].is_dirty) continue;
    lists_[i].is_dirty = false;
    reclaimer_.retire_object(workers_[i]->replace_poll_list(new PollList{lists_[i].queues}));
  }
}

const EthDevice* PortAttachments::device(PortId port) const {
  const auto found = attached_.find(port);
  return found == attached_.end() ? nullptr : found->second->device.get();
}

}  // namespace vipswitch
