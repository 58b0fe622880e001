#include "dataplane/stage/snoop_arp.h"

#include "dataplane/next_hop.h"
#include "dataplane/owner/arp_claim.h"
#include "dataplane/owner_claim.h"

namespace vipswitch::stage {
namespace {

// Turns a request into its reply: `mac` has the target's address.
void answer(Packet& packet, const Mac& mac) noexcept {
  wire::Arp& arp = packet.arp();
  const Ipv4 asked = arp.target_ip;
  arp.operation = Be16::from_host(wire::kArpReply);
  arp.target_mac = arp.sender_mac;
  arp.target_ip = arp.sender_ip.get();
  arp.sender_mac = mac;
  arp.sender_ip = asked;
  packet.ethernet().destination = arp.target_mac;
  packet.ethernet().source = mac;
  packet.verdict = Verdict::kAnswer;
}

void answer_for_havip(const WorkerState& worker, const PortRow& port, HavipId havip, owner::ArpForm form,
                      Packet& packet) noexcept {
  const HavipRow* row = worker.tables.havips.row(havip);
  if (row == nullptr || row->subnet != port.subnet) return packet.drop(DropReason::arp_unknown_target);
  const OwnerWord owner = worker.tables.havips.owner_word(havip);
  if (owner.location() == OwnerLocation::kUnknown) return packet.drop(DropReason::arp_no_owner);
  // A bound port that probes is about to take the address; an answer would fail its duplicate detection (RFC
  // 5227 2.1).
  const bool is_bound = port.ipv4.index_of(row->address) != kNoSource;
  if (owner.is_port(port.id) || (is_bound && form == owner::ArpForm::kProbe)) {
    return packet.drop(DropReason::arp_not_answered);
  }
  answer(packet, stable_mac(row->address));
}

void answer_request(const WorkerState& worker, const PortRow& port, owner::ArpForm form,
                    Packet& packet) noexcept {
  const EndpointRef target = worker.tables.ipv4.lookup_endpoint(port.vpc, packet.arp().target_ip);
  switch (target.kind()) {
    case EndpointKind::kHavip:
      return answer_for_havip(worker, port, target.havip(), form, packet);
    case EndpointKind::kGateway:
      if (target.subnet() != port.subnet) break;
      return answer(packet, kGatewayMac);
    case EndpointKind::kPort: {
      const PortRow* row = worker.tables.ports.find(target.port());
      if (row == nullptr || row->subnet != port.subnet) break;
      if (row->id == port.id) return packet.drop(DropReason::arp_not_answered);
      return answer(packet, row->mac);
    }
    case EndpointKind::kNone:
      break;
  }
  packet.drop(DropReason::arp_unknown_target);
}

// What neighbours learn from an announcement is the address's stable MAC, whoever owns it.
void show_stable_mac(Packet& packet) noexcept {
  wire::Arp& arp = packet.arp();
  const Mac mac = stable_mac(arp.sender_ip);
  arp.sender_mac = mac;
  packet.ethernet().source = mac;
}

void take_claim(WorkerState& worker, const Batch& batch, owner::ArpForm form, Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  const HavipId havip = port.ipv4[packet.source_index].havip;
  const wire::Arp& arp = packet.arp();
  if (form == owner::ArpForm::kAnnouncement) {
    const auto delivery =
        owner::Delivery::of_source(arp.sender_mac, port.mac).value_or(owner::Delivery::port_mac());
    claim_by_announcement(worker, batch, havip, delivery, packet);
    show_stable_mac(packet);
  } else if (form == owner::ArpForm::kReply && packet.ethernet().destination == kGatewayMac) {
    claim_by_answer(worker, batch, havip, arp.sender_mac);
  } else {
    claim_by_hint(worker, batch, havip);
  }
}

}  // namespace

void snoop_arp_of_vm(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  const owner::ArpForm form = owner::classify_arp(packet.arp(), packet.ethernet().destination);
  const bool speaks_for_havip = port.ipv4.is_havip(packet.source_index);
  if (speaks_for_havip) take_claim(worker, batch, form, packet);
  switch (form) {
    case owner::ArpForm::kProbe:
    case owner::ArpForm::kRequest:
      return answer_request(worker, port, form, packet);
    case owner::ArpForm::kReply:
      if (is_switch_mac(packet.ethernet().destination)) packet.verdict = Verdict::kConsume;
      return;
    case owner::ArpForm::kAnnouncement:
    case owner::ArpForm::kBad:
    case owner::ArpForm::kBadSenderMac:
      return;  // on to resolve: flooded, or forwarded by MAC
  }
}

void snoop_arp_of_uplink(WorkerState& worker, const UplinkRow& uplink, Packet& packet) noexcept {
  const wire::Arp& arp = packet.arp();
  const owner::ArpForm form = owner::classify_arp(arp, packet.ethernet().destination);
  if (form == owner::ArpForm::kBad || form == owner::ArpForm::kBadSenderMac)
    return packet.drop(DropReason::arp_bad);
  const Ipv4 sender = arp.sender_ip, target = arp.target_ip;
  const bool is_own_target = uplink.ipv4.is_own_address(target);
  const EipRow<Ipv4>* eip = worker.tables.ipv4.eips.lookup(target);
  const bool is_for_switch = is_own_target || (eip != nullptr && eip->has_target());
  // Who asks us or answers us is a neighbour; from others only a change of the gateway's MAC matters. An
  // answer is told even if it brings nothing new: it keeps the entry alive.
  const bool is_answer = form == owner::ArpForm::kReply && is_own_target;
  if (form != owner::ArpForm::kProbe && (is_for_switch || sender == uplink.ipv4.gateway) &&
      uplink.ipv4.is_on_link(sender) &&
      (is_answer || neighbour_mac(worker, uplink, sender) != arp.sender_mac)) {
    report_neighbour(worker, uplink, sender, arp.sender_mac);
  }
  switch (form) {
    case owner::ArpForm::kProbe:
    case owner::ArpForm::kRequest:
      return is_for_switch ? answer(packet, uplink.mac) : packet.drop(DropReason::arp_unknown_target);
    default:
      packet.verdict = Verdict::kConsume;
  }
}

}  // namespace vipswitch::stage
