// A publish that cannot be done is refused as a whole: tables, model and devices are as before.

#include <rte_ethdev.h>

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class PublishRefusal : public ShopFixture {
 protected:
  // Of whatever a refused request could have changed.
  struct Witness {
    model::Objects objects;
    std::vector<std::uint32_t> rooms;
    unsigned devices;
    bool operator==(const Witness&) const = default;
  };
  Witness witness() {
    const Tables& tables = vswitch.tables();
    return {objects(),
            {tables.ipv4.endpoints.room(), tables.macs.room(), tables.ipv4.eips.room(),
             tables.ipv4.neighbours.room()},
            rte_eth_dev_count_total()};
  }
  void expect_unchanged(const Witness& before) {
    vswitch.settle();
    EXPECT_TRUE(witness() == before);
    EXPECT_THAT(audit(vswitch), IsEmpty());
  }
};

TEST_F(PublishRefusal, InterfaceThatIsNotThereIsNamed) {
  const Witness before = witness();
  model::Port twenty = port(20);
  twenty.device = "net_af_packet20,iface=not-there";
  EXPECT_TRUE(refused(service().add(twenty), ErrorCode::device, "there is no interface \"not-there\""));
  expect_unchanged(before);
}

TEST_F(PublishRefusal, DeviceArgumentsWithoutInterfaceAreRefused) {
  const Witness before = witness();
  model::Port twenty = port(20);
  twenty.device = "net_af_packet20";
  EXPECT_TRUE(refused(service().add(twenty), ErrorCode::device, "\"iface=\" is missing"));
  expect_unchanged(before);
}

TEST_F(PublishRefusal, NonsenseDeviceArgumentsAreRefused) {
  const Witness before = witness();
  for (const char* nonsense : {"nonsense", "net_nothing0", "0000:ff:1f.7", "net_null99,nonsense=1"}) {
    model::Port twenty = port(20);
    twenty.device = nonsense;
    EXPECT_TRUE(refused(service().add(twenty), ErrorCode::device, nonsense));
  }
  expect_unchanged(before);
}

TEST_F(PublishRefusal, RefusedDeviceCanBeCorrected) {
  model::Port twenty = port(20);
  const std::string right = twenty.device;
  twenty.device = "net_af_packet20,iface=not-there";
  ASSERT_FALSE(service().add(twenty).ok());
  twenty.device = right;
  EXPECT_TRUE(succeeded(service().add(twenty)));
}

TEST_F(PublishRefusal, UplinkThatCannotBeOpenedIsRefused) {
  ASSERT_TRUE(succeeded(settled(service().remove_uplink())));
  const Witness before = witness();
  EXPECT_TRUE(refused(service().set_uplink({.device = "net_af_packet9,iface=not-there",
                                            .mac = W::kUplinkMac,
                                            .addresses = {{W::kUplinkIp, 24}},
                                            .gateway = W::kRouterIp}),
                      ErrorCode::device, "uplink: device"));
  expect_unchanged(before);
}

// The devices that had been opened before the one that refuses must not stay behind.
TEST_F(PublishRefusal, DevicesOpenedBeforeTheOneThatRefusesAreClosed) {
  const Witness before = witness();
  const auto applied = apply([&](model::Objects& desired) {
    for (const std::uint8_t number : {std::uint8_t{20}, std::uint8_t{21}}) {
      desired.ports[port(number).name] = port(number);
    }
    model::Port last = port(22);
    last.device = "net_af_packet22,iface=not-there";
    desired.ports[last.name] = last;
  });
  EXPECT_TRUE(refused(applied, ErrorCode::device, "port \"vm22-eth0\""));
  expect_unchanged(before);
}

// What a dry run asks: the same refusals, and in no case a change.
TEST_F(PublishRefusal, CheckTellsWhatPublishWouldRefuse) {
  const Witness before = witness();
  model::Objects desired = objects();
  EXPECT_TRUE(succeeded(service().check(desired)));
  desired.ports[port(20).name] = port(20);
  EXPECT_TRUE(succeeded(service().check(desired)));
  desired.ports["vm20-eth0"].device = "net_af_packet20,iface=not-there";
  EXPECT_TRUE(
      refused(service().check(desired), ErrorCode::device,
              "port \"vm20-eth0\": device \"net_af_packet20,iface=not-there\": there is no interface"));
  desired = objects();
  desired.ports["vm1-eth0"].queues = 3;
  EXPECT_TRUE(refused(service().check(desired), ErrorCode::device, "cannot be changed in place"));
  desired = objects();
  desired.ports["vm1-eth0"].subnet = "nowhere";
  EXPECT_TRUE(refused(service().check(desired), ErrorCode::not_found, "\"nowhere\" does not exist"));
  expect_unchanged(before);
}

TEST_F(PublishRefusal, CheckCountsTheDevicesThatComeTogether) {
  const Witness before = witness();
  model::Objects desired = objects();
  for (std::uint8_t number = 20; rte_eth_dev_count_total() + number - 20 <= RTE_MAX_ETHPORTS; ++number) {
    auto added = port(number);
    added.device = fmt::format("net_null_check{}", number);
    desired.ports[added.name] = added;
  }
  EXPECT_TRUE(refused(service().check(desired), ErrorCode::device, "is one too many"));
  expect_unchanged(before);
}

TEST_F(PublishRefusal, DeviceOfAPortCannotBeChangedInPlace) {
  const Witness before = witness();
  const auto applied =
      apply([&](model::Objects& desired) { desired.ports["vm1-eth0"].device = vswitch.next_device(); });
  EXPECT_TRUE(refused(applied, ErrorCode::device, "port \"vm1-eth0\": device"));
  expect_unchanged(before);
}

TEST_F(PublishRefusal, QueuesOfTheUplinkCannotBeChangedInPlace) {
  const Witness before = witness();
  const auto applied = apply([](model::Objects& desired) { desired.uplink->queues = 2; });
  EXPECT_TRUE(refused(applied, ErrorCode::device, "cannot be changed in place"));
  expect_unchanged(before);
}

// What `show havip` knows survives a request that came to nothing.
TEST_F(PublishRefusal, DecisionsOfAHavipSurviveARefusedRemoval) {
  advert("front", "vm1-eth0", 150);
  ASSERT_EQ(vswitch.control().decisions().of(slot("front")).size(), 1u);
  const auto applied = apply([&](model::Objects& desired) {
    desired.havips.erase("front");
    desired.eips.erase("front-public");
    model::Port twenty = port(20);
    twenty.device = "net_af_packet20,iface=not-there";
    desired.ports[twenty.name] = twenty;
  });
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(vswitch.control().decisions().of(slot("front")).size(), 1u);
}

// --- full tables

// A mailbox without room takes no bindings; what changes none needs no room.
TEST_F(PublishRefusal, BindingsThatStayNeedNoRoomInMailboxes) {
  Worker& worker = *vswitch.control().host().workers().front();
  Message message{};
  message.kind = Message::Kind::kElection;
  message.havip = HavipId(0);
  message.port = PortId(0);
  message.trigger = Trigger::kPortUp;
  while (worker.post(message)) {
  }
  EXPECT_TRUE(succeeded(service().set_havip_learn("front", LearnMode::kObserve)));
  EXPECT_TRUE(refused(service().unbind_havip("front", "vm1-eth0"), ErrorCode::timeout, "bindings change"));
  vswitch.settle();
  EXPECT_TRUE(succeeded(service().unbind_havip("front", "vm1-eth0")));
  EXPECT_TRUE(succeeded(service().set_havip_learn("front", std::nullopt)));
  vswitch.settle();
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

class FullTable : public ::testing::Test {
 protected:
  FullTable() {
    Settings settings = InProcessSwitch::small_settings();
    settings.tables = {
        .eips = 2, .havips = 2, .endpoints = 9, .ports = 4, .subnets = 3, .vpcs = 2, .neighbours = 2};
    vswitch = std::make_unique<InProcessSwitch>(settings);
    add_vpc("a", 1);
    EXPECT_TRUE(succeeded(add_subnet("s0", 0)));
  }

  void add_vpc(const char* name, std::uint32_t vni) {
    EXPECT_TRUE(succeeded(vswitch->service().add(model::Vpc{name, Vni(vni)})));
  }
  Result<void> add_subnet(const char* name, std::uint8_t number) {
    return vswitch->service().add(model::Subnet{.name = name,
                                                .vpc = "a",
                                                .ipv4 = Ipv4Prefix{Ipv4(10, 0, number, 0), 24},
                                                .gateway = Ipv4(10, 0, number, 1)});
  }
  Result<void> add_port(std::uint8_t number) {
    model::Port port;
    port.name = fmt::format("p{}", number);
    port.instance = port.name;
    port.subnet = "s0";
    port.mac = Mac(2, 0, 0, 0, 0, number);
    port.ipv4 = Ipv4(10, 0, 0, number);
    port.device = vswitch->next_device();
    return vswitch->service().add(port);
  }
  Result<model::Havip> add_havip(std::uint8_t number) {
    return vswitch->service().add(model::Havip{fmt::format("h{}", number), "s0", Ipv4(10, 0, 0, number), {}});
  }
  Result<void> add_eip(std::uint8_t number) {
    return vswitch->service().add(
        model::Eip{fmt::format("e{}", number), Ipv4(203, 0, 113, number), std::nullopt});
  }
  template <class T>
  void expect_full(const Result<T>& result, const char* table, const model::Objects& before) {
    EXPECT_TRUE(refused(result, ErrorCode::table_full, fmt::format("the table of {} is full", table)));
    EXPECT_TRUE(vswitch->service().objects() == before);
    EXPECT_THAT(audit(*vswitch), IsEmpty());
  }

  std::unique_ptr<InProcessSwitch> vswitch;
};

TEST_F(FullTable, VpcIsRefused) {
  add_vpc("b", 2);
  const auto before = vswitch->service().objects();
  expect_full(vswitch->service().add(model::Vpc{"c", Vni(3)}), "vpcs", before);
}

TEST_F(FullTable, SubnetIsRefused) {
  ASSERT_TRUE(succeeded(add_subnet("s1", 1)));
  ASSERT_TRUE(succeeded(add_subnet("s2", 2)));
  const auto before = vswitch->service().objects();
  expect_full(add_subnet("s3", 3), "subnets", before);
}

TEST_F(FullTable, PortIsRefused) {
  for (std::uint8_t number = 10; number < 14; ++number) ASSERT_TRUE(succeeded(add_port(number)));
  const auto before = vswitch->service().objects();
  expect_full(add_port(14), "ports", before);
}

TEST_F(FullTable, UplinkNeedsAPlaceAmongThePorts) {
  for (std::uint8_t number = 10; number < 14; ++number) ASSERT_TRUE(succeeded(add_port(number)));
  const auto before = vswitch->service().objects();
  expect_full(vswitch->service().set_uplink({.device = vswitch->next_device(),
                                             .mac = Mac(2, 0, 0x5e, 0, 0, 1),
                                             .addresses = {{Ipv4(198, 51, 100, 2), 24}},
                                             .gateway = Ipv4(198, 51, 100, 1)}),
              "ports", before);
}

TEST_F(FullTable, HavipIsRefused) {
  ASSERT_TRUE(succeeded(add_havip(100)));
  ASSERT_TRUE(succeeded(add_havip(101)));
  const auto before = vswitch->service().objects();
  expect_full(add_havip(102), "havips", before);
}

TEST_F(FullTable, EipIsRefused) {
  ASSERT_TRUE(succeeded(add_eip(1)));
  ASSERT_TRUE(succeeded(add_eip(2)));
  const auto before = vswitch->service().objects();
  expect_full(add_eip(3), "eips", before);
}

TEST_F(FullTable, CheckTellsThatThereIsNoRoom) {
  ASSERT_TRUE(succeeded(add_eip(1)));
  const auto before = vswitch->service().objects();
  model::Objects desired = before;
  desired.eips["e2"] = model::Eip{"e2", Ipv4(203, 0, 113, 2), std::nullopt};
  EXPECT_TRUE(succeeded(vswitch->service().check(desired)));
  desired.eips["e3"] = model::Eip{"e3", Ipv4(203, 0, 113, 3), std::nullopt};
  expect_full(vswitch->service().check(desired), "eips", before);
}

TEST_F(FullTable, EndpointIsRefused) {
  ASSERT_TRUE(succeeded(add_subnet("s1", 1)));
  ASSERT_TRUE(succeeded(add_subnet("s2", 2)));
  for (std::uint8_t number = 10; number < 14; ++number) ASSERT_TRUE(succeeded(add_port(number)));
  ASSERT_TRUE(succeeded(add_havip(100)));
  ASSERT_TRUE(succeeded(add_havip(101)));
  ASSERT_EQ(vswitch->tables().ipv4.endpoints.room(), 0u);
  // Every other table of this world is full too, so the address of a port is changed for one more key.
  const auto before = vswitch->service().objects();
  model::Objects desired = before;
  desired.ports["p10"].ipv4 = Ipv4(10, 0, 0, 50);
  expect_full(vswitch->service().apply(desired), "endpoints", before);
}

TEST_F(FullTable, PlaceOfWhatWasRemovedIsThereAgain) {
  ASSERT_TRUE(succeeded(add_havip(100)));
  ASSERT_TRUE(succeeded(add_havip(101)));
  for (std::uint8_t number = 102; number < 110; ++number) {
    ASSERT_TRUE(succeeded(vswitch->service().remove_havip(fmt::format("h{}", number - 2))));
    ASSERT_TRUE(succeeded(add_havip(number))) << int{number};
  }
  EXPECT_THAT(audit(*vswitch), IsEmpty());
}

TEST_F(FullTable, EipOfAFullTableCanStillChangeItsTarget) {
  ASSERT_TRUE(succeeded(add_havip(100)));
  ASSERT_TRUE(succeeded(add_eip(1)));
  ASSERT_TRUE(succeeded(add_eip(2)));
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(succeeded(vswitch->service().bind_eip("e1", {kToHavip, "h100"})));
    ASSERT_TRUE(succeeded(vswitch->service().unbind_eip("e1")));
  }
  EXPECT_THAT(audit(*vswitch), IsEmpty());
}

TEST_F(FullTable, NeighbourWithoutRoomIsLeftOut) {
  ASSERT_TRUE(succeeded(vswitch->service().set_uplink({.device = vswitch->next_device(),
                                                       .mac = Mac(2, 0, 0x5e, 0, 0, 1),
                                                       .addresses = {{Ipv4(198, 51, 100, 2), 24}},
                                                       .gateway = Ipv4(198, 51, 100, 1)})));
  for (std::uint8_t host = 10; host < 14; ++host) {
    Event learned{};
    learned.kind = EventKind::kNextHopLearned;
    learned.address = Ipv6::mapped(Ipv4(198, 51, 100, host));
    learned.mac = Mac(2, 0, 0, 0, 0, host);
    vswitch->worker().emit(learned);
  }
  vswitch->settle();
  EXPECT_EQ(vswitch->tables().ipv4.neighbours.size(), 2u);
  EXPECT_THAT(audit(*vswitch), IsEmpty());
}

}  // namespace
}  // namespace vipswitch::testing
