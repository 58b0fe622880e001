#pragma once

// Looks at the uplink ten times a second, at a bond a hundred times: whether its link is there, and whether
// its XDP program is still on the interface. Both may change behind the switch's back. Control thread only.

#include <optional>
#include <string>

#include "control/event/event_journal.h"
#include "control/publish/table_publisher.h"
#include "vipswitch/time.h"

namespace vipswitch {

class UplinkWatcher {
 public:
  static constexpr TimeMs kPollMs = 100, kBondPollMs = 10;  // what a member carried is lost until it is left

  UplinkWatcher(const TablePublisher& publisher, EventJournal& events)
      : publisher_(publisher), events_(events) {}

  // Events: uplink_link_changed, uplink_member_changed, uplink_filter_attached, uplink_filter_lost. True if
  // the provider network must hear where the EIPs are: the link has come back, or another member of a bond
  // has it.
  bool tick(TimeMs now);

 private:
  void report_attached(const xdp::UplinkFilter& filter);

  struct Seen {
    PortId uplink;
    bool is_up = true, is_attached = true;  // as a new one counts: what it lacks must be told
    std::string member = {};                // the last active one; empty: no bond
  };

  const TablePublisher& publisher_;
  EventJournal& events_;
  std::optional<Seen> last_;
  TimeMs next_poll_ms_ = 0;
};

}  // namespace vipswitch
