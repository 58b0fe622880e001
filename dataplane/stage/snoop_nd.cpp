#include "dataplane/stage/snoop_nd.h"

#include "dataplane/nd_answer.h"
#include "dataplane/nd_view.h"
#include "dataplane/next_hop.h"
#include "dataplane/owner_claim.h"

namespace vipswitch::stage {
namespace {

using owner::NdForm;
using owner::NdMessage;

NdAsker asker_of(const Packet& packet) noexcept {
  return {packet.ipv6().source, packet.ethernet().source};
}

void answer(const WorkerState& worker, Packet& packet, const Ipv6& target, const Mac& mac,
            bool is_router = false) noexcept {
  if (!answer_solicitation(packet, worker.pool, asker_of(packet), target, mac, is_router)) {
    packet.drop(DropReason::no_mbuf);
  }
}

void answer_for_havip(const WorkerState& worker, const PortRow& port, HavipId havip, const NdMessage& message,
                      Packet& packet) noexcept {
  const HavipRow* row = worker.tables.havips.row(havip);
  if (row == nullptr || row->subnet != port.subnet) return packet.drop(DropReason::nd_unknown_target);
  const OwnerWord owner = worker.tables.havips.owner_word(havip);
  if (owner.location() == OwnerLocation::kUnknown) return packet.drop(DropReason::nd_no_owner);
  // A bound port that probes is about to take the address; an answer would fail its duplicate detection (RFC
  // 4862 5.4.3).
  const bool is_bound = port.ipv6.index_of(row->address6) != kNoSource;
  if (owner.is_port(port.id) || (is_bound && message.form == NdForm::kProbe)) {
    return packet.drop(DropReason::nd_not_answered);
  }
  answer(worker, packet, message.target, row->stable_mac());
}

void answer_for_port(const WorkerState& worker, const PortRow& port, PortId id, const NdMessage& message,
                     Packet& packet) noexcept {
  const PortRow* row = worker.tables.ports.find(id);
  if (row == nullptr || row->subnet != port.subnet) return packet.drop(DropReason::nd_unknown_target);
  if (row->id == port.id) return packet.drop(DropReason::nd_not_answered);
  answer(worker, packet, message.target, row->mac);
}

void answer_for_link_local(const WorkerState& worker, const PortRow& port, const NdMessage& message,
                           Packet& packet) noexcept {
  if (message.target == kGatewayLinkLocal) return answer(worker, packet, message.target, kGatewayMac, true);
  const auto mac = mac_of_link_local(message.target);
  const EndpointRef endpoint(mac ? worker.tables.macs.lookup(MacKey(port.subnet, *mac)) : 0);
  if (endpoint.kind() != EndpointKind::kPort) return packet.drop(DropReason::nd_unknown_target);
  answer_for_port(worker, port, endpoint.port(), message, packet);
}

void answer_neighbour(const WorkerState& worker, const PortRow& port, const NdMessage& message,
                      Packet& packet) noexcept {
  const EndpointRef target = worker.tables.ipv6.lookup_endpoint(port.vpc, message.target);
  switch (target.kind()) {
    case EndpointKind::kHavip:
      return answer_for_havip(worker, port, target.havip(), message, packet);
    case EndpointKind::kPort:
      return answer_for_port(worker, port, target.port(), message, packet);
    case EndpointKind::kGateway:
      if (target.subnet() != port.subnet) break;
      return answer(worker, packet, message.target, kGatewayMac, true);
    case EndpointKind::kNone:
      if (!message.target.is_link_local()) break;
      return answer_for_link_local(worker, port, message, packet);
  }
  packet.drop(DropReason::nd_unknown_target);
}

void answer_router_question(const WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(port.subnet);
  if (subnet == nullptr || !subnet->has_ipv6()) return packet.drop(DropReason::no_router);
  if (!answer_router_solicitation(packet, worker.pool, asker_of(packet), subnet->advertisement_to(port))) {
    packet.drop(DropReason::no_mbuf);
  }
}

// What neighbours learn from an announcement is the address's stable MAC, whoever owns it.
void show_stable_mac(const NdMessage& message, Packet& packet) noexcept {
  const Mac mac = stable_mac(message.target);
  Mac& option = *packet.ip_view().header_at<Mac>(packet.l4_offset + message.mac_offset);
  const auto delta = static_cast<std::uint16_t>(~fold(sum_bytes(&option, sizeof option)));
  auto& icmp = *packet.ip_view().header_at<wire::Icmp>(packet.l4_offset);
  icmp.checksum = update_checksum(icmp.checksum, fold(std::uint64_t{delta} + sum_bytes(&mac, sizeof mac)));
  option = mac;
  packet.ethernet().source = mac;
}

void take_claim(WorkerState& worker, const Batch& batch, HavipId havip, const NdMessage& message,
                Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  if (message.form == NdForm::kAnnouncement) {
    const auto delivery =
        owner::Delivery::of_source_ipv6(*message.mac, port.mac).value_or(owner::Delivery::port_mac());
    claim_by_announcement(worker, batch, havip, delivery, packet);
    show_stable_mac(message, packet);
  } else if (message.is_solicited && packet.ethernet().destination == kGatewayMac) {
    claim_by_answer(worker, batch, havip, message.mac.value_or(packet.ethernet().source));
  } else {
    claim_by_hint(worker, batch, havip);
  }
}

}  // namespace

void snoop_nd_of_vm(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  const NdMessage message = nd_message(packet);
  switch (message.form) {
    case NdForm::kProbe:
    case NdForm::kSolicitation:
      return answer_neighbour(worker, port, message, packet);
    case NdForm::kRouterSolicitation:
      return answer_router_question(worker, port, packet);
    case NdForm::kAnnouncement:
    case NdForm::kAdvertisement: {
      const std::uint8_t index = port.ipv6.index_of(message.target);
      if (port.ipv6.is_havip(index)) take_claim(worker, batch, port.ipv6[index].havip, message, packet);
      // To the switch itself: done with. Otherwise on to resolve: flooded, or forwarded.
      if (is_switch_mac(packet.ethernet().destination)) packet.verdict = Verdict::kConsume;
      return;
    }
    case NdForm::kBad:
    case NdForm::kRouterAdvertisement:
    case NdForm::kRedirect:
      return;  // guard has dropped it
  }
}

void snoop_nd_of_uplink(WorkerState& worker, const UplinkRow& uplink, Packet& packet) noexcept {
  const NdMessage message = nd_message(packet);
  const bool asks = message.form == NdForm::kSolicitation || message.form == NdForm::kProbe;
  const bool advertises = message.form == NdForm::kAnnouncement || message.form == NdForm::kAdvertisement;
  if (message.form == NdForm::kBad) return packet.drop(DropReason::nd_bad);
  if (!asks && !advertises) {  // routers are configuration on the provider network
    packet.verdict = Verdict::kConsume;
    return;
  }
  const EipRow<Ipv6>* eip = worker.tables.ipv6.eips.lookup(message.target);
  const bool is_for_switch =
      asks && (uplink.ipv6.is_own_address(message.target) || (eip != nullptr && eip->has_target()));
  // Who asks us or answers us is a neighbour; from others only a change of the gateway's MAC matters. An
  // answer is told even if it brings nothing new: it keeps the entry alive. A MAC that is known is replaced
  // only by an advertisement that says so (RFC 4861 7.2.5).
  const Ipv6 sender = asks ? packet.ipv6().source.get() : message.target;
  const bool is_answer =
      advertises && message.is_solicited && uplink.ipv6.is_own_address(packet.ipv6().destination);
  const bool is_gateway = sender == uplink.ipv6.gateway;
  if (message.mac && (is_for_switch || is_answer || is_gateway) &&
      (is_gateway || uplink.ipv6.is_on_link(sender))) {
    const Mac known = neighbour_mac(worker, uplink, sender);
    const bool may_replace = asks || message.is_override || known.is_zero();
    const bool is_news = known == *message.mac ? is_answer : may_replace;
    if (is_news) report_neighbour(worker, uplink, sender, *message.mac);
  }
  if (!asks) {
    packet.verdict = Verdict::kConsume;
  } else if (is_for_switch) {
    answer(worker, packet, message.target, uplink.mac);
  } else {
    packet.drop(DropReason::nd_unknown_target);
  }
}

}  // namespace vipswitch::stage
