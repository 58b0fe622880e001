// The segment size that SYNs announce, where the VPC says that it is lowered: to what the smaller MTU of the
// two ends takes. Every checksum is proven by Shop6Test::sent_for().

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
using Options = std::vector<std::uint8_t>;

constexpr std::uint16_t kMtu = 1400;

Options mss(std::uint16_t value) {
  return {2, 4, static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
std::uint16_t value_at(const Frame& frame, std::size_t at) {
  return static_cast<std::uint16_t>(frame.at(at) << 8 | frame.at(at + 1));
}

class MssClampTest : public CustomerTest {
 protected:
  static constexpr std::size_t kTcp4 = 14 + 20, kTcp6 = 14 + 40, kHeader = 20;

  void SetUp() override {
    CustomerTest::SetUp();
    clamp({.mtu = kMtu, .clamp_mss = true});
  }
  void clamp(const model::VpcChange& change) {
    ASSERT_TRUE(vswitch.service().set_vpc("shop", change));
    vswitch.settle();
  }
  Frame out(const TcpFields& tcp) const {
    return from_vm(vm(), kGatewayMac).ipv4({.source = inner(), .destination = W::kClient}).tcp(tcp).build();
  }
  Frame in(const TcpFields& tcp) const {
    return from_router().ipv4({.source = W::kClient, .destination = eip()}).tcp(tcp).build();
  }
  static TcpFields syn(const Options& options) { return {.flags = kTcpSyn, .options = options}; }
};

TEST_P(MssClampTest, BothWaysAndBetweenPorts) {
  EXPECT_EQ(value_at(sent_for(vm().port, out(syn(mss(1460)))).frame, kTcp4 + kHeader + 2), kMtu - 40);
  EXPECT_EQ(value_at(sent_for(kUplink, in(syn(mss(1460)))).frame, kTcp4 + kHeader + 2), kMtu - 40);
  const Frame inside = from_vm(vm(), kVm2.mac)
                           .ipv4({.source = inner(), .destination = kVm2.ip})
                           .tcp({.flags = kTcpSyn | kTcpAck, .options = mss(8960)})
                           .build();
  EXPECT_EQ(value_at(sent_for(vm().port, inside).frame, kTcp4 + kHeader + 2), kMtu - 40);
}

TEST_P(MssClampTest, Ipv6TakesItsLongerHeader) {
  const Frame frame = from_vm(vm(), kGatewayMac)
                          .ipv6({.source = inner6(), .destination = W6::kClient})
                          .tcp(syn(mss(1440)))
                          .build();
  EXPECT_EQ(value_at(sent_for(vm().port, frame).frame, kTcp6 + kHeader + 2), kMtu - 60);
}

// Behind an odd number of bytes the value lies across two words of the sum.
TEST_P(MssClampTest, OptionLiesAnywhere) {
  for (std::size_t before = 0; before <= 8; ++before) {
    Options options(before, 1);
    const Options value = mss(1460);
    options.insert(options.end(), value.begin(), value.end());
    options.resize((options.size() + 3) / 4 * 4, 0);
    const Frame frame = sent_for(vm().port, out(syn(options))).frame;
    EXPECT_EQ(value_at(frame, kTcp4 + kHeader + before + 2), kMtu - 40) << before;
  }
}

TEST_P(MssClampTest, BehindOtherOptions) {
  const Frame frame =
      sent_for(vm().port, out(syn({4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 3, 3, 7, 1, 2, 4, 5, 180}))).frame;
  EXPECT_EQ(value_at(frame, kTcp4 + kHeader + 18), kMtu - 40);
}

// Whatever else there is goes as it came but for the addresses.
TEST_P(MssClampTest, NothingElseIsTouched) {
  const auto options_of = [&](const TcpFields& tcp) {
    const Frame frame = sent_for(vm().port, out(tcp)).frame;
    return Options(frame.begin() + kTcp4 + kHeader, frame.begin() + kTcp4 + kHeader + tcp.options.size());
  };
  for (const Options& options : {mss(kMtu - 40), mss(536), Options{0, 0, 2, 4}, Options{2, 3, 5, 180},
                                 Options{2, 6, 5, 180}, Options{8, 0, 2, 4}, Options{8, 1, 2, 4},
                                 Options{1, 1, 1, 2}, Options{1, 1, 2, 4}, Options{5, 255, 2, 4}}) {
    EXPECT_EQ(options_of(syn(options)), options) << ::testing::PrintToString(options);
  }
  EXPECT_EQ(options_of({.flags = kTcpAck, .options = mss(1460)}), mss(1460));
}

TEST_P(MssClampTest, OnlyWhereTheVpcSaysSo) {
  clamp({.clamp_mss = false});
  EXPECT_EQ(value_at(sent_for(vm().port, out(syn(mss(1460)))).frame, kTcp4 + kHeader + 2), 1460);
}

INSTANTIATE_FOR_CUSTOMERS(MssClampTest);

}  // namespace
}  // namespace vipswitch::testing
