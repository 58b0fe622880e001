// From one EIP of the switch to another, or to itself: both addresses are translated in one pass, with one
// hop.

#include <algorithm>

#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using W = ShopWorld;
using W6 = ShopWorld6;

PacketBuilder ip_of(const EthernetFields& ethernet, Ipv4 source, Ipv4 destination, std::uint8_t ttl = 64) {
  return PacketBuilder().ethernet(ethernet).ipv4({.source = source, .destination = destination, .ttl = ttl});
}
PacketBuilder ip_of(const EthernetFields& ethernet, const Ipv6& source, const Ipv6& destination,
                    std::uint8_t hop_limit = 64) {
  return PacketBuilder().ethernet(ethernet).ipv6(
      {.source = source, .destination = destination, .hop_limit = hop_limit});
}

// The addresses of one family under the same names.
template <class Address>
struct World;
template <>
struct World<Ipv4> {
  static constexpr Ipv4 kVm3 = testing::kVm3.ip, kVm1 = testing::kVm1.ip, kFront = W::kFront,
                        kVm3Eip = W::kVm3Eip, kFrontEip = W::kFrontEip, kGateway = W::kWebGateway;
};
template <>
struct World<Ipv6> {
  static constexpr Ipv6 kVm3 = W6::kVm3Ip, kVm1 = W6::kVm1Ip, kFront = W6::kFront, kVm3Eip = W6::kVm3Eip,
                        kFrontEip = W6::kFrontEip, kGateway = W6::kWebGateway;
};

template <class Address>
class HairpinTest : public Shop6Test {
 protected:
  static constexpr EthernetFields kFromVm3{kGatewayMac, testing::kVm3.mac},
      kToVm3{testing::kVm3.mac, kGatewayMac}, kFromVm1{kGatewayMac, testing::kVm1.mac},
      kToVm1{testing::kVm1.mac, kGatewayMac};

  void SetUp() override {
    elect(testing::kVm1);
    elect6(testing::kVm1);
  }
  void expect_sent(const Vm& from, const Frame& frame, const Vm& to, const Frame& wanted) {
    EXPECT_THAT(inject(from, frame), ElementsAre(Sent{std::string(to.port), wanted}));
    EXPECT_TRUE(verify_checksums(wanted).ok()) << verify_checksums(wanted);
  }
};

// Without an uplink EIPs still reach each other.
TEST_F(Shop6Test, HairpinNeedsNoUplink) {
  ASSERT_TRUE(vswitch.service().remove_uplink());
  elect(kVm1);
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, W::kFrontEip)), SizeIs(1));
  expect_drop(DropReason::no_uplink, kVm3,
              datagram(kVm3, kVm3.ip, {203, 0, 113, 99}));  // in the filter's /24
  expect_drop(DropReason::no_uplink, kVm3, datagram(kVm3, kVm3.ip, W::kClient));
}

using Families = ::testing::Types<Ipv4, Ipv6>;
TYPED_TEST_SUITE(HairpinTest, Families);

template <class Layers>
Frame with(PacketBuilder builder, Layers&& layers) {
  layers(builder);
  return builder.build();
}
void udp(PacketBuilder& builder) {
  builder.udp({.source_port = 4000, .destination_port = 53}).counting_payload(101);
}
void tcp(PacketBuilder& builder) {
  builder.tcp({.source_port = 4000, .destination_port = 443}).counting_payload(33);
}

TYPED_TEST(HairpinTest, FromAPortToAHavipAndBack) {
  using A = World<TypeParam>;
  for (const auto layers : {udp, tcp}) {
    this->expect_sent(kVm3, with(ip_of(this->kFromVm3, A::kVm3, A::kFrontEip), layers), kVm1,
                      with(ip_of(this->kToVm1, A::kVm3Eip, A::kFront, 63), layers));
    this->expect_sent(kVm1, with(ip_of(this->kFromVm1, A::kFront, A::kVm3Eip), layers), kVm3,
                      with(ip_of(this->kToVm3, A::kFrontEip, A::kVm3, 63), layers));
  }
}

TYPED_TEST(HairpinTest, ToItsOwnEip) {
  using A = World<TypeParam>;
  this->expect_sent(kVm3, with(ip_of(this->kFromVm3, A::kVm3, A::kVm3Eip), udp), kVm3,
                    with(ip_of(this->kToVm3, A::kVm3Eip, A::kVm3, 63), udp));
  this->expect_sent(kVm1, with(ip_of(this->kFromVm1, A::kFront, A::kFrontEip), tcp), kVm1,
                    with(ip_of(this->kToVm1, A::kFrontEip, A::kFront, 63), tcp));
}

TYPED_TEST(HairpinTest, FollowsTheOwner) {
  using A = World<TypeParam>;
  this->elect(kVm2, 200);
  this->elect6(kVm2);
  this->expect_sent(kVm3, with(ip_of(this->kFromVm3, A::kVm3, A::kFrontEip), udp), kVm2,
                    with(ip_of({kVm2.mac, kGatewayMac}, A::kVm3Eip, A::kFront, 63), udp));
}

TYPED_TEST(HairpinTest, SourceNeedsAnEip) {
  using A = World<TypeParam>;
  this->expect_drop(DropReason::no_eip, kVm1, with(ip_of(this->kFromVm1, A::kVm1, A::kVm3Eip), udp));
}

TYPED_TEST(HairpinTest, EipWithoutTargetIsNotLookedForOutside) {
  using A = World<TypeParam>;
  ASSERT_TRUE(this->vswitch.service().unbind_eip("front-public"));
  ASSERT_TRUE(this->vswitch.service().unbind_eip("front-public6"));
  this->vswitch.settle();
  this->expect_drop(DropReason::eip_unbound, kVm3, with(ip_of(this->kFromVm3, A::kVm3, A::kFrontEip), udp));
}

TYPED_TEST(HairpinTest, LastHopIsTold) {
  using A = World<TypeParam>;
  this->expect_drop(DropReason::ttl_exceeded, kVm3,
                    with(ip_of(this->kFromVm3, A::kVm3, A::kFrontEip, 1), udp));
}

// vm1 answers what came from vm3's EIP to front: its error quotes what it got, and vm3 hears of what it sent.
TYPED_TEST(HairpinTest, ErrorQuotesWhatTheOtherSideSent) {
  using A = World<TypeParam>;
  constexpr bool kIsIpv4 = std::is_same_v<TypeParam, Ipv4>;
  const auto quote = [](const TypeParam& source, const TypeParam& destination) {
    Frame frame = with(ip_of({}, source, destination, 63), udp);
    frame.erase(frame.begin(), frame.begin() + 14);
    return frame;
  };
  const auto error = [&](PacketBuilder builder, const Frame& quoted) {
    if constexpr (kIsIpv4) {
      builder.icmp({.type = 3, .code = 3});
    } else {
      builder.icmp6({.type = 1, .code = 4});
    }
    return builder.payload(quoted).build();
  };
  this->expect_sent(kVm1, error(ip_of(this->kFromVm1, A::kFront, A::kVm3Eip), quote(A::kVm3Eip, A::kFront)),
                    kVm3,
                    error(ip_of(this->kToVm3, A::kFrontEip, A::kVm3, 63), quote(A::kVm3, A::kFrontEip)));
}

// The VPC takes 1280 bytes: what vm3 is told quotes what it has sent, both translations undone.
TYPED_TEST(HairpinTest, TooLongIsToldAsItWasSent) {
  using A = World<TypeParam>;
  ASSERT_TRUE(this->vswitch.service().set_vpc("shop", {.mtu = 1280}));
  this->vswitch.settle();
  PacketBuilder builder = PacketBuilder().ethernet(this->kFromVm3);
  if constexpr (std::is_same_v<TypeParam, Ipv4>) {
    builder.ipv4({.source = A::kVm3, .destination = A::kFrontEip, .dont_fragment = true});
  } else {
    builder.ipv6({.source = A::kVm3, .destination = A::kFrontEip});
  }
  const Frame frame = builder.udp({.source_port = 1, .destination_port = 2}).counting_payload(1300).build();
  const auto sent = this->inject(kVm3, frame);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].port, kVm3.port);
  constexpr std::size_t kQuote = 14 + (std::is_same_v<TypeParam, Ipv4> ? 20 : 40) + 8;
  ASSERT_GT(sent[0].frame.size(), kQuote + 100);
  EXPECT_TRUE(
      std::equal(sent[0].frame.begin() + kQuote, sent[0].frame.begin() + kQuote + 7, frame.begin() + 14));
  // From the addresses on, past the checksum that the hop has changed.
  constexpr std::size_t kPastHop = std::is_same_v<TypeParam, Ipv4> ? 12 : 8;
  EXPECT_TRUE(std::equal(sent[0].frame.begin() + kQuote + kPastHop, sent[0].frame.begin() + kQuote + 100,
                         frame.begin() + 14 + kPastHop));
}

TYPED_TEST(HairpinTest, DeletedEipIsOutsideAgain) {
  using A = World<TypeParam>;
  auto& service = this->vswitch.service();
  for (const auto* name : {"front-public", "front-public6"}) {
    ASSERT_TRUE(service.unbind_eip(name));
    this->vswitch.settle();
    ASSERT_TRUE(service.remove_eip(name));
  }
  this->vswitch.settle();
  EXPECT_EQ(this->inject(kVm3, with(ip_of(this->kFromVm3, A::kVm3, A::kFrontEip), udp)).at(0).port, kUplink);
}

}  // namespace
}  // namespace vipswitch::testing
