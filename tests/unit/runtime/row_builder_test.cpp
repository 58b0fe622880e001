#include "control/publish/row_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vipswitch {
namespace {

using ::testing::ElementsAre;

// VPC shop with subnet web, ports a and b, HAVIP front bound to both.
class RowBuilder : public ::testing::Test {
 protected:
  RowBuilder() {
    registry.vpcs["shop"] = {VpcId(1), {"shop", Vni(1001)}, {"web"}};
    registry.subnets["web"] = {
        SubnetId(2), {"web", "shop", Ipv4Prefix{Ipv4(10, 77, 0, 0), 24}, Ipv4(10, 77, 0, 1)}, {"a", "b"}};
    registry.subnets["web"].vpc = &registry.vpcs["shop"];
    add_port("a", PortId(3), kA);
    add_port("b", PortId(4), kB);
    registry.havips["front"] = {.spec = {"front", "web", kFront, {}, {"b", "a"}},
                                .slots = {.ipv4 = HavipSlot{HavipId(5)}, .ipv6 = std::nullopt},
                                .subnet = &registry.subnets["web"]};
  }

  void add_port(const std::string& name, PortId id, Ipv4 address) {
    PortEntry entry;
    entry.id = id;
    entry.spec.name = name;
    entry.spec.subnet = "web";
    entry.spec.mac = Mac(2, 0, 0, 0, 0, static_cast<std::uint8_t>(id.value()));
    entry.spec.ipv4 = address;
    entry.havips = {"front"};
    registry.ports[name] = std::move(entry);
  }

  static EipEntry entry_of(const model::Eip& eip) {
    EipEntry entry;
    entry.spec = eip;
    return entry;
  }

  static constexpr Ipv4 kA{10, 77, 0, 11}, kB{10, 77, 0, 12}, kFront{10, 77, 0, 100},
      kPublic{203, 0, 113, 10};
  Registry registry;
};

TEST_F(RowBuilder, VpcHasThePrefixesOfItsSubnets) {
  const auto row = build_vpc_row(registry, registry.vpcs["shop"]);
  EXPECT_EQ(row->id, VpcId(1));
  EXPECT_EQ(row->vni, Vni(1001));
  EXPECT_TRUE(row->contains(Ipv4(10, 77, 0, 0)));
  EXPECT_TRUE(row->contains(Ipv4(10, 77, 0, 255)));
  EXPECT_FALSE(row->contains(Ipv4(10, 77, 1, 0)));
}

TEST_F(RowBuilder, SubnetListsItsPorts) {
  const auto row = build_subnet_row(registry, registry.subnets["web"]);
  EXPECT_EQ(row->id, SubnetId(2));
  EXPECT_EQ(row->vpc, VpcId(1));
  EXPECT_EQ(row->gateway, Ipv4(10, 77, 0, 1));
  EXPECT_THAT(row->ports, ElementsAre(PortId(3), PortId(4)));
}

TEST_F(RowBuilder, PortMaySendFromItsOwnAddressAndItsHavips) {
  const auto row = build_port_row(registry, registry.ports["a"]);
  EXPECT_EQ(row->id, PortId(3));
  EXPECT_EQ(row->role, PortRole::kVm);
  EXPECT_EQ(row->vpc, VpcId(1));
  EXPECT_EQ(row->subnet, SubnetId(2));
  ASSERT_EQ(row->ipv4.count, 2);
  EXPECT_EQ(row->ipv4.index_of(kA), 0);
  EXPECT_FALSE(row->ipv4[0].havip.is_valid());
  EXPECT_EQ(row->ipv4.index_of(kFront), 1);
  EXPECT_EQ(row->ipv4[1].havip, HavipId(5));
  EXPECT_EQ(row->ipv4.index_of(kB), 0xff);
}

TEST_F(RowBuilder, EipsStandAtTheSourcesTheyBelongTo) {
  registry.havips["front"].eips.ipv4 = MemberEip<Ipv4>{kPublic, nullptr};
  const auto row = build_port_row(registry, registry.ports["a"]);
  EXPECT_FALSE(row->ipv4[0].eip.is_set());
  ASSERT_TRUE(row->ipv4[1].eip.is_set());
  EXPECT_EQ(row->ipv4[1].eip.to, kPublic);
  EXPECT_EQ(row->ipv4[1].eip.delta, checksum_delta(kFront, kPublic));
}

TEST_F(RowBuilder, HavipListsItsPortsInTheOrderOfBinding) {
  const auto row = build_havip_row(registry, registry.havips["front"], Family::kIpv4);
  EXPECT_EQ(row->id, HavipId(5));
  EXPECT_EQ(row->address, kFront);
  EXPECT_EQ(row->subnet, SubnetId(2));
  EXPECT_THAT(row->ports, ElementsAre(PortId(4), PortId(3)));
}

TEST_F(RowBuilder, EipWithoutTargetLeadsNowhere) {
  const EipRow<Ipv4> row = build_eip_row(registry, entry_of({"e", kPublic, std::nullopt}), kPublic);
  EXPECT_EQ(row.address, kPublic);
  EXPECT_FALSE(row.has_target());
  EXPECT_FALSE(row.target.exists());
}

TEST_F(RowBuilder, EipOfAHavipLeadsToItsSlot) {
  const EipRow<Ipv4> row = build_eip_row(
      registry, entry_of({"e", kPublic, model::EipTarget{model::TargetKind::kHavip, "front"}}), kPublic);
  EXPECT_EQ(row.target, EndpointRef(HavipId(5)));
  EXPECT_EQ(row.vpc, registry.vpcs.begin()->second.id);
  EXPECT_EQ(row.inner.to, kFront);
  EXPECT_EQ(row.inner.delta, checksum_delta(kPublic, kFront));
}

TEST_F(RowBuilder, EipOfAPortLeadsToThePort) {
  const EipRow<Ipv4> row = build_eip_row(
      registry, entry_of({"e", kPublic, model::EipTarget{model::TargetKind::kPort, "b"}}), kPublic);
  EXPECT_EQ(row.target, EndpointRef(PortId(4)));
  EXPECT_EQ(row.vpc, registry.vpcs.begin()->second.id);
  EXPECT_EQ(row.inner.to, kB);
}

TEST_F(RowBuilder, UplinkRowsCarryTheUplink) {
  UplinkEntry uplink;
  uplink.id = PortId(9);
  uplink.spec = {.device = "d",
                 .mac = Mac(2, 0, 0x5e, 0, 0, 1),
                 .addresses = {{Ipv4(198, 51, 100, 2), 24}},
                 .gateway = Ipv4(198, 51, 100, 1)};
  const auto row = build_uplink_row(uplink, {Mac(2, 0, 0, 0, 0, 7), Mac()});
  EXPECT_EQ(row->port, PortId(9));
  EXPECT_EQ(row->ipv4.gateway_mac, Mac(2, 0, 0, 0, 0, 7));
  EXPECT_TRUE(row->ipv4.is_own_address(Ipv4(198, 51, 100, 2)));
  EXPECT_TRUE(row->ipv4.is_on_link(Ipv4(198, 51, 100, 200)));
  EXPECT_FALSE(row->ipv4.is_on_link(Ipv4(198, 51, 101, 1)));
}

}  // namespace
}  // namespace vipswitch
