#include "control/model/transaction.h"

#include <gtest/gtest.h>
#include <random>
#include <variant>

#include "control/model/build.h"
#include "tests/unit/control/support.h"

namespace vipswitch::model {
namespace {

using test::make_world;
using test::succeeded;

Model world_model() {
  return std::get<Model>(build(make_world()));
}

TEST(Transaction, DestructionWithoutCommitRestoresEverything) {
  auto model = world_model();
  const auto before = model;
  {
    Transaction transaction(model);
    ASSERT_TRUE(succeeded(transaction.unbind_eip("public")));
    ASSERT_TRUE(succeeded(transaction.remove_eip("public")));
    ASSERT_TRUE(succeeded(transaction.unbind_havip("front", "p11")));
    ASSERT_TRUE(succeeded(transaction.unbind_havip("front", "p12")));
    ASSERT_TRUE(succeeded(transaction.remove_havip("front")));
    ASSERT_TRUE(succeeded(transaction.remove_port("p11")));
    ASSERT_TRUE(succeeded(transaction.remove_port("p12")));
    ASSERT_TRUE(succeeded(transaction.remove_subnet("web")));
    ASSERT_TRUE(succeeded(transaction.remove_vpc("shop")));
    ASSERT_TRUE(succeeded(transaction.remove_uplink()));
    EXPECT_EQ(model, Model());
  }
  EXPECT_EQ(model, before);
}

TEST(Transaction, CommitKeepsWhatWasDone) {
  auto model = world_model();
  {
    Transaction transaction(model);
    ASSERT_TRUE(succeeded(transaction.unbind_eip("public")));
    transaction.commit();
  }
  EXPECT_FALSE(model.objects().eips.at("public").target);
}

TEST(Transaction, DoneAndUndoneIsNoChange) {
  auto model = world_model();
  Transaction transaction(model);
  ASSERT_TRUE(succeeded(transaction.unbind_eip("public")));
  ASSERT_TRUE(succeeded(transaction.bind_eip("public", {TargetKind::kHavip, "front"})));
  ASSERT_TRUE(succeeded(transaction.add(test::make_vpc("lab", 7))));
  ASSERT_TRUE(succeeded(transaction.remove_vpc("lab")));
  EXPECT_TRUE(transaction.changes().empty());
}

TEST(Transaction, SeveralChangesOfAnObjectAreOne) {
  auto model = world_model();
  const auto before = model.objects().havips.at("front");
  Transaction transaction(model);
  ASSERT_TRUE(succeeded(transaction.unbind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(transaction.unbind_havip("front", "p12")));
  const auto changes = transaction.changes();
  ASSERT_EQ(changes.havips.size(), 1u);
  EXPECT_EQ(*changes.havips[0].before, before);
  EXPECT_EQ(changes.havips[0].after->ports, std::vector<std::string>());
  EXPECT_TRUE(changes.eips.empty());
}

TEST(Transaction, ReplacedObjectOfTheSameNameIsAChange) {
  auto model = world_model();
  Transaction transaction(model);
  ASSERT_TRUE(succeeded(transaction.unbind_eip("public")));
  ASSERT_TRUE(succeeded(transaction.remove_eip("public")));
  ASSERT_TRUE(succeeded(transaction.add(Eip{"public", Ipv4(203, 0, 113, 99), std::nullopt})));
  const auto changes = transaction.changes();
  ASSERT_EQ(changes.eips.size(), 1u);
  EXPECT_EQ(changes.eips[0].before->address, IpAddress(Ipv4(203, 0, 113, 10)));
  EXPECT_EQ(changes.eips[0].after->address, IpAddress(Ipv4(203, 0, 113, 99)));
}

// Random requests over few names, so that they meet each other often; about a third of them succeed.
class RandomSteps {
 public:
  explicit RandomSteps(unsigned seed) : random_(seed) {}

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  Result<void> step(Transaction& t) {
    switch (below(16)) {
      case 0:
        return t.add(test::make_vpc(name("v", 3), 1 + below(4)));
      case 1:
        return t.add(random_subnet());
      case 2:
      case 3:
        return t.add(random_port());
      case 4:
        return t.add(Havip{name("h", 5), name("s", 4), below(2) == 0 ? Ipv4() : random_address(), {}});
      case 5:
        return t.add(Eip{name("e", 4), Ipv4(203, 0, 113, static_cast<std::uint8_t>(below(6))), std::nullopt});
      case 6:
        return t.bind_havip(name("h", 5), name("p", 8));
      case 7:
        return t.unbind_havip(name("h", 5), name("p", 8));
      case 8:
        return t.bind_eip(name("e", 4), random_target());
      case 9:
        return t.unbind_eip(name("e", 4));
      case 10:
        return below(3) == 0 ? t.remove_uplink() : t.set_uplink(random_uplink());
      case 11:
        return t.remove_port(name("p", 8));
      case 12:
        return t.set_vpc(name("v", 3), {.mtu = static_cast<std::uint16_t>(1400 + below(100))});
      case 13:
        return t.set_subnet(name("s", 4), {.havip_quota = 1 + below(4)});
      case 14:
        return below(2) == 0 ? t.remove_havip(name("h", 5)) : t.remove_eip(name("e", 4));
      default:
        return below(2) == 0 ? t.remove_subnet(name("s", 4)) : t.remove_vpc(name("v", 3));
    }
  }

 private:
  std::string name(const char* prefix, unsigned count) { return prefix + std::to_string(below(count)); }
  Ipv4 random_address() {
    return Ipv4(10, 0, static_cast<std::uint8_t>(below(3)), static_cast<std::uint8_t>(below(8)));
  }
  Subnet random_subnet() {
    const auto third = static_cast<std::uint8_t>(below(3));
    auto subnet = test::make_subnet(name("s", 4), name("v", 3), Ipv4(10, 0, third, 0), Ipv4(10, 0, third, 1),
                                    static_cast<std::uint8_t>(27 + below(3)));
    subnet.havip_quota = 1 + below(4);
    return subnet;
  }
  Port random_port() {
    auto port = test::make_port(name("p", 8), static_cast<std::uint8_t>(below(10)), name("s", 4));
    port.ipv4 = random_address();
    port.nic = below(2) == 0 ? Nic::kPrimary : Nic::kSecondary;
    return port;
  }
  EipTarget random_target() {
    return below(2) == 0 ? EipTarget{TargetKind::kHavip, name("h", 5)}
                         : EipTarget{TargetKind::kPort, name("p", 8)};
  }
  Uplink random_uplink() {
    auto uplink = test::make_uplink();
    uplink.addresses.push_back({Ipv4(203, 0, 113, static_cast<std::uint8_t>(1 + below(6))), 24});
    uplink.device = "net_af_packet" + std::to_string(below(10));
    return uplink;
  }

  std::mt19937 random_;
};

TEST(Transaction, RandomTransactionsAgreeWithARebuiltModel) {
  RandomSteps steps(20);
  Model model;
  unsigned succeeded_steps = 0;
  for (int round = 0; round < 4000; ++round) {
    const auto before = model;
    const bool keep = steps.below(4) != 0;
    {
      Transaction transaction(model);
      const auto length = 1 + steps.below(6);
      for (unsigned i = 0; i < length; ++i) {
        // Single steps are all or nothing, so the transaction can go on after a refusal.
        if (steps.step(transaction).ok()) ++succeeded_steps;
      }
      ASSERT_EQ(transaction.changes(), difference(before.objects(), model.objects()));
      if (keep) transaction.commit();
    }
    if (!keep) {
      ASSERT_EQ(model, before) << "round " << round;
      continue;
    }
    const auto rebuilt = build(model.objects());
    ASSERT_TRUE(std::holds_alternative<Model>(rebuilt)) << std::get<Violation>(rebuilt).error.message;
    ASSERT_EQ(std::get<Model>(rebuilt), model) << "round " << round;
  }
  EXPECT_GT(succeeded_steps, 2000u);
}

}  // namespace
}  // namespace vipswitch::model
