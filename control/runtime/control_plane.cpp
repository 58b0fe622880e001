#include "control/runtime/control_plane.h"

#include <chrono>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_ring_elem.h>
#include <vector>

#include "control/publish/publish_batch.h"

namespace vipswitch {
namespace {

std::int64_t unix_now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

ControlPlane::ControlPlane(DataplaneHost& host, Notice notice)
    : host_(host),
      notice_(std::move(notice)),
      publisher_(host),
      uplink_(host, publisher_),
      links_(publisher_, [this](PortId port, bool is_up) { report_link(port, is_up); }) {}

void ControlPlane::report_link(PortId port, bool is_up) {
  if (!notice_) return;
  notice_(fmt::format("port {}: link {}", publisher_.registry().port_name(port), is_up ? "up" : "down"));
}

Result<void> ControlPlane::publish(const model::Objects& after, const model::ChangeSet& changes) {
  // A slot that goes must not leave its decisions, or events under way, to the next one in its place.
  drain_events();
  std::vector<HavipId> slots;
  for (const auto& change : changes.havips) {
    if (!change.before || keeps_slot(change)) continue;
    slots.push_back(publisher_.registry().havips.find(change.before->name)->second.id);
  }
  if (auto published = publisher_.publish(after, changes); !published) return published;
  for (const HavipId slot : slots) decisions_.forget(slot);
  uplink_.follow(changes);
  return {};
}

void ControlPlane::tick() {
  drain_events();
  const TimeMs now = host_.now_ms();
  links_.tick(now);
  uplink_.tick(now);
  publisher_.reclaim();
}

void ControlPlane::drain_events() {
  Event event;
  while (rte_ring_sc_dequeue_elem(host_.events(), &event, sizeof event) == 0) {
    if (event.kind == EventKind::kOwnerChanged) {
      handle_owner_change(event);
    } else {
      uplink_.handle(event);
    }
  }
}

void ControlPlane::handle_owner_change(const Event& event) {
  const Registry& registry = publisher_.registry();
  const auto name = registry.havip_names.find(event.havip);
  if (name == registry.havip_names.end()) return;
  if (registry.havips.find(name->second)->second.spec.ipv4 != event.address) return;
  decisions_.add(event, registry, rte_get_tsc_hz(), rte_rdtsc(), unix_now_us());
}

}  // namespace vipswitch
