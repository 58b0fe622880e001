#include "control/trace/made_up_frame.h"

#include <cstring>

#include "vipswitch/checksum.h"
#include "vipswitch/ipv4_header.h"
#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

constexpr std::uint16_t kTcpSyn = 0x5002;  // 20 bytes of header, SYN
constexpr std::uint16_t kWindow = 65535;
constexpr std::uint8_t kDefaultTtl = 64, kVrrpTtl = 255;
constexpr std::uint8_t kIntervalSeconds = 1, kIntervalCentiseconds = 100;

template <class Header>
void append(FrameBytes& bytes, const Header& header) {
  const std::size_t end = bytes.size();
  bytes.resize(end + sizeof header);
  std::memcpy(bytes.data() + end, &header, sizeof header);
}

FrameBytes make_ethernet(const FrameSpec& spec, std::uint16_t type) {
  wire::Ethernet header{};
  header.destination = *spec.destination_mac;
  header.source = *spec.source_mac;
  header.type = Be16::from_host(type);
  FrameBytes frame;
  append(frame, header);
  return frame;
}

FrameBytes make_arp(const FrameSpec& spec) {
  const bool is_announcement = spec.kind == FrameKind::kArpAnnouncement;
  FrameBytes frame = make_ethernet(spec, wire::kEtherArp);
  wire::Arp arp{};
  arp.hardware_type = Be16::from_host(1);
  arp.protocol_type = Be16::from_host(wire::kEtherIpv4);
  arp.hardware_length = 6;
  arp.protocol_length = 4;
  arp.operation = Be16::from_host(wire::kArpRequest);
  arp.sender_mac = *spec.source_mac;
  arp.sender_ip = is_announcement ? spec.destination : *spec.source;
  arp.target_ip = spec.destination;
  append(frame, arp);
  return frame;
}

// Version 2 has a plain checksum and 8 bytes of authentication data (RFC 3768 5.3), version 3 one with the
// pseudo-header (RFC 9568 5.2.8).
FrameBytes make_vrrp(const FrameSpec& spec) {
  wire::Vrrp header{};
  header.version_and_type = static_cast<std::uint8_t>(spec.version << 4 | 1);
  header.vrid = spec.vrid;
  header.priority = spec.priority;
  header.address_count = static_cast<std::uint8_t>(spec.addresses.size());
  header.interval_low = spec.version == 2 ? kIntervalSeconds : kIntervalCentiseconds;
  FrameBytes bytes;
  append(bytes, header);
  for (const Ipv4& address : spec.addresses) append(bytes, address);
  if (spec.version == 2) bytes.resize(bytes.size() + 8);
  return bytes;
}

FrameBytes make_tcp(const FrameSpec& spec) {
  wire::Tcp header{};
  header.source_port = Be16::from_host(spec.source_port);
  header.destination_port = Be16::from_host(spec.destination_port);
  header.offset_and_flags = Be16::from_host(kTcpSyn);
  header.window = Be16::from_host(kWindow);
  FrameBytes bytes;
  append(bytes, header);
  return bytes;
}

FrameBytes make_udp(const FrameSpec& spec) {
  wire::Udp header{};
  header.source_port = Be16::from_host(spec.source_port);
  header.destination_port = Be16::from_host(spec.destination_port);
  header.length = Be16::from_host(static_cast<std::uint16_t>(sizeof header + spec.payload_bytes));
  FrameBytes bytes;
  append(bytes, header);
  return bytes;
}

FrameBytes make_echo() {
  wire::IcmpEcho header{};
  header.type = wire::kIcmpEchoRequest;
  header.sequence = Be16::from_host(1);
  FrameBytes bytes;
  append(bytes, header);
  return bytes;
}

// What stands above IPv4, and where its checksum lies.
struct Upper {
  std::uint8_t protocol;
  FrameBytes bytes;
  std::size_t checksum_offset;
  bool has_pseudo_header;
};

Upper make_upper(const FrameSpec& spec) {
  switch (spec.kind) {
    case FrameKind::kTcp:
      return {wire::kProtoTcp, make_tcp(spec), offsetof(wire::Tcp, checksum), true};
    case FrameKind::kEcho:
      return {wire::kProtoIcmp, make_echo(), offsetof(wire::IcmpEcho, checksum), false};
    case FrameKind::kVrrp:
      return {wire::kProtoVrrp, make_vrrp(spec), offsetof(wire::Vrrp, checksum), spec.version != 2};
    default:
      return {wire::kProtoUdp, make_udp(spec), offsetof(wire::Udp, checksum), true};
  }
}

void set_checksum(Upper& upper, Ipv4 source, Ipv4 destination) {
  std::uint64_t sum = sum_bytes(upper.bytes.data(), upper.bytes.size());
  if (upper.has_pseudo_header) {
    sum += sum_pseudo_header(source, destination, upper.protocol,
                             static_cast<std::uint16_t>(upper.bytes.size()));
  }
  auto checksum = static_cast<std::uint16_t>(~fold(sum));
  if (checksum == 0 && upper.protocol == wire::kProtoUdp) checksum = 0xffff;  // RFC 768
  std::memcpy(upper.bytes.data() + upper.checksum_offset, &checksum, sizeof checksum);
}

FrameBytes make_ipv4(const FrameSpec& spec) {
  Upper upper = make_upper(spec);
  upper.bytes.resize(upper.bytes.size() + spec.payload_bytes);
  set_checksum(upper, *spec.source, spec.destination);
  FrameBytes frame = make_ethernet(spec, wire::kEtherIpv4);
  const std::uint8_t ttl = spec.ttl.value_or(spec.kind == FrameKind::kVrrp ? kVrrpTtl : kDefaultTtl);
  wire::Ipv4Header ip =
      make_ipv4_header(*spec.source, spec.destination, upper.protocol, ttl, upper.bytes.size());
  ip.flags_and_offset = Be16::from_host(wire::kIpv4DontFragment);
  ip.checksum = checksum(&ip, sizeof ip);
  append(frame, ip);
  frame.insert(frame.end(), upper.bytes.begin(), upper.bytes.end());
  return frame;
}

}  // namespace

FrameBytes make_frame(const FrameSpec& spec) {
  const bool is_arp = spec.kind == FrameKind::kArpRequest || spec.kind == FrameKind::kArpAnnouncement;
  return is_arp ? make_arp(spec) : make_ipv4(spec);
}

}  // namespace vipswitch
