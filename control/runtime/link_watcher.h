#pragma once

// Tells when a port's device lost or found its peer (a vhost-user guest that went, a cable), so that the
// elections of its HAVIPs learn of it at once and not by the guests' timeouts. Device interrupts set a flag;
// devices without them are looked at every kPollMs. Control thread only.

#include <cstddef>
#include <functional>
#include <map>

#include "control/publish/table_publisher.h"
#include "vipswitch/time.h"

namespace vipswitch {

class LinkWatcher {
 public:
  static constexpr TimeMs kPollMs = 100;

  // `report(PortId, is_up)` is called for each change.
  LinkWatcher(TablePublisher& publisher, std::function<void(PortId, bool)> report);
  ~LinkWatcher();
  LinkWatcher(const LinkWatcher&) = delete;
  LinkWatcher& operator=(const LinkWatcher&) = delete;

  void tick(TimeMs now);
  // Ports whose link was up at the last look.
  std::size_t up_count() const noexcept;
  // Readable when a device interrupt waits for the next tick().
  int wake_fd() const noexcept { return wake_fd_; }

 private:
  TablePublisher& publisher_;
  std::function<void(PortId, bool)> report_;
  std::map<PortId, bool> last_;
  TimeMs next_poll_ms_ = 0;
  int wake_fd_;
};

}  // namespace vipswitch
