// Pins and learning modes on their way to the data, and owners brought back.

#include <chrono>
#include <filesystem>
#include <stdlib.h>
#include <thread>

#include <nlohmann/json.hpp>

#include "control/publish/table_publisher.h"
#include "control/runtime/owner_keeper.h"
#include "control/text/write_file.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class PublishSteer : public ShopFixture {
 protected:
  std::string owner() { return vswitch.owner("front"); }
  std::vector<EventName> events() {
    std::vector<EventName> names;
    for (const auto& event : vswitch.control().events().last()) {
      if (event.name != EventName::model_changed) names.push_back(event.name);
    }
    return names;
  }
  const OperatorEvent& last_event() { return vswitch.control().events().last().back(); }
};

TEST_F(PublishSteer, PinnedPortHasTheDataUntilItIsUnpinned) {
  advert("front", "vm1-eth0", 150);
  ASSERT_TRUE(succeeded(settled(service().pin_havip("front", "vm2-eth0"))));
  EXPECT_EQ(owner(), "vm2-eth0");
  ASSERT_TRUE(succeeded(settled(service().unpin_havip("front"))));
  EXPECT_EQ(owner(), "vm1-eth0");
}

// Whatever is enforced, what the operator did is told as what it was.
TEST_F(PublishSteer, EachStepOfTheOperatorIsToldAsWhatItWas) {
  const auto trigger = [this](const Result<void>& done) {
    EXPECT_TRUE(succeeded(settled(done)));
    return vswitch.control().decisions().last_of(slot("front"))->trigger;
  };
  EXPECT_EQ(trigger(service().set_learn(LearnMode::kOff)), Trigger::kLearnMode);
  EXPECT_EQ(trigger(service().pin_havip("front", "vm2-eth0")), Trigger::kPin);
  EXPECT_EQ(trigger(service().unpin_havip("front")), Trigger::kUnpin);
  EXPECT_EQ(trigger(service().unbind_havip("front", "vm1-eth0")), Trigger::kUnbind);
  EXPECT_EQ(trigger(service().unbind_havip("front", "vm2-eth0")), Trigger::kUnbind);
  EXPECT_EQ(trigger(service().bind_havip("front", "vm1-eth0")), Trigger::kBind);
}

TEST_F(PublishSteer, PinOfAFileIsInForce) {
  ASSERT_TRUE(
      succeeded(settled(apply([](model::Objects& desired) { desired.havips["front"].pin = "vm2-eth0"; }))));
  EXPECT_EQ(owner(), "vm2-eth0");
}

TEST_F(PublishSteer, ObservedHavipGoesToThePortBoundFirst) {
  advert("front", "vm2-eth0", 150);
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kObserve))));
  EXPECT_EQ(owner(), "vm1-eth0");
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kEnforce))));
  EXPECT_EQ(owner(), "vm2-eth0");
}

TEST_F(PublishSteer, ModeOfOneHavipComesBeforeThatOfAll) {
  advert("front", "vm2-eth0", 150);
  ASSERT_TRUE(succeeded(settled(service().set_havip_learn("front", LearnMode::kEnforce))));
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kObserve))));
  EXPECT_EQ(owner(), "vm2-eth0");
  ASSERT_TRUE(succeeded(settled(service().set_havip_learn("front", std::nullopt))));
  EXPECT_EQ(owner(), "vm1-eth0");
}

TEST_F(PublishSteer, UnbindingTheFirstPortGivesTheDataToTheNext) {
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kOff))));
  ASSERT_EQ(owner(), "vm1-eth0");
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm1-eth0"))));
  EXPECT_EQ(owner(), "vm2-eth0");
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm2-eth0"))));
  EXPECT_EQ(owner(), "");
}

TEST_F(PublishSteer, NewHavipIsSteeredFromTheBeginning) {
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kOff))));
  ASSERT_TRUE(succeeded(service().add(model::Havip{"next", "web", Ipv4(10, 77, 0, 200), {}, {"vm2-eth0"}})));
  vswitch.settle();
  EXPECT_EQ(vswitch.owner("next"), "vm2-eth0");
  EXPECT_EQ(vswitch.tables().havips.cold(slot("next")).mode, LearnMode::kOff);
}

TEST_F(PublishSteer, HavipThatComesWithAModeForAllIsSteeredByIt) {
  for (const auto mode : {LearnMode::kOff, LearnMode::kEnforce, LearnMode::kObserve, LearnMode::kEnforce}) {
    const std::string name = fmt::format("next{}", objects().havips.size());
    const auto last = static_cast<std::uint8_t>(200 + objects().havips.size());
    ASSERT_TRUE(succeeded(apply([&](model::Objects& desired) {
      desired.learn = mode;
      desired.havips[name] = {name, "web", Ipv4(10, 77, 0, last), {}, {"vm2-eth0"}};
    })));
    EXPECT_EQ(vswitch.tables().havips.cold(slot(name)).mode, mode);
    EXPECT_EQ(vswitch.owner(name), mode == LearnMode::kEnforce ? "" : "vm2-eth0");
  }
}

TEST_F(PublishSteer, EachMoveIsAnEventWithItsReason) {
  advert("front", "vm1-eth0", 150);
  ASSERT_TRUE(succeeded(settled(service().pin_havip("front", "vm2-eth0"))));
  vswitch.control().drain_events();
  ASSERT_EQ(last_event().name, EventName::owner_changed);
  EXPECT_EQ((*last_event().fields)["to"], "vm2-eth0");
  EXPECT_EQ((*last_event().fields)["trigger"], "pin");
  EXPECT_EQ((*last_event().fields)["rule"], "pinned");
  ASSERT_TRUE(succeeded(settled(service().unpin_havip("front"))));
  vswitch.control().drain_events();
  EXPECT_EQ((*last_event().fields)["trigger"], "unpin");
  EXPECT_EQ((*last_event().fields)["rule"], "fresh_vrrp");
}

TEST_F(PublishSteer, ObservedDecisionSaysWhereTheDataGoes) {
  ASSERT_TRUE(succeeded(settled(service().set_learn(LearnMode::kObserve))));
  advert("front", "vm2-eth0", 150);
  vswitch.control().drain_events();
  ASSERT_EQ(last_event().name, EventName::owner_observed);
  EXPECT_EQ((*last_event().fields)["to"], "vm2-eth0");
  EXPECT_EQ((*last_event().fields)["data_goes_to"], "vm1-eth0");
}

class KeptOwners : public PublishSteer {
 protected:
  KeptOwners() {
    char name[] = "/tmp/vipswitch-keeper-XXXXXX";
    directory = mkdtemp(name);
  }
  ~KeptOwners() override { std::filesystem::remove_all(directory); }

  std::unique_ptr<OwnerKeeper> keep() {
    const auto before = load_state(directory);
    EXPECT_TRUE(succeeded(before));
    auto keeper = OwnerKeeper::start(directory, before.value(), vswitch.control());
    EXPECT_TRUE(succeeded(keeper));
    vswitch.settle();
    return std::move(keeper).value();
  }
  SavedOwners on_disk() { return load_state(directory).value(); }

  std::string directory;
};

TEST_F(KeptOwners, OwnersAndIncarnationAreOnDisk) {
  {
    const auto keeper = keep();
    EXPECT_EQ(on_disk().incarnation, 1u);
    advert("front", "vm2-eth0", 150);
  }
  ASSERT_EQ(on_disk().owners.size(), 1u);
  EXPECT_EQ(on_disk().owners[0].havip, "front");
  EXPECT_EQ(on_disk().owners[0].port, "vm2-eth0");
  EXPECT_GT(on_disk().owners[0].generation, 1u);
  EXPECT_EQ(keep()->incarnation(), 2u);
}

TEST_F(KeptOwners, RestoredOwnerHasTheDataAndIsSuspect) {
  ASSERT_TRUE(succeeded(
      text::write_file(state_path(directory), print_state({4, {{"front", W::kFront, "vm2-eth0", 9}}}))));
  const auto keeper = keep();
  EXPECT_EQ(owner(), "vm2-eth0");
  EXPECT_EQ(vswitch.tables().havips.cold(slot("front")).election.state(vswitch.now()), OwnerState::kSuspect);
  EXPECT_THAT(events(), ::testing::Contains(EventName::owner_restored));
  advert("front", "vm1-eth0", 1);
  EXPECT_EQ(owner(), "vm1-eth0");
}

TEST_F(KeptOwners, OwnerThatDoesNotFitIsLeftOutWithItsReason) {
  ASSERT_TRUE(succeeded(
      text::write_file(state_path(directory), print_state({4,
                                                           {{"gone", W::kFront, "vm2-eth0", 9},
                                                            {"front", Ipv4(10, 77, 0, 1), "vm2-eth0", 9},
                                                            {"front", W::kFront, "vm3-eth0", 9}}}))));
  const auto keeper = keep();
  EXPECT_EQ(owner(), "");
  std::vector<std::string> reasons;
  for (const auto& event : vswitch.control().events().last()) {
    if (event.name == EventName::owner_not_restored) reasons.push_back((*event.fields)["reason"]);
  }
  EXPECT_THAT(reasons, ::testing::ElementsAre("the HAVIP does not exist", "the HAVIP has another address",
                                              "the port is not bound to it"));
}

TEST_F(KeptOwners, OwnersAreWrittenAtMostOnceASecond) {
  const auto keeper = keep();
  const TimeMs start = vswitch.control().host().now_ms();
  advert("front", "vm2-eth0", 150);
  keeper->tick(start);
  EXPECT_TRUE(on_disk().owners.empty());
  keeper->tick(start + 2 * OwnerKeeper::kMinIntervalMs);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (on_disk().owners.empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_EQ(on_disk().owners.size(), 1u);
  EXPECT_EQ(on_disk().owners[0].port, "vm2-eth0");
}

}  // namespace
}  // namespace vipswitch::testing
