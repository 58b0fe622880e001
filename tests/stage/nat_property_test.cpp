// Random packets through EIP in and out, against a translation that computes every checksum from scratch.

#include <algorithm>
#include <optional>
#include <span>

#include "tests/stage/random_frames.h"
#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::Each;
using ::testing::StartsWith;
using W = ShopWorld;

constexpr std::size_t kL3 = 14;
constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kDccp = 33, kVrrp = 112, kUdpLite = 136;
enum class Rewritten { kSource, kDestination };

std::uint16_t load16(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}
void store16(std::span<std::uint8_t> bytes, std::size_t offset, std::uint16_t value) {
  bytes[offset] = static_cast<std::uint8_t>(value >> 8);
  bytes[offset + 1] = static_cast<std::uint8_t>(value);
}
Ipv4 load_address(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return {bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]};
}
void store_address(std::span<std::uint8_t> bytes, std::size_t offset, Ipv4 address) {
  store16(bytes, offset, static_cast<std::uint16_t>(address.host() >> 16));
  store16(bytes, offset + 2, static_cast<std::uint16_t>(address.host()));
}

// An IPv4 packet in a frame; the frame may be longer.
struct Ipv4Bytes {
  explicit Ipv4Bytes(Frame& frame)
      : header(frame.data() + kL3, std::size_t{frame[kL3] & 0xfu} * 4),
        segment(header.data() + header.size(), load16(header, 2) - header.size()) {}

  bool is_later_fragment() const { return (load16(header, 6) & 0x1fff) != 0; }
  // Errors quote a packet, which random bytes are not; source quench and redirect never pass.
  bool is_icmp_error() const {
    constexpr std::uint8_t kErrors[] = {3, 4, 5, 11, 12};
    return header[9] == kIcmp && !is_later_fragment() && segment.size() >= 8 &&
           std::find(std::begin(kErrors), std::end(kErrors), segment[0]) != std::end(kErrors);
  }
  // Where the checksum that covers the addresses stands in the segment; none in a later fragment.
  std::optional<std::size_t> l4_field() const {
    if (is_later_fragment()) return std::nullopt;
    if (header[9] == kTcp) return 16;
    if (header[9] == kUdp || header[9] == kDccp || header[9] == kUdpLite) return 6;
    return std::nullopt;
  }
  // As it would have to be for what the segment holds.
  std::uint16_t right_l4_checksum(std::size_t field) const {
    Frame copy(segment.begin(), segment.end());
    store16(copy, field, 0);
    return internet_checksum(load_address(header, 12), load_address(header, 16), header[9], copy);
  }

  std::span<std::uint8_t> header, segment;
};

// What must be sent; nothing, if the packet must be dropped.
std::optional<Frame> translate_slowly(Frame frame, const EthernetFields& macs, Rewritten side, Ipv4 address) {
  const Ipv4Bytes ip(frame);
  if (internet_checksum(ip.header) != 0 || ip.header[8] <= 1) return std::nullopt;
  if (ip.is_icmp_error()) return std::nullopt;
  const std::optional<std::size_t> field = ip.l4_field();
  if (field && ip.segment.size() < *field + 2) return std::nullopt;
  const std::uint16_t right_before = field ? ip.right_l4_checksum(*field) : std::uint16_t{0};

  std::copy(macs.destination.bytes().begin(), macs.destination.bytes().end(), frame.begin());
  std::copy(macs.source.bytes().begin(), macs.source.bytes().end(), frame.begin() + 6);
  --ip.header[8];
  store_address(ip.header, side == Rewritten::kSource ? 12 : 16, address);
  store16(ip.header, 10, 0);
  store16(ip.header, 10, internet_checksum(ip.header));
  if (!field) return frame;

  const std::uint16_t sent = load16(ip.segment, *field);
  const bool has_none = ip.header[9] == kUdp && sent == 0;
  if (has_none) return frame;
  // A wrong checksum stays wrong by as much as it was.
  const std::uint32_t error = sent + 0xffffu - right_before;
  auto value = static_cast<std::uint16_t>((ip.right_l4_checksum(*field) + error) % 0xffff);
  if ((ip.header[9] == kUdp || ip.header[9] == kUdpLite) && value == 0) value = 0xffff;
  store16(ip.segment, *field, value);
  return frame;
}

constexpr unsigned kPacketsEachWay = 10'000, kBurst = 50;

class NatProperty : public ShopTest {
 protected:
  // `make` gives a packet and what must become of it.
  template <class Make>
  void hold_against_reference(std::string_view ingress, std::string_view egress, Make&& make) {
    unsigned sent_count = 0;
    for (unsigned done = 0; done < kPacketsEachWay; done += kBurst) {
      std::vector<Frame> burst;
      std::vector<Sent> expected;
      for (unsigned i = 0; i < kBurst; ++i) {
        auto [frame, translated] = make();
        burst.push_back(frame);
        if (translated) expected.push_back({std::string(egress), *translated});
      }
      auto sent = inject(ingress, burst);
      // Senders of what has no hop left are told; gateway_error_test.cpp holds what.
      std::erase_if(sent, [&](const Sent& answer) {
        const bool is_told = answer.port == ingress;
        // What is quoted is wrong where the random packet was.
        if (is_told) {
          EXPECT_THAT(verify_checksums(answer.frame).wrong, Each(StartsWith("quoted ")));
        }
        return is_told;
      });
      ASSERT_EQ(sent, expected) << "packets from " << done;
      sent_count += static_cast<unsigned>(expected.size());
    }
    EXPECT_GT(sent_count, kPacketsEachWay / 2);
    EXPECT_LT(sent_count, kPacketsEachWay);
  }
};

TEST_F(NatProperty, InwardsEqualsTranslationFromScratch) {
  RandomFrames random(1);
  elect(kVm1);
  hold_against_reference(kUplink, kVm1.port, [&] {
    Frame frame = random.ipv4_packet(W::kUplinkMac, W::kRouterMac, random.internet_host(), W::kFrontEip);
    auto expected = translate_slowly(frame, {kVm1.mac, kGatewayMac}, Rewritten::kDestination, W::kFront);
    return std::pair(std::move(frame), std::move(expected));
  });
}

TEST_F(NatProperty, OutwardsEqualsTranslationFromScratch) {
  RandomFrames random(2);
  elect(kVm1);
  hold_against_reference(kVm1.port, kUplink, [&] {
    Frame frame = random.ipv4_packet(kGatewayMac, kVm1.mac, W::kFront, random.internet_host());
    auto expected = translate_slowly(frame, {W::kRouterMac, W::kUplinkMac}, Rewritten::kSource, W::kFrontEip);
    return std::pair(std::move(frame), std::move(expected));
  });
}

// Out by one EIP and in by another, with one hop.
TEST_F(NatProperty, HairpinEqualsBothTranslationsFromScratch) {
  RandomFrames random(3);
  elect(kVm1);
  hold_against_reference(kVm3.port, kVm1.port, [&] {
    Frame frame;
    do {  // what may be an advert is judged before it is translated
      frame = random.ipv4_packet(kGatewayMac, kVm3.mac, kVm3.ip, W::kFrontEip);
    } while (frame[kL3 + 9] == kVrrp);
    const EthernetFields macs{kVm1.mac, kGatewayMac};
    auto expected = translate_slowly(frame, macs, Rewritten::kSource, W::kVm3Eip);
    if (expected) {
      Ipv4Bytes ip(*expected);
      ++ip.header[8];
      store16(ip.header, 10, 0);
      store16(ip.header, 10, internet_checksum(ip.header));
      expected = translate_slowly(*std::move(expected), macs, Rewritten::kDestination, W::kFront);
    }
    return std::pair(std::move(frame), std::move(expected));
  });
}

}  // namespace
}  // namespace vipswitch::testing
