#include "dataplane/stage/guard_ipv6.h"

#include "dataplane/nd_view.h"
#include "dataplane/stage/guard_foreign.h"

namespace vipswitch::stage {
namespace {

using owner::NdForm;
using owner::NdMessage;

// RFC 2710 and RFC 3810: what a host says of its groups before it has an address.
constexpr bool is_mld(std::uint8_t icmp6_type) noexcept {
  return icmp6_type == 131 || icmp6_type == 132 || icmp6_type == 143;
}

bool may_send_unspecified_ipv6(const Packet& packet) noexcept {
  const std::uint8_t type = icmp6_type(packet);
  return type == wire::kIcmp6NeighbourSolicitation || type == wire::kIcmp6RouterSolicitation || is_mld(type);
}

// Link-local addresses are the guests' own affair, but for those that are configured and those that another
// port of the subnet makes from its MAC.
bool is_free_link_local(const WorkerState& worker, const PortRow& port, const Ipv6& address) noexcept {
  if (!address.is_link_local() || address == kGatewayLinkLocal ||
      worker.tables.ipv6.lookup_endpoint(port.vpc, address).exists()) {
    return false;
  }
  const auto mac = mac_of_link_local(address);
  return !mac || *mac == port.mac || worker.tables.macs.lookup(MacKey(port.subnet, *mac)) == 0;
}

bool is_virtual_mac_allowed(const WorkerState& worker, const PortRow& port, const Packet& packet,
                            const Mac& mac) noexcept {
  const std::uint8_t vrid = mac.bytes()[5];
  return adverts_from(port, mac, worker.now_ms) ||
         (mac == Mac::vrrp_ipv6(vrid) && may_use_virtual_mac_ipv6(worker, port, packet, vrid));
}

void guard_advertisement(WorkerState& worker, const PortRow& port, const NdMessage& message,
                         Packet& packet) noexcept {
  if (port.ipv6.index_of(message.target) == kNoSource && !is_free_link_local(worker, port, message.target)) {
    const bool is_gateway = message.target == kGatewayLinkLocal;
    return packet.drop(is_gateway
                           ? DropReason::claim_gateway
                           : foreign_address(worker, port, message.target, DropReason::spoofed_nd, true));
  }
  if (message.mac && *message.mac != port.mac &&
      !is_virtual_mac_allowed(worker, port, packet, *message.mac)) {
    packet.drop(DropReason::spoofed_nd);
  }
}

void guard_nd(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  const NdMessage message = nd_message(packet);
  switch (message.form) {
    case NdForm::kBad:
      worker.count(LearnCounter::na_bad);
      return packet.drop(DropReason::nd_bad);
    case NdForm::kRouterAdvertisement:
    case NdForm::kRedirect:
      return packet.drop(DropReason::ra_guard);
    case NdForm::kAnnouncement:
    case NdForm::kAdvertisement:
      return guard_advertisement(worker, port, message, packet);
    case NdForm::kProbe:
    case NdForm::kSolicitation:
    case NdForm::kRouterSolicitation:
      if (message.mac && *message.mac != port.mac &&
          !is_virtual_mac_allowed(worker, port, packet, *message.mac)) {
        packet.drop(DropReason::spoofed_nd);
      }
      return;
  }
}

}  // namespace

bool may_use_virtual_mac_ipv6(const WorkerState& worker, const PortRow& port, const Packet& packet,
                              std::uint8_t vrid) noexcept {
  if (packet.kind != PacketKind::kIpv6 || !port.ipv6.has_havips()) return false;
  if (packet.protocol == wire::kProtoVrrp && packet.fragment == Fragment::kWhole) {
    const auto* vrrp = packet.ip_view().header_at<wire::Vrrp>(packet.l4_offset);
    return vrrp != nullptr && vrrp->vrid == vrid;
  }
  if (is_nd(packet)) {
    const NdMessage message = nd_message(packet);
    const bool is_advertisement =
        message.form == NdForm::kAnnouncement || message.form == NdForm::kAdvertisement;
    if (is_advertisement && port.ipv6.is_havip(port.ipv6.index_of(message.target))) return true;
  }
  return owns_with_virtual_mac<Ipv6>(worker, port, vrid);
}

void guard_uncommon_ipv6(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  const Ipv6 source = packet.ipv6().source;
  const bool is_foreign = packet.source_index == kNoSource && !is_free_link_local(worker, port, source) &&
                          !(source.is_unspecified() && may_send_unspecified_ipv6(packet)) &&
                          !(is_forwarded(port, packet, source) && !is_nd(packet));
  // What is announced says more than where it is sent from: tools that spoof put one address in both places.
  if (is_nd(packet)) [[unlikely]]
    guard_nd(worker, port, packet);
  if (is_foreign && packet.is_pending())
    packet.drop(foreign_address(worker, port, source, DropReason::spoofed_ip, false));
}

}  // namespace vipswitch::stage
