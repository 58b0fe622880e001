#pragma once

// The layout of DHCPv4 messages (RFC 2131 section 2) and the numbers of their options (RFC 2132, RFC 3442).

#include <cstdint>

#include "vipswitch/wire.h"

namespace vipswitch::wire {

struct Dhcp {
  std::uint8_t operation;
  std::uint8_t hardware_type;
  std::uint8_t hardware_length;
  std::uint8_t hops;
  Field<Be32> transaction;
  Field<Be16> seconds;
  Field<Be16> flags;
  Field<Ipv4> client;  // ciaddr
  Field<Ipv4> yours;   // yiaddr
  Field<Ipv4> next;    // siaddr
  Field<Ipv4> relay;   // giaddr
  Mac mac;             // chaddr
  std::uint8_t mac_padding[10];
  std::uint8_t server_name[64];
  std::uint8_t file[128];
  Field<Be32> cookie;
};
static_assert(sizeof(Dhcp) == 240 && alignof(Dhcp) == 1);

inline constexpr std::uint16_t kDhcpServerPort = 67, kDhcpClientPort = 68;
inline constexpr std::uint8_t kDhcpRequestOperation = 1, kDhcpReplyOperation = 2, kDhcpEthernet = 1;
inline constexpr std::uint32_t kDhcpCookie = 0x63825363;
inline constexpr std::uint16_t kDhcpBroadcast = 0x8000;

enum DhcpType : std::uint8_t {
  kDhcpDiscover = 1,
  kDhcpOffer = 2,
  kDhcpRequest = 3,
  kDhcpDecline = 4,
  kDhcpAck = 5,
  kDhcpNak = 6,
  kDhcpRelease = 7,
  kDhcpInform = 8,
};

enum DhcpOption : std::uint8_t {
  kDhcpPad = 0,
  kDhcpMask = 1,
  kDhcpRouter = 3,
  kDhcpDns = 6,
  kDhcpMtu = 26,
  kDhcpRequestedAddress = 50,
  kDhcpLease = 51,
  kDhcpOverload = 52,
  kDhcpMessageType = 53,
  kDhcpServer = 54,
  kDhcpWanted = 55,
  kDhcpMaxSize = 57,
  kDhcpRenewal = 58,
  kDhcpRebinding = 59,
  kDhcpClient = 61,
  kDhcpRoutes = 121,
  kDhcpEnd = 255,
};

}  // namespace vipswitch::wire
