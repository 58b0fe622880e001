#include "control/runtime/uplink_watcher.h"

#include <nlohmann/json.hpp>

namespace vipswitch {

bool UplinkWatcher::tick(TimeMs now) {
  if (now < next_poll_ms_) return false;
  next_poll_ms_ = now + kPollMs;
  const auto& uplink = publisher_.registry().uplink;
  if (!uplink) {
    last_.reset();
    return false;
  }
  const auto* filter = publisher_.uplink_filter();
  if (!last_ || last_->uplink != uplink->id) {
    last_ = Seen{uplink->id};
    if (filter) report_attached(*filter);
  }
  const Seen before = *last_;
  const DeviceLink link = publisher_.ports().device(uplink->id)->follow_link();
  last_->is_up = link.is_up;
  if (!link.active_member.empty()) {
    next_poll_ms_ = now + kBondPollMs;
    last_->member = link.active_member;
  }
  const bool is_moved = !before.member.empty() && last_->member != before.member;
  if (is_moved)
    events_.add(EventName::uplink_member_changed, {{"from", before.member}, {"to", last_->member}});
  if (last_->is_up != before.is_up) events_.add(EventName::uplink_link_changed, {{"up", last_->is_up}});
  if (filter) {
    last_->is_attached = filter->is_attached();
    if (before.is_attached && !last_->is_attached)
      events_.add(EventName::uplink_filter_lost, {{"interface", filter->interface()}});
  }
  return last_->is_up && (is_moved || !before.is_up);
}

void UplinkWatcher::report_attached(const xdp::UplinkFilter& filter) {
  const auto mode = filter.mode() == xdp::AttachMode::kNative ? "native" : "generic";
  events_.add(EventName::uplink_filter_attached, {{"interface", filter.interface()},
                                                  {"mode", mode},
                                                  {"program_id", filter.program_id()},
                                                  {"tag", filter.tag()},
                                                  {"replaced", filter.has_removed_leftover()}});
}

}  // namespace vipswitch
