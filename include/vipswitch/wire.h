#pragma once

// Layouts of the headers the switch reads and writes, byte for byte; every field has alignment 1 so that a
// header may lie anywhere. Nobody casts to these directly: packet_view.h hands them out after proving the
// length.

#include <cstdint>
#include <cstring>

#include "vipswitch/address.h"

namespace vipswitch::wire {

// A field of a header: an unaligned value that is read and written whole.
template <class T>
class [[gnu::packed]] Field {
 public:
  Field() = default;
  Field& operator=(T value) noexcept {
    std::memcpy(bytes_, &value, sizeof value);
    return *this;
  }
  T get() const noexcept {
    T value;
    std::memcpy(&value, bytes_, sizeof value);
    return value;
  }
  operator T() const noexcept { return get(); }

 private:
  unsigned char bytes_[sizeof(T)];
};

enum EtherType : std::uint16_t {
  kEtherIpv4 = 0x0800,
  kEtherArp = 0x0806,
  kEtherRarp = 0x8035,
  kEtherVlan = 0x8100,
  kEtherQinq = 0x88a8,
  kEtherIpv6 = 0x86dd,
};

// Of IPv4's protocol field and IPv6's next header (IANA, Assigned Internet Protocol Numbers).
enum IpProtocol : std::uint8_t {
  kProtoHopByHop = 0,
  kProtoIcmp = 1,
  kProtoIgmp = 2,
  kProtoTcp = 6,
  kProtoUdp = 17,
  kProtoDccp = 33,
  kProtoRouting = 43,
  kProtoFragment = 44,
  kProtoAh = 51,
  kProtoIcmp6 = 58,
  kProtoNone = 59,
  kProtoDestination = 60,
  kProtoVrrp = 112,
  kProtoUdpLite = 136,
};

struct Ethernet {
  Mac destination;
  Mac source;
  Field<Be16> type;
};
static_assert(sizeof(Ethernet) == 14);

// IEEE 802.1Q: what follows the EtherType 0x8100.
struct VlanTag {
  Field<Be16> control;  // priority (3), drop eligible (1), VLAN id (12)
  Field<Be16> type;

  std::uint16_t vlan_id() const noexcept { return control.get().host() & 0xfff; }
};
static_assert(sizeof(VlanTag) == 4);

// RFC 826, for Ethernet and IPv4.
struct Arp {
  Field<Be16> hardware_type;
  Field<Be16> protocol_type;
  std::uint8_t hardware_length;
  std::uint8_t protocol_length;
  Field<Be16> operation;
  Mac sender_mac;
  Field<Ipv4> sender_ip;
  Mac target_mac;
  Field<Ipv4> target_ip;
};
static_assert(sizeof(Arp) == 28);
inline constexpr std::uint16_t kArpRequest = 1, kArpReply = 2;

// RFC 791 section 3.1.
struct Ipv4Header {
  std::uint8_t version_and_length;
  std::uint8_t type_of_service;
  Field<Be16> total_length;
  Field<Be16> identification;
  Field<Be16> flags_and_offset;
  std::uint8_t ttl;
  std::uint8_t protocol;
  Field<std::uint16_t> checksum;  // as it lies in memory
  Field<Ipv4> source;
  Field<Ipv4> destination;

  std::uint8_t version() const noexcept { return version_and_length >> 4; }
  std::uint8_t header_length() const noexcept {
    return static_cast<std::uint8_t>((version_and_length & 0xf) * 4);
  }
};
static_assert(sizeof(Ipv4Header) == 20);
inline constexpr std::uint16_t kIpv4MoreFragments = 0x2000, kIpv4DontFragment = 0x4000,
                               kIpv4OffsetMask = 0x1fff;

// RFC 8200 section 3.
struct Ipv6Header {
  Field<Be32> version_class_flow;
  Field<Be16> payload_length;
  std::uint8_t next_header;
  std::uint8_t hop_limit;
  Field<Ipv6> source;
  Field<Ipv6> destination;

  std::uint8_t version() const noexcept {
    return static_cast<std::uint8_t>(version_class_flow.get().host() >> 28);
  }
};
static_assert(sizeof(Ipv6Header) == 40);

// How hop-by-hop options, routing and destination options begin (RFC 8200 sections 4.3, 4.4, 4.6).
struct Ipv6Extension {
  std::uint8_t next_header;
  std::uint8_t length;  // in 8-byte units, without the first

  std::size_t size() const noexcept { return (std::size_t{length} + 1) * 8; }
};
static_assert(sizeof(Ipv6Extension) == 2);

// RFC 8200 section 4.5.
struct Ipv6Fragment {
  std::uint8_t next_header;
  std::uint8_t reserved;
  Field<Be16> offset_and_more;
  Field<Be32> identification;
};
static_assert(sizeof(Ipv6Fragment) == 8);
inline constexpr std::uint16_t kIpv6OffsetMask = 0xfff8, kIpv6MoreFragments = 1;

// What ICMP (RFC 792) and ICMPv6 (RFC 4443) messages begin with. `rest` is the next hop's MTU in
// "fragmentation needed" (RFC 1191, lower 16 bits) and "packet too big", the pointer in "parameter problem".
struct Icmp {
  std::uint8_t type;
  std::uint8_t code;
  Field<std::uint16_t> checksum;
  Field<Be32> rest;
};
static_assert(sizeof(Icmp) == 8);
inline constexpr std::uint8_t kIcmpUnreachable = 3, kIcmpSourceQuench = 4, kIcmpRedirect = 5,
                              kIcmpTimeExceeded = 11, kIcmpParameterProblem = 12;
inline constexpr std::uint8_t kIcmp6Unreachable = 1, kIcmp6PacketTooBig = 2, kIcmp6TimeExceeded = 3,
                              kIcmp6ParameterProblem = 4, kIcmp6EchoRequest = 128, kIcmp6EchoReply = 129,
                              kIcmp6RouterSolicitation = 133, kIcmp6RouterAdvertisement = 134,
                              kIcmp6NeighbourSolicitation = 135, kIcmp6NeighbourAdvertisement = 136,
                              kIcmp6Redirect = 137;

// RFC 4861 sections 4.3 and 4.4: solicitation and advertisement, without options. The hop limit is 255.
struct NeighbourDiscovery {
  std::uint8_t type;
  std::uint8_t code;
  Field<std::uint16_t> checksum;
  Field<Be32> flags;  // advertisements only
  Field<Ipv6> target;
};
static_assert(sizeof(NeighbourDiscovery) == 24);
inline constexpr std::uint32_t kNdRouter = 0x80000000, kNdSolicited = 0x40000000, kNdOverride = 0x20000000;
inline constexpr std::uint8_t kNdHopLimit = 255;

// RFC 4861 section 4.6.
struct NdOption {
  std::uint8_t type;
  std::uint8_t length;  // in 8-byte units, type and length included
};
inline constexpr std::uint8_t kNdSourceMac = 1, kNdTargetMac = 2, kNdPrefixInformation = 3, kNdMtu = 5,
                              kNdDnsServers = 25;

// RFC 4861 section 4.6.1: a link-layer address of Ethernet.
struct NdMacOption {
  NdOption option;
  Mac mac;
};
static_assert(sizeof(NdMacOption) == 8);

// RFC 792, echo and echo reply; RFC 4443 section 4 likewise.
struct IcmpEcho {
  std::uint8_t type;
  std::uint8_t code;
  Field<std::uint16_t> checksum;
  Field<Be16> identifier;
  Field<Be16> sequence;
};
static_assert(sizeof(IcmpEcho) == 8);
inline constexpr std::uint8_t kIcmpEchoReply = 0, kIcmpEchoRequest = 8;

// RFC 9293 section 3.1; only where the checksum lies matters here.
struct Tcp {
  Field<Be16> source_port;
  Field<Be16> destination_port;
  Field<Be32> sequence;
  Field<Be32> acknowledgment;
  Field<Be16> offset_and_flags;
  Field<Be16> window;
  Field<std::uint16_t> checksum;
  Field<Be16> urgent;
};
static_assert(sizeof(Tcp) == 20);

// RFC 768.
struct Udp {
  Field<Be16> source_port;
  Field<Be16> destination_port;
  Field<Be16> length;
  Field<std::uint16_t> checksum;  // 0: none was computed
};
static_assert(sizeof(Udp) == 8);

// RFC 4340 section 5.1, as far as the checksum.
struct Dccp {
  Field<Be16> source_port;
  Field<Be16> destination_port;
  std::uint8_t data_offset;
  std::uint8_t coverage;
  Field<std::uint16_t> checksum;
};
static_assert(sizeof(Dccp) == 8);

// RFC 3828 section 3.1.
struct UdpLite {
  Field<Be16> source_port;
  Field<Be16> destination_port;
  Field<Be16> coverage;
  Field<std::uint16_t> checksum;
};
static_assert(sizeof(UdpLite) == 8);

// The first 8 bytes of a VRRP advert: RFC 3768 section 5.1 (v2), RFC 9568 section 5.1 (v3).
struct Vrrp {
  std::uint8_t version_and_type;
  std::uint8_t vrid;
  std::uint8_t priority;
  std::uint8_t address_count;
  std::uint8_t auth_type;     // v3: reserved (4 bits), upper 4 bits of the interval
  std::uint8_t interval_low;  // v2: interval in seconds; v3: lower 8 bits of the interval in centiseconds
  Field<std::uint16_t> checksum;

  std::uint8_t version() const noexcept { return version_and_type >> 4; }
  std::uint8_t type() const noexcept { return version_and_type & 0xf; }
};
static_assert(sizeof(Vrrp) == 8);

// RFC 4302 section 2, without the integrity check value.
struct AuthenticationHeader {
  std::uint8_t next_header;
  std::uint8_t length;  // in 4-byte units, minus 2
  Field<Be16> reserved;
  Field<Be32> spi;
  Field<Be32> sequence;
};
static_assert(sizeof(AuthenticationHeader) == 12);

inline constexpr Ipv4 kVrrpGroup{224, 0, 0, 18};
inline constexpr Ipv6 kVrrpGroup6 = Ipv6::from_groups({0xff02, 0, 0, 0, 0, 0, 0, 0x12});

}  // namespace vipswitch::wire
