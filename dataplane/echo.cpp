#include "dataplane/echo.h"

#include "vipswitch/checksum.h"

namespace vipswitch {
namespace {

constexpr std::uint8_t kReplyTtl = 64;

struct EchoTypes {
  std::uint8_t protocol, request, reply;
};

constexpr EchoTypes types_of(PacketKind kind) noexcept {
  if (kind == PacketKind::kIpv4) return {wire::kProtoIcmp, wire::kIcmpEchoRequest, wire::kIcmpEchoReply};
  return {wire::kProtoIcmp6, wire::kIcmp6EchoRequest, wire::kIcmp6EchoReply};
}

// Null if the packet is no whole echo request.
wire::IcmpEcho* request_of(const Packet& packet, const EchoTypes& types) noexcept {
  if (packet.protocol != types.protocol || packet.fragment != Fragment::kWhole) return nullptr;
  auto* echo = packet.ip_view().header_at<wire::IcmpEcho>(packet.l4_offset);
  const bool is_request = echo != nullptr && echo->type == types.request && echo->code == 0;
  return is_request ? echo : nullptr;
}

// Addresses exchanged, which changes no checksum, and a fresh hop limit.
void turn_round(Packet& packet) noexcept {
  if (packet.kind == PacketKind::kIpv6) {
    wire::Ipv6Header& ip = packet.ipv6();
    const Ipv6 asker = ip.source;
    ip.source = ip.destination.get();
    ip.destination = asker;
    ip.hop_limit = kReplyTtl;
    return;
  }
  wire::Ipv4Header& ip = packet.ipv4();
  ip.source = packet.destination;
  ip.destination = packet.source;
  ip.checksum =
      update_checksum(ip.checksum, checksum_delta(Be16::from_host(static_cast<std::uint16_t>(ip.ttl << 8)),
                                                  Be16::from_host(kReplyTtl << 8)));
  ip.ttl = kReplyTtl;
}

constexpr Be16 type_word(std::uint8_t type) noexcept {
  return Be16::from_host(static_cast<std::uint16_t>(type << 8));
}

}  // namespace

bool answer_echo(Packet& packet, const Mac& from_mac) noexcept {
  if (!packet.is_ip()) return false;
  const EchoTypes types = types_of(packet.kind);
  wire::IcmpEcho* echo = request_of(packet, types);
  if (echo == nullptr) return false;
  echo->type = types.reply;
  echo->checksum =
      update_checksum(echo->checksum, checksum_delta(type_word(types.request), type_word(types.reply)));
  turn_round(packet);
  wire::Ethernet& ethernet = packet.ethernet();
  ethernet.destination = ethernet.source;
  ethernet.source = from_mac;
  return true;
}

}  // namespace vipswitch
