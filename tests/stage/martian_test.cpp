// Sources that cannot come from the provider network.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::SizeIs;
using W = ShopWorld;
using W6 = ShopWorld6;

class Martians : public Shop6Test {
 protected:
  static Frame from(Ipv4 source, Ipv4 destination) {
    return from_router().ipv4({.source = source, .destination = destination}).udp({}).build();
  }
  static Frame from(const Ipv6& source, const Ipv6& destination) {
    return from_router().ipv6({.source = source, .destination = destination}).udp({}).build();
  }
};

// RFC 1812 5.3.7, RFC 6890.
TEST_F(Martians, UnroutableSourcesAreDropped) {
  for (const Ipv4 source : {Ipv4(), Ipv4(0, 1, 2, 3), Ipv4(127, 0, 0, 1), Ipv4(169, 254, 0, 9),
                            Ipv4(224, 0, 0, 1), Ipv4(240, 0, 0, 1), Ipv4::broadcast()}) {
    expect_drop(DropReason::martian_source, kUplink, from(source, W::kVm3Eip));
    expect_drop(DropReason::martian_source, kUplink, from(source, W::kUplinkIp));
  }
  for (const Ipv6& source : {Ipv6(), link_local_of(kVm1.mac), Ipv6::all_nodes(), Ipv6::mapped(W::kClient),
                             Ipv6::from_groups({0, 0, 0, 0, 0, 0, 0, 1})}) {
    expect_drop(DropReason::martian_source, kUplink, from(source, W6::kVm3Eip));
  }
}

// An answer to it would never leave the VPC.
TEST_F(Martians, SourcesOnSubnetsOfTheTargetsVpcAreDropped) {
  elect(kVm1);
  expect_drop(DropReason::martian_source, kUplink, from(kVm1.ip, W::kVm3Eip));
  expect_drop(DropReason::martian_source, kUplink, from(kDb1.ip, W::kFrontEip));
  expect_drop(DropReason::martian_source, kUplink, from(W6::kVm1Ip, W6::kVm3Eip));
}

TEST_F(Martians, PrivateSourcesOfOthersPass) {
  for (const Ipv4 source :
       {Ipv4(10, 99, 0, 1), Ipv4(100, 64, 0, 1), Ipv4(172, 16, 0, 1), Ipv4(192, 168, 0, 1),
        Ipv4(192, 0, 2, 1), Ipv4(169, 253, 0, 1), Ipv4(223, 255, 255, 1)}) {
    EXPECT_THAT(inject(kUplink, from(source, W::kVm3Eip)), SizeIs(1)) << source.host();
  }
}

}  // namespace
}  // namespace vipswitch::testing
