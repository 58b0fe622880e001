// ICMP errors through NAT: what they quote is translated the other way round, however much of it there is.

#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
constexpr std::uint8_t kTimeExceeded = 11;

class IcmpErrors : public ShopTest {
 protected:
  // What `port` gets to see of the frame.
  Frame seen_at(std::string_view port, std::string_view from, const Frame& frame) {
    const auto sent = inject(from, frame);
    EXPECT_EQ(sent.size(), 1u);
    if (sent.size() != 1) return {};
    EXPECT_EQ(sent[0].port, port);
    return sent[0].frame;
  }
};

// What vm3 has sent to the client, from `source`.
Frame quoted(Ipv4 source, Checksum checksum = Checksum::kCorrect) {
  const Frame frame =
      PacketBuilder()
          .ethernet({})
          .ipv4({.source = source, .destination = W::kClient, .ttl = 7, .dont_fragment = true})
          .udp({.source_port = 9, .destination_port = 53, .checksum = checksum})
          .payload("question")
          .build();
  return Frame(frame.begin() + 14, frame.end());
}

Frame cut(Frame bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

TEST_F(IcmpErrors, QuotesOfEveryLengthAreTranslatedAsFarAsTheyGo) {
  constexpr std::size_t kHalfOfUdpChecksum = 27;
  const Frame outside = quoted(W::kVm3Eip), inside = quoted(W::kVm3Ip);
  for (std::size_t size = 20; size <= outside.size(); ++size) {
    Frame left = cut(inside, size);
    if (size == kHalfOfUdpChecksum) left.back() = outside[size - 1];  // one byte of a sum cannot follow
    const Frame error = from_router()
                            .ipv4({.source = W::kRouterIp, .destination = W::kVm3Eip})
                            .icmp({.type = kTimeExceeded})
                            .payload(cut(outside, size))
                            .build();
    const Frame expected = PacketBuilder()
                               .ethernet({.destination = kVm3.mac, .source = kGatewayMac})
                               .ipv4({.source = W::kRouterIp, .destination = W::kVm3Ip, .ttl = 63})
                               .icmp({.type = kTimeExceeded})
                               .payload(left)
                               .build();
    EXPECT_EQ(to_hex(seen_at(kVm3.port, kUplink, error)), to_hex(expected)) << size;
  }
}

TEST_F(IcmpErrors, QuotesTooShortForAnAddressAreDropped) {
  for (std::size_t size = 0; size < 20; ++size) {
    expect_drop(DropReason::icmp_bad_quote, kUplink,
                from_router()
                    .ipv4({.source = W::kRouterIp, .destination = W::kVm3Eip})
                    .icmp({.type = kTimeExceeded})
                    .payload(cut(quoted(W::kVm3Eip), size))
                    .build());
  }
}

TEST_F(IcmpErrors, QuotedChecksumThatWasNotComputedStaysSo) {
  const Frame error = from_router()
                          .ipv4({.source = W::kRouterIp, .destination = W::kVm3Eip})
                          .icmp({.type = kTimeExceeded})
                          .payload(quoted(W::kVm3Eip, Checksum::kZero))
                          .build();
  const Frame seen = seen_at(kVm3.port, kUplink, error);
  EXPECT_EQ(Frame(seen.begin() + 42, seen.end()), quoted(W::kVm3Ip, Checksum::kZero));
  EXPECT_TRUE(verify_checksums(seen).ok()) << verify_checksums(seen);
}

// The owner of a HAVIP has no EIP for its own address: what it was sent to that cannot have come from
// outside.
TEST_F(IcmpErrors, ErrorOfAGuestAboutAnAddressWithoutEipIsDropped) {
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

TEST_F(IcmpErrors, ErrorOfAGuestShowsItsEip) {
  const auto quote = [](Ipv4 destination) {
    const Frame frame = PacketBuilder()
                            .ethernet({})
                            .ipv4({.source = W::kClient, .destination = destination})
                            .tcp({.source_port = 9, .destination_port = 80})
                            .build();
    return Frame(frame.begin() + 14, frame.end());
  };
  const Frame error = from_vm(kVm3, kGatewayMac)
                          .ipv4({.source = W::kVm3Ip, .destination = W::kClient})
                          .icmp({.type = wire::kIcmpUnreachable, .code = 3})
                          .payload(quote(W::kVm3Ip))
                          .build();
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                             .ipv4({.source = W::kVm3Eip, .destination = W::kClient, .ttl = 63})
                             .icmp({.type = wire::kIcmpUnreachable, .code = 3})
                             .payload(quote(W::kVm3Eip))
                             .build();
  EXPECT_EQ(to_hex(seen_at(kUplink, kVm3.port, error)), to_hex(expected));
}

}  // namespace
}  // namespace vipswitch::testing
