#include "tests/stage/random_frames.h"

#include <algorithm>

#include "tests/support/frame_checksums.h"
#include "tests/support/packet_builder.h"

namespace vipswitch::testing {
namespace {

constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kGre = 47, kSctp = 132;

}  // namespace

std::vector<std::uint8_t> RandomFrames::bytes(std::size_t size) {
  std::vector<std::uint8_t> result(size);
  for (auto& byte : result) byte = static_cast<std::uint8_t>(engine_());
  return result;
}

Ipv4 RandomFrames::internet_host() {
  const auto byte = [this] { return static_cast<std::uint8_t>(engine_()); };
  return {static_cast<std::uint8_t>(number(11, 99)), byte(), byte(), byte()};
}

void RandomFrames::set_l4_checksum(std::vector<std::uint8_t>& segment, std::uint8_t protocol, Ipv4 source,
                                   Ipv4 destination) {
  const std::size_t field = protocol == kTcp ? 16 : 6;
  if ((protocol != kTcp && protocol != kUdp) || segment.size() < field + 2) return;
  std::uint16_t value = static_cast<std::uint16_t>(engine_());
  if (one_in(8)) value = one_in(2) ? 0 : 0xffff;
  const bool is_right = !one_in(4);
  if (is_right) {
    segment[field] = segment[field + 1] = 0;
    value = internet_checksum(source, destination, protocol, segment);
    if (protocol == kUdp && value == 0) value = 0xffff;
  }
  segment[field] = static_cast<std::uint8_t>(value >> 8);
  segment[field + 1] = static_cast<std::uint8_t>(value);
}

Frame RandomFrames::ipv4_packet(const Mac& destination_mac, const Mac& source_mac, Ipv4 source,
                                Ipv4 destination) {
  Ipv4Fields ip{.source = source, .destination = destination};
  ip.ttl = one_in(16) ? static_cast<std::uint8_t>(number(0, 2)) : static_cast<std::uint8_t>(number(2, 255));
  ip.type_of_service = static_cast<std::uint8_t>(engine_());
  ip.identification = static_cast<std::uint16_t>(engine_());
  ip.dont_fragment = one_in(2);
  ip.more_fragments = one_in(8);
  if (one_in(8))
    ip.fragment_offset = static_cast<std::uint16_t>(8 * number(1, 0x1f00));  // within 65535 bytes
  if (one_in(4)) ip.options = bytes(4 * number(1, 10));
  ip.protocol = one_in(8) ? static_cast<std::uint8_t>(engine_())
                          : one_of(std::vector<std::uint8_t>{kTcp, kUdp, kIcmp, kSctp, kGre});
  if (one_in(16)) ip.checksum = Checksum::kWrong;

  std::vector<std::uint8_t> segment = bytes(one_in(3) ? number(0, 24) : number(0, 1400));
  set_l4_checksum(segment, *ip.protocol, source, destination);
  Frame frame = PacketBuilder()
                    .ethernet({.destination = destination_mac, .source = source_mac})
                    .ipv4(ip)
                    .payload(segment)
                    .build();
  if (one_in(4)) frame.resize(frame.size() + number(1, 40));
  return frame;
}

Frame RandomFrames::mutated(const Frame& frame, const Frame& other) {
  Frame result = frame;
  for (unsigned left = number(1, 4); left != 0 && !result.empty(); --left) {
    const std::size_t at = number(0, static_cast<unsigned>(result.size()) - 1);
    switch (number(0, 5)) {
      case 0:
        result[at] = static_cast<std::uint8_t>(result[at] ^ (1u << number(0, 7)));
        break;
      case 1:
        result[at] = static_cast<std::uint8_t>(engine_());
        break;
      case 2:
        result[at] = one_of(std::vector<std::uint8_t>{0, 1, 4, 0x45, 0x7f, 0x80, 0xff});
        break;
      case 3:
        result.resize(at);
        break;
      case 4:
        result.resize(result.size() + number(1, 64), static_cast<std::uint8_t>(engine_()));
        break;
      default:
        if (at < other.size()) {
          result.resize(at);
          result.insert(result.end(), other.begin() + static_cast<std::ptrdiff_t>(at), other.end());
        }
    }
  }
  return result;
}

}  // namespace vipswitch::testing
