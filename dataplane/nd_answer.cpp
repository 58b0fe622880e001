#include "dataplane/nd_answer.h"

#include <cstring>

#include "dataplane/resize.h"
#include "vipswitch/checksum.h"
#include "vipswitch/ipv6_header.h"

namespace vipswitch {
namespace {

bool resize_message(Packet& packet, rte_mempool* pool, std::size_t size) noexcept {
  return resize(packet, pool, sizeof(wire::Ipv6Header), sizeof(wire::Ipv6Header) + size);
}

// Headers and checksum around the message, which is in place with a checksum of zero.
void finish(Packet& packet, const NdAsker& asker, const Ipv6& source, const Mac& source_mac) noexcept {
  const bool to_all = asker.address.is_unspecified();
  const Ipv6 destination = to_all ? Ipv6::all_nodes() : asker.address;
  const std::size_t size = packet.l3_size - sizeof(wire::Ipv6Header);
  packet.ipv6() = make_ipv6_header(source, destination, wire::kProtoIcmp6, wire::kNdHopLimit, size);
  std::uint8_t* message = packet.data + packet.l4_offset;
  const std::uint64_t sum =
      sum_pseudo_header(source, destination, wire::kProtoIcmp6, static_cast<std::uint32_t>(size)) +
      sum_bytes(message, size);
  const auto checksum = static_cast<std::uint16_t>(~fold(sum));
  std::memcpy(message + offsetof(wire::Icmp, checksum), &checksum, sizeof checksum);
  wire::Ethernet& ethernet = packet.ethernet();
  ethernet.destination = to_all ? Mac::of_multicast(destination) : asker.mac;
  ethernet.source = source_mac;
  packet.protocol = wire::kProtoIcmp6;
  packet.verdict = Verdict::kAnswer;
}

}  // namespace

bool answer_solicitation(Packet& packet, rte_mempool* pool, const NdAsker& asker, const Ipv6& target,
                         const Mac& mac, bool is_router) noexcept {
  struct Answer {
    wire::NeighbourDiscovery body;
    wire::NdMacOption mac;
  };
  if (!resize_message(packet, pool, sizeof(Answer))) return false;
  Answer answer{};
  answer.body.type = wire::kIcmp6NeighbourAdvertisement;
  answer.body.flags = Be32::from_host(wire::kNdOverride | (is_router ? wire::kNdRouter : 0) |
                                      (asker.address.is_unspecified() ? 0 : wire::kNdSolicited));
  answer.body.target = target;
  answer.mac = {{wire::kNdTargetMac, 1}, mac};
  std::memcpy(packet.data + packet.l4_offset, &answer, sizeof answer);
  finish(packet, asker, target, mac);
  return true;
}

bool answer_router_solicitation(Packet& packet, rte_mempool* pool, const NdAsker& asker,
                                const RouterAdvertisement& advertisement) noexcept {
  std::uint8_t message[kMaxRouterAdvertisement];
  const std::size_t size = write_router_advertisement(message, advertisement);
  if (!resize_message(packet, pool, size)) return false;
  std::memcpy(packet.data + packet.l4_offset, message, size);
  finish(packet, asker, kGatewayLinkLocal, kGatewayMac);
  return true;
}

}  // namespace vipswitch
