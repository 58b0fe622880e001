#pragma once

// Addresses as strong types, stored in network byte order exactly as they stand in a frame, so that they can
// be parts of wire layouts and of hash keys. Ordering is numeric (RFC 5798 6.4.3 compares addresses that
// way). Text forms are in control/text/.

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>

#include "vipswitch/byte_order.h"

namespace vipswitch {

class Ipv4 {
 public:
  constexpr Ipv4() noexcept = default;
  explicit constexpr Ipv4(Be32 value) noexcept : value_(value) {}
  constexpr Ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept
      : value_(Be32::from_host((std::uint32_t{a} << 24) | (std::uint32_t{b} << 16) | (std::uint32_t{c} << 8) |
                               d)) {}

  static constexpr Ipv4 from_host(std::uint32_t value) noexcept { return Ipv4(Be32::from_host(value)); }
  static constexpr Ipv4 broadcast() noexcept { return from_host(0xffffffff); }

  constexpr std::uint32_t host() const noexcept { return value_.host(); }
  constexpr std::uint32_t wire() const noexcept { return value_.wire(); }
  constexpr Be32 value() const noexcept { return value_; }

  constexpr bool is_unspecified() const noexcept { return wire() == 0; }
  constexpr bool is_link_local() const noexcept { return (host() >> 16) == 0xa9fe; }
  constexpr bool is_multicast() const noexcept { return (host() >> 28) == 0xe; }
  constexpr bool is_limited_broadcast() const noexcept { return wire() == 0xffffffff; }
  constexpr bool is_loopback() const noexcept { return (host() >> 24) == 127; }

  constexpr bool operator==(const Ipv4&) const noexcept = default;
  constexpr auto operator<=>(const Ipv4& other) const noexcept { return host() <=> other.host(); }

 private:
  Be32 value_;
};

// std::array compares by a call of memcmp; of a constant length the compiler makes loads and a compare.
template <std::size_t N>
constexpr bool equal_bytes(const std::array<std::uint8_t, N>& a,
                           const std::array<std::uint8_t, N>& b) noexcept {
  if (std::is_constant_evaluated()) return a == b;
  return __builtin_memcmp(a.data(), b.data(), N) == 0;
}

class Ipv6 {
 public:
  constexpr Ipv6() noexcept = default;
  explicit constexpr Ipv6(const std::array<std::uint8_t, 16>& bytes) noexcept : bytes_(bytes) {}

  // Eight groups of 16 bits, as in the text form (RFC 4291 2.2).
  static constexpr Ipv6 from_groups(const std::array<std::uint16_t, 8>& groups) noexcept {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < groups.size(); ++i) {
      bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
      bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
    }
    return Ipv6(bytes);
  }
  // RFC 4291 2.5.5.2: how an IPv4 address stands where IPv6 ones do.
  static constexpr Ipv6 mapped(Ipv4 address) noexcept {
    const std::uint32_t h = address.host();
    return from_groups(
        {0, 0, 0, 0, 0, 0xffff, static_cast<std::uint16_t>(h >> 16), static_cast<std::uint16_t>(h)});
  }
  // RFC 4291 2.7.1: ff02::1, every node of the link.
  static constexpr Ipv6 all_nodes() noexcept { return from_groups({0xff02, 0, 0, 0, 0, 0, 0, 1}); }

  constexpr const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

  // The first and the last 64 bits as numbers.
  using Halves = std::array<std::uint64_t, 2>;
  constexpr Halves halves() const noexcept {
    const auto wire = std::bit_cast<Halves>(bytes_);
    return {Be64::from_wire(wire[0]).host(), Be64::from_wire(wire[1]).host()};
  }
  static constexpr Ipv6 from_halves(const Halves& halves) noexcept {
    const Halves wire{Be64::from_host(halves[0]).wire(), Be64::from_host(halves[1]).wire()};
    return Ipv6(std::bit_cast<std::array<std::uint8_t, 16>>(wire));
  }

  constexpr bool is_unspecified() const noexcept {
    const auto [first, second] = std::bit_cast<Halves>(bytes_);
    return (first | second) == 0;
  }
  constexpr bool is_loopback() const noexcept { return *this == from_groups({0, 0, 0, 0, 0, 0, 0, 1}); }
  constexpr bool is_multicast() const noexcept { return bytes_[0] == 0xff; }
  // RFC 4291 2.5.6: fe80::/10.
  constexpr bool is_link_local() const noexcept { return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80; }
  // RFC 4291 2.5.5.2: ::ffff:0:0/96.
  constexpr bool is_ipv4_mapped() const noexcept {
    const auto [high, low] = halves();
    return high == 0 && low >> 32 == 0xffff;
  }
  // The IPv4 address; only where is_ipv4_mapped().
  constexpr Ipv4 mapped_ipv4() const noexcept { return {bytes_[12], bytes_[13], bytes_[14], bytes_[15]}; }
  // RFC 4291 2.5.1: the low 64 bits.
  constexpr std::uint64_t interface_identifier() const noexcept { return halves()[1]; }
  // RFC 4291 2.7.1: the group of those who might have this address.
  constexpr Ipv6 solicited_node() const noexcept {
    Ipv6 group = from_groups({0xff02, 0, 0, 0, 0, 1, 0xff00, 0});
    for (std::size_t i = 13; i < 16; ++i) group.bytes_[i] = bytes_[i];
    return group;
  }

  constexpr auto operator<=>(const Ipv6& other) const noexcept { return halves() <=> other.halves(); }
  constexpr bool operator==(const Ipv6& other) const noexcept { return equal_bytes(bytes_, other.bytes_); }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class Mac {
 public:
  constexpr Mac() noexcept = default;
  constexpr Mac(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint8_t e,
                std::uint8_t f) noexcept
      : bytes_{a, b, c, d, e, f} {}

  static constexpr Mac broadcast() noexcept { return {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}; }
  // RFC 1112 section 6.4.
  static constexpr Mac of_multicast(Ipv4 group) noexcept {
    const std::uint32_t h = group.host();
    return {0x01,
            0x00,
            0x5e,
            static_cast<std::uint8_t>(h >> 16 & 0x7f),
            static_cast<std::uint8_t>(h >> 8),
            static_cast<std::uint8_t>(h)};
  }
  // RFC 2464 section 7.
  static constexpr Mac of_multicast(const Ipv6& group) noexcept {
    const auto& b = group.bytes();
    return {0x33, 0x33, b[12], b[13], b[14], b[15]};
  }
  // RFC 5798 7.3: 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6.
  static constexpr Mac vrrp_ipv4(std::uint8_t vrid) noexcept { return {0x00, 0x00, 0x5e, 0x00, 0x01, vrid}; }
  static constexpr Mac vrrp_ipv6(std::uint8_t vrid) noexcept { return {0x00, 0x00, 0x5e, 0x00, 0x02, vrid}; }

  constexpr const std::array<std::uint8_t, 6>& bytes() const noexcept { return bytes_; }
  constexpr bool is_group() const noexcept { return (bytes_[0] & 1) != 0; }
  constexpr bool is_broadcast() const noexcept { return *this == broadcast(); }
  constexpr bool is_zero() const noexcept { return *this == Mac(); }
  // 00-00-5E-00-{00,01,02}-xx: the VRRP block, which no port may have as its own address.
  constexpr bool is_vrrp_virtual() const noexcept {
    return bytes_[0] == 0 && bytes_[1] == 0 && bytes_[2] == 0x5e && bytes_[3] == 0 && bytes_[4] <= 2;
  }

  constexpr auto operator<=>(const Mac&) const noexcept = default;
  constexpr bool operator==(const Mac& other) const noexcept { return equal_bytes(bytes_, other.bytes_); }

 private:
  std::array<std::uint8_t, 6> bytes_{};
};

static_assert(sizeof(Ipv4) == 4 && sizeof(Ipv6) == 16 && sizeof(Mac) == 6 && alignof(Mac) == 1);

// The MACs that the switch itself answers with; 0e:00 and 0e:06 are its own (architecture: the tenant's
// world). A HAVIP's MAC never changes, whoever owns the address.
constexpr Mac stable_mac(Ipv4 havip) noexcept {
  const auto h = havip.host();
  return {0x0e,
          0x00,
          static_cast<std::uint8_t>(h >> 24),
          static_cast<std::uint8_t>(h >> 16),
          static_cast<std::uint8_t>(h >> 8),
          static_cast<std::uint8_t>(h)};
}
// An IPv6 address does not fit: 0e:06 and 32 bits of a hash of it (FNV-1a).
constexpr Mac stable_mac(const Ipv6& havip) noexcept {
  std::uint32_t h = 2166136261U;
  for (const auto byte : havip.bytes()) h = (h ^ byte) * 16777619U;
  return {0x0e,
          0x06,
          static_cast<std::uint8_t>(h >> 24),
          static_cast<std::uint8_t>(h >> 16),
          static_cast<std::uint8_t>(h >> 8),
          static_cast<std::uint8_t>(h)};
}
// 0.0.0.1 is never a HAVIP, so no HAVIP has the gateway's MAC; it is the same on every host and in every
// subnet.
inline constexpr Mac kGatewayMac{0x0e, 0x00, 0x00, 0x00, 0x00, 0x01};

// RFC 4291 2.5.6 and appendix A: the link-local address that an interface with this MAC makes for itself.
constexpr Ipv6 link_local_of(const Mac& mac) noexcept {
  const auto& m = mac.bytes();
  return Ipv6({0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ 0x02), m[1], m[2], 0xff, 0xfe,
               m[3], m[4], m[5]});
}
// Its inverse: the MAC that an interface made the address from; nothing if it was made otherwise.
constexpr std::optional<Mac> mac_of_link_local(const Ipv6& address) noexcept {
  const auto& b = address.bytes();
  const Mac mac{static_cast<std::uint8_t>(b[8] ^ 0x02), b[9], b[10], b[13], b[14], b[15]};
  if (link_local_of(mac) != address) return std::nullopt;
  return mac;
}
// What guests know their IPv6 router by: router advertisements come from a link-local address (RFC 4861 4.2).
inline constexpr Ipv6 kGatewayLinkLocal = link_local_of(kGatewayMac);

constexpr bool is_switch_mac(const Mac& mac) noexcept {
  return mac.bytes()[0] == 0x0e && (mac.bytes()[1] == 0x00 || mac.bytes()[1] == 0x06);
}
// The address that a stable MAC stands for; only meaningful where is_switch_mac() and its second byte is 0.
constexpr Ipv4 address_of_stable_mac(const Mac& mac) noexcept {
  const auto& b = mac.bytes();
  return {b[2], b[3], b[4], b[5]};
}

struct Ipv4Prefix {
  Ipv4 address;  // host bits are zero
  std::uint8_t length = 0;

  static constexpr std::uint32_t mask(std::uint8_t length) noexcept {
    return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  }
  constexpr std::uint32_t mask() const noexcept { return mask(length); }
  constexpr Ipv4 first() const noexcept { return address; }
  constexpr Ipv4 last() const noexcept { return Ipv4::from_host(address.host() | ~mask()); }
  constexpr bool contains(Ipv4 other) const noexcept { return (other.host() & mask()) == address.host(); }
  constexpr bool overlaps(const Ipv4Prefix& other) const noexcept {
    return contains(other.address) || other.contains(address);
  }
  constexpr bool operator==(const Ipv4Prefix&) const noexcept = default;
};

struct Ipv6Prefix {
  Ipv6 address;  // host bits are zero
  std::uint8_t length = 0;

  // Its first `length` bits are set.
  static constexpr Ipv6::Halves mask(std::uint8_t length) noexcept {
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    if (length == 0) return {0, 0};
    return length <= 64 ? Ipv6::Halves{kAll << (64 - length), 0} : Ipv6::Halves{kAll, kAll << (128 - length)};
  }
  constexpr Ipv6 first() const noexcept { return address; }
  constexpr Ipv6 last() const noexcept {
    const auto [high, low] = address.halves();
    const auto [high_mask, low_mask] = mask(length);
    return Ipv6::from_halves({high | ~high_mask, low | ~low_mask});
  }
  constexpr bool contains(const Ipv6& other) const noexcept { return same_prefix(address, other, length); }
  static constexpr bool same_prefix(const Ipv6& one, const Ipv6& other, std::uint8_t length) noexcept {
    const auto [one_high, one_low] = one.halves();
    const auto [other_high, other_low] = other.halves();
    const auto [high_mask, low_mask] = mask(length);
    return (((one_high ^ other_high) & high_mask) | ((one_low ^ other_low) & low_mask)) == 0;
  }
  constexpr bool overlaps(const Ipv6Prefix& other) const noexcept {
    return contains(other.address) || other.contains(address);
  }
  constexpr bool operator==(const Ipv6Prefix&) const noexcept = default;
};

// An address of an interface together with the length of its prefix, as in 198.51.100.2/24.
struct Ipv4Interface {
  Ipv4 address;
  std::uint8_t length = 0;

  constexpr Ipv4Prefix prefix() const noexcept {
    return {Ipv4::from_host(address.host() & Ipv4Prefix::mask(length)), length};
  }
  constexpr bool operator==(const Ipv4Interface&) const noexcept = default;
};

struct Ipv6Interface {
  Ipv6 address;
  std::uint8_t length = 0;

  constexpr Ipv6Prefix prefix() const noexcept {
    const auto [high, low] = address.halves();
    const auto [high_mask, low_mask] = Ipv6Prefix::mask(length);
    return {Ipv6::from_halves({high & high_mask, low & low_mask}), length};
  }
  constexpr bool operator==(const Ipv6Interface&) const noexcept = default;
};

}  // namespace vipswitch

template <>
struct std::hash<vipswitch::Ipv4> {
  std::size_t operator()(const vipswitch::Ipv4& address) const noexcept {
    return std::hash<std::uint32_t>{}(address.wire());
  }
};
template <>
struct std::hash<vipswitch::Ipv6> {
  std::size_t operator()(const vipswitch::Ipv6& address) const noexcept {
    const auto [high, low] = address.halves();
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: spreads what the halves share
    return static_cast<std::size_t>((high * kOdd) ^ low);
  }
};
