// ICMP errors through NAT: what they quote is translated the other way round, however much of it there is.

#include "dataplane/stage/nat.h"
#include "dataplane/stage/parse.h"
#include "dataplane/stage/tx.h"
#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
constexpr std::uint8_t kExceeded = 11, kExceeded6 = 3;

class IcmpErrors : public CustomerTest {
 protected:
  // What `port` gets to see of the frame.
  Frame seen_at(std::string_view port, std::string_view from, const Frame& frame) {
    const auto sent = inject(from, frame);
    EXPECT_EQ(sent.size(), 1u);
    if (sent.size() != 1) return {};
    EXPECT_EQ(sent[0].port, port);
    return sent[0].frame;
  }
  // Of the provider's router, about what the customer has sent.
  Frame error_of_router(const Frame& quote) const {
    return from_router()
        .ipv4({.source = W::kRouterIp, .destination = eip()})
        .icmp({.type = kExceeded})
        .payload(quote)
        .build();
  }
  Frame error_of_router6(const Frame& quote) const {
    return from_router()
        .ipv6({.source = W6::kRouterIp, .destination = eip6()})
        .icmp6({.type = kExceeded6})
        .payload(quote)
        .build();
  }
};

constexpr std::size_t kEthernet = 14;

Frame without_ethernet(const Frame& frame) {
  return Frame(frame.begin() + kEthernet, frame.end());
}

// What the customer has sent to the client, from `source`.
Frame quoted(Ipv4 source, Checksum checksum = Checksum::kCorrect) {
  return without_ethernet(
      PacketBuilder()
          .ethernet({})
          .ipv4({.source = source, .destination = W::kClient, .ttl = 7, .dont_fragment = true})
          .udp({.source_port = 9, .destination_port = 53, .checksum = checksum})
          .payload("question")
          .build());
}
// Behind two extension headers.
Frame quoted6(const Ipv6& source) {
  return without_ethernet(PacketBuilder()
                              .ethernet({})
                              .ipv6({.source = source, .destination = W6::kClient, .hop_limit = 7})
                              .ipv6_extension({.type = 0, .size = 16})
                              .ipv6_extension({})
                              .udp({.source_port = 9, .destination_port = 53})
                              .payload("question")
                              .build());
}

Frame cut(Frame bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

TEST_P(IcmpErrors, QuotesOfEveryLengthAreTranslatedAsFarAsTheyGo) {
  constexpr std::size_t kHalfOfUdpChecksum = 27;
  const Frame outside = quoted(eip()), inside = quoted(inner());
  for (std::size_t size = 20; size <= outside.size(); ++size) {
    Frame left = cut(inside, size);
    if (size == kHalfOfUdpChecksum) left.back() = outside[size - 1];  // one byte of a sum cannot follow
    const Frame expected = PacketBuilder()
                               .ethernet({.destination = vm().mac, .source = kGatewayMac})
                               .ipv4({.source = W::kRouterIp, .destination = inner(), .ttl = 63})
                               .icmp({.type = kExceeded})
                               .payload(left)
                               .build();
    EXPECT_EQ(to_hex(seen_at(vm().port, kUplink, error_of_router(cut(outside, size)))), to_hex(expected))
        << size;
  }
}

TEST_P(IcmpErrors, Ipv6QuotesOfEveryLengthAreTranslatedAsFarAsTheyGo) {
  constexpr std::size_t kUdpChecksum = 40 + 16 + 8 + 6;
  const Frame outside = quoted6(eip6()), inside = quoted6(inner6());
  for (std::size_t size = 40; size <= outside.size(); ++size) {
    Frame left = cut(inside, size);
    if (size == kUdpChecksum + 1) left.back() = outside[size - 1];
    const Frame expected = PacketBuilder()
                               .ethernet({.destination = vm().mac, .source = kGatewayMac})
                               .ipv6({.source = W6::kRouterIp, .destination = inner6(), .hop_limit = 63})
                               .icmp6({.type = kExceeded6})
                               .payload(left)
                               .build();
    EXPECT_EQ(to_hex(seen_at(vm().port, kUplink, error_of_router6(cut(outside, size)))), to_hex(expected))
        << size;
  }
}

TEST_P(IcmpErrors, QuotesTooShortForAnAddressAreDropped) {
  for (std::size_t size = 0; size < 20; ++size)
    expect_drop(DropReason::icmp_bad_quote, kUplink, error_of_router(cut(quoted(eip()), size)));
  for (std::size_t size = 0; size < 40; ++size)
    expect_drop(DropReason::icmp_bad_quote, kUplink, error_of_router6(cut(quoted6(eip6()), size)));
}

// Whose transport header would lie inside it.
TEST_P(IcmpErrors, QuoteWithAHeaderTooShortIsDropped) {
  Frame quote = quoted(eip());
  for (std::uint8_t words = 0; words < 5; ++words) {
    quote[0] = static_cast<std::uint8_t>(0x40 | words);
    expect_drop(DropReason::icmp_bad_quote, kUplink, error_of_router(quote));
  }
}

TEST_P(IcmpErrors, QuotedChecksumThatWasNotComputedStaysSo) {
  const Frame seen = seen_at(vm().port, kUplink, error_of_router(quoted(eip(), Checksum::kZero)));
  EXPECT_EQ(Frame(seen.begin() + 42, seen.end()), quoted(inner(), Checksum::kZero));
  EXPECT_TRUE(verify_checksums(seen).ok()) << verify_checksums(seen);
}

TEST_P(IcmpErrors, ErrorOfAGuestShowsItsEip) {
  const auto quote = [](Ipv4 destination) {
    return without_ethernet(PacketBuilder()
                                .ethernet({})
                                .ipv4({.source = W::kClient, .destination = destination})
                                .tcp({.source_port = 9, .destination_port = 80})
                                .build());
  };
  const Frame error = from_vm(vm(), kGatewayMac)
                          .ipv4({.source = inner(), .destination = W::kClient})
                          .icmp({.type = wire::kIcmpUnreachable, .code = 3})
                          .payload(quote(inner()))
                          .build();
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                             .ipv4({.source = eip(), .destination = W::kClient, .ttl = 63})
                             .icmp({.type = wire::kIcmpUnreachable, .code = 3})
                             .payload(quote(eip()))
                             .build();
  EXPECT_EQ(to_hex(seen_at(kUplink, vm().port, error)), to_hex(expected));
}

// What is recorded of a dropped packet is what came.
TEST_P(IcmpErrors, WhatTheRateDropsIsLeftAsItCame) {
  ASSERT_TRUE(vswitch.service().set_eip_rates(GetParam().eip_name, {.in_mbps = 1, .burst_kb = 16}));
  vswitch.settle();
  const Frame error = error_of_router(quoted(eip()));
  while (vswitch.drops(DropReason::eip_rate) == 0) inject(kUplink, error);
  Batch batch;
  fill_exactly(vswitch, batch, kUplink, {error});
  begin_burst(vswitch, batch);
  stage::parse(vswitch.worker(), batch);
  stage::nat(vswitch.worker(), batch);
  const Packet& packet = *batch.begin();
  EXPECT_EQ(packet.verdict, Verdict::kDrop);
  EXPECT_EQ(Frame(packet.data, packet.data + packet.size), error);
  stage::tx(vswitch.worker(), batch);
}

INSTANTIATE_FOR_CUSTOMERS(IcmpErrors);

using IcmpErrorsOfOwner = ShopTest;

// The owner of a HAVIP has no EIP for its own address: what it was sent to that cannot have come from
// outside.
TEST_F(IcmpErrorsOfOwner, ErrorOfAGuestAboutAnAddressWithoutEipIsDropped) {
  elect(kVm1);
  const Frame quote = PacketBuilder()
                          .ethernet({})
                          .ipv4({.source = W::kClient, .destination = kVm1.ip})
                          .udp({.source_port = 9, .destination_port = 80})
                          .build();
  expect_drop(DropReason::icmp_bad_quote, kVm1,
              from_vm(kVm1, kGatewayMac)
                  .ipv4({.source = W::kFront, .destination = W::kClient})
                  .icmp({.type = wire::kIcmpUnreachable, .code = 3})
                  .payload(Frame(quote.begin() + 14, quote.end()))
                  .build());
}

}  // namespace
}  // namespace vipswitch::testing
