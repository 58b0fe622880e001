#include "dataplane/arp_frames.h"

namespace vipswitch {

ArpFrame make_arp_request(const Mac& source_mac, Ipv4 source, Ipv4 target, const Mac& destination) noexcept {
  ArpFrame frame{};
  frame.ethernet.destination = destination;
  frame.ethernet.source = source_mac;
  frame.ethernet.type = Be16::from_host(wire::kEtherArp);
  frame.arp.hardware_type = Be16::from_host(1);
  frame.arp.protocol_type = Be16::from_host(wire::kEtherIpv4);
  frame.arp.hardware_length = sizeof(Mac);
  frame.arp.protocol_length = sizeof(Ipv4);
  frame.arp.operation = Be16::from_host(wire::kArpRequest);
  frame.arp.sender_mac = source_mac;
  frame.arp.sender_ip = source;
  frame.arp.target_ip = target;
  return frame;
}

ArpFrame make_gratuitous_arp(const Mac& mac, Ipv4 address) noexcept {
  return make_arp_request(mac, address, address, Mac::broadcast());
}

}  // namespace vipswitch
