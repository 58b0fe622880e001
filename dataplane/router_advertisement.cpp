#include "dataplane/router_advertisement.h"

#include <algorithm>
#include <cstring>

#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

// RFC 4861 section 4.2.
struct Header {
  std::uint8_t type;
  std::uint8_t code;
  wire::Field<std::uint16_t> checksum;
  std::uint8_t hop_limit;
  std::uint8_t flags;
  wire::Field<Be16> lifetime_s;
  wire::Field<Be32> reachable_ms;   // 0: unspecified
  wire::Field<Be32> retransmit_ms;  // 0: unspecified
};
static_assert(sizeof(Header) == 16);
constexpr std::uint8_t kManaged = 0x80;

// Section 4.6.2.
struct PrefixOption {
  wire::NdOption option;
  std::uint8_t length;
  std::uint8_t flags;
  wire::Field<Be32> valid_s;
  wire::Field<Be32> preferred_s;
  wire::Field<Be32> reserved;
  wire::Field<Ipv6> prefix;
};
static_assert(sizeof(PrefixOption) == 32);
constexpr std::uint8_t kOnLink = 0x80, kAutonomous = 0x40;
// RFC 4861 6.2.1: AdvValidLifetime and AdvPreferredLifetime.
constexpr std::uint32_t kValidSeconds = 2592000, kPreferredSeconds = 604800;

// Section 4.6.4.
struct MtuOption {
  wire::NdOption option;
  wire::Field<Be16> reserved;
  wire::Field<Be32> mtu;
};
static_assert(sizeof(MtuOption) == 8);

// RFC 8106 section 5.1, without the addresses.
struct DnsOption {
  wire::NdOption option;
  wire::Field<Be16> reserved;
  wire::Field<Be32> lifetime_s;
};
static_assert(sizeof(DnsOption) == 8);

constexpr std::uint8_t kHostHopLimit = 64;

template <class T>
std::size_t append(std::span<std::uint8_t> message, std::size_t offset, const T& part) noexcept {
  std::memcpy(message.data() + offset, &part, sizeof part);
  return offset + sizeof part;
}

}  // namespace

std::size_t write_router_advertisement(std::span<std::uint8_t> message,
                                       const RouterAdvertisement& advertisement) noexcept {
  Header header{};
  header.type = wire::kIcmp6RouterAdvertisement;
  header.hop_limit = kHostHopLimit;
  header.flags = advertisement.is_managed ? kManaged : std::uint8_t{0};
  header.lifetime_s = Be16::from_host(advertisement.lifetime_s);
  std::size_t size = append(message, 0, header);

  size = append(message, size, wire::NdMacOption{{wire::kNdSourceMac, 1}, kGatewayMac});

  PrefixOption prefix{};
  prefix.option = {wire::kNdPrefixInformation, 4};
  prefix.length = advertisement.prefix.length;
  prefix.flags = static_cast<std::uint8_t>(kOnLink | (advertisement.is_autonomous ? kAutonomous : 0));
  prefix.valid_s = Be32::from_host(kValidSeconds);
  prefix.preferred_s = Be32::from_host(kPreferredSeconds);
  prefix.prefix = advertisement.prefix.address;
  size = append(message, size, prefix);

  if (advertisement.mtu != 0) {
    MtuOption mtu{};
    mtu.option = {wire::kNdMtu, 1};
    mtu.mtu = Be32::from_host(advertisement.mtu);
    size = append(message, size, mtu);
  }
  if (advertisement.dns.empty()) return size;
  const auto servers = advertisement.dns.first(std::min(advertisement.dns.size(), kMaxSubnetDns));
  DnsOption dns{};
  dns.option = {wire::kNdDnsServers, static_cast<std::uint8_t>(1 + 2 * servers.size())};
  dns.lifetime_s = Be32::from_host(advertisement.lifetime_s);
  size = append(message, size, dns);
  for (const Ipv6& server : servers) size = append(message, size, server);
  return size;
}

}  // namespace vipswitch
