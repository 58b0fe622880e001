#include "dataplane/owner/vrrp.h"

#include <cstring>
#include <type_traits>

#include "vipswitch/checksum.h"
#include "vipswitch/wire.h"

namespace vipswitch::owner {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The header at the start of `bytes`, which are proven to be long enough. A copy: it costs one or two loads.
template <class Header>
Header header_of(Bytes bytes) noexcept {
  Header header;
  std::memcpy(static_cast<void*>(&header), bytes.data(), sizeof header);
  return header;
}

constexpr std::uint8_t kTypeAdvertisement = 1;
constexpr std::uint8_t kLinkLocalTtl = 255;
constexpr std::size_t kAuthDataSize = 8;  // v2: there for every authentication type (RFC 3768 5.3.10)
constexpr std::uint8_t kAuthHeaderType = 2, kMaxAuthType = 2;

// CARP shares the protocol number and the first byte of a v2 advert; its authentication length of 7 stands
// where VRRP counts addresses, and 7 addresses would not fit. Read as VRRP it would resign.
bool is_carp(const VrrpPacket<Ipv4>& packet) noexcept {
  constexpr std::size_t kCarpSize = 36;
  const Bytes payload = packet.payload;
  return packet.protocol == wire::kProtoVrrp && payload.size() == kCarpSize && payload[0] == 0x21 &&
         payload[3] == 7;
}

// What stands behind the authentication header; nothing if that does not fit. The integrity check value
// cannot be verified without the guests' key.
std::optional<Bytes> strip_authentication_header(Bytes payload) noexcept {
  if (payload.size() < sizeof(wire::AuthenticationHeader)) return std::nullopt;
  const auto header = header_of<wire::AuthenticationHeader>(payload);
  const std::size_t size_bytes = (std::size_t{header.length} + 2) * 4;
  if (header.next_header != wire::kProtoVrrp) return std::nullopt;
  if (size_bytes < sizeof(wire::AuthenticationHeader) || size_bytes > payload.size()) return std::nullopt;
  return payload.subspan(size_bytes);
}

template <class Address>
constexpr Address kGroup;
template <>
constexpr Ipv4 kGroup<Ipv4> = wire::kVrrpGroup;
template <>
constexpr Ipv6 kGroup<Ipv6> = wire::kVrrpGroup6;

bool is_other_group(Ipv4 destination) noexcept {
  return destination.is_multicast() || destination.is_limited_broadcast();
}

bool is_other_group(const Ipv6& destination) noexcept {
  return destination.is_multicast();
}

// RFC 9568 7.1: a TTL of 255 proves that a multicast advert was sent on this link. Unicast peers may be
// routed.
template <class Address>
std::optional<LearnCounter> check_destination(const VrrpPacket<Address>& packet) noexcept {
  if (packet.destination == kGroup<Address>) {
    if (packet.hop_limit != kLinkLocalTtl) return LearnCounter::vrrp_bad_ttl;
    return std::nullopt;
  }
  if (is_other_group(packet.destination)) return LearnCounter::vrrp_bad_dst;
  return std::nullopt;
}

template <class Address>
std::uint64_t sum_pseudo_header_of(const VrrpPacket<Address>& packet, const Address& destination,
                                   std::size_t length) noexcept {
  return sum_pseudo_header(packet.source, destination, wire::kProtoVrrp, static_cast<std::uint16_t>(length));
}

// `whole` is the VRRP payload, of which the advert proper takes the first size_bytes; likewise below.
std::optional<VrrpChecksumForm> match_v3_checksum(const VrrpPacket<Ipv4>& packet, Bytes whole,
                                                  std::size_t size_bytes) noexcept {
  const std::uint64_t sum = sum_bytes(whole.data(), size_bytes);
  if (is_right_sum(sum + sum_pseudo_header_of(packet, packet.destination, size_bytes))) {
    return VrrpChecksumForm::kPseudoHeader;
  }
  if (is_right_sum(sum)) return VrrpChecksumForm::kPlain;
  if (packet.destination != wire::kVrrpGroup &&
      is_right_sum(sum + sum_pseudo_header_of(packet, wire::kVrrpGroup, size_bytes))) {
    return VrrpChecksumForm::kPseudoHeaderMulticast;
  }
  if (whole.size() > size_bytes) {
    const std::uint64_t whole_sum = sum_bytes(whole.data(), whole.size());
    if (is_right_sum(whole_sum) ||
        is_right_sum(whole_sum + sum_pseudo_header_of(packet, packet.destination, whole.size()))) {
      return VrrpChecksumForm::kWholePayload;
    }
  }
  return std::nullopt;
}

// ICMPv6's rule for all of IPv6: the pseudo-header is always there (RFC 8200 8.1).
std::optional<VrrpChecksumForm> match_v3_checksum(const VrrpPacket<Ipv6>& packet, Bytes whole,
                                                  std::size_t size_bytes) noexcept {
  const auto is_right_over = [&](std::size_t size) {
    return is_right_sum(sum_bytes(whole.data(), size) +
                        sum_pseudo_header_of(packet, packet.destination, size));
  };
  if (is_right_over(size_bytes)) return VrrpChecksumForm::kPseudoHeader;
  if (whole.size() > size_bytes && is_right_over(whole.size())) return VrrpChecksumForm::kWholePayload;
  return std::nullopt;
}

std::uint32_t interval_ms(const wire::Vrrp& header) noexcept {
  if (header.version() == 2) return std::uint32_t{header.interval_low} * 1000;
  // RFC 9568 5.2.7: 12 bits, in centiseconds; the 4 bits above are reserved and ignored.
  return ((header.auth_type & 0x0fu) << 8 | header.interval_low) * 10;
}

// Version 3 has none: the bits belong to the interval.
VrrpAuth auth_of(const wire::Vrrp& header) noexcept {
  return header.version() == 2 ? static_cast<VrrpAuth>(header.auth_type & 3) : VrrpAuth::kNone;
}

// An authentication header goes with authentication type 2 and with nothing else; version 3 knows none.
bool is_authentication_consistent(const wire::Vrrp& header, std::uint8_t ip_protocol) noexcept {
  const bool has_header = ip_protocol == wire::kProtoAh;
  if (header.version() == 3) return !has_header;
  return header.auth_type <= kMaxAuthType && (header.auth_type == kAuthHeaderType) == has_header;
}

}  // namespace

template <class Address>
std::optional<LearnCounter> parse_vrrp(const VrrpPacket<Address>& packet,
                                       VrrpAdvert<Address>& advert) noexcept {
  constexpr bool kIsIpv4 = std::is_same_v<Address, Ipv4>;
  Bytes payload = packet.payload;
  if constexpr (kIsIpv4) {
    if (is_carp(packet)) return LearnCounter::rx_carp;
    if (packet.protocol == wire::kProtoAh) {
      const std::optional<Bytes> inner = strip_authentication_header(payload);
      if (!inner) return LearnCounter::ah_bad;
      payload = *inner;
    }
  }
  if (payload.size() < sizeof(wire::Vrrp)) return LearnCounter::vrrp_bad_len;
  const auto header = header_of<wire::Vrrp>(payload);
  if (header.version() != 3 && !(kIsIpv4 && header.version() == 2)) return LearnCounter::vrrp_bad_version;
  if (header.type() != kTypeAdvertisement) return LearnCounter::vrrp_bad_type;
  if (const auto failure = check_destination(packet)) return failure;

  const std::size_t addresses_size = header.address_count * sizeof(Address);
  const std::size_t size_bytes =
      sizeof(wire::Vrrp) + addresses_size + (header.version() == 2 ? kAuthDataSize : 0);
  if (payload.size() < size_bytes) return LearnCounter::vrrp_bad_len;

  std::optional<VrrpChecksumForm> form = VrrpChecksumForm::kPlain;
  if (header.version() == 3) {
    form = match_v3_checksum(packet, payload, size_bytes);
  } else if (!is_right_sum(sum_bytes(payload.data(), size_bytes))) {
    form = std::nullopt;
  }
  if (!form) return LearnCounter::vrrp_bad_checksum;

  advert.version = header.version();
  advert.vrid = header.vrid;
  advert.priority = header.priority;
  advert.checksum_form = *form;
  advert.interval_ms = interval_ms(header);
  advert.auth = auth_of(header);
  advert.addresses = VrrpAddressList<Address>(payload.subspan(sizeof(wire::Vrrp), addresses_size));
  if (advert.vrid == 0) return LearnCounter::vrrp_bad_vrid;
  if (advert.interval_ms == 0) return LearnCounter::vrrp_bad_interval;
  if (!is_authentication_consistent(header, packet.protocol)) return LearnCounter::vrrp_bad_auth;
  return std::nullopt;
}

template std::optional<LearnCounter> parse_vrrp(const VrrpPacket<Ipv4>&, VrrpAdvert<Ipv4>&) noexcept;
template std::optional<LearnCounter> parse_vrrp(const VrrpPacket<Ipv6>&, VrrpAdvert<Ipv6>&) noexcept;

}  // namespace vipswitch::owner
