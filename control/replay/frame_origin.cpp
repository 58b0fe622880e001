#include "control/replay/frame_origin.h"

#include <algorithm>

#include "control/publish/registry.h"
#include "dataplane/packet_view.h"
#include "vipswitch/wire.h"

namespace vipswitch::replay {

struct OriginFinder::Sender {
  Mac mac = {};
  std::optional<IpAddress> address = {};
  std::optional<Mac> advert = {};  // of a VRRP advert: the virtual MAC of its group
};

namespace {

std::optional<Mac> group_of(const PacketView& view, std::size_t offset, std::uint8_t protocol,
                            Family family) {
  if (protocol == wire::kProtoAh) {
    const auto* ah = view.header_at<wire::AuthenticationHeader>(offset);
    if (ah == nullptr) return std::nullopt;
    protocol = ah->next_header;
    offset += (std::size_t{ah->length} + 2) * 4;
  }
  const auto* vrrp = view.header_at<wire::Vrrp>(offset);
  if (protocol != wire::kProtoVrrp || vrrp == nullptr) return std::nullopt;
  return family == Family::kIpv6 ? Mac::vrrp_ipv6(vrrp->vrid) : Mac::vrrp_ipv4(vrrp->vrid);
}

bool is_in_subnet(const model::Objects& objects, const model::Port& port, const IpAddress& address) {
  const auto subnet = objects.subnets.find(port.subnet);
  if (subnet == objects.subnets.end()) return false;
  const auto is_in = [](const auto& prefix, const auto* held) {
    return prefix && held != nullptr && prefix->contains(*held);
  };
  return is_in(subnet->second.ipv4, std::get_if<Ipv4>(&address)) ||
         is_in(subnet->second.ipv6, std::get_if<Ipv6>(&address));
}

}  // namespace

OriginFinder::OriginFinder(const model::Objects& objects) : objects_(objects) {
  if (objects.uplink && objects.uplink->interface)
    by_interface_.emplace(*objects.uplink->interface, kUplinkName);
  for (const auto& [name, port] : objects.ports) {
    by_mac_[port.mac].push_back(&port);
    for (const IpAddress& address : model::addresses_of(port)) by_address_[address].push_back(&port);
    by_address_[link_local_of(port.mac)].push_back(&port);
    if (port.interface) by_interface_.emplace(*port.interface, name);
  }
}

FrameOrigin OriginFinder::find(const CapturedFrame& frame, const std::string& port) {
  if (frame.comment.starts_with(kDroppedComment)) return {OriginKind::kDropNote};
  const Sender sender = sender_of(frame);
  const std::string place = port.empty() ? port_of_interface(frame.interface) : port;
  FrameOrigin origin = place.empty() ? at_bridge(sender) : at_port(frame, sender, place);
  origin.sender = sender.mac;
  if (origin.kind == OriginKind::kPort && sender.advert) last_adverters_[*sender.advert] = origin.port;
  return origin;
}

OriginFinder::Sender OriginFinder::sender_of(const CapturedFrame& frame) {
  // Nothing is written through the view.
  const PacketView view(const_cast<std::uint8_t*>(frame.bytes.data()), frame.bytes.size());
  Sender sender;
  const auto* ethernet = view.header_at<wire::Ethernet>(0);
  if (ethernet == nullptr) return sender;
  sender.mac = ethernet->source;
  std::size_t offset = sizeof *ethernet;
  std::uint16_t type = ethernet->type.get().host();
  if (const auto* tag = view.header_at<wire::VlanTag>(offset); type == wire::kEtherVlan && tag != nullptr) {
    type = tag->type.get().host();
    offset += sizeof *tag;
  }
  if (const auto* arp = view.header_at<wire::Arp>(offset); type == wire::kEtherArp && arp != nullptr) {
    sender.address = arp->sender_ip.get();
  } else if (const auto* ipv4 = view.header_at<wire::Ipv4Header>(offset);
             type == wire::kEtherIpv4 && ipv4 != nullptr) {
    sender.address = ipv4->source.get();
    sender.advert = group_of(view, offset + ipv4->header_length(), ipv4->protocol, Family::kIpv4);
  } else if (const auto* ipv6 = view.header_at<wire::Ipv6Header>(offset);
             type == wire::kEtherIpv6 && ipv6 != nullptr) {
    sender.address = ipv6->source.get();
    sender.advert = group_of(view, offset + sizeof *ipv6, ipv6->next_header, Family::kIpv6);
  }
  return sender;
}

std::string OriginFinder::port_of_interface(const std::string& interface) const {
  if (objects_.ports.contains(interface) || (interface == kUplinkName && objects_.uplink)) return interface;
  const auto found = by_interface_.find(interface);
  return found == by_interface_.end() ? std::string() : found->second;
}

FrameOrigin OriginFinder::at_port(const CapturedFrame& frame, const Sender& sender,
                                  const std::string& port) const {
  FrameOrigin from_port{OriginKind::kPort, port}, to_port{OriginKind::kSwitch};
  if (frame.direction == PcapngDirection::kInbound) return from_port;
  if (frame.direction == PcapngDirection::kOutbound || is_switch_mac(sender.mac)) return to_port;
  if (port == kUplinkName) return sender.mac == objects_.uplink->mac ? to_port : from_port;
  if (sender.mac == objects_.ports.at(port).mac) return from_port;
  if (!sender.mac.is_vrrp_virtual()) return by_mac_.contains(sender.mac) ? to_port : from_port;
  if (const auto* speaker = port_with_address(sender)) return speaker->name == port ? from_port : to_port;
  const auto* speaker = last_adverter(sender.mac);
  return sender.advert || speaker == nullptr || *speaker == port ? from_port : to_port;
}

FrameOrigin OriginFinder::at_bridge(const Sender& sender) const {
  const bool is_uplink = objects_.uplink && sender.mac == objects_.uplink->mac;
  if (is_switch_mac(sender.mac) || is_uplink) return {OriginKind::kSwitch};
  if (!sender.mac.is_vrrp_virtual()) {
    const auto* port = port_with_mac(sender);
    return port != nullptr ? FrameOrigin{OriginKind::kPort, port->name} : FrameOrigin{OriginKind::kNobody};
  }
  if (const auto* port = port_with_address(sender)) return {OriginKind::kPort, port->name};
  if (const auto* port = last_adverter(sender.mac)) return {OriginKind::kPort, *port, true};
  return {OriginKind::kNobody};
}

// A MAC is unique within a subnet only: of several, the one in whose subnet the frame speaks.
const model::Port* OriginFinder::port_with_mac(const Sender& sender) const {
  const auto found = by_mac_.find(sender.mac);
  if (found == by_mac_.end()) return nullptr;
  const Ports& ports = found->second;
  if (ports.size() == 1) return ports.front();
  const auto speaks_for = [&](const model::Port* port) {
    return sender.address && is_in_subnet(objects_, *port, *sender.address);
  };
  const auto first = std::find_if(ports.begin(), ports.end(), speaks_for);
  if (first == ports.end() || std::find_if(first + 1, ports.end(), speaks_for) != ports.end()) return nullptr;
  return *first;
}

const model::Port* OriginFinder::port_with_address(const Sender& sender) const {
  if (!sender.address) return nullptr;
  const auto found = by_address_.find(*sender.address);
  return found == by_address_.end() || found->second.size() != 1 ? nullptr : found->second.front();
}

const std::string* OriginFinder::last_adverter(const Mac& mac) const {
  const auto found = last_adverters_.find(mac);
  return found == last_adverters_.end() ? nullptr : &found->second;
}

}  // namespace vipswitch::replay
