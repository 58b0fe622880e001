// IPv6 packets cut at every length: by a sender that lies about it, and by one that says so.

#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W6 = ShopWorld6;

constexpr std::size_t kEthernet = 14, kHeader = 40;

struct Ipv6Cut {
  const char* name;
  std::string_view port;
  Frame whole;
  std::size_t extensions = 0;  // bytes between the IPv6 header and the transport's
  std::size_t least_l4 = 0;    // bytes behind those that are enough to be sent on
};

void PrintTo(const Ipv6Cut& cut, std::ostream* out) {
  *out << cut.name;
}

PacketBuilder in() {
  return from_router().ipv6({.source = W6::kClient, .destination = W6::kVm3Eip});
}

std::vector<Ipv6Cut> ipv6_cuts() {
  return {
      {"Udp", kUplink, datagram6_from_internet(W6::kVm3Eip), 0, 8},
      {"Tcp", kUplink, in().tcp({}).counting_payload(9).build(), 0, 18},
      {"Icmp6", kUplink, in().icmp6({.type = 128}).counting_payload(9).build(), 0, 4},
      {"Unknown", kUplink,
       from_router()
           .ipv6({.source = W6::kClient, .destination = W6::kVm3Eip, .next_header = 253})
           .counting_payload(9)
           .build(),
       0, 0},
      {"UdpBehindExtensions", kUplink,
       in().ipv6_extension({.type = 0, .size = 16})
           .ipv6_extension({.type = 43, .size = 8})
           .ipv6_extension({.size = 24})
           .udp({})
           .counting_payload(9)
           .build(),
       48, 8},
      {"UdpInALaterFragment", kUplink,
       in().ipv6_extension({}).ipv6_fragment({.offset = 64}).udp({}).counting_payload(9).build(), 16, 0},
      {"TcpOfAVm", kVm3.port,
       from_vm(kVm3, kGatewayMac)
           .ipv6({.source = W6::kVm3Ip, .destination = W6::kClient})
           .ipv6_extension({})
           .tcp({})
           .counting_payload(9)
           .build(),
       8, 18},
  };
}

Frame cut_at(const Frame& whole, std::size_t size) {
  return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
}

// The packet cut to `size` bytes, by a sender that says so.
Frame shortened(const Frame& whole, std::size_t size) {
  Frame frame = cut_at(whole, kEthernet + size);
  frame[kEthernet + 4] = static_cast<std::uint8_t>((size - kHeader) >> 8);
  frame[kEthernet + 5] = static_cast<std::uint8_t>(size - kHeader);
  return frame;
}

class CutIpv6 : public Shop6Test, public ::testing::WithParamInterface<Ipv6Cut> {};

TEST_P(CutIpv6, FrameIsDroppedAtEveryLength) {
  const Frame& whole = GetParam().whole;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    expect_drop(size < kEthernet + kHeader ? DropReason::truncated : DropReason::ipv6_bad_length,
                GetParam().port, cut_at(whole, size));
  }
}

TEST_P(CutIpv6, PacketIsSentOnFromTheL4ChecksumOn) {
  const std::size_t headers = kHeader + GetParam().extensions;
  for (std::size_t size = kHeader; size <= GetParam().whole.size() - kEthernet; ++size) {
    SCOPED_TRACE(size);
    const Frame frame = shortened(GetParam().whole, size);
    const auto dropped = vswitch.drops();
    const auto truncated = vswitch.drops(DropReason::l4_truncated);
    const auto sent = inject(GetParam().port, frame);
    if (size >= headers + GetParam().least_l4) {
      ASSERT_EQ(sent.size(), 1u);
      EXPECT_EQ(sent[0].frame.size(), frame.size());
      continue;
    }
    EXPECT_THAT(sent, ::testing::IsEmpty());
    EXPECT_EQ(vswitch.drops(), dropped + 1);
    EXPECT_EQ(vswitch.drops(DropReason::l4_truncated) - truncated, size < headers ? 0u : 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Parse, CutIpv6, ::testing::ValuesIn(ipv6_cuts()),
                         [](const auto& instance) { return std::string(instance.param.name); });

// The advertisement with its option, which it claims by.
using CutAnnouncement6 = Shop6Test;

TEST_F(CutAnnouncement6, ClaimsOnlyWhenWhole) {
  const Frame whole = announcement6(kVm1, W6::kVm1Ip);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    inject(kVm1, cut_at(whole, size));
    if (size >= kEthernet + kHeader) inject(kVm1, shortened(whole, size - kEthernet));
    ASSERT_EQ(owner6(), "") << size;
  }
  inject(kVm1, whole);
  EXPECT_EQ(owner6(), kVm1.port);
}

}  // namespace
}  // namespace vipswitch::testing
