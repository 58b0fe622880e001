// Parse looks at what most packets are all at once, and at everything else field by field. Whatever is
// changed in a frame of the first kind, both see the same packet: the frame, and the same one behind a
// priority tag, which is never of the first kind.

#include <array>
#include <tuple>

#include "dataplane/stage/parse.h"
#include "tests/stage/exact_frames.h"
#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

constexpr std::size_t kTypeOffset = 12, kIpOffset = 14, kChecksumOffset = kIpOffset + 10, kHeaders = 34;
constexpr std::array<std::uint8_t, 4> kPriorityTag{0x81, 0x00, 0x00, 0x00};

class CommonPacket : public ShopTest {
 protected:
  // What parse has found out, offsets from the IP header.
  auto parsed(const Frame& frame, unsigned tag_bytes) {
    Batch batch;
    fill_exactly(vswitch, batch, kVm1.port, {frame});
    stage::parse(vswitch.worker(), batch);
    const Packet& packet = batch.packets[0];
    const bool is_ip = packet.is_pending() && packet.is_ip();
    const bool is_ipv4 = is_ip && packet.kind == PacketKind::kIpv4;
    const auto result = std::tuple(
        packet.verdict, packet.is_pending() ? DropReason{} : packet.reason, packet.is_group,
        packet.is_pending() ? packet.kind : PacketKind::kOther, is_ip ? packet.l4_offset - tag_bytes : 0,
        is_ip ? packet.l3_size : 0, is_ip ? packet.protocol : 0, is_ip ? packet.fragment : Fragment::kWhole,
        is_ipv4 ? packet.source : Ipv4(), is_ipv4 ? packet.destination : Ipv4(), batch.has_control_packets,
        packet.source_index, packet.is_claim, packet.is_hairpin, packet.target.exists());
    rte_pktmbuf_free(packet.mbuf);
    return result;
  }
  void expect_same(const Frame& frame) {
    Frame tagged = frame;
    tagged.insert(tagged.begin() + kTypeOffset, kPriorityTag.begin(), kPriorityTag.end());
    EXPECT_EQ(parsed(frame, 0), parsed(tagged, kPriorityTag.size()));
  }
  static void mend_checksum(Frame& frame) {
    frame[kChecksumOffset] = frame[kChecksumOffset + 1] = 0;
    const std::uint16_t right = checksum(frame.data() + kIpOffset, kHeaders - kIpOffset);
    std::memcpy(frame.data() + kChecksumOffset, &right, sizeof right);
  }

  const Frame frame_ = datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac);
};

TEST_F(CommonPacket, EveryBitOfItsHeadersIsSeenTheSame) {
  for (std::size_t bit = 0; bit < 8 * kHeaders; ++bit) {
    SCOPED_TRACE(bit);
    if (bit / 8 == kTypeOffset || bit / 8 == kTypeOffset + 1) continue;  // may make another tag of it
    Frame changed = frame_;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    expect_same(changed);
    mend_checksum(changed);
    expect_same(changed);
  }
}

TEST_F(CommonPacket, EveryTypeIsSeenTheSame) {
  for (const unsigned type : {0x0800u, 0x0801u, 0x0806u, 0x86ddu, 0x8035u, 0x0000u, 0xffffu}) {
    SCOPED_TRACE(type);
    Frame changed = frame_;
    changed[kTypeOffset] = static_cast<std::uint8_t>(type >> 8);
    changed[kTypeOffset + 1] = static_cast<std::uint8_t>(type);
    expect_same(changed);
  }
}

TEST_F(CommonPacket, EveryProtocolIsSeenTheSame) {
  for (unsigned protocol = 0; protocol < 256; ++protocol) {
    SCOPED_TRACE(protocol);
    Frame changed = frame_;
    changed[kIpOffset + 9] = static_cast<std::uint8_t>(protocol);
    mend_checksum(changed);
    expect_same(changed);
  }
}

TEST_F(CommonPacket, EveryTotalLengthIsSeenTheSame) {
  for (unsigned length = 0; length < 2 * frame_.size(); ++length) {
    SCOPED_TRACE(length);
    Frame changed = frame_;
    changed[kIpOffset + 2] = static_cast<std::uint8_t>(length >> 8);
    changed[kIpOffset + 3] = static_cast<std::uint8_t>(length);
    mend_checksum(changed);
    expect_same(changed);
  }
}

TEST_F(CommonPacket, EveryCutIsSeenTheSame) {
  for (std::size_t size = kIpOffset; size < frame_.size(); ++size) {
    SCOPED_TRACE(size);
    expect_same(Frame(frame_.begin(), frame_.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

}  // namespace
}  // namespace vipswitch::testing
