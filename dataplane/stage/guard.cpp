#include "dataplane/stage/guard.h"

#include "dataplane/nd_view.h"
#include "dataplane/owner/arp_claim.h"
#include "dataplane/owner_claim.h"
#include "dataplane/owner_report.h"
#include "dataplane/stage/guard_foreign.h"
#include "dataplane/stage/guard_ipv6.h"

namespace vipswitch::stage {
namespace {

constexpr std::uint16_t kDhcpClientPort = 68, kDhcpServerPort = 67;

bool is_vrrp_of(const Packet& packet, std::uint8_t vrid) noexcept {
  if (packet.kind != PacketKind::kIpv4) return false;
  std::size_t offset = packet.l4_offset;
  if (packet.protocol == wire::kProtoAh) {
    const auto* ah = packet.ip_view().header_at<wire::AuthenticationHeader>(offset);
    if (ah == nullptr || ah->next_header != wire::kProtoVrrp) return false;
    offset += (std::size_t{ah->length} + 2) * 4;
  } else if (packet.protocol != wire::kProtoVrrp) {
    return false;
  }
  const auto* vrrp = packet.ip_view().header_at<wire::Vrrp>(offset);
  return vrrp != nullptr && vrrp->vrid == vrid;
}

bool speaks_arp_for_havip(const Packet& packet, const PortRow& port) noexcept {
  if (packet.kind != PacketKind::kArp) return false;
  return port.ipv4.is_havip(port.ipv4.index_of(packet.arp().sender_ip));
}

// 00:00:5e:00:00:VHID. CARP's adverts look like VRRP's; snoop tells them apart, and refuses VRRP from there.
constexpr bool is_carp_mac(const Mac& mac) noexcept {
  return mac == Mac{0x00, 0x00, 0x5e, 0x00, 0x00, mac.bytes()[5]};
}

bool may_use_virtual_mac(const WorkerState& worker, const PortRow& port, const Packet& packet,
                         const Mac& mac) noexcept {
  const std::uint8_t vrid = mac.bytes()[5];
  if (adverts_from(port, mac, worker.now_ms)) return true;
  if (mac == Mac::vrrp_ipv6(vrid)) return may_use_virtual_mac_ipv6(worker, port, packet, vrid);
  if (!port.ipv4.has_havips()) return false;
  if (is_carp_mac(mac)) return packet.kind == PacketKind::kIpv4 && packet.protocol == wire::kProtoVrrp;
  if (mac != Mac::vrrp_ipv4(vrid)) return false;
  return is_vrrp_of(packet, vrid) || speaks_arp_for_havip(packet, port) ||
         owns_with_virtual_mac<Ipv4>(worker, port, vrid);
}

bool may_send_unspecified(const Packet& packet) noexcept {
  if (packet.protocol == wire::kProtoIgmp) return true;
  const auto* udp = packet.ip_view().header_at<wire::Udp>(packet.l4_offset);
  return packet.protocol == wire::kProtoUdp && packet.fragment == Fragment::kWhole && udp != nullptr &&
         udp->source_port.get().host() == kDhcpClientPort &&
         udp->destination_port.get().host() == kDhcpServerPort;
}

void guard_ipv4(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  packet.source_index = port.ipv4.index_of(packet.source);
  if (packet.source_index != kNoSource) return;
  if (packet.source.is_unspecified() && may_send_unspecified(packet)) return;
  if (is_forwarded(port, packet, packet.source)) return;
  packet.drop(foreign_address(worker, port, packet.source, DropReason::spoofed_ip, false));
}

void guard_ipv6(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  packet.source_index = port.ipv6.index_of(packet.ipv6().source);
  if (packet.source_index == kNoSource || is_nd(packet)) guard_uncommon_ipv6(worker, port, packet);
}

// Network load balancing of Windows announces a multicast MAC, which no switch may learn.
void notice_bad_sender(WorkerState& worker, const PortRow& port, const wire::Arp& arp) noexcept {
  worker.count(LearnCounter::arp_sha_bad);
  const std::uint8_t index = port.ipv4.index_of(arp.sender_ip);
  if (port.ipv4.is_havip(index) && arp.sender_mac.is_group())
    give_notice(worker, port.ipv4[index].havip, port.id, Notice::kNlbUnsupported);
}

void guard_arp(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  const wire::Arp& arp = packet.arp();
  const owner::ArpForm form = owner::classify_arp(arp, packet.ethernet().destination);
  if (form == owner::ArpForm::kBadSenderMac) notice_bad_sender(worker, port, arp);
  if (form == owner::ArpForm::kBad || form == owner::ArpForm::kBadSenderMac) {
    return packet.drop(DropReason::arp_bad);
  }
  const Ipv4 sender = arp.sender_ip;
  packet.source_index = port.ipv4.index_of(sender);
  if (packet.source_index == kNoSource && !sender.is_unspecified()) {
    const DropReason why = foreign_address(worker, port, sender, DropReason::spoofed_arp, true);
    // A router asks from whichever of its addresses it answers with.
    const bool may_ask = why == DropReason::spoofed_arp && form == owner::ArpForm::kRequest &&
                         port.forwards && may_be_forwarded(sender);
    if (!may_ask) return packet.drop(why);
  }
  if (arp.sender_mac != port.mac && !may_use_virtual_mac(worker, port, packet, arp.sender_mac)) {
    packet.drop(DropReason::spoofed_arp);
  }
}

// The uplink's device is promiscuous, since its MAC need not be the switch's; what is for others is not for
// us. IP that came by broadcast or multicast is not forwarded either (RFC 1812 5.3.4).
void guard_uplink(const PortRow& uplink, Batch& batch) noexcept {
  for (Packet& packet : batch) {
    if (!packet.is_pending() || packet.ethernet().destination == uplink.mac) [[likely]]
      continue;
    const bool asks_everybody = packet.is_group && (packet.kind == PacketKind::kArp || is_nd(packet));
    if (!asks_everybody) packet.drop(DropReason::foreign_mac);
  }
}

// Whether the port may send a packet of whatever kind, by all rules.
[[gnu::noinline]] void guard_any(WorkerState& worker, const PortRow& port, Packet& packet,
                                 bool& seeks_owner) noexcept {
  const Mac& source = packet.ethernet().source;
  if (source != port.mac && !may_use_virtual_mac(worker, port, packet, source)) {
    packet.drop(DropReason::spoofed_mac);
  } else if (packet.kind == PacketKind::kIpv4) {
    guard_ipv4(worker, port, packet);
    seeks_owner |= hints_at_owner<Ipv4>(worker, port, packet);
  } else if (packet.kind == PacketKind::kIpv6) {
    guard_ipv6(worker, port, packet);
    seeks_owner |= hints_at_owner<Ipv6>(worker, port, packet);
  } else if (packet.kind == PacketKind::kArp) {
    guard_arp(worker, port, packet);
  }
}

// The same of what most packets are: from the port's MAC and one of its addresses, its own before all. False,
// and nothing decided: it is something else.
template <class Address>
[[gnu::always_inline]] inline bool guard_common(const WorkerState& worker, const PortRow& port,
                                                const Address* own, Packet& packet,
                                                bool& seeks_owner) noexcept {
  if (!packet.is_pending_unicast_of<Address>() || packet.ethernet().source != port.mac) return false;
  if constexpr (std::is_same_v<Address, Ipv6>) {
    if (is_nd(packet)) [[unlikely]]
      return false;
  }
  const Address source = packet.source_of<Address>();
  if (own != nullptr && source == *own) {
    packet.source_index = 0;
    return true;
  }
  packet.source_index = port.of<Address>().index_of(source);
  if (packet.source_index == kNoSource) [[unlikely]]
    return false;
  seeks_owner |= hints_at_owner<Address>(worker, port, packet);
  return true;
}

}  // namespace

void guard(WorkerState& worker, Batch& batch) noexcept {
  const PortRow& port = *batch.ingress;
  if (port.role == PortRole::kUplink) return guard_uplink(port, batch);
  // Two, since what guard_any() has a reference to would be in memory for every packet.
  bool seeks_owner = false, uncommon_seeks_owner = false;
  const Ipv4* const own_ipv4 = port.ipv4.own();
  const Ipv6* const own_ipv6 = port.ipv6.own();
  for (Packet& packet : batch) {
    if (guard_common(worker, port, own_ipv4, packet, seeks_owner)) continue;
    if (batch.has_ipv6() && guard_common(worker, port, own_ipv6, packet, seeks_owner)) continue;
    if (packet.is_pending()) guard_any(worker, port, packet, uncommon_seeks_owner);
  }
  batch.seeks_owner = seeks_owner || uncommon_seeks_owner;
  batch.has_control_packets |= batch.seeks_owner;
}

}  // namespace vipswitch::stage
