// What the operator says about the learning of HAVIPs: pins and modes.

#include "control/config/config.h"
#include "control/model/build.h"
#include "control/shell/reenter.h"
#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::make_port;
using test::refused;
using test::succeeded;

class LearningRules : public test::RulesTest {
 protected:
  const Havip& front() { return model_.objects().havips.find("front")->second; }
};

TEST_F(LearningRules, BoundPortCanBePinned) {
  ASSERT_TRUE(succeeded(transaction_.pin_havip("front", "p12")));
  EXPECT_EQ(front().pin, "p12");
  ASSERT_TRUE(succeeded(transaction_.pin_havip("front", "p11")));
  EXPECT_EQ(front().pin, "p11");
  ASSERT_TRUE(succeeded(transaction_.unpin_havip("front")));
  EXPECT_EQ(front().pin, std::nullopt);
}

TEST_F(LearningRules, OnlyABoundPortCanBePinned) {
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p12")));
  EXPECT_TRUE(refused(transaction_.pin_havip("front", "p12"), ErrorCode::rule,
                      "pin: port \"p12\" is not bound to HAVIP \"front\", expected one that is"));
  EXPECT_TRUE(refused(transaction_.pin_havip("front", "p99"), ErrorCode::not_found,
                      "port: \"p99\" does not exist, expected the name of a port"));
  EXPECT_TRUE(refused(transaction_.pin_havip("nope", "p11"), ErrorCode::not_found,
                      "havip: \"nope\" does not exist, expected the name of a HAVIP"));
}

TEST_F(LearningRules, UnbindingEndsThePin) {
  ASSERT_TRUE(succeeded(transaction_.pin_havip("front", "p12")));
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p11")));
  EXPECT_EQ(front().pin, "p12");
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p12")));
  EXPECT_EQ(front().pin, std::nullopt);
}

TEST_F(LearningRules, NothingToUnpinIsRefused) {
  EXPECT_TRUE(refused(transaction_.unpin_havip("front"), ErrorCode::not_found,
                      "havip: \"front\" is not pinned, expected one that is"));
}

TEST_F(LearningRules, ModeOfOneHavipIsSetAndTakenBack) {
  ASSERT_TRUE(succeeded(transaction_.set_havip_learn("front", LearnMode::kObserve)));
  EXPECT_EQ(front().learn, LearnMode::kObserve);
  ASSERT_TRUE(succeeded(transaction_.set_havip_learn("front", std::nullopt)));
  EXPECT_EQ(front().learn, std::nullopt);
}

TEST_F(LearningRules, ModeOfAllIsOneChangeAndRolledBack) {
  transaction_.set_learn(LearnMode::kOff);
  const auto before = LearnMode::kEnforce, after = LearnMode::kOff;
  EXPECT_EQ(transaction_.changes().learn, (Change<LearnMode>{&before, &after}));
  EXPECT_FALSE(transaction_.changes().empty());
  transaction_.set_learn(LearnMode::kEnforce);
  EXPECT_TRUE(transaction_.changes().empty());
}

TEST(LearningBuild, ModeAndPinOfAFileAreKept) {
  auto desired = test::make_world();
  desired.learn = LearnMode::kObserve;
  desired.havips.find("front")->second.pin = "p12";
  desired.havips.find("front")->second.learn = LearnMode::kOff;
  const auto built = build(desired);
  ASSERT_TRUE(std::holds_alternative<Model>(built));
  EXPECT_EQ(std::get<Model>(built).objects(), desired);
  const auto world = test::make_world();
  EXPECT_EQ(difference(world, desired).learn, (Change<LearnMode>{&world.learn, &desired.learn}));
}

TEST(LearningBuild, DroppedTransactionRestoresTheMode) {
  Model model;
  {
    Transaction transaction(model);
    transaction.set_learn(LearnMode::kOff);
    EXPECT_EQ(model.objects().learn, LearnMode::kOff);
  }
  EXPECT_EQ(model.objects().learn, LearnMode::kEnforce);
}

TEST(LearningConfig, KeysAreRead) {
  const auto config = parse_config(
      "learn: observe\nvpcs: [{name: v, vni: 1}]\nsubnets: [{name: s, vpc: v, ipv4: 10.0.0.0/24, gateway: "
      "10.0.0.1}]\n"
      "ports: [{name: p, instance: i, subnet: s, mac: 52:54:00:00:00:01, ipv4: 10.0.0.2, device: "
      "net_null0}]\n"
      "havips: [{name: h, subnet: s, ipv4: 10.0.0.9, ports: [p], pin: p, learn: off}]\n",
      "f.yaml");
  ASSERT_TRUE(succeeded(config));
  const auto& objects = config.value().objects;
  EXPECT_EQ(objects.learn, LearnMode::kObserve);
  EXPECT_EQ(objects.havips.at("h").pin, "p");
  EXPECT_EQ(objects.havips.at("h").learn, LearnMode::kOff);
}

TEST(LearningConfig, UnknownModeSaysWhatIsExpected) {
  EXPECT_TRUE(refused(
      parse_config("learn: perhaps\n", "f.yaml"), ErrorCode::invalid_argument,
      "f.yaml:1: found learn \"perhaps\", which is not a learning mode, expected off, observe or enforce"));
}

TEST(LearningReenter, CommandsMakePinAndMode) {
  Havip havip{"front", "web", Ipv4(10, 77, 0, 100), {}, {"p11"}};
  havip.pin = "p11";
  havip.learn = LearnMode::kObserve;
  EXPECT_EQ(shell::to_commands(havip),
            "havip add front subnet web ipv4 10.77.0.100\nhavip bind front p11\nhavip pin front p11\n"
            "havip learn front observe\n");
}

}  // namespace
}  // namespace vipswitch::model
