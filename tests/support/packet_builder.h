#pragma once

// Byte-exact frames for tests and benches, layer by layer from the outside in:
//
//   const Frame frame = PacketBuilder()
//                           .ethernet({.destination = b, .source = a})
//                           .ipv4({.source = ip_a, .destination = ip_b, .ttl = 1})
//                           .udp({.source_port = 1000, .destination_port = 53})
//                           .payload("query")
//                           .build();
//
// Lengths, types, protocol numbers and checksums follow from what stands behind a layer unless a field says
// otherwise, so that every malformed frame can be made on purpose. Checksums come from frame_checksums.h. All
// numbers are in host order; lengths and offsets in bytes. A builder is a value: build() may be called again
// after more layers.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/frame.h"
#include "vipswitch/address.h"

namespace vipswitch::testing {

enum class Checksum : std::uint8_t {
  kCorrect,
  kWrong,
  kZero,
};

// The forms in which real routers compute a VRRP checksum (design: owner learning 2.1).
enum class VrrpChecksum : std::uint8_t {
  kPlain,                  // v2; v3 of RFC 9568
  kPseudoHeader,           // v3 of RFC 5798
  kPseudoHeaderMulticast,  // v3 unicast with 224.0.0.18 for the destination
  kPlainWholePayload,      // v3 over the bytes behind the addresses too
  kPseudoHeaderWholePayload,
  kWrong,  // right in none of these forms
};

struct EthernetFields {
  Mac destination = {};
  Mac source = {};
  std::optional<std::uint16_t> type = {};
};

struct VlanFields {
  std::uint16_t id = 0;
  std::uint8_t priority = 0;
  std::uint16_t tag_type = 0x8100;
  std::optional<std::uint16_t> type = {};
};

struct ArpFields {
  std::uint16_t operation = 1;
  Mac sender_mac = {};
  Ipv4 sender_ip = {};
  Mac target_mac = {};
  Ipv4 target_ip = {};
  std::uint16_t hardware_type = 1;
  std::uint16_t protocol_type = 0x0800;
  std::uint8_t hardware_length = 6;
  std::uint8_t protocol_length = 4;
};

struct Ipv4Fields {
  Ipv4 source = {};
  Ipv4 destination = {};
  std::uint8_t ttl = 64;
  std::uint8_t type_of_service = 0;
  std::uint16_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;       // a multiple of 8
  std::vector<std::uint8_t> options = {};  // a multiple of 4 bytes, at most 40
  std::optional<std::uint8_t> protocol = {};
  std::uint8_t version = 4;
  std::optional<std::uint8_t> header_length = {};
  std::optional<std::uint16_t> total_length = {};
  Checksum checksum = Checksum::kCorrect;
};

struct Ipv6Fields {
  Ipv6 source = {};
  Ipv6 destination = {};
  std::uint8_t hop_limit = 64;
  std::uint8_t traffic_class = 0;
  std::uint8_t version = 6;
  std::optional<std::uint8_t> next_header = {};
  std::optional<std::uint16_t> payload_length = {};
};

// Hop-by-hop options (0), routing (43) and destination options (60): RFC 8200 4.3 to 4.6.
struct Ipv6ExtensionFields {
  std::uint8_t type = 60;
  std::size_t size = 8;  // a multiple of 8; filled with PadN
  std::optional<std::uint8_t> next_header = {};
  std::optional<std::uint8_t> length = {};  // in 8-byte units, without the first
};

struct Ipv6FragmentFields {
  std::uint16_t offset = 0;  // a multiple of 8
  bool more_fragments = false;
  std::uint32_t identification = 1;
  std::optional<std::uint8_t> next_header = {};
};

struct UdpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::optional<std::uint16_t> length = {};
  Checksum checksum = Checksum::kCorrect;  // kZero: none was computed (RFC 768)
};

inline constexpr std::uint8_t kTcpFin = 0x01, kTcpSyn = 0x02, kTcpRst = 0x04, kTcpPsh = 0x08, kTcpAck = 0x10;

struct TcpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  std::uint8_t flags = kTcpAck;
  std::uint16_t window = 0xffff;
  std::vector<std::uint8_t> options = {};  // a multiple of 4 bytes
  Checksum checksum = Checksum::kCorrect;
};

struct IcmpFields {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest_of_header = 0;  // echo: identifier and sequence; fragmentation needed: the MTU
  Checksum checksum = Checksum::kCorrect;
};

// RFC 4443.
struct Icmp6Fields {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest_of_header = 0;
  Checksum checksum = Checksum::kCorrect;
};

// RFC 4861 4.3 and 4.4, in an ICMPv6 header of their own.
struct NeighbourFields {
  std::uint8_t type = 135;
  Ipv6 target = {};
  std::uint32_t flags = 0;  // router 0x80000000, solicited 0x40000000, override 0x20000000
  std::optional<Mac> mac = {};
  std::uint8_t code = 0;
  Checksum checksum = Checksum::kCorrect;
};

struct AuthenticationHeaderFields {
  std::uint32_t spi = 0;
  std::uint32_t sequence = 0;
  std::vector<std::uint8_t> integrity_check_value = std::vector<std::uint8_t>(12);
  std::optional<std::uint8_t> next_header = {};
  std::optional<std::uint8_t> length = {};  // in 4-byte units, minus 2
};

struct Vrrp2Fields {
  std::uint8_t vrid = 0;
  std::uint8_t priority = 100;
  std::uint8_t interval_s = 1;
  std::vector<Ipv4> addresses = {};
  std::uint8_t auth_type = 0;
  std::string_view auth_data = {};  // padded with zeros to the 8 bytes that are always sent
  std::uint8_t type = 1;
  std::optional<std::uint8_t> address_count = {};
  VrrpChecksum checksum = VrrpChecksum::kPlain;
};

struct Vrrp3Fields {
  std::uint8_t vrid = 0;
  std::uint8_t priority = 100;
  std::uint16_t interval_cs = 100;  // centiseconds, 12 bits
  std::vector<Ipv4> addresses = {};
  std::vector<Ipv6> addresses6 = {};  // over IPv6, instead of those
  std::uint8_t version = 3;
  std::uint8_t type = 1;
  std::optional<std::uint8_t> address_count = {};
  VrrpChecksum checksum = VrrpChecksum::kPseudoHeader;
};

struct PayloadBytes {
  std::vector<std::uint8_t> bytes = {};
};

// The header below an advert as keepalived sends it: TTL 255, class selector 6.
Ipv4Fields vrrp_ipv4(Ipv4 source, Ipv4 destination = Ipv4{224, 0, 0, 18});
inline constexpr Ipv6 kVrrpGroup6 = Ipv6::from_groups({0xff02, 0, 0, 0, 0, 0, 0, 0x12});
Ipv6Fields vrrp_ipv6(const Ipv6& source, const Ipv6& destination = kVrrpGroup6);

class PacketBuilder {
 public:
  PacketBuilder& ethernet(const EthernetFields& fields) { return add(fields); }
  PacketBuilder& vlan(const VlanFields& fields) { return add(fields); }

  PacketBuilder& arp(const ArpFields& fields) { return add(fields); }
  PacketBuilder& arp_request(const Mac& sender_mac, Ipv4 sender_ip, Ipv4 target_ip);
  PacketBuilder& arp_reply(const Mac& sender_mac, Ipv4 sender_ip, const Mac& target_mac, Ipv4 target_ip);
  // RFC 5227: who has target_ip, asked without an address of one's own.
  PacketBuilder& arp_probe(const Mac& sender_mac, Ipv4 target_ip);
  // Both forms of a gratuitous ARP with the target MACs that keepalived and arping send.
  PacketBuilder& gratuitous_arp_request(const Mac& mac, Ipv4 ip);
  PacketBuilder& gratuitous_arp_reply(const Mac& mac, Ipv4 ip);

  PacketBuilder& ipv4(const Ipv4Fields& fields) { return add(fields); }
  PacketBuilder& ipv6(const Ipv6Fields& fields) { return add(fields); }
  PacketBuilder& ipv6_extension(const Ipv6ExtensionFields& fields) { return add(fields); }
  PacketBuilder& ipv6_fragment(const Ipv6FragmentFields& fields) { return add(fields); }
  PacketBuilder& icmp6(const Icmp6Fields& fields) { return add(fields); }
  PacketBuilder& neighbour(const NeighbourFields& fields) { return add(fields); }
  PacketBuilder& udp(const UdpFields& fields) { return add(fields); }
  PacketBuilder& tcp(const TcpFields& fields) { return add(fields); }
  PacketBuilder& icmp(const IcmpFields& fields) { return add(fields); }
  PacketBuilder& icmp_echo_request(std::uint16_t identifier, std::uint16_t sequence);
  PacketBuilder& icmp_echo_reply(std::uint16_t identifier, std::uint16_t sequence);
  PacketBuilder& authentication_header(const AuthenticationHeaderFields& fields) { return add(fields); }
  PacketBuilder& vrrp2(const Vrrp2Fields& fields) { return add(fields); }
  PacketBuilder& vrrp3(const Vrrp3Fields& fields) { return add(fields); }

  PacketBuilder& payload(std::vector<std::uint8_t> bytes) { return add(PayloadBytes{std::move(bytes)}); }
  PacketBuilder& payload(std::string_view text);
  // size bytes that count up from 0, so that a shifted or cut payload differs.
  PacketBuilder& counting_payload(std::size_t size);

  // Zeros behind everything that the headers count, as a device pads short frames: 60 for Ethernet.
  PacketBuilder& pad_to(std::size_t size);

  Frame build() const;

 private:
  using Layer =
      std::variant<EthernetFields, VlanFields, ArpFields, Ipv4Fields, Ipv6Fields, Ipv6ExtensionFields,
                   Ipv6FragmentFields, UdpFields, TcpFields, IcmpFields, Icmp6Fields, NeighbourFields,
                   AuthenticationHeaderFields, Vrrp2Fields, Vrrp3Fields, PayloadBytes>;

  PacketBuilder& add(Layer layer);

  std::vector<Layer> layers_ = {};
  std::size_t padded_size_ = 0;
};

}  // namespace vipswitch::testing
