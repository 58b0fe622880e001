#include "tests/stage/random_frames.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kDccp = 33, kGre = 47, kIcmp6 = 58, kSctp = 132,
                       kUdpLite = 136;
constexpr std::size_t kEthernetSize = 14, kIcmpHeader = 8;

// Extension headers and what belongs to a link or an election.
bool is_ordinary_in_ipv6(std::uint8_t protocol) {
  constexpr std::uint8_t kOthers[] = {0, 43, 44, 60, kIcmp6, 112};
  return std::find(std::begin(kOthers), std::end(kOthers), protocol) == std::end(kOthers);
}

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

Ipv6 RandomFrames::internet_host6() {
  std::array<std::uint8_t, 16> address{};
  for (auto& byte : address) byte = static_cast<std::uint8_t>(engine_());
  address[0] = 0x26;
  return Ipv6(address);
}

std::uint8_t RandomFrames::ttl() {
  return static_cast<std::uint8_t>(one_in(16) ? number(0, 2) : number(2, 255));
}

template <class Address>
void RandomFrames::set_l4_checksum(std::vector<std::uint8_t>& segment, std::uint8_t protocol,
                                   const Address& source, const Address& destination) {
  const auto field = l4_checksum_field(protocol);
  if (!field || segment.size() < *field + 2) return;
  std::uint16_t value = static_cast<std::uint16_t>(engine_());
  if (one_in(8)) value = one_in(2) ? 0 : 0xffff;
  const bool is_right = !one_in(4);
  if (is_right) {
    segment[*field] = segment[*field + 1] = 0;
    value = protocol == kIcmp ? internet_checksum(segment)
                              : internet_checksum(source, destination, protocol, segment);
    if (protocol == kUdp && value == 0) value = 0xffff;
  }
  segment[*field] = static_cast<std::uint8_t>(value >> 8);
  segment[*field + 1] = static_cast<std::uint8_t>(value);
}

// The packet quoted went the other way.
template <class Address>
std::vector<std::uint8_t> RandomFrames::icmp_error(const Address& source, const Address& destination) {
  constexpr bool kIsIpv4 = std::is_same_v<Address, Ipv4>;
  const Address from = one_in(8) ? other_host(destination) : destination;
  const Address to = one_in(8) ? other_host(source) : source;
  const Frame quoted = ip_packet(PacketBuilder().ethernet({}), from, to, Quotes::kNo).build();
  std::vector<std::uint8_t> error = bytes(kIcmpHeader);
  error[0] = kIsIpv4 ? one_of(std::vector<std::uint8_t>{3, 3, 11, 12, 4, 5})
                     : one_of(std::vector<std::uint8_t>{1, 2, 3, 4, 100, 127});
  error.insert(error.end(), quoted.begin() + kEthernetSize, quoted.end());
  if (one_in(2)) error.resize(number(kIcmpHeader, static_cast<unsigned>(error.size())));
  return error;
}

template <class Address>
std::vector<std::uint8_t> RandomFrames::segment(std::uint8_t protocol, const Address& source,
                                                const Address& destination, Quotes quotes) {
  const bool is_icmp = protocol == (std::is_same_v<Address, Ipv4> ? kIcmp : kIcmp6);
  std::vector<std::uint8_t> result;
  if (is_icmp && quotes == Quotes::kYes && !one_in(4)) {
    result = icmp_error(source, destination);
  } else {
    result = bytes(one_in(3) ? number(0, 24) : number(0, 1100));
    if (protocol == kIcmp6 && !result.empty()) result[0] = one_of(std::vector<std::uint8_t>{128, 129, 200});
  }
  set_l4_checksum(result, protocol, source, destination);
  return result;
}

PacketBuilder RandomFrames::ip_packet(PacketBuilder builder, Ipv4 source, Ipv4 destination, Quotes quotes) {
  Ipv4Fields ip{.source = source, .destination = destination};
  ip.ttl = ttl();
  ip.type_of_service = static_cast<std::uint8_t>(engine_());
  ip.identification = static_cast<std::uint16_t>(engine_());
  ip.dont_fragment = one_in(2);
  ip.more_fragments = one_in(8);
  if (one_in(8))
    ip.fragment_offset = static_cast<std::uint16_t>(8 * number(1, 0x1f00));  // within 65535 bytes
  if (one_in(4)) ip.options = bytes(4 * number(1, 10));
  ip.protocol =
      one_in(8) ? static_cast<std::uint8_t>(engine_())
                : one_of(std::vector<std::uint8_t>{kTcp, kUdp, kIcmp, kIcmp, kDccp, kUdpLite, kSctp, kGre});
  if (one_in(16)) ip.checksum = Checksum::kWrong;
  return builder.ipv4(ip).payload(segment(*ip.protocol, source, destination, quotes));
}

PacketBuilder RandomFrames::ip_packet(PacketBuilder builder, const Ipv6& source, const Ipv6& destination,
                                      Quotes quotes) {
  std::uint8_t protocol =
      one_of(std::vector<std::uint8_t>{kTcp, kUdp, kIcmp6, kIcmp6, kDccp, kUdpLite, kSctp, kGre});
  if (const auto any = static_cast<std::uint8_t>(engine_()); one_in(8) && is_ordinary_in_ipv6(any))
    protocol = any;
  // What stands in front of the transport header, outermost first.
  std::vector<std::uint8_t> extensions;
  if (one_in(8)) extensions.push_back(0);
  while (one_in(3)) extensions.push_back(one_of(std::vector<std::uint8_t>{43, 60}));
  const bool is_fragment = one_in(6);

  Ipv6Fields ip{.source = source, .destination = destination, .hop_limit = ttl()};
  ip.traffic_class = static_cast<std::uint8_t>(engine_());
  const auto after = [&](std::size_t next) {
    return next < extensions.size() ? extensions[next] : is_fragment ? std::uint8_t{44} : protocol;
  };
  ip.next_header = after(0);
  builder.ipv6(ip);
  for (std::size_t i = 0; i < extensions.size(); ++i)
    builder.ipv6_extension({.type = extensions[i], .size = 8 * number(1, 3), .next_header = after(i + 1)});
  if (is_fragment) {
    const auto offset = static_cast<std::uint16_t>(one_in(2) ? 0 : 8 * number(1, 0x1f00));
    builder.ipv6_fragment({.offset = offset, .more_fragments = one_in(2), .next_header = protocol});
  }
  return builder.payload(segment(protocol, source, destination, quotes));
}

template <class Address>
Frame RandomFrames::packet(const Mac& destination_mac, const Mac& source_mac, const Address& source,
                           const Address& destination) {
  return padded(ip_packet(PacketBuilder().ethernet({.destination = destination_mac, .source = source_mac}),
                          source, destination, Quotes::kYes)
                    .build());
}

template Frame RandomFrames::packet(const Mac&, const Mac&, const Ipv4&, const Ipv4&);
template Frame RandomFrames::packet(const Mac&, const Mac&, const Ipv6&, const Ipv6&);

Frame RandomFrames::padded(Frame frame) {
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
