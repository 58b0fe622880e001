#include "control/trace/made_up_frame.h"

#include <cstring>

#include "dataplane/arp_frames.h"
#include "dataplane/nd_frames.h"
#include "vipswitch/checksum.h"
#include "vipswitch/ipv4_header.h"
#include "vipswitch/ipv6_header.h"
#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

constexpr std::uint16_t kTcpSyn = 0x5002;  // 20 bytes of header, SYN
constexpr std::uint16_t kWindow = 65535;
constexpr std::uint8_t kDefaultTtl = 64, kVrrpTtl = 255;
constexpr std::uint8_t kIntervalSeconds = 1, kIntervalCentiseconds = 100;

template <class Address>
inline constexpr bool kIsIpv4 = std::is_same_v<Address, Ipv4>;

template <class Header>
void append(FrameBytes& bytes, const Header& header) {
  const std::size_t end = bytes.size();
  bytes.resize(end + sizeof header);
  std::memcpy(bytes.data() + end, &header, sizeof header);
}

template <class Header>
FrameBytes to_bytes(const Header& header) {
  FrameBytes bytes;
  append(bytes, header);
  return bytes;
}

// --- what stands above IP, without its checksum

// Version 2 has 8 bytes of authentication data (RFC 3768 5.3).
template <class Address>
FrameBytes make_vrrp(const FrameSpec& spec) {
  wire::Vrrp header{};
  header.version_and_type = static_cast<std::uint8_t>(spec.version << 4 | 1);
  header.vrid = spec.vrid;
  header.priority = spec.priority;
  header.address_count = static_cast<std::uint8_t>(spec.addresses.size());
  header.interval_low = spec.version == 2 ? kIntervalSeconds : kIntervalCentiseconds;
  FrameBytes bytes = to_bytes(header);
  for (const IpAddress& address : spec.addresses) append(bytes, std::get<Address>(address));
  if (spec.version == 2) bytes.resize(bytes.size() + 8);
  return bytes;
}

FrameBytes make_tcp(const FrameSpec& spec) {
  wire::Tcp header{};
  header.source_port = Be16::from_host(spec.source_port);
  header.destination_port = Be16::from_host(spec.destination_port);
  header.offset_and_flags = Be16::from_host(kTcpSyn);
  header.window = Be16::from_host(kWindow);
  return to_bytes(header);
}

FrameBytes make_udp(const FrameSpec& spec) {
  wire::Udp header{};
  header.source_port = Be16::from_host(spec.source_port);
  header.destination_port = Be16::from_host(spec.destination_port);
  header.length = Be16::from_host(static_cast<std::uint16_t>(sizeof header + spec.payload_bytes));
  return to_bytes(header);
}

FrameBytes make_echo(std::uint8_t type) {
  wire::IcmpEcho header{};
  header.type = type;
  header.sequence = Be16::from_host(1);
  return to_bytes(header);
}

// With the place of its checksum.
struct Upper {
  std::uint8_t protocol;
  FrameBytes bytes;
  std::size_t checksum_offset;
  bool has_pseudo_header;
};

template <class Address>
Upper make_upper(const FrameSpec& spec) {
  switch (spec.kind) {
    case FrameKind::kTcp:
      return {wire::kProtoTcp, make_tcp(spec), offsetof(wire::Tcp, checksum), true};
    case FrameKind::kEcho:
      return {kIsIpv4<Address> ? wire::kProtoIcmp : wire::kProtoIcmp6,
              make_echo(kIsIpv4<Address> ? wire::kIcmpEchoRequest : wire::kIcmp6EchoRequest),
              offsetof(wire::IcmpEcho, checksum), !kIsIpv4<Address>};
    case FrameKind::kVrrp:  // the checksum of version 3 has the pseudo-header (RFC 9568 5.2.8)
      return {wire::kProtoVrrp, make_vrrp<Address>(spec), offsetof(wire::Vrrp, checksum), spec.version != 2};
    default:
      return {wire::kProtoUdp, make_udp(spec), offsetof(wire::Udp, checksum), true};
  }
}

template <class Address>
void set_checksum(Upper& upper, const Address& source, const Address& destination) {
  std::uint64_t sum = sum_bytes(upper.bytes.data(), upper.bytes.size());
  if (upper.has_pseudo_header) {
    sum += sum_pseudo_header(source, destination, upper.protocol,
                             static_cast<std::uint16_t>(upper.bytes.size()));
  }
  auto checksum = static_cast<std::uint16_t>(~fold(sum));
  if (checksum == 0 && upper.protocol == wire::kProtoUdp) checksum = 0xffff;  // RFC 768
  std::memcpy(upper.bytes.data() + upper.checksum_offset, &checksum, sizeof checksum);
}

// --- frames

wire::Ipv4Header make_header(const Ipv4& source, const Ipv4& destination, const Upper& upper,
                             std::uint8_t ttl) {
  auto ip = make_ipv4_header(source, destination, upper.protocol, ttl, upper.bytes.size());
  ip.flags_and_offset = Be16::from_host(wire::kIpv4DontFragment);
  ip.checksum = checksum(&ip, sizeof ip);
  return ip;
}

wire::Ipv6Header make_header(const Ipv6& source, const Ipv6& destination, const Upper& upper,
                             std::uint8_t hop_limit) {
  return make_ipv6_header(source, destination, upper.protocol, hop_limit, upper.bytes.size());
}

template <class Address>
FrameBytes make_ip(const FrameSpec& spec, Upper upper, const Address& source, const Address& destination,
                   std::uint8_t ttl) {
  set_checksum(upper, source, destination);
  wire::Ethernet ethernet{};
  ethernet.destination = *spec.destination_mac;
  ethernet.source = *spec.source_mac;
  ethernet.type = Be16::from_host(kIsIpv4<Address> ? wire::kEtherIpv4 : wire::kEtherIpv6);
  FrameBytes frame = to_bytes(ethernet);
  append(frame, make_header(source, destination, upper, ttl));
  frame.insert(frame.end(), upper.bytes.begin(), upper.bytes.end());
  return frame;
}

template <class Address>
FrameBytes make_ip(const FrameSpec& spec, const Address& source, const Address& destination) {
  Upper upper = make_upper<Address>(spec);
  upper.bytes.resize(upper.bytes.size() + spec.payload_bytes);
  const std::uint8_t ttl = spec.ttl.value_or(spec.kind == FrameKind::kVrrp ? kVrrpTtl : kDefaultTtl);
  return make_ip(spec, std::move(upper), source, destination, ttl);
}

// Who asks from nowhere has no MAC to be answered at yet (RFC 4861 4.3): duplicate address detection.
FrameBytes make_probe(const FrameSpec& spec, const Ipv6& target) {
  wire::NeighbourDiscovery body{};
  body.type = wire::kIcmp6NeighbourSolicitation;
  body.target = target;
  return make_ip(spec,
                 {wire::kProtoIcmp6, to_bytes(body), offsetof(wire::NeighbourDiscovery, checksum), true},
                 Ipv6(), target.solicited_node(), wire::kNdHopLimit);
}

FrameBytes make_announcement(const FrameSpec& spec, Ipv4 address) {
  return to_bytes(make_gratuitous_arp(*spec.source_mac, address));
}
FrameBytes make_announcement(const FrameSpec& spec, const Ipv6& address) {
  return to_bytes(make_unsolicited_advertisement(*spec.source_mac, address));
}

FrameBytes make_question(const FrameSpec& spec, Ipv4 source, Ipv4 target) {
  return to_bytes(make_arp_request(*spec.source_mac, source, target, *spec.destination_mac));
}
FrameBytes make_question(const FrameSpec& spec, const Ipv6& source, const Ipv6& target) {
  if (source == Ipv6()) return make_probe(spec, target);
  return to_bytes(make_solicitation(*spec.source_mac, source, target, nullptr));
}

}  // namespace

FrameBytes make_frame(const FrameSpec& spec) {
  FrameBytes frame = std::visit(
      [&spec](const auto& destination) {
        const auto& source = std::get<std::decay_t<decltype(destination)>>(*spec.source);
        if (spec.kind == FrameKind::kAnnouncement) return make_announcement(spec, destination);
        if (spec.kind == FrameKind::kQuestion) return make_question(spec, source, destination);
        return make_ip(spec, source, destination);
      },
      spec.destination);
  const auto& mac = spec.destination_mac->bytes();
  std::copy(mac.begin(), mac.end(), frame.begin());
  return frame;
}

}  // namespace vipswitch
