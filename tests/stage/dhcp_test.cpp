// DHCPv4 through the real pipeline: what a client in each state is answered, and who is not answered.

#include <memory>

#include "dataplane/dhcp_view.h"
#include "tests/stage/dhcp_frames.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Ipv4 kOther{10, 77, 0, 99};

class DhcpTest : public ShopTest {
 protected:
  DhcpAnswer answer_to(const Frame& frame) {
    const auto sent = inject(kVm1, frame);
    EXPECT_THAT(sent, SizeIs(1));
    if (sent.size() != 1) return {};
    EXPECT_EQ(sent[0].port, kVm1.port);
    return read_answer(sent[0].frame);
  }
  void set(const model::SubnetChange& change) { ASSERT_TRUE(vswitch.service().set_subnet("web", change)); }
};

TEST_F(DhcpTest, DiscoverIsOfferedThePortsAddress) {
  const auto answer = answer_to(dhcp_broadcast(kVm1, {}));
  EXPECT_EQ(answer.type(), wire::kDhcpOffer);
  EXPECT_EQ(answer.header.yours.get(), kVm1.ip);
  EXPECT_EQ(answer.header.transaction.get().host(), 0x01020304u);
  EXPECT_EQ(answer.header.mac, kVm1.mac);
  EXPECT_EQ(answer.ethernet.destination, kVm1.mac);
  EXPECT_EQ(answer.ethernet.source, kGatewayMac);
  EXPECT_EQ(answer.ip.source.get(), W::kWebGateway);
  EXPECT_EQ(answer.ip.destination.get(), kVm1.ip);
  EXPECT_EQ(answer.udp.source_port.get().host(), 67);
  EXPECT_EQ(answer.udp.destination_port.get().host(), 68);
  EXPECT_EQ(answer.option(wire::kDhcpServer), bytes_of(W::kWebGateway));
  EXPECT_EQ(answer.option(wire::kDhcpMask), (Frame{255, 255, 255, 0}));
  EXPECT_EQ(answer.option(wire::kDhcpRouter), bytes_of(W::kWebGateway));
  EXPECT_EQ(answer.option(wire::kDhcpLease), (Frame{0, 1, 0x51, 0x80}));
  EXPECT_EQ(answer.option(wire::kDhcpRenewal), (Frame{0, 0, 0xa8, 0xc0}));
  EXPECT_EQ(answer.option(wire::kDhcpRebinding), (Frame{0, 1, 0x27, 0x50}));
  EXPECT_EQ(answer.option(wire::kDhcpMtu), (Frame{5, 0xdc}));
  EXPECT_EQ(answer.option(wire::kDhcpDns), std::nullopt);
}

TEST_F(DhcpTest, ChecksumsOfTheAnswerAreRight) {
  const auto sent = inject(kVm1, dhcp_broadcast(kVm1, {}));
  ASSERT_THAT(sent, SizeIs(1));
  const auto answer = read_answer(sent[0].frame);
  EXPECT_EQ(fold(sum_bytes(&answer.ip, sizeof answer.ip)), 0xffff);
  const std::size_t size = sent[0].frame.size() - 34;
  EXPECT_EQ(answer.udp.length.get().host(), size);
  EXPECT_EQ(fold(sum_bytes(sent[0].frame.data() + 34, size) +
                 sum_pseudo_header(answer.ip.source, answer.ip.destination, wire::kProtoUdp,
                                   static_cast<std::uint16_t>(size))),
            0xffff);
}

TEST_F(DhcpTest, BroadcastFlagIsHonoured) {
  const auto answer = answer_to(dhcp_broadcast(kVm1, {.flags = 0x8000}));
  EXPECT_EQ(answer.ethernet.destination, Mac::broadcast());
  EXPECT_EQ(answer.ip.destination.get(), Ipv4::broadcast());
}

TEST_F(DhcpTest, SelectingClientIsAcknowledged) {
  const auto answer =
      answer_to(dhcp_request(kVm1, {{50, bytes_of(kVm1.ip)}, {54, bytes_of(W::kWebGateway)}}));
  EXPECT_EQ(answer.type(), wire::kDhcpAck);
  EXPECT_EQ(answer.header.yours.get(), kVm1.ip);
}

TEST_F(DhcpTest, SelectingAnotherServerIsConsumed) {
  EXPECT_THAT(inject(kVm1, dhcp_request(kVm1, {{50, bytes_of(kVm1.ip)}, {54, bytes_of(kOther)}})), IsEmpty());
  EXPECT_EQ(vswitch.learned(LearnCounter::dhcp_other_server), 1u);
}

TEST_F(DhcpTest, RebootingClientIsAcknowledgedOrRefused) {
  EXPECT_EQ(answer_to(dhcp_request(kVm1, {{50, bytes_of(kVm1.ip)}})).type(), wire::kDhcpAck);
  const auto refusal = answer_to(dhcp_request(kVm1, {{50, bytes_of(kOther)}, {61, {1, 2, 3}}}));
  EXPECT_EQ(refusal.type(), wire::kDhcpNak);
  EXPECT_EQ(refusal.ethernet.destination, Mac::broadcast());
  EXPECT_EQ(refusal.ip.destination.get(), Ipv4::broadcast());
  EXPECT_TRUE(refusal.header.yours.get().is_unspecified());
  EXPECT_THAT(refusal.codes(), ElementsAre(53, 54, 61));
}

TEST_F(DhcpTest, RenewingClientAsksTheGatewayAlone) {
  const auto answer = answer_to(from_vm(kVm1, kGatewayMac)
                                    .ipv4({.source = kVm1.ip, .destination = W::kWebGateway})
                                    .udp({.source_port = 68, .destination_port = 67})
                                    .payload(dhcp_message({.type = 3, .mac = kVm1.mac, .client = kVm1.ip}))
                                    .build());
  EXPECT_EQ(answer.type(), wire::kDhcpAck);
  EXPECT_EQ(answer.header.client.get(), kVm1.ip);
  EXPECT_EQ(answer.ip.destination.get(), kVm1.ip);
  EXPECT_EQ(answer.ethernet.destination, kVm1.mac);
}

TEST_F(DhcpTest, RebindingClientAsksEverybody) {
  const auto ask = [&](Ipv4 address) {
    return from_vm(kVm1, Mac::broadcast())
        .ipv4({.source = kVm1.ip, .destination = Ipv4::broadcast()})
        .udp({.source_port = 68, .destination_port = 67})
        .payload(dhcp_message({.type = 3, .mac = kVm1.mac, .client = address}))
        .build();
  };
  EXPECT_EQ(answer_to(ask(kVm1.ip)).type(), wire::kDhcpAck);
  EXPECT_EQ(answer_to(ask(kOther)).type(), wire::kDhcpNak);
}

TEST_F(DhcpTest, InformIsToldNoAddressAndNoLease) {
  const auto answer = answer_to(dhcp_broadcast(kVm1, {.type = wire::kDhcpInform, .client = kVm1.ip}));
  EXPECT_EQ(answer.type(), wire::kDhcpAck);
  EXPECT_TRUE(answer.header.yours.get().is_unspecified());
  EXPECT_THAT(answer.codes(), ElementsAre(53, 54, 1, 3, 26));
}

TEST_F(DhcpTest, OptionsComeAsTheClientListsThem) {
  const auto answer = answer_to(dhcp_broadcast(kVm1, {.options = {{55, {26, 3, 1, 6, 12}}}}));
  EXPECT_THAT(answer.codes(), ElementsAre(53, 54, 51, 58, 59, 26, 1, 3));
}

TEST_F(DhcpTest, RoutesIncludeTheDefaultRoute) {
  set({.dns = std::vector<IpAddress>{Ipv4(9, 9, 9, 9), Ipv4(10, 77, 0, 2)},
       .dhcp = model::Dhcp{60, {{Ipv4Prefix{Ipv4(10, 9, 128, 0), 17}, Ipv4(10, 77, 0, 5)}}}});
  ASSERT_TRUE(vswitch.service().set_vpc("shop", {.mtu = 1400}));
  const auto answer = answer_to(dhcp_broadcast(kVm1, {}));
  EXPECT_EQ(answer.option(wire::kDhcpRoutes), (Frame{0, 10, 77, 0, 1, 17, 10, 9, 128, 10, 77, 0, 5}));
  EXPECT_EQ(answer.option(wire::kDhcpDns), (Frame{9, 9, 9, 9, 10, 77, 0, 2}));
  EXPECT_EQ(answer.option(wire::kDhcpMtu), (Frame{5, 0x78}));
  EXPECT_EQ(answer.option(wire::kDhcpLease), (Frame{0, 0, 0, 60}));
}

TEST_F(DhcpTest, NoAnswerIsLongerThanTheClientTakes) {
  model::Dhcp dhcp;
  for (std::uint8_t i = 0; i < kMaxDhcpRoutes; ++i)
    dhcp.routes.push_back({Ipv4Prefix{Ipv4(10, 9, i, 4), 30}, Ipv4(10, 77, 0, 5)});
  set({.dhcp = dhcp});
  const std::vector<DhcpOptionBytes> long_id{{61, Frame(255, 7)}};
  const auto size_of = [&](const std::vector<DhcpOptionBytes>& options) {
    const auto answer = answer_to(dhcp_broadcast(kVm1, {.options = options}));
    EXPECT_EQ(answer.option(61), Frame(255, 7));
    EXPECT_EQ(answer.option(wire::kDhcpRoutes).has_value(), options.size() == 2);
    return answer.ip.total_length.get().host();
  };
  EXPECT_LE(size_of(long_id), 576);
  EXPECT_GT(size_of({long_id[0], {57, {0x05, 0xdc}}}), 576);
}

TEST_F(DhcpTest, SwitchedOffRequestsAreFlooded) {
  set({.dhcp = std::optional<model::Dhcp>()});
  EXPECT_THAT(inject(kVm1, dhcp_broadcast(kVm1, {})), SizeIs(2));
}

TEST_F(DhcpTest, PriorityTagStays) {
  const auto sent = inject(kVm1, from_vm(kVm1, Mac::broadcast())
                                     .vlan({.id = 0, .priority = 5})
                                     .ipv4({.destination = Ipv4::broadcast()})
                                     .udp({.source_port = 68, .destination_port = 67})
                                     .payload(dhcp_message({.mac = kVm1.mac}))
                                     .build());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].frame[12], 0x81);
  EXPECT_EQ(sent[0].frame.size(), 18 + 28 + 300u);
}

// At every length of the message, in a buffer of exactly that size: only the whole one is one.
TEST(DhcpView, TruncatedMessageIsNone) {
  Frame whole = dhcp_message({.type = 3,
                              .mac = kVm1.mac,
                              .options = {{50, bytes_of(kVm1.ip)},
                                          {54, bytes_of(W::kWebGateway)},
                                          {55, {1, 3}},
                                          {57, {5, 0xdc}},
                                          {61, {1, 2, 3}}}});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto exact = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(whole.begin(), size, exact.get());
    EXPECT_EQ(read_dhcp({exact.get(), size}).has_value(), size == whole.size()) << size;
  }
  const auto view = read_dhcp({whole.data(), whole.size()});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type, 3);
  EXPECT_EQ(view->requested, kVm1.ip);
  EXPECT_EQ(view->server, W::kWebGateway);
  EXPECT_EQ(view->max_size, 1500);
  EXPECT_THAT(view->wanted, ElementsAre(1, 3));
  EXPECT_THAT(view->client, ElementsAre(1, 2, 3));
}

TEST_F(DhcpTest, TruncatedFramesAreNeverAnswered) {
  const Frame message = dhcp_message({.mac = kVm1.mac, .options = {{55, {1, 3}}}});
  for (std::size_t size = 0; size < message.size(); ++size) {
    const Frame frame =
        from_vm(kVm1, Mac::broadcast())
            .ipv4({.destination = Ipv4::broadcast()})
            .udp({.source_port = 68, .destination_port = 67})
            .payload(Frame(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size)))
            .build();
    expect_drop(DropReason::dhcp_bad, kVm1, frame);
  }
}

}  // namespace
}  // namespace vipswitch::testing
