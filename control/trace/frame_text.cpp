#include "control/trace/frame_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "control/text/format.h"
#include "vipswitch/header_copy.h"
#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::string describe_ports(Bytes bytes, std::uint8_t protocol, std::size_t offset) {
  const auto udp = copy_header<wire::Udp>(bytes, offset);  // TCP's ports lie in the same place
  if (!udp) return protocol_name(protocol);
  return fmt::format("{} {} -> {}", protocol_name(protocol), udp->source_port.get().host(),
                     udp->destination_port.get().host());
}

std::string describe_vrrp(Bytes bytes, std::size_t offset) {
  const auto vrrp = copy_header<wire::Vrrp>(bytes, offset);
  if (!vrrp) return "VRRP";
  return fmt::format("VRRPv{} of group {}, priority {}, {} addresses", vrrp->version(), vrrp->vrid,
                     vrrp->priority, vrrp->address_count);
}

std::string describe_upper(Bytes bytes, std::uint8_t protocol, std::size_t offset) {
  if (protocol == wire::kProtoTcp || protocol == wire::kProtoUdp)
    return describe_ports(bytes, protocol, offset);
  if (protocol == wire::kProtoVrrp) return describe_vrrp(bytes, offset);
  const auto discovery = copy_header<wire::NeighbourDiscovery>(bytes, offset);
  if (protocol == wire::kProtoIcmp6 && discovery && discovery->type == wire::kIcmp6NeighbourSolicitation)
    return fmt::format("neighbour solicitation for {}", address_text(discovery->target));
  if (protocol == wire::kProtoIcmp6 && discovery && discovery->type == wire::kIcmp6NeighbourAdvertisement)
    return fmt::format("neighbour advertisement of {}", address_text(discovery->target));
  const auto icmp = copy_header<wire::Icmp>(bytes, offset);
  const bool is_icmp = protocol == wire::kProtoIcmp || protocol == wire::kProtoIcmp6;
  if (is_icmp && icmp) {
    return fmt::format("{} type {} code {}", protocol_name(protocol), icmp->type, icmp->code);
  }
  return protocol_name(protocol);
}

std::string describe_ipv4(Bytes bytes, std::size_t offset) {
  const auto ip = copy_header<wire::Ipv4Header>(bytes, offset);
  if (!ip) return "IPv4, cut off";
  const unsigned fragment = ip->flags_and_offset.get().host();
  std::string text = fmt::format("IPv4 {} -> {}, ", ip->source.get(), ip->destination.get());
  if ((fragment & wire::kIpv4OffsetMask) != 0) {
    text += fmt::format("{}, a later fragment", protocol_name(ip->protocol));
  } else {
    text += describe_upper(bytes, ip->protocol, offset + ip->header_length());
    if ((fragment & wire::kIpv4MoreFragments) != 0) text += ", a first fragment";
  }
  return text + fmt::format(", TTL {}, {} bytes", ip->ttl, ip->total_length.get().host());
}

std::string describe_ipv6(Bytes bytes, std::size_t offset) {
  const auto ip = copy_header<wire::Ipv6Header>(bytes, offset);
  if (!ip) return "IPv6, cut off";
  return fmt::format("IPv6 {} -> {}, {}, hop limit {}, {} bytes of payload", address_text(ip->source),
                     address_text(ip->destination),
                     describe_upper(bytes, ip->next_header, offset + sizeof *ip), ip->hop_limit,
                     ip->payload_length.get().host());
}

std::string describe_arp(Bytes bytes, std::size_t offset) {
  const auto arp = copy_header<wire::Arp>(bytes, offset);
  if (!arp) return "ARP, cut off";
  const Ipv4 sender = arp->sender_ip, target = arp->target_ip;
  if (arp->operation.get().host() == wire::kArpReply)
    return fmt::format("ARP: {} is at {}, told to {}", sender, arp->sender_mac, target);
  if (sender == target) return fmt::format("ARP announcement: {} is at {}", sender, arp->sender_mac);
  return fmt::format("ARP: who has {}, asks {} at {}", target, sender, arp->sender_mac);
}

}  // namespace

std::string address_text(const Ipv6& address) {
  if (address.is_ipv4_mapped()) return fmt::to_string(address.mapped_ipv4());
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, &address, text, sizeof text);
}

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case wire::kProtoTcp:
      return "TCP";
    case wire::kProtoUdp:
      return "UDP";
    case wire::kProtoIcmp:
      return "ICMP";
    case wire::kProtoIcmp6:
      return "ICMPv6";
    case wire::kProtoIgmp:
      return "IGMP";
    case wire::kProtoVrrp:
      return "VRRP";
    case wire::kProtoAh:
      return "AH";
    default:
      return fmt::format("protocol {}", protocol);
  }
}

std::string describe_network(Bytes bytes, std::uint16_t type, std::size_t offset) {
  if (type == wire::kEtherIpv4) return describe_ipv4(bytes, offset);
  if (type == wire::kEtherIpv6) return describe_ipv6(bytes, offset);
  if (type == wire::kEtherArp) return describe_arp(bytes, offset);
  return {};
}

std::string describe_frame(Bytes bytes) {
  const auto ethernet = copy_header<wire::Ethernet>(bytes, 0);
  if (!ethernet) return fmt::format("{} bytes, too few for Ethernet", bytes.size());
  std::string text = fmt::format("{} -> {}, ", ethernet->source, ethernet->destination);
  std::uint16_t type = ethernet->type.get().host();
  std::size_t offset = sizeof *ethernet;
  while (type == wire::kEtherVlan || type == wire::kEtherQinq) {
    const auto tag = copy_header<wire::VlanTag>(bytes, offset);
    if (!tag) return text + "VLAN, cut off";
    text += fmt::format("VLAN {}, ", tag->vlan_id());
    type = tag->type.get().host();
    offset += sizeof *tag;
  }
  const std::string network = describe_network(bytes, type, offset);
  return text + (network.empty() ? fmt::format("EtherType 0x{:04x}", type) : network);
}

}  // namespace vipswitch
