#include "dataplane/icmp_quote.h"

#include "dataplane/ipv6_extensions.h"
#include "dataplane/owner/neighbour_discovery.h"

namespace vipswitch {
namespace {

std::size_t quote_offset(const Packet& packet) noexcept {
  return packet.l4_offset + sizeof(wire::Icmp);
}

// Where the quoted packet's transport header begins, as far as the quote tells.
struct QuotedTransport {
  PacketKind kind;
  std::uint8_t protocol = wire::kProtoNone;
  std::size_t offset = 0;
};

QuotedTransport transport_of(const wire::Ipv4Header& ip, std::size_t offset, const PacketView&) noexcept {
  if ((ip.flags_and_offset.get().host() & wire::kIpv4OffsetMask) != 0) return {PacketKind::kIpv4};
  return {PacketKind::kIpv4, ip.protocol, offset + ip.header_length()};
}

// A quote may end anywhere; where its extension headers cannot be walked no transport is found.
QuotedTransport transport_of(const wire::Ipv6Header& ip, std::size_t offset,
                             const PacketView& view) noexcept {
  Ipv6Walk walk{offset + sizeof ip, ip.next_header};
  if (walk_extensions(view, view.size(), walk) || walk.fragment == Fragment::kLater) {
    return {PacketKind::kIpv6};
  }
  return {PacketKind::kIpv6, walk.protocol, walk.offset};
}

std::uint16_t change_of(std::uint16_t before, std::uint16_t after) noexcept {
  return checksum_delta(Be16::from_wire(before), Be16::from_wire(after));
}

// What the quote's transport checksum changes by; 0 if the quote ends before it.
std::uint16_t update_transport(const PacketView& view, const QuotedTransport& transport,
                               std::uint16_t delta) noexcept {
  const std::size_t field_offset = l4_checksum_field(transport.kind, transport.protocol);
  if (field_offset == 0) return 0;
  auto* field = view.header_at<wire::Field<std::uint16_t>>(transport.offset + field_offset);
  if (field == nullptr) return 0;
  const std::uint16_t before = *field;
  *field = updated_l4_checksum(transport.protocol, before, delta);
  return change_of(before, *field);
}

std::uint16_t update_header(wire::Ipv4Header& ip, std::uint16_t delta) noexcept {
  const std::uint16_t before = ip.checksum;
  ip.checksum = update_checksum(before, delta);
  return change_of(before, ip.checksum);
}

std::uint16_t update_header(wire::Ipv6Header&, std::uint16_t) noexcept {
  return 0;
}

bool has_sane_length(const wire::Ipv4Header& ip) noexcept {
  return ip.header_length() >= sizeof ip;
}

bool has_sane_length(const wire::Ipv6Header&) noexcept {
  return true;
}

template <class Address>
auto* quoted_header(const Packet& packet) noexcept {
  using Header = std::conditional_t<std::is_same_v<Address, Ipv4>, wire::Ipv4Header, wire::Ipv6Header>;
  return packet.ip_view().header_at<Header>(quote_offset(packet));
}

}  // namespace

IcmpClass classify_icmp(const Packet& packet) noexcept {
  const bool is_ipv4 = packet.kind == PacketKind::kIpv4;
  if (packet.protocol != (is_ipv4 ? wire::kProtoIcmp : wire::kProtoIcmp6) ||
      packet.fragment == Fragment::kLater) {
    return IcmpClass::kNoError;
  }
  const auto* icmp = packet.ip_view().header_at<wire::Icmp>(packet.l4_offset);
  if (icmp == nullptr) return IcmpClass::kNoError;
  if (!is_ipv4) {
    if (owner::is_nd_type(icmp->type)) return IcmpClass::kLinkScoped;
    // All types below are errors, known or not, and quote a packet (RFC 4443 2.1, 2.4 c).
    return icmp->type < wire::kIcmp6EchoRequest ? IcmpClass::kError : IcmpClass::kNoError;
  }
  switch (icmp->type) {
    case wire::kIcmpUnreachable:
    case wire::kIcmpTimeExceeded:
    case wire::kIcmpParameterProblem:
      return IcmpClass::kError;
    case wire::kIcmpSourceQuench:
    case wire::kIcmpRedirect:
      return IcmpClass::kLinkScoped;
    default:
      return IcmpClass::kNoError;
  }
}

template <class Address>
std::optional<Address> quoted_address(const Packet& packet, Side side) noexcept {
  constexpr unsigned kVersion = std::is_same_v<Address, Ipv4> ? 4 : 6;
  const auto* ip = quoted_header<Address>(packet);
  if (ip == nullptr || ip->version() != kVersion || !has_sane_length(*ip)) return std::nullopt;
  return side == Side::kSource ? ip->source.get() : ip->destination.get();
}

template <class Address>
void translate_quote(Packet& packet, Side side, const AddressRewrite<Address>& rewrite) noexcept {
  const PacketView view = packet.ip_view();
  auto& ip = *quoted_header<Address>(packet);
  const QuotedTransport transport = transport_of(ip, quote_offset(packet), view);
  set_address(ip, side, rewrite.to);
  std::uint16_t delta = combine_deltas(rewrite.delta, update_header(ip, rewrite.delta));
  delta = combine_deltas(delta, update_transport(view, transport, rewrite.delta));
  auto& icmp = *view.header_at<wire::Icmp>(packet.l4_offset);
  icmp.checksum = update_checksum(icmp.checksum, delta);
}

template std::optional<Ipv4> quoted_address<Ipv4>(const Packet&, Side) noexcept;
template std::optional<Ipv6> quoted_address<Ipv6>(const Packet&, Side) noexcept;
template void translate_quote(Packet&, Side, const AddressRewrite<Ipv4>&) noexcept;
template void translate_quote(Packet&, Side, const AddressRewrite<Ipv6>&) noexcept;

}  // namespace vipswitch
