#include "control/trace/complete_frame.h"

#include "control/model/families.h"
#include "control/model/words.h"
#include "control/text/make_error.h"
#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

// A host on the internet (RFC 5737, RFC 3849), for packets of the uplink that name no source.
constexpr Ipv4 kClient{192, 0, 2, 10};
constexpr Ipv6 kClient6 = Ipv6::from_groups({0x2001, 0xdb8, 0xc11e, 0, 0, 0, 0, 0x10});
constexpr Mac kUnknownRouterMac{0x02, 0, 0, 0, 0, 0x01};

// --- by family

Ipv4 client(Ipv4) {
  return kClient;
}
Ipv6 client(const Ipv6&) {
  return kClient6;
}

Ipv4 vrrp_group(Ipv4) {
  return wire::kVrrpGroup;
}
Ipv6 vrrp_group(const Ipv6&) {
  return wire::kVrrpGroup6;
}

// Guests send adverts over IPv6 from their link-local address (RFC 9568 5.1.2.1), and have no other without
// one of their own.
Ipv4 own_address(const model::Port& port, const Mac&, FrameKind, Ipv4) {
  return port.ipv4.value_or(Ipv4());
}
Ipv6 own_address(const model::Port& port, const Mac& mac, FrameKind kind, const Ipv6&) {
  return kind == FrameKind::kVrrp ? link_local_of(mac) : port.ipv6.value_or(link_local_of(mac));
}

bool has_address(const model::Port& port, Ipv4) {
  return port.ipv4.has_value();
}
// At least the link-local one.
bool has_address(const model::Port&, const Ipv6&) {
  return true;
}

Mac group_mac(FrameKind kind, Ipv4 destination) {
  const bool is_arp = kind == FrameKind::kQuestion || kind == FrameKind::kAnnouncement;
  if (is_arp || destination.is_limited_broadcast()) return Mac::broadcast();
  return destination.is_multicast() ? Mac::of_multicast(destination) : Mac();
}
Mac group_mac(FrameKind kind, const Ipv6& destination) {
  if (kind == FrameKind::kQuestion) return Mac::of_multicast(destination.solicited_node());
  if (kind == FrameKind::kAnnouncement) return Mac::of_multicast(Ipv6::all_nodes());
  return destination.is_multicast() ? Mac::of_multicast(destination) : Mac();
}

// --- by port

// The answer that the guest's own question would get; for what has none, the gateway's.
template <class Address>
Mac neighbour_mac(const Registry& registry, const PortEntry& port, const Address& destination) {
  const auto is_neighbour = [&](const auto& entry) {
    return entry.second.spec.subnet == port.spec.subnet &&
           model::part_of<Address>(entry.second.spec) == destination;
  };
  for (const auto& entry : registry.havips) {
    if (is_neighbour(entry)) return stable_mac(destination);
  }
  for (const auto& entry : registry.ports) {
    if (is_neighbour(entry)) return entry.second.spec.mac;
  }
  return kGatewayMac;
}

template <class Address>
void complete_of_vm(FrameSpec& spec, const Address& destination, const PortEntry& port,
                    const Registry& registry) {
  if (!spec.source_mac) spec.source_mac = port.spec.mac;
  if (!spec.source) spec.source = own_address(port.spec, *spec.source_mac, spec.kind, destination);
  if (!spec.destination_mac) spec.destination_mac = neighbour_mac(registry, port, destination);
}

template <class Address>
void complete_of_uplink(FrameSpec& spec, const Address& destination, const model::Uplink& uplink,
                        const UplinkRow& row) {
  const Mac router = row.of<Address>().gateway_mac;
  if (!spec.source_mac) spec.source_mac = router.is_zero() ? kUnknownRouterMac : router;
  if (!spec.destination_mac) spec.destination_mac = uplink.mac;
  const bool is_of_router = spec.kind == FrameKind::kQuestion;
  if (!spec.source)
    spec.source = is_of_router ? model::gateway_of<Address>(uplink).value_or(Address()) : client(destination);
}

}  // namespace

Result<FrameSpec> complete_frame(FrameSpec spec, std::string_view port, const Registry& registry,
                                 const Tables& tables) {
  return std::visit(
      [&](auto destination) -> Result<FrameSpec> {
        if (spec.kind == FrameKind::kVrrp) destination = vrrp_group(destination);
        spec.destination = destination;
        const Mac group = group_mac(spec.kind, destination);
        if (!spec.destination_mac && !group.is_zero()) spec.destination_mac = group;
        if (port == kUplinkName) {
          const UplinkRow& row = *tables.uplink.load(std::memory_order_relaxed);
          complete_of_uplink(spec, destination, registry.uplink->spec, row);
        } else {
          const PortEntry& entry = registry.ports.find(port)->second;
          if (!spec.source && !has_address(entry.spec, destination) && spec.kind != FrameKind::kAnnouncement)
            return make_error(ErrorCode::invalid_argument,
                              "from: port \"{}\" has no {} address of its own, expected from SOURCE", port,
                              model::family_word(family_of(spec.destination)));
          complete_of_vm(spec, destination, entry, registry);
        }
        return spec;
      },
      IpAddress(spec.destination));
}

}  // namespace vipswitch
