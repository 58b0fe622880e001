// The switch as a host of the provider network: the frames it sends, and when.

#include "control/runtime/uplink_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_mempool.h>

#include "tests/support/packet_builder.h"
#include "tests/unit/runtime/publisher_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class UplinkAgentTest : public ::testing::Test {
 protected:
  UplinkAgentTest() {
    bed.follow = [this](const model::ChangeSet& changes) { agent.follow(changes); };
    EXPECT_TRUE(bed.service.add(model::Vpc{"shop", Vni(1)}).ok());
    EXPECT_TRUE(bed.service
                    .add(model::Subnet{.name = "web",
                                       .vpc = "shop",
                                       .ipv4 = Ipv4Prefix{Ipv4(10, 77, 0, 0), 24},
                                       .gateway = Ipv4(10, 77, 0, 1)})
                    .ok());
    EXPECT_TRUE(bed.service.add(model::Havip{"front", "web", Ipv4(10, 77, 0, 100), {}}).ok());
  }

  model::Uplink uplink() {
    return {.device = bed.uplink.devargs(),
            .mac = kMac,
            .addresses = {{Ipv4(198, 51, 100, 2), 24}, {Ipv4(192, 0, 2, 2), 25}},
            .gateway = kGateway};
  }
  void set_uplink() { ASSERT_TRUE(bed.service.set_uplink(uplink()).ok()); }
  void add_eip(bool is_bound) {
    model::Eip eip{"front-public", kEip, std::nullopt};
    if (is_bound) eip.target = model::EipTarget{model::TargetKind::kHavip, "front"};
    ASSERT_TRUE(bed.service.add(eip).ok());
  }
  void tell(EventKind kind, Ipv4 address, const Mac& mac = {}) {
    Event event{};
    event.kind = kind;
    event.address = Ipv6::mapped(address);
    event.mac = mac;
    agent.handle(event);
  }
  std::vector<Frame> tick(TimeMs now) {
    agent.tick(now);
    return bed.sent();
  }

  static Frame request(Ipv4 source, Ipv4 target, const Mac& destination = Mac::broadcast()) {
    return PacketBuilder()
        .ethernet({.destination = destination, .source = kMac})
        .arp({.operation = 1, .sender_mac = kMac, .sender_ip = source, .target_ip = target})
        .build();
  }
  static Frame gratuitous(Ipv4 address, const Mac& mac = kMac) {
    return PacketBuilder()
        .ethernet({.destination = Mac::broadcast(), .source = mac})
        .arp({.operation = 1, .sender_mac = mac, .sender_ip = address, .target_ip = address})
        .build();
  }

  static constexpr Mac kMac{2, 0, 0x5e, 0x10, 0, 1}, kRouterMac{2, 0, 0x5e, 0x10, 0, 0xfe};
  static constexpr Ipv4 kOwn{198, 51, 100, 2}, kGateway{198, 51, 100, 1}, kEip{203, 0, 113, 10};
  PublisherBed bed;
  UplinkAgent agent{*bed.host, *bed.publisher};
};

TEST_F(UplinkAgentTest, GatewayIsAskedForWhenTheUplinkComes) {
  set_uplink();
  EXPECT_THAT(bed.sent(), ElementsAre(request(kOwn, kGateway)));
}

TEST_F(UplinkAgentTest, SilentGatewayIsAskedForEverySecond) {
  set_uplink();
  bed.sent();
  EXPECT_THAT(tick(999), IsEmpty());
  EXPECT_THAT(tick(1000), ElementsAre(request(kOwn, kGateway)));
  EXPECT_THAT(tick(2000), ElementsAre(request(kOwn, kGateway)));
}

TEST_F(UplinkAgentTest, AnswerOfTheGatewayGoesIntoTheUplinksRow) {
  set_uplink();
  tell(EventKind::kNextHopLearned, kGateway, kRouterMac);
  EXPECT_EQ(bed.host->tables().uplink.load()->ipv4.gateway_mac, kRouterMac);
  bed.sent();
  EXPECT_THAT(tick(29'999), IsEmpty());
}

TEST_F(UplinkAgentTest, GatewayIsRefreshedByARequestToItAlone) {
  set_uplink();
  tell(EventKind::kNextHopLearned, kGateway, kRouterMac);
  bed.sent();
  EXPECT_THAT(tick(30'000), ElementsAre(request(kOwn, kGateway, kRouterMac)));
}

TEST_F(UplinkAgentTest, NeighbourThatAPacketWaitsForIsAskedFromTheAddressOnItsPrefix) {
  set_uplink();
  bed.sent();
  tell(EventKind::kNextHopMissing, Ipv4(192, 0, 2, 77));
  EXPECT_THAT(bed.sent(), ElementsAre(request(Ipv4(192, 0, 2, 2), Ipv4(192, 0, 2, 77))));
}

TEST_F(UplinkAgentTest, AnswerOfANeighbourGoesIntoTheTable) {
  set_uplink();
  const Ipv4 neighbour(198, 51, 100, 77);
  tell(EventKind::kNextHopMissing, neighbour);
  tell(EventKind::kNextHopLearned, neighbour, kRouterMac);
  EXPECT_EQ(bed.host->tables().ipv4.neighbours.lookup(neighbour), mac_to_value(kRouterMac));
}

TEST_F(UplinkAgentTest, BoundEipIsAnnouncedThreeTimes) {
  set_uplink();
  bed.sent();
  add_eip(true);
  EXPECT_THAT(tick(0), ElementsAre(gratuitous(kEip)));
  EXPECT_THAT(tick(99), IsEmpty());
  EXPECT_THAT(tick(100), ElementsAre(gratuitous(kEip)));
  EXPECT_THAT(tick(999), IsEmpty());
  tell(EventKind::kNextHopLearned, kGateway, kRouterMac);  // or it would be asked for now
  EXPECT_THAT(tick(1000), ElementsAre(gratuitous(kEip)));
  EXPECT_THAT(tick(10'000), IsEmpty());
}

TEST_F(UplinkAgentTest, EipIsAnnouncedOnlyOnceItHasATarget) {
  set_uplink();
  bed.sent();
  add_eip(false);
  EXPECT_THAT(tick(0), IsEmpty());
  ASSERT_TRUE(bed.service.bind_eip("front-public", {model::TargetKind::kHavip, "front"}).ok());
  EXPECT_THAT(tick(0), ElementsAre(gratuitous(kEip)));
}

TEST_F(UplinkAgentTest, UnboundEipIsAnnouncedNoMore) {
  set_uplink();
  add_eip(true);
  tick(0);
  ASSERT_TRUE(bed.service.unbind_eip("front-public").ok());
  EXPECT_THAT(tick(100), IsEmpty());
}

TEST_F(UplinkAgentTest, EipOfANewAddressIsAnnouncedWithThatOneAlone) {
  set_uplink();
  add_eip(true);
  tick(0);
  model::Objects desired = bed.service.objects();
  desired.eips["front-public"].address = Ipv4(203, 0, 113, 11);
  ASSERT_TRUE(bed.service.apply(desired).ok());
  EXPECT_THAT(tick(0), ElementsAre(gratuitous(Ipv4(203, 0, 113, 11))));
  EXPECT_THAT(tick(100), ElementsAre(gratuitous(Ipv4(203, 0, 113, 11))));
}

TEST_F(UplinkAgentTest, UplinkThatComesLaterAnnouncesEveryEip) {
  add_eip(true);
  EXPECT_THAT(tick(0), IsEmpty());
  set_uplink();
  bed.sent();
  EXPECT_THAT(tick(0), ElementsAre(gratuitous(kEip)));
}

TEST_F(UplinkAgentTest, NewMacOfTheUplinkIsAnnounced) {
  set_uplink();
  add_eip(true);
  tick(0);
  tick(100);
  tell(EventKind::kNextHopLearned, kGateway, kRouterMac);
  tick(1000);
  model::Uplink changed = uplink();
  changed.mac = Mac(2, 0, 0x5e, 0x10, 0, 2);
  ASSERT_TRUE(bed.service.set_uplink(changed).ok());
  EXPECT_THAT(tick(2000), ElementsAre(gratuitous(kEip, changed.mac)));
}

TEST_F(UplinkAgentTest, WithoutUplinkEventsMeanNothing) {
  tell(EventKind::kNextHopMissing, kGateway);
  tell(EventKind::kNextHopLearned, kGateway, kRouterMac);
  EXPECT_TRUE(agent.neighbours().empty());
}

TEST_F(UplinkAgentTest, RemovedUplinkTakesItsNeighboursWithIt) {
  set_uplink();
  tell(EventKind::kNextHopLearned, Ipv4(198, 51, 100, 77), kRouterMac);
  bed.sent();
  ASSERT_TRUE(bed.service.remove_uplink().ok());
  EXPECT_TRUE(agent.neighbours().empty());
  EXPECT_EQ(bed.host->tables().ipv4.neighbours.size(), 0u);
}

TEST_F(UplinkAgentTest, FullMailboxCostsNoPacket) {
  set_uplink();
  bed.sent();
  const unsigned free_packets = rte_mempool_avail_count(bed.worker().pool());
  Message message{};
  message.kind = Message::Kind::kElection;
  message.havip = HavipId(0);
  message.port = PortId(0);
  message.trigger = Trigger::kPortUp;
  while (bed.worker().post(message)) {
  }
  agent.tick(1000);
  EXPECT_EQ(rte_mempool_avail_count(bed.worker().pool()), free_packets);
}

TEST_F(UplinkAgentTest, NewsOfAFamilyThatTheUplinkHasNoMoreChangeNothing) {
  set_uplink();
  Event event{};
  event.kind = EventKind::kNextHopMissing;
  event.address = Ipv6::from_groups({0x2001, 0xdb8, 0x100, 0, 0, 0, 0, 9});
  agent.handle(event);
  EXPECT_THAT(agent.neighbours6(), IsEmpty());
}

TEST_F(UplinkAgentTest, FramesOfControlAreCountedAsGenerated) {
  set_uplink();
  EXPECT_THAT(bed.sent(), SizeIs(1));
  EXPECT_EQ(bed.worker().state().counters.generated.get(), 1u);
  EXPECT_EQ(bed.worker().state().counters.tx.get(), 1u);
}

constexpr Ipv6 v6(std::uint16_t network, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, network, 0, 0, 0, 0, host});
}

class UplinkAgent6Test : public UplinkAgentTest {
 protected:
  UplinkAgent6Test() {
    model::Uplink uplink6 = uplink();
    uplink6.addresses6 = {{kOwn6, 64}};
    uplink6.gateway6 = kGateway6;
    EXPECT_TRUE(bed.service.set_uplink(uplink6).ok());
    bed.sent();
  }

  static Frame solicitation(const Ipv6& target, const Mac& to_mac, const Ipv6& to) {
    return PacketBuilder()
        .ethernet({.destination = to_mac, .source = kMac})
        .ipv6({.source = kOwn6, .destination = to, .hop_limit = 255})
        .neighbour({.type = wire::kIcmp6NeighbourSolicitation, .target = target, .mac = kMac})
        .build();
  }
  static constexpr Ipv6 kOwn6 = v6(0x51, 2), kGateway6 = v6(0x51, 1), kEip6 = v6(0x113, 0x10);
};

TEST_F(UplinkAgent6Test, SilentGatewayIsSolicitedAgainAndAloneOnceItHasAnswered) {
  const auto to_all =
      solicitation(kGateway6, Mac::of_multicast(kGateway6.solicited_node()), kGateway6.solicited_node());
  EXPECT_THAT(tick(NeighbourCache6::kRetryMs), ::testing::Contains(to_all));
  Event event{};
  event.kind = EventKind::kNextHopLearned;
  event.address = kGateway6;
  event.mac = kRouterMac;
  agent.handle(event);
  EXPECT_EQ(agent.neighbours6().at(kGateway6).mac, kRouterMac);
  EXPECT_THAT(tick(2 * NeighbourCache6::kRefreshMs),
              ::testing::Contains(solicitation(kGateway6, kRouterMac, kGateway6)));
}

TEST_F(UplinkAgent6Test, BoundEipIsAdvertisedThreeTimes) {
  ASSERT_TRUE(
      bed.service
          .add(model::Subnet{
              .name = "six", .vpc = "shop", .ipv6 = Ipv6Prefix{v6(0x77, 0), 64}, .gateway6 = v6(0x77, 1)})
          .ok());
  ASSERT_TRUE(bed.service.add(model::Havip{"front6", "six", {}, {}}).ok());
  ASSERT_TRUE(
      bed.service.add(model::Eip{"public6", kEip6, model::EipTarget{model::TargetKind::kHavip, "front6"}})
          .ok());
  const auto advertisement =
      PacketBuilder()
          .ethernet({.destination = Mac::of_multicast(Ipv6::all_nodes()), .source = kMac})
          .ipv6({.source = kEip6, .destination = Ipv6::all_nodes(), .hop_limit = 255})
          .neighbour({.type = wire::kIcmp6NeighbourAdvertisement,
                      .target = kEip6,
                      .flags = wire::kNdOverride,
                      .mac = kMac})
          .build();
  EXPECT_THAT(tick(0), ElementsAre(advertisement));
  EXPECT_THAT(tick(100), ElementsAre(advertisement));
  EXPECT_THAT(tick(999), IsEmpty());
  EXPECT_THAT(tick(1000), ::testing::Contains(advertisement));
}

}  // namespace
}  // namespace vipswitch::testing
