#pragma once

// The part of guard that names why a packet is dropped which speaks for an address that is not its port's.

#include "dataplane/owner_report.h"
#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// One lookup; only for packets that are dropped anyway. `nobodys` is the reason if it is no claim.
template <class Address>
DropReason foreign_address(WorkerState& worker, const PortRow& port, const Address& address,
                           DropReason nobodys, bool is_announcement) noexcept {
  const EndpointRef endpoint = worker.tables.of<Address>().lookup_endpoint(port.vpc, address);
  switch (endpoint.kind()) {
    case EndpointKind::kHavip:
      give_notice(worker, endpoint.havip(), port.id, Notice::kClaimUnbound);
      return DropReason::claim_unbound;
    case EndpointKind::kGateway:
      return is_announcement ? DropReason::claim_gateway : nobodys;
    case EndpointKind::kPort:
      return is_announcement ? DropReason::claim_foreign : nobodys;
    case EndpointKind::kNone:
      break;
  }
  return nobodys;
}

constexpr bool may_be_forwarded(Ipv4 source) noexcept {
  return !source.is_unspecified() && !source.is_loopback() && !source.is_multicast() &&
         !source.is_limited_broadcast();
}
constexpr bool may_be_forwarded(const Ipv6& source) noexcept {
  return !source.is_unspecified() && !source.is_loopback() && !source.is_multicast() &&
         !source.is_link_local();
}

// Whether the port may pass on what has this source, which is not its own: data, never what claims HAVIPs.
template <class Address>
bool is_forwarded(const PortRow& port, const Packet& packet, const Address& source) noexcept {
  return port.forwards && packet.protocol != wire::kProtoVrrp && may_be_forwarded(source);
}

// Whether the port's own adverts use this virtual MAC, of whichever family: a new owner speaks from it before
// data follows, one that is outranked answers what it got, and addresses of the other family are announced
// from it.
inline bool adverts_from(const PortRow& port, const Mac& mac, TimeMs now) noexcept {
  const std::uint8_t vrid = mac.bytes()[5];
  if (port.spoken == nullptr) return false;
  if (mac == Mac::vrrp_ipv4(vrid)) return port.spoken->uses_virtual_mac({Family::kIpv4, vrid}, now);
  return mac == Mac::vrrp_ipv6(vrid) && port.spoken->uses_virtual_mac({Family::kIpv6, vrid}, now);
}

// Whether a claim of the port made it the owner of one of its HAVIPs with this virtual MAC.
template <class Address>
bool owns_with_virtual_mac(const WorkerState& worker, const PortRow& port, std::uint8_t vrid) noexcept {
  for (const PortSource<Address>& source : port.of<Address>()) {
    if (!source.is_havip()) continue;
    const OwnerWord owner = worker.tables.havips.owner_word(source.havip);
    if (owner.is_port(port.id) && owner.has_virtual_mac() && owner.vrid() == vrid) return true;
  }
  return false;
}

}  // namespace vipswitch::stage
