#include "dataplane/mss_clamp.h"

#include <algorithm>
#include <optional>

#include "dataplane/l4_checksum.h"

namespace vipswitch {
namespace {

// RFC 9293 3.1, 3.2.
constexpr std::uint16_t kSyn = 0x0002;
constexpr std::uint8_t kOptionEnd = 0, kOptionNop = 1, kOptionMss = 2, kMssSize = 4;

// The segment's options, as far as they lie in one piece.
PacketView options_of(const Packet& packet, const wire::Tcp& tcp) noexcept {
  const std::size_t header_size = std::size_t{4} * (tcp.offset_and_flags.get().host() >> 12);
  if (header_size < sizeof tcp || header_size > packet.l4_size()) return {};
  const auto bytes = packet.ip_view().bytes(packet.l4_offset + sizeof tcp, header_size - sizeof tcp);
  return {bytes.data(), bytes.size()};
}

// Where the value of the MSS option lies.
std::optional<std::size_t> find_mss(const PacketView& options) noexcept {
  std::size_t at = 0;
  while (at + 1 < options.size()) {
    const std::uint8_t kind = options.data()[at];
    if (kind == kOptionEnd) break;
    if (kind == kOptionNop) {
      ++at;
      continue;
    }
    const std::uint8_t size = options.data()[at + 1];
    if (size < 2 || size > options.size() - at) break;
    if (kind == kOptionMss) return size == kMssSize ? std::optional(at + 2) : std::nullopt;
    at += size;
  }
  return std::nullopt;
}

}  // namespace

void clamp_mss(const Packet& packet, std::uint16_t mtu_bytes) noexcept {
  if (packet.protocol != wire::kProtoTcp || packet.fragment == Fragment::kLater) return;
  const auto* tcp = packet.ip_view().header_at<wire::Tcp>(packet.l4_offset);
  if (tcp == nullptr || (tcp->offset_and_flags.get().host() & kSyn) == 0) return;
  const std::uint16_t checksum_at = l4_checksum_offset(packet);
  if (checksum_at == 0 || checksum_at == kMissing) return;
  const PacketView options = options_of(packet, *tcp);
  const auto at = find_mss(options);
  if (!at) return;
  const std::size_t headers =
      (packet.kind == PacketKind::kIpv4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header)) + sizeof *tcp;
  const auto most = static_cast<std::uint16_t>(std::max<std::size_t>(mtu_bytes, headers) - headers);
  auto& mss = *options.header_at<wire::Field<Be16>>(*at);
  if (mss.get().host() <= most) return;
  const Be16 before = mss.get(), after = Be16::from_host(most);
  mss = after;
  // A value at an odd place is added to the sum with its bytes swapped (RFC 1071 2 B).
  std::uint16_t delta = checksum_delta(before, after);
  if (*at % 2 != 0) delta = swap_bytes(delta);
  update_l4_checksum(packet, checksum_at, delta);
}

}  // namespace vipswitch
