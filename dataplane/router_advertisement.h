#pragma once

// What the gateway of a subnet tells its guests (RFC 4861 4.2 and 6.2): it is their router, the prefix is
// on-link, the MTU, the DNS servers (RFC 8106). The guests' addresses are configuration, so a guest may make
// its own (RFC 4862) only if that is the configured one.

#include <cstddef>
#include <cstdint>
#include <span>

#include "vipswitch/address.h"
#include "vipswitch/limits.h"

namespace vipswitch {

struct RouterAdvertisement {
  Ipv6Prefix prefix;
  bool is_managed = false;     // addresses by DHCPv6
  bool is_autonomous = false;  // hosts make their address from the prefix
  std::uint16_t mtu = 0;       // 0: not told
  std::span<const Ipv6> dns = {};
  std::uint16_t lifetime_s = 1800;
};

// Header (16), MAC (8), prefix (32), MTU (8) and DNS server options.
inline constexpr std::size_t kMaxRouterAdvertisement = 64 + 8 + kMaxSubnetDns * sizeof(Ipv6);

// Writes the ICMPv6 message, its checksum left zero; returns how many bytes it has. `message` holds at least
// kMaxRouterAdvertisement.
std::size_t write_router_advertisement(std::span<std::uint8_t> message,
                                       const RouterAdvertisement& advertisement) noexcept;

// The address that a host with this MAC makes from the prefix (RFC 4862 5.5.3 and RFC 4291 appendix A).
constexpr Ipv6 autonomous_address(const Ipv6Prefix& prefix, const Mac& mac) noexcept {
  auto bytes = link_local_of(mac).bytes();
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = prefix.address.bytes()[i];
  return Ipv6(bytes);
}

}  // namespace vipswitch
