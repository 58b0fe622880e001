#include "control/runtime/control_plane.h"

#include <chrono>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_ring_elem.h>

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
  if (auto published = publisher_.publish(after, changes); !published) return published;
  if (!changes.havips.empty() || !changes.subnets.empty())
    decisions_.keep_only(publisher_.registry().havip_names);
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
  // What comes meanwhile waits for the next call: workers may tell faster than this listens.
  unsigned waiting = rte_ring_count(host_.events());
  for (; waiting > 0 && rte_ring_sc_dequeue_elem(host_.events(), &event, sizeof event) == 0; --waiting) {
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
