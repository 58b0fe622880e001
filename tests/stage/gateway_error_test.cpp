// Errors of the switch's own: who is told, by whom, and what is quoted.

#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

constexpr std::uint8_t kUnreachable = 3, kTimeExceeded = 11;
constexpr std::uint8_t kUnreachable6 = 1, kTooBig6 = 2, kTimeExceeded6 = 3;
constexpr std::size_t kPathMtu = 1500;

Frame cut(Frame bytes, std::size_t begin, std::size_t size) {
  return Frame(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
               bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), begin + size)));
}
// From its IP header on, as much as an error quotes.
Frame quote(const Frame& frame) {
  return cut(frame, 14, 576 - 28);
}
Frame quote6(const Frame& frame) {
  return cut(frame, 14, 1280 - 48);
}

PacketBuilder from_gateway(const Vm& vm, Ipv4 gateway, Ipv4 to) {
  return PacketBuilder()
      .ethernet({.destination = vm.mac, .source = kGatewayMac})
      .ipv4({.source = gateway, .destination = to, .type_of_service = 0xc0});
}
PacketBuilder from_gateway(const Vm& vm, Ipv4 gateway) {
  return from_gateway(vm, gateway, vm.ip);
}
PacketBuilder from_gateway6(const Vm& vm, const Ipv6& gateway, const Ipv6& to) {
  return PacketBuilder()
      .ethernet({.destination = vm.mac, .source = kGatewayMac})
      .ipv6({.source = gateway, .destination = to});
}

template <class Test>
class Told : public Test {
 protected:
  using Test::inject;
  using Test::vswitch;

  // The frame is dropped and `told`, which is right by itself, is all that is sent.
  void expect_told(DropReason reason, std::string_view port, const Frame& frame, const Frame& told) {
    const std::uint64_t before = vswitch.drops(reason);
    const auto sent = inject(port, frame);
    EXPECT_EQ(vswitch.drops(reason), before + 1) << info(reason).name;
    ASSERT_EQ(sent.size(), 1u) << info(reason).name;
    EXPECT_EQ(sent[0].port, port);
    EXPECT_EQ(to_hex(sent[0].frame), to_hex(told)) << info(reason).name;
    EXPECT_TRUE(verify_checksums(sent[0].frame).ok()) << verify_checksums(sent[0].frame);
  }
  void expect_untold(DropReason reason, std::string_view port, const Frame& frame) {
    const std::uint64_t before = vswitch.drops(reason);
    EXPECT_THAT(inject(port, frame), ::testing::IsEmpty());
    EXPECT_EQ(vswitch.drops(reason), before + 1) << info(reason).name;
  }
};

using GatewayErrors = Told<Shop6Test>;
using CustomerErrors = Told<CustomerTest>;

Frame with_ttl(const Vm& vm, Ipv4 source, std::uint8_t ttl, Ipv4 destination) {
  return from_vm(vm, kGatewayMac)
      .ipv4({.source = source, .destination = destination, .ttl = ttl})
      .udp({.source_port = 40000, .destination_port = 33434})
      .payload("traceroute")
      .build();
}

TEST_P(CustomerErrors, TimeExceededTellsTracerouteOfTheGateway) {
  for (const Ipv4 destination : {W::kClient, kDb1.ip}) {
    const Frame probe = with_ttl(vm(), inner(), 1, destination);
    expect_told(DropReason::ttl_exceeded, vm().port, probe,
                from_gateway(vm(), W::kWebGateway, inner())
                    .icmp({.type = kTimeExceeded})
                    .payload(quote(probe))
                    .build());
  }
}

TEST_P(CustomerErrors, TimeExceededTellsTheInternetFromTheUplink) {
  const Frame probe = from_router()
                          .ipv4({.source = W::kClient, .destination = eip(), .ttl = 1})
                          .icmp_echo_request(1, 1)
                          .build();
  expect_told(DropReason::ttl_exceeded, kUplink, probe,
              PacketBuilder()
                  .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                  .ipv4({.source = W::kUplinkIp, .destination = W::kClient, .type_of_service = 0xc0})
                  .icmp({.type = kTimeExceeded})
                  .payload(quote(probe))
                  .build());
}

TEST_P(CustomerErrors, TimeExceededOfIpv6) {
  const Frame probe = from_vm(vm(), kGatewayMac)
                          .ipv6({.source = inner6(), .destination = W6::kClient, .hop_limit = 1})
                          .udp({.source_port = 40000, .destination_port = 33434})
                          .payload("traceroute")
                          .build();
  expect_told(DropReason::ttl_exceeded, vm().port, probe,
              from_gateway6(vm(), W6::kWebGateway, inner6())
                  .icmp6({.type = kTimeExceeded6})
                  .payload(quote6(probe))
                  .build());
  const Frame inbound = from_router()
                            .ipv6({.source = W6::kClient, .destination = eip6(), .hop_limit = 1})
                            .udp({.source_port = 40000, .destination_port = 33434})
                            .build();
  expect_told(DropReason::ttl_exceeded, kUplink, inbound,
              PacketBuilder()
                  .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                  .ipv6({.source = W6::kUplinkIp, .destination = W6::kClient})
                  .icmp6({.type = kTimeExceeded6})
                  .payload(quote6(inbound))
                  .build());
}

TEST_F(GatewayErrors, WhatHasNoWayIsUnreachable) {
  constexpr std::uint8_t kNet = 0, kHost = 1, kNoRoute6 = 0, kAddress6 = 3;
  const Frame nobody = datagram(kVm3, kVm3.ip, Ipv4(10, 77, 1, 200));
  expect_told(DropReason::unknown_destination, kVm3.port, nobody,
              from_gateway(kVm3, W::kWebGateway)
                  .icmp({.type = kUnreachable, .code = kHost})
                  .payload(quote(nobody))
                  .build());
  const Frame no_eip = datagram(kVm1, kVm1.ip, W::kClient);
  expect_told(DropReason::no_eip, kVm1.port, no_eip,
              from_gateway(kVm1, W::kWebGateway)
                  .icmp({.type = kUnreachable, .code = kNet})
                  .payload(quote(no_eip))
                  .build());
  const Frame nobody6 = datagram6(kVm3, W6::kVm3Ip, v6(0x78, 0x200));
  expect_told(DropReason::unknown_destination, kVm3.port, nobody6,
              from_gateway6(kVm3, W6::kWebGateway, W6::kVm3Ip)
                  .icmp6({.type = kUnreachable6, .code = kAddress6})
                  .payload(quote6(nobody6))
                  .build());
  const Frame no_eip6 = datagram6(kVm1, W6::kVm1Ip, W6::kClient);
  expect_told(DropReason::no_eip, kVm1.port, no_eip6,
              from_gateway6(kVm1, W6::kWebGateway, W6::kVm1Ip)
                  .icmp6({.type = kUnreachable6, .code = kNoRoute6})
                  .payload(quote6(no_eip6))
                  .build());
}

TEST_F(GatewayErrors, LinkLocalSourceIsBeyondItsScope) {
  constexpr std::uint8_t kBeyondScope6 = 2;
  const Ipv6 source = link_local_of(kVm3.mac);
  const Frame frame = datagram6(kVm3, source, W6::kDb1Ip);
  expect_told(DropReason::unroutable_source, kVm3.port, frame,
              from_gateway6(kVm3, W6::kWebGateway, source)
                  .icmp6({.type = kUnreachable6, .code = kBeyondScope6})
                  .payload(quote6(frame))
                  .build());
}

// `packet` as it is when the switch has found it too long: with one hop less.
template <class Fields>
Frame long_frame(const PacketBuilder& ethernet, const Fields& ip, std::size_t size) {
  PacketBuilder builder = ethernet;
  constexpr bool is_ipv4 = std::is_same_v<Fields, Ipv4Fields>;
  if constexpr (is_ipv4) {
    builder.ipv4(ip);
  } else {
    builder.ipv6(ip);
  }
  return builder.udp({.source_port = 9, .destination_port = 10})
      .counting_payload(size - (is_ipv4 ? 28 : 48))
      .build();
}

TEST_P(CustomerErrors, TooBigTellsTheVmOfTheMtuAndItsOwnAddresses) {
  constexpr std::uint8_t kFragmentationNeeded = 4;
  const auto packet = [this](Ipv4 source, std::uint8_t ttl) {
    return long_frame(
        from_vm(vm(), kGatewayMac),
        Ipv4Fields{.source = source, .destination = W::kClient, .ttl = ttl, .dont_fragment = true},
        kPathMtu + 1);
  };
  expect_told(DropReason::mtu_exceeded, vm().port, packet(inner(), 64),
              from_gateway(vm(), W::kWebGateway, inner())
                  .icmp({.type = kUnreachable, .code = kFragmentationNeeded, .rest_of_header = kPathMtu})
                  .payload(quote(packet(inner(), 63)))
                  .build());
  const auto packet6 = [this](std::uint8_t hop_limit) {
    return long_frame(from_vm(vm(), kGatewayMac),
                      Ipv6Fields{.source = inner6(), .destination = W6::kClient, .hop_limit = hop_limit},
                      kPathMtu + 1);
  };
  expect_told(DropReason::mtu_exceeded, vm().port, packet6(64),
              from_gateway6(vm(), W6::kWebGateway, inner6())
                  .icmp6({.type = kTooBig6, .rest_of_header = kPathMtu})
                  .payload(quote6(packet6(63)))
                  .build());
  const auto bridged =
      long_frame(from_vm(vm(), kVm2.mac),
                 Ipv4Fields{.source = inner(), .destination = kVm2.ip, .dont_fragment = true}, kPathMtu + 1);
  expect_told(DropReason::mtu_exceeded, vm().port, bridged,
              from_gateway(vm(), W::kWebGateway, inner())
                  .icmp({.type = kUnreachable, .code = kFragmentationNeeded, .rest_of_header = kPathMtu})
                  .payload(quote(bridged))
                  .build());
}

TEST_P(CustomerErrors, TooBigTellsTheInternetOfTheEip) {
  constexpr std::uint8_t kFragmentationNeeded = 4;
  const auto packet = [this](std::uint8_t ttl) {
    return long_frame(
        from_router(),
        Ipv4Fields{.source = W::kClient, .destination = eip(), .ttl = ttl, .dont_fragment = true},
        kPathMtu + 8);
  };
  expect_told(DropReason::mtu_exceeded, kUplink, packet(64),
              PacketBuilder()
                  .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                  .ipv4({.source = W::kUplinkIp, .destination = W::kClient, .type_of_service = 0xc0})
                  .icmp({.type = kUnreachable, .code = kFragmentationNeeded, .rest_of_header = kPathMtu})
                  .payload(quote(packet(63)))
                  .build());
  const auto packet6 = [this](std::uint8_t hop_limit) {
    return long_frame(from_router(),
                      Ipv6Fields{.source = W6::kClient, .destination = eip6(), .hop_limit = hop_limit},
                      kPathMtu + 8);
  };
  expect_told(DropReason::mtu_exceeded, kUplink, packet6(64),
              PacketBuilder()
                  .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                  .ipv6({.source = W6::kUplinkIp, .destination = W6::kClient})
                  .icmp6({.type = kTooBig6, .rest_of_header = kPathMtu})
                  .payload(quote6(packet6(63)))
                  .build());
}

INSTANTIATE_FOR_CUSTOMERS(CustomerErrors);

TEST_F(GatewayErrors, MtuOfTheVpcHoldsBetweenItsPorts) {
  constexpr std::uint8_t kFragmentationNeeded = 4;
  constexpr std::uint16_t kVpcMtu = 1400;
  ASSERT_TRUE(vswitch.service().set_vpc("shop", {.mtu = kVpcMtu}).ok());
  vswitch.settle();
  const auto packet = [](std::size_t size) {
    return long_frame(from_vm(kVm3, kVm1.mac),
                      Ipv4Fields{.source = kVm3.ip, .destination = kVm1.ip, .dont_fragment = true}, size);
  };
  EXPECT_EQ(inject(kVm3, packet(kVpcMtu)).size(), 1u);
  expect_told(DropReason::mtu_exceeded, kVm3.port, packet(kVpcMtu + 1),
              from_gateway(kVm3, W::kWebGateway)
                  .icmp({.type = kUnreachable, .code = kFragmentationNeeded, .rest_of_header = kVpcMtu})
                  .payload(quote(packet(kVpcMtu + 1)))
                  .build());
}

TEST_F(GatewayErrors, ThePacketOfExactlyTheMtuPasses) {
  const auto packet =
      long_frame(from_vm(kVm3, kGatewayMac),
                 Ipv4Fields{.source = kVm3.ip, .destination = W::kClient, .dont_fragment = true}, kPathMtu);
  EXPECT_EQ(inject(kVm3, packet).size(), 1u);
}

TEST_F(GatewayErrors, NobodyIsToldOfErrorsLaterFragmentsAndGroups) {
  const Frame error = from_vm(kVm3, kGatewayMac)
                          .ipv4({.source = kVm3.ip, .destination = kDb1.ip, .ttl = 1})
                          .icmp({.type = kUnreachable, .code = 3})
                          .payload(quote(datagram(kDb1, kDb1.ip, kVm3.ip)))
                          .build();
  expect_untold(DropReason::ttl_exceeded, kVm3.port, error);
  const Frame later = from_vm(kVm3, kGatewayMac)
                          .ipv4({.source = kVm3.ip, .destination = kDb1.ip, .ttl = 1, .fragment_offset = 8})
                          .payload("rest of a datagram")
                          .build();
  expect_untold(DropReason::ttl_exceeded, kVm3.port, later);
  expect_untold(DropReason::martian_source, kUplink,
                from_router()
                    .ipv4({.source = Ipv4(224, 0, 0, 1), .destination = W::kVm3Eip, .ttl = 1})
                    .udp({})
                    .build());
  expect_untold(DropReason::martian_source, kUplink,
                from_router().ipv4({.source = Ipv4(), .destination = W::kVm3Eip, .ttl = 1}).udp({}).build());
}

TEST_F(GatewayErrors, NobodyIsToldOfPacketsForGroupsByAHostsMac) {
  for (const Ipv4 group : {Ipv4(224, 0, 0, 5), Ipv4::broadcast()})
    expect_untold(DropReason::unroutable, kVm3.port, datagram(kVm3, kVm3.ip, group));
  expect_untold(DropReason::unknown_destination, kVm3.port, datagram(kVm3, kVm3.ip, Ipv4(10, 77, 0, 255)));
  expect_untold(DropReason::unroutable, kVm3.port,
                datagram6(kVm3, W6::kVm3Ip, Ipv6::from_groups({0xff0e, 0, 0, 0, 0, 0, 0, 1})));
}

TEST_F(GatewayErrors, NobodyIsToldOfWhatMayBeAnError) {
  constexpr std::uint8_t kPrivateError = 100;
  expect_untold(DropReason::ttl_exceeded, kVm3.port,
                from_vm(kVm3, kGatewayMac)
                    .ipv6({.source = W6::kVm3Ip, .destination = W6::kDb1Ip, .hop_limit = 1})
                    .icmp6({.type = kPrivateError})
                    .build());
  expect_untold(DropReason::ttl_exceeded, kVm3.port,
                from_vm(kVm3, kGatewayMac)
                    .ipv4({.source = kVm3.ip, .destination = kDb1.ip, .ttl = 1, .protocol = wire::kProtoIcmp})
                    .payload("cut")
                    .build());
}

TEST_F(GatewayErrors, AtMostAHundredASecondAreTold) {
  std::size_t told = 0;
  for (int i = 0; i < 500; ++i) told += inject(kVm3, with_ttl(kVm3, kVm3.ip, 1, W::kClient)).size();
  EXPECT_EQ(told, 100u);
  EXPECT_EQ(vswitch.worker().counters.errors_told.get(), 100u);
  vswitch.advance_to(vswitch.now() + 100);
  told = 0;
  for (int i = 0; i < 500; ++i) told += inject(kVm3, with_ttl(kVm3, kVm3.ip, 1, W::kClient)).size();
  EXPECT_EQ(told, 10u);
}

// Everybody is behind the uplink; the VM that the packets were for pays.
TEST_F(GatewayErrors, OneTenantsErrorsOnTheUplinkLeaveOthersTheirs) {
  elect(kVm1);
  const Frame expiring =
      from_router().ipv4({.source = W::kClient, .destination = W::kVm3Eip, .ttl = 1}).udp({}).build();
  for (int i = 0; i < 500; ++i) inject(kUplink, expiring);
  EXPECT_EQ(vswitch.worker().counters.errors_told.get(), 100u);
  const Frame too_long = long_frame(
      from_router(), Ipv4Fields{.source = W::kClient, .destination = W::kFrontEip, .dont_fragment = true},
      kPathMtu + 8);
  EXPECT_EQ(inject(kUplink, too_long).size(), 1u);
  const Frame expiring_elsewhere =
      from_router().ipv4({.source = W::kClient, .destination = W::kFrontEip, .ttl = 1}).udp({}).build();
  EXPECT_EQ(inject(kUplink, expiring_elsewhere).size(), 1u);
}

}  // namespace
}  // namespace vipswitch::testing
