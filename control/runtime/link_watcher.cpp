#include "control/runtime/link_watcher.h"

#include <algorithm>
#include <rte_ethdev.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace vipswitch {
namespace {

// Runs on EAL's interrupt thread.
int on_link_change(std::uint16_t, rte_eth_event_type, void* wake_fd, void*) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(*static_cast<int*>(wake_fd), &one, sizeof one);
  return 0;
}

}  // namespace

LinkWatcher::LinkWatcher(TablePublisher& publisher, std::function<void(PortId, bool)> report)
    : publisher_(publisher), report_(std::move(report)), wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  rte_eth_dev_callback_register(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_LSC, on_link_change, &wake_fd_);
}

LinkWatcher::~LinkWatcher() {
  rte_eth_dev_callback_unregister(RTE_ETH_ALL, RTE_ETH_EVENT_INTR_LSC, on_link_change, &wake_fd_);
  close(wake_fd_);
}

std::size_t LinkWatcher::up_count() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(last_.begin(), last_.end(), [](const auto& port) { return port.second; }));
}

void LinkWatcher::tick(TimeMs now) {
  std::uint64_t interrupts = 0;
  const bool is_woken = read(wake_fd_, &interrupts, sizeof interrupts) > 0;
  if (!is_woken && now < next_poll_ms_) return;
  next_poll_ms_ = now + kPollMs;
  std::map<PortId, bool> current;
  for (const auto& [id, name] : publisher_.registry().port_names) {
    const EthDevice* device = publisher_.ports().device(id);
    const bool is_up = device != nullptr && device->is_link_up();
    // A new port counts as up: one that went down since it was published must be told.
    const auto before = last_.find(id);
    const bool was_up = before == last_.end() || before->second;
    if (was_up != is_up) {
      publisher_.post_link_change(id, is_up ? Trigger::kPortUp : Trigger::kPortDown);
      report_(id, is_up);
    }
    current[id] = is_up;
  }
  last_ = std::move(current);
}

}  // namespace vipswitch
