#include "dataplane/nd_frames.h"

#include "vipswitch/checksum.h"
#include "vipswitch/ipv6_header.h"

namespace vipswitch {
namespace {

constexpr std::size_t kMessageSize = sizeof(wire::NeighbourDiscovery) + sizeof(wire::NdMacOption);

NdFrame make_frame(const Mac& source_mac, const Mac& destination_mac, const Ipv6& source,
                   const Ipv6& destination) noexcept {
  NdFrame frame{};
  frame.ethernet.destination = destination_mac;
  frame.ethernet.source = source_mac;
  frame.ethernet.type = Be16::from_host(wire::kEtherIpv6);
  frame.ip = make_ipv6_header(source, destination, wire::kProtoIcmp6, wire::kNdHopLimit, kMessageSize);
  return frame;
}

void set_checksum(NdFrame& frame, const Ipv6& source, const Ipv6& destination) noexcept {
  const std::uint64_t sum = sum_pseudo_header(source, destination, wire::kProtoIcmp6, kMessageSize) +
                            sum_bytes(&frame.body, sizeof frame.body) +
                            sum_bytes(&frame.mac, sizeof frame.mac);
  frame.body.checksum = static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace

NdFrame make_solicitation(const Mac& source_mac, const Ipv6& source, const Ipv6& target,
                          const Mac* known) noexcept {
  const Ipv6 destination = known ? target : target.solicited_node();
  NdFrame frame =
      make_frame(source_mac, known ? *known : Mac::of_multicast(destination), source, destination);
  frame.body.type = wire::kIcmp6NeighbourSolicitation;
  frame.body.target = target;
  frame.mac = {{wire::kNdSourceMac, 1}, source_mac};
  set_checksum(frame, source, destination);
  return frame;
}

NdFrame make_unsolicited_advertisement(const Mac& mac, const Ipv6& address) noexcept {
  const Ipv6 destination = Ipv6::all_nodes();
  NdFrame frame = make_frame(mac, Mac::of_multicast(destination), address, destination);
  frame.body.type = wire::kIcmp6NeighbourAdvertisement;
  frame.body.flags = Be32::from_host(wire::kNdOverride);
  frame.body.target = address;
  frame.mac = {{wire::kNdTargetMac, 1}, mac};
  set_checksum(frame, address, destination);
  return frame;
}

}  // namespace vipswitch
