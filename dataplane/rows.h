#pragma once

// Rows of the tables. Each is written once by control before it is published and never changed afterwards: a
// change publishes a new row and retires the old one after a grace period. Workers follow pointers with
// acquire loads.

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <emmintrin.h>
#include <type_traits>
#include <vector>

#include "dataplane/endpoint_ref.h"
#include "dataplane/havip_groups.h"
#include "dataplane/huge_object.h"
#include "dataplane/rate_limiter.h"
#include "dataplane/route_table.h"
#include "dataplane/router_advertisement.h"
#include "dataplane/spoken_groups.h"
#include "vipswitch/address.h"
#include "vipswitch/checksum.h"
#include "vipswitch/ids.h"
#include "vipswitch/limits.h"
#include "vipswitch/vrrp_filter.h"

namespace vipswitch {

enum class PortRole : std::uint8_t { kVm, kUplink };

// One address rewritten into another of its family.
template <class Address>
struct AddressRewrite {
  Address to;                      // unspecified: not set
  std::uint16_t delta = 0;         // of every checksum that covers the address
  std::uint16_t header_delta = 0;  // of the IPv4 header's, one hop taken too

  static constexpr AddressRewrite between(const Address& from, const Address& to) noexcept {
    return of(to, checksum_delta(from, to));
  }
  static constexpr AddressRewrite of(const Address& to, std::uint16_t delta) noexcept {
    return {to, delta, combine_deltas(delta, kTtlDelta)};
  }
  constexpr bool is_set() const noexcept { return !to.is_unspecified(); }
};

// An address that a port may send from: its own, or a HAVIP bound to it.
template <class Address>
struct PortSource {
  Address address;
  HavipId havip;                    // invalid: the port's own address
  AddressRewrite<Address> eip;      // towards the internet; not set: no EIP
  RateLimiter* eip_rate = nullptr;  // towards the internet; null: none

  bool is_havip() const noexcept { return havip.is_valid(); }
};

// Index into PortSources of the address a packet was sent from.
inline constexpr std::uint8_t kNoSource = 0xff;

// 8 bits of an address that tell most addresses of a port apart.
constexpr std::uint8_t tag_of(std::uint32_t word) noexcept {
  const std::uint32_t folded = word ^ word >> 16;
  return static_cast<std::uint8_t>(folded ^ folded >> 8);
}
constexpr std::uint8_t tag_of(Ipv4 address) noexcept {
  return tag_of(address.wire());
}
inline std::uint8_t tag_of(const Ipv6& address) noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, address.bytes().data(), sizeof halves);
  const std::uint64_t both = halves[0] ^ halves[1], folded = both ^ both >> 32;
  return tag_of(static_cast<std::uint32_t>(folded));
}

// What a port may send from, of one family: its own address first, if it has one, then its HAVIPs.
template <class Address>
struct PortSources {
  static constexpr unsigned kMost = 1 + kMaxPortHavips;

  std::uint8_t count = 0;
  std::uint32_t in_use = 0;  // a bit for each of `list` that is
  // tag_of() each address, sixteen of which are compared at once.
  alignas(16) std::array<std::uint8_t, (kMost + 15) / 16 * 16> tags{};
  std::array<PortSource<Address>, kMost> list{};

  void add(const PortSource<Address>& source) noexcept {
    tags[count] = tag_of(source.address);
    in_use |= 1u << count;
    list[count++] = source;
  }
  const PortSource<Address>* begin() const noexcept { return list.data(); }
  const PortSource<Address>* end() const noexcept { return list.data() + count; }
  const PortSource<Address>& operator[](std::uint8_t index) const noexcept { return list[index]; }
  bool has_havips() const noexcept { return count != 0 && list[count - 1].is_havip(); }
  // The port's own address has index 0; null: it has none.
  const Address* own() const noexcept {
    return count != 0 && !list[0].is_havip() ? &list[0].address : nullptr;
  }

  // kNoSource if the port may not send from `address`. Without a branch that hangs on where it stands.
  std::uint8_t index_of(const Address& address) const noexcept {
    const __m128i tag = _mm_set1_epi8(static_cast<char>(tag_of(address)));
    unsigned same = 0;
    static_assert(kMost < 32);
    for (unsigned i = 0; i < tags.size(); i += 16) {
      const void* const sixteen = &tags[i];
      const __m128i equal = _mm_cmpeq_epi8(_mm_load_si128(static_cast<const __m128i*>(sixteen)), tag);
      same |= static_cast<unsigned>(_mm_movemask_epi8(equal)) << i;
    }
    for (same &= in_use; same != 0; same &= same - 1) {
      const auto index = static_cast<std::uint8_t>(__builtin_ctz(same));
      if (list[index].address == address) return index;
    }
    return kNoSource;
  }
  bool is_havip(std::uint8_t index) const noexcept { return index != kNoSource && list[index].is_havip(); }
};

static_assert(SpokenGroups::kCapacity >= 2 * kMaxPortHavips);

// Each family has its own tables and fields; of<Address>() names them in code that serves both.
struct alignas(64) PortRow : HugeObject {
  PortId id;
  PortRole role = PortRole::kVm;
  Mac mac;
  VpcId vpc;
  SubnetId subnet;
  std::uint16_t mtu = 0;    // longest IP packet that goes out, bytes: its device's or its VPC's
  bool forwards = false;    // passes on packets of others: they keep their source
  bool clamps_mss = false;  // of TCP through it, either way
  VrrpFilter vrrp_filter = VrrpFilter::kNone;
  bool looks_at_received = false;  // clamps_mss, or vrrp_filter drops what is bound for it: one test for both
  RateLimiter* rate = nullptr;     // of what it sends; null: none
  SpokenGroups* spoken = nullptr;  // null: no HAVIP is bound to it
  PortSources<Ipv4> ipv4;
  PortSources<Ipv6> ipv6;

  bool has_havips() const noexcept { return ipv4.has_havips() || ipv6.has_havips(); }
  template <class Address>
  const PortSources<Address>& of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return ipv4;
    } else {
      return ipv6;
    }
  }
};

struct SubnetRow {
  SubnetId id;
  VpcId vpc;
  Ipv4Prefix prefix;
  Ipv4 gateway;  // unspecified: the subnet has no IPv4
  Ipv6Prefix prefix6;
  Ipv6 gateway6;            // unspecified: the subnet has no IPv6
  bool is_managed = false;  // IPv6: guests are told to ask DHCPv6 for addresses
  std::vector<PortId> ports;
  std::vector<Ipv6> dns6 = {};
  // What DHCPv4 tells guests beside their address and MTU, as options (RFC 2132) one after the other;
  // empty: the switch does not answer DHCP.
  std::vector<std::uint8_t> dhcp_options = {};
  HavipGroups* groups = nullptr;

  bool has_ipv6() const noexcept { return !gateway6.is_unspecified(); }
  template <class Address>
  const Address& gateway_of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return gateway;
    } else {
      return gateway6;
    }
  }
  // Guests make their address by themselves only if that is the port's (RFC 4862).
  RouterAdvertisement advertisement_to(const PortRow& port) const noexcept {
    const bool is_autonomous =
        prefix6.length == 64 && port.ipv6.index_of(autonomous_address(prefix6, port.mac)) != kNoSource;
    return {prefix6, is_managed, is_autonomous, port.mtu, dns6};
  }
};

struct VpcRow {
  VpcId id;
  Vni vni;
  RouteTable<Ipv4> ipv4 = {};
  RouteTable<Ipv6> ipv6 = {};

  template <class Address>
  const RouteTable<Address>& routes() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return ipv4;
    } else {
      return ipv6;
    }
  }
  // On one of its subnets.
  template <class Address>
  bool contains(const Address& address) const noexcept {
    return routes<Address>().lookup(address).kind() == RouteKind::kSubnet;
  }
};

// One of the uplink's addresses and the prefix around it.
template <class Address>
struct UplinkAddress {
  using Prefix = std::conditional_t<std::is_same_v<Address, Ipv4>, Ipv4Prefix, Ipv6Prefix>;

  Address address;
  Address host_bits;  // those beyond the prefix are set

  UplinkAddress(const Address& own, std::uint8_t length) noexcept
      : address(own), host_bits(Prefix{{}, length}.last()) {}

  bool is_on_link(const Address& other) const noexcept {
    using Word = std::conditional_t<sizeof(Address) % 8 == 0, std::uint64_t, std::uint32_t>;
    using Words = std::array<Word, sizeof(Address) / sizeof(Word)>;
    const auto mine = std::bit_cast<Words>(address), others = std::bit_cast<Words>(other),
               host = std::bit_cast<Words>(host_bits);
    Word difference = 0;
    for (std::size_t i = 0; i < host.size(); ++i) difference |= (mine[i] ^ others[i]) & ~host[i];
    return difference == 0;
  }
};

// One family of the uplink. Without addresses the provider network does not carry it.
template <class Address>
struct UplinkSide {
  std::vector<UplinkAddress<Address>> addresses;
  Address gateway;
  Mac gateway_mac;  // zero: not resolved yet

  bool is_own_address(const Address& address) const noexcept {
    for (const auto& own : addresses) {
      if (own.address == address) return true;
    }
    return false;
  }
  bool is_on_link(const Address& address) const noexcept {
    for (const auto& own : addresses) {
      if (own.is_on_link(address)) return true;
    }
    return false;
  }
};

// The interface towards the provider network; one at most.
struct UplinkRow {
  PortId port;
  Mac mac;
  std::uint16_t mtu = 0;  // longest IP packet that goes out, bytes
  UplinkSide<Ipv4> ipv4;
  UplinkSide<Ipv6> ipv6;

  template <class Address>
  bool carries() const noexcept {
    return !of<Address>().addresses.empty();
  }
  template <class Address>
  const auto& of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return ipv4;
    } else {
      return ipv6;
    }
  }
};

// One EIP: the entry of an EipTable (eip_table.h), in one cache line. Holds the endpoint itself, so EIP ->
// owner is one lookup and two array loads.
template <class Address>
struct alignas(sizeof(Address) == sizeof(Ipv6) ? 64 : 32) EipRow {
  using Key = Address;

  Address address;
  AddressRewrite<Address> inner;  // the target's address
  VpcId vpc;                      // of the target
  EndpointRef target;             // none: the EIP is not bound
  RateLimiter* rate = nullptr;    // from the internet; null: none

  bool has_target() const noexcept { return target.exists(); }

  const Key& key() const noexcept { return address; }
  std::uint32_t next_free() const noexcept { return vpc.value(); }
  void set_next_free(std::uint32_t number) noexcept { vpc = VpcId(number); }
};
static_assert(sizeof(EipRow<Ipv4>) == 32 && sizeof(EipRow<Ipv6>) == 64);

// One virtual address. A HAVIP with one of each family has two of these, each with an election of its own
// (owner learning 5.4 "Dual stack").
struct HavipRow {
  HavipId id;
  VpcId vpc;
  SubnetId subnet;
  bool is_ipv6 = false;
  Ipv4 address;               // unless is_ipv6
  Ipv6 address6 = {};         // if is_ipv6
  std::vector<PortId> ports;  // bound ones

  // IPv4 as ::ffff:a.b.c.d.
  Ipv6 any_address() const noexcept { return is_ipv6 ? address6 : Ipv6::mapped(address); }
  Mac stable_mac() const noexcept {
    return is_ipv6 ? vipswitch::stable_mac(address6) : vipswitch::stable_mac(address);
  }
};

}  // namespace vipswitch
