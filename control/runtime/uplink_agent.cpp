#include "control/runtime/uplink_agent.h"

#include <span>
#include <variant>
#include <vector>

#include "control/model/families.h"
#include "dataplane/arp_frames.h"
#include "dataplane/nd_frames.h"

namespace vipswitch {
namespace {

bool is_announced(const model::Eip* eip) {
  return eip && eip->target;
}

// Whether the provider network does not know its MAC yet.
bool is_new(const model::Change<model::Uplink>& change) {
  return change.after && (!change.before || change.before->mac != change.after->mac);
}

// The address that questions are sent from: the first one on the target's own prefix (RFC 1122 3.3.4.3).
template <class Interface, class Address>
Address source_towards(const std::vector<Interface>& interfaces, const Address& target) {
  for (const auto& interface : interfaces) {
    if (interface.prefix().contains(target)) return interface.address;
  }
  return interfaces.empty() ? Address() : interfaces.front().address;
}

}  // namespace

UplinkAgent::UplinkAgent(DataplaneHost& host, TablePublisher& publisher)
    : host_(host),
      publisher_(publisher),
      neighbours_([this](Ipv4 address, const std::optional<Mac>& known) { ask(address, known); },
                  [this](Ipv4 address, const Mac& mac) { return publisher_.set_next_hop(address, mac); },
                  [this](Ipv4 address) { return host_.tables().ipv4.neighbour_use.take(address); }),
      neighbours6_(
          [this](const Ipv6& address, const std::optional<Mac>& known) { ask(address, known); },
          [this](const Ipv6& address, const Mac& mac) { return publisher_.set_next_hop(address, mac); },
          [this](const Ipv6& address) { return host_.tables().ipv6.neighbour_use.take(address); }),
      announcer_([this](Ipv4 address) {
        const auto& uplink = publisher_.registry().uplink;
        if (uplink) send(make_gratuitous_arp(uplink->spec.mac, address));
      }),
      announcer6_([this](const Ipv6& address) {
        const auto& uplink = publisher_.registry().uplink;
        if (uplink) send(make_unsolicited_advertisement(uplink->spec.mac, address));
      }) {}

void UplinkAgent::follow(const model::ChangeSet& changes) {
  const bool is_new_on_network = changes.uplink && is_new(*changes.uplink);
  for (const auto& change : changes.eips) {
    const bool was = is_announced(change.before), is = is_announced(change.after);
    if (was && (!is || change.before->address != change.after->address)) cancel(change.before->address);
    if (is_new_on_network) continue;  // announces them all
    if (is && (!was || change.before->address != change.after->address)) announce(*change.after);
  }
  if (!changes.uplink) return;
  const auto& uplink = changes.uplink->after;
  neighbours_.set_gateway(uplink ? uplink->gateway : std::nullopt, host_.now_ms());
  neighbours6_.set_gateway(uplink ? uplink->gateway6 : std::nullopt, host_.now_ms());
  if (is_new_on_network) announce_all();
}

void UplinkAgent::announce_all() {
  for (const auto& [name, eip] : publisher_.registry().eips) announce(eip.spec);
}

void UplinkAgent::announce(const model::Eip& eip) {
  if (!eip.target || !publisher_.registry().uplink) return;
  if (const auto* ipv6 = std::get_if<Ipv6>(&eip.address)) {
    announcer6_.announce(*ipv6, host_.now_ms());
  } else {
    announcer_.announce(std::get<Ipv4>(eip.address), host_.now_ms());
  }
}

void UplinkAgent::cancel(const IpAddress& address) {
  if (const auto* ipv6 = std::get_if<Ipv6>(&address)) {
    announcer6_.cancel(*ipv6);
  } else {
    announcer_.cancel(std::get<Ipv4>(address));
  }
}

void UplinkAgent::handle(const Event& event) {
  if (!publisher_.registry().uplink) return;
  const auto take = [&]<class Address>(auto& neighbours, const Address& address) {
    // The worker may have seen it before the family went from the uplink.
    if (model::interfaces_of<Address>(publisher_.registry().uplink->spec).empty()) return;
    if (event.kind == EventKind::kNextHopMissing) neighbours.want(address, event.from, host_.now_ms());
    if (event.kind == EventKind::kNextHopLearned) neighbours.learn(address, event.mac, host_.now_ms());
  };
  if (event.address.is_ipv4_mapped()) {
    take(neighbours_, event.address.mapped_ipv4());
  } else {
    take(neighbours6_, event.address);
  }
}

void UplinkAgent::tick(TimeMs now) {
  neighbours_.tick(now);
  neighbours6_.tick(now);
  announcer_.tick(now);
  announcer6_.tick(now);
}

void UplinkAgent::ask(Ipv4 address, const std::optional<Mac>& known) {
  const auto& uplink = publisher_.registry().uplink;
  if (!uplink) return;
  const Ipv4 source = source_towards(uplink->spec.addresses, address);
  send(make_arp_request(uplink->spec.mac, source, address, known.value_or(Mac::broadcast())));
}

void UplinkAgent::ask(const Ipv6& address, const std::optional<Mac>& known) {
  const auto& uplink = publisher_.registry().uplink;
  if (!uplink) return;
  const Ipv6 source = source_towards(uplink->spec.addresses6, address);
  send(make_solicitation(uplink->spec.mac, source, address, known ? &*known : nullptr));
}

template <class Frame>
void UplinkAgent::send(const Frame& frame) {
  host_.send(publisher_.registry().uplink->id, {std::as_bytes(std::span(&frame, 1))});
}

}  // namespace vipswitch
