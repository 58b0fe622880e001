#include "control/model/build.h"

#include <gtest/gtest.h>
#include <variant>

#include "tests/unit/control/support.h"

namespace vipswitch::model {
namespace {

using test::make_world;

Model built(const Objects& desired, const Objects& current = {}) {
  return std::get<Model>(build(desired, current));
}

TEST(Build, WholeWorldIsTakenAsItIs) {
  EXPECT_EQ(built(make_world()).objects(), make_world());
}

TEST(Build, ViolationNamesTheObject) {
  auto world = make_world();
  world.havips.at("front").ports.push_back("p99");
  const auto result = build(world);
  const auto& violation = std::get<Violation>(result);
  EXPECT_EQ(violation.kind, "havip");
  EXPECT_EQ(violation.name, "front");
  EXPECT_EQ(violation.error.code, ErrorCode::not_found);
  EXPECT_EQ(violation.error.message,
            "havip \"front\": port: \"p99\" does not exist, expected the name of a port");
}

TEST(Build, UnaddressedHavipKeepsItsAddress) {
  auto desired = make_world();
  desired.havips.at("front").ipv4 = Ipv4();
  EXPECT_EQ(built(desired, make_world()).objects(), make_world());
}

TEST(Build, NewUnaddressedHavipDoesNotTakeAKeptAddress) {
  auto current = make_world();
  current.havips.at("front").ipv4 = Ipv4(10, 77, 0, 254);
  auto desired = current;
  desired.havips.at("front").ipv4 = Ipv4();
  desired.havips.emplace("a-first-by-name", Havip{"a-first-by-name", "web", {}, {}});
  const auto model = built(desired, current);
  EXPECT_EQ(model.objects().havips.at("front").ipv4, Ipv4(10, 77, 0, 254));
  EXPECT_EQ(model.objects().havips.at("a-first-by-name").ipv4, Ipv4(10, 77, 0, 253));
}

TEST(Build, WishedAddressWinsOverAKeptOne) {
  auto desired = make_world();
  desired.havips.at("front").ipv4 = Ipv4();
  desired.havips.emplace("wish", Havip{"wish", "web", Ipv4(10, 77, 0, 100), {}});
  const auto model = built(desired, make_world());
  EXPECT_EQ(model.objects().havips.at("wish").ipv4, Ipv4(10, 77, 0, 100));
  EXPECT_EQ(model.objects().havips.at("front").ipv4, Ipv4(10, 77, 0, 254));
}

TEST(Difference, EqualModelsHaveNone) {
  EXPECT_TRUE(difference(make_world(), make_world()).empty());
}

TEST(Difference, AddedRemovedAndChangedAreTold) {
  auto after = make_world();
  after.uplink->mtu = 9000;
  after.eips.clear();
  after.vpcs.emplace("lab", test::make_vpc("lab", 7));
  after.havips.at("front").ports = {"p12"};
  const auto before = make_world();
  const auto changes = difference(before, after);
  EXPECT_EQ(changes.uplink->after->mtu, 9000);
  ASSERT_EQ(changes.eips.size(), 1u);
  EXPECT_FALSE(changes.eips[0].after);
  ASSERT_EQ(changes.vpcs.size(), 1u);
  EXPECT_FALSE(changes.vpcs[0].before);
  ASSERT_EQ(changes.havips.size(), 1u);
  EXPECT_EQ(changes.havips[0].before->ports.size(), 2u);
  EXPECT_TRUE(changes.subnets.empty() && changes.ports.empty());
}

// Without an index for each rule this would take minutes, which the test's timeout turns into a failure.
TEST(Build, HundredThousandObjectsAreBuiltInSeconds) {
  Objects world;
  world.vpcs.emplace("v", test::make_vpc("v", 1));
  auto subnet = test::make_subnet("s", "v", Ipv4(10, 0, 0, 0), Ipv4(10, 0, 0, 1), 8);
  subnet.havip_quota = 50'000;
  world.subnets.emplace("s", subnet);
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const auto number = std::to_string(i);
    world.havips.emplace("h" + number, Havip{"h" + number, "s", {}, {}});
    world.eips.emplace("e" + number, Eip{"e" + number, Ipv4::from_host((100u << 24) + i),
                                         EipTarget{TargetKind::kHavip, "h" + number}});
  }
  EXPECT_EQ(built(world).objects().eips.size(), 50'000u);
}

}  // namespace
}  // namespace vipswitch::model
