#include "control/runtime/uplink_agent.h"

#include <cstring>
#include <rte_mbuf.h>

#include "control/neighbour/arp_frames.h"

namespace vipswitch {
namespace {

bool is_announced(const std::optional<model::Eip>& eip) {
  return eip && eip->target;
}

// The address that ARP is sent from: the first one on the target's own prefix (RFC 1122 3.3.4.3).
Ipv4 source_towards(const model::Uplink& uplink, Ipv4 target) {
  for (const auto& interface : uplink.addresses) {
    if (interface.prefix().contains(target)) return interface.address;
  }
  return uplink.addresses.empty() ? Ipv4() : uplink.addresses.front().address;
}

}  // namespace

UplinkAgent::UplinkAgent(DataplaneHost& host, TablePublisher& publisher)
    : host_(host),
      publisher_(publisher),
      neighbours_([this](Ipv4 address, const std::optional<Mac>& known) { ask(address, known); },
                  [this](Ipv4 address, const Mac& mac) { publisher_.set_next_hop(address, mac); }),
      announcer_([this](Ipv4 address) {
        const auto& uplink = publisher_.registry().uplink;
        if (uplink) send(make_gratuitous_arp(uplink->spec.mac, address));
      }) {}

void UplinkAgent::follow(const model::ChangeSet& changes) {
  for (const auto& change : changes.eips) {
    const bool was = is_announced(change.before), is = is_announced(change.after);
    if (was && (!is || change.before->ipv4 != change.after->ipv4)) announcer_.cancel(change.before->ipv4);
    if (is && (!was || change.before->ipv4 != change.after->ipv4)) announce(*change.after);
  }
  if (!changes.uplink) return;
  const auto& uplink = changes.uplink->after;
  neighbours_.set_gateway(uplink ? std::optional<Ipv4>(uplink->gateway) : std::nullopt, host_.now_ms());
  if (!uplink) return;
  const bool is_new_on_network = !changes.uplink->before || changes.uplink->before->mac != uplink->mac;
  if (!is_new_on_network) return;
  for (const auto& [name, eip] : publisher_.registry().eips) announce(eip.spec);
}

void UplinkAgent::announce(const model::Eip& eip) {
  if (!eip.target || !publisher_.registry().uplink) return;
  announcer_.cancel(eip.ipv4);
  announcer_.announce(eip.ipv4, host_.now_ms());
}

void UplinkAgent::handle(const Event& event) {
  if (!publisher_.registry().uplink) return;
  if (!event.address.is_ipv4_mapped()) return;
  const Ipv4 address = event.address.mapped_ipv4();
  if (event.kind == EventKind::kNextHopMissing) neighbours_.want(address, host_.now_ms());
  if (event.kind == EventKind::kNextHopLearned) neighbours_.learn(address, event.mac, host_.now_ms());
}

void UplinkAgent::tick(TimeMs now) {
  neighbours_.tick(now);
  announcer_.tick(now);
}

void UplinkAgent::ask(Ipv4 address, const std::optional<Mac>& known) {
  const auto& uplink = publisher_.registry().uplink;
  if (!uplink) return;
  const Ipv4 source = source_towards(uplink->spec, address);
  send(make_arp_request(uplink->spec.mac, source, address, known.value_or(Mac::broadcast())));
}

void UplinkAgent::send(const ArpFrame& frame) {
  Worker& worker = *host_.workers().front();
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker.pool());
  if (mbuf == nullptr) return;  // the next request or announcement follows by itself
  std::memcpy(rte_pktmbuf_append(mbuf, sizeof frame), &frame, sizeof frame);
  Message message{};
  message.kind = Message::Kind::kTransmit;
  message.port = publisher_.registry().uplink->id;
  message.mbuf = mbuf;
  if (!worker.post(message)) rte_pktmbuf_free(mbuf);
}

}  // namespace vipswitch
