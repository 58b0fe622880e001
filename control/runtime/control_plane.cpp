#include "control/runtime/control_plane.h"

#include <rte_cycles.h>
#include <rte_ring_elem.h>

#include <nlohmann/json.hpp>

#include "control/event/change_event.h"
#include "control/event/decision_event.h"
#include "control/runtime/vrrp_speakers.h"
#include "control/text/clock_text.h"
#include "control/text/format.h"

namespace vipswitch {
namespace {

IpAddress address_of(const Registry& registry, const SlotHolder& holder) {
  return *model::address_of(registry.havips.find(holder.havip)->second.spec, holder.family);
}

nlohmann::ordered_json fields_about(const Registry& registry, const SlotHolder& holder) {
  return {{"havip", holder.havip}, {"address", fmt::to_string(address_of(registry, holder))}};
}

EventName name_of(Notice notice) {
  switch (notice) {
    case Notice::kContention:
      return EventName::contention;
    case Notice::kMultiResponder:
      return EventName::multi_responder;
    case Notice::kClaimUnbound:
      return EventName::claim_unbound;
    case Notice::kNlbUnsupported:
      break;
  }
  return EventName::nlb_unsupported;
}

}  // namespace

ControlPlane::ControlPlane(DataplaneHost& host)
    : host_(host),
      publisher_(host),
      uplink_(host, publisher_),
      routers_(host, publisher_),
      links_(publisher_, [this](PortId port, bool is_up) { report_link(port, is_up); }),
      uplink_watcher_(publisher_, events_),
      decisions_(host.settings().history),
      vrid_conflicts_(events_),
      watchdog_(
          host.lcores(), [&host](std::size_t i) { return host.workers()[i]->state().counters.polls.get(); },
          events_),
      load_(host.workers().size(), rte_get_tsc_hz()),
      observations_(host, publisher_.registry()) {}

void ControlPlane::report_link(PortId port, bool is_up) {
  events_.add(EventName::port_link_changed, {{"port", publisher_.registry().port_name(port)}, {"up", is_up}});
}

Result<void> ControlPlane::publish(const model::Objects& after, const model::ChangeSet& changes) {
  // A slot that goes must not leave its decisions, or events under way, to the next one in its place.
  drain_events();
  if (auto published = publisher_.publish(after, changes); !published) return published;
  if (!changes.havips.empty() || !changes.subnets.empty()) {
    decisions_.keep_only(publisher_.registry().slot_holders);
    failovers_.keep_only(publisher_.registry().slot_holders);
  }
  uplink_.follow(changes);
  routers_.follow(changes);
  events_.add(EventName::model_changed, describe(changes));
  return {};
}

Result<void> ControlPlane::check(const model::Objects& after, const model::ChangeSet& changes) {
  return publisher_.check(after, changes);
}

void ControlPlane::tick() {
  drain_events();
  const TimeMs now = host_.now_ms();
  links_.tick(now);
  if (uplink_watcher_.tick(now)) uplink_.announce_all();
  uplink_.tick(now);
  routers_.tick(now);
  publisher_.tick();
  watchdog_.tick(now);
  vrid_conflicts_.tick(now, [&] { return list_vrrp_speakers(publisher_.registry(), now); });
  observations_.tick();
  load_.tick(rte_rdtsc(), [this](std::size_t i) {
    const WorkerCounters& counters = host_.workers()[i]->state().counters;
    return WorkDone{counters.busy_cycles.get(), counters.polls.get() - counters.empty_polls.get(),
                    counters.rx.get() + counters.handed_in.get()};
  });
}

void ControlPlane::drain_events() {
  Event event;
  // What comes meanwhile waits for the next call: workers may tell faster than this listens.
  unsigned waiting = rte_ring_count(host_.events());
  for (; waiting > 0 && rte_ring_sc_dequeue_elem(host_.events(), &event, sizeof event) == 0; --waiting) {
    switch (event.kind) {
      case EventKind::kNextHopMissing:
      case EventKind::kNextHopLearned:
        uplink_.handle(event);
        break;
      case EventKind::kOwnerChanged:
      case EventKind::kDataMoved:
      case EventKind::kFirstDelivered:
      case EventKind::kNotice:
        handle_about_havip(event);
        break;
    }
  }
}

// Null for what a worker told of a HAVIP that has gone meanwhile, or given its slot to another.
const SlotHolder* ControlPlane::holder_of(const Event& event) const {
  const Registry& registry = publisher_.registry();
  const auto found = registry.slot_holders.find(event.havip);
  if (found == registry.slot_holders.end()) return nullptr;
  return address_of(registry, found->second) == unmapped(event.address) ? &found->second : nullptr;
}

void ControlPlane::handle_about_havip(const Event& event) {
  const SlotHolder* holder = holder_of(event);
  if (holder == nullptr) return;
  if (event.kind == EventKind::kNotice) {
    report_notice(event, *holder);
    return;
  }
  const ClockReading now{rte_rdtsc(), text::unix_now_us(), rte_get_tsc_hz()};
  failovers_.add(event, publisher_.registry(), now);
  if (event.kind == EventKind::kOwnerChanged) handle_owner_change(event, *holder, now);
}

void ControlPlane::handle_owner_change(const Event& event, const SlotHolder& holder,
                                       const ClockReading& now) {
  const Decision& decision =
      decisions_.add(event, publisher_.registry(), now.tsc_per_second, now.tsc, now.unix_us);
  report_lost_before(holder, decision);
  report(holder, decision);
}

void ControlPlane::report_notice(const Event& event, const SlotHolder& holder) {
  auto fields = fields_about(publisher_.registry(), holder);
  fields["port"] = name_or_null(publisher_.registry().port_name(event.from));
  events_.add(name_of(event.notice), std::move(fields));
}

void ControlPlane::report_lost_before(const SlotHolder& holder, const Decision& decision) {
  if (decision.lost_before == 0) return;
  auto fields = fields_about(publisher_.registry(), holder);
  fields["first"] = decision.sequence - decision.lost_before;
  fields["last"] = decision.sequence - 1;
  events_.add(EventName::decisions_lost, std::move(fields));
}

void ControlPlane::report(const SlotHolder& holder, const Decision& decision) {
  const Registry& registry = publisher_.registry();
  auto fields = fields_about(registry, holder);
  fields.update(to_fields(decision));
  if (decision.mode == LearnMode::kObserve && decision.rule != Rule::kFixed) {
    const auto& slot = registry.havips.find(holder.havip)->second.slots.of(holder.family);
    fields["data_goes_to"] = name_or_null(registry.port_name(slot->steering.port));
    events_.add(EventName::owner_observed, std::move(fields), decision.at_unix_us);
  } else {
    events_.add(EventName::owner_changed, std::move(fields), decision.at_unix_us);
  }
}

}  // namespace vipswitch
