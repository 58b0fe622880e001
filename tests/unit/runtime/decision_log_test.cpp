#include "control/runtime/decision_log.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

constexpr std::uint64_t kHz = 2'000'000'000;
constexpr HavipId kFront(1), kBack(2);

class DecisionLogTest : public ::testing::Test {
 protected:
  DecisionLogTest() { registry.port_names = {{PortId(10), "vm1"}, {PortId(11), "vm2"}}; }

  static Event event(std::uint32_t sequence, HavipId havip = kFront) {
    Event result{};
    result.kind = EventKind::kOwnerChanged;
    result.havip = havip;
    result.sequence = sequence;
    result.from = PortId(10);
    result.to = PortId(11);
    result.evidence_cycles = 3000;
    result.commit_tsc = 1'003'000;
    return result;
  }
  void add(const Event& told) { log.add(told, registry, kHz, 1'003'000, 5'000'000); }

  Registry registry;
  static constexpr std::size_t kKept = 64;
  std::vector<Decision> all(HavipId havip) { return log.of(havip, 1000); }

  DecisionLog log{kKept};
};

TEST_F(DecisionLogTest, NothingIsKnownOfAHavipWithoutDecisions) {
  EXPECT_TRUE(all(kFront).empty());
}

TEST_F(DecisionLogTest, DecisionIsToldInTheOperatorsNames) {
  Event told = event(7);
  told.trigger = Trigger::kAdvert;
  told.rule = Rule::kFreshVrrp;
  told.evidence = EvidenceClass::kVrrp;
  told.priority = 150;
  told.vrid = 51;
  told.at_ms = 1234;
  add(told);
  const auto decisions = all(kFront);
  ASSERT_EQ(decisions.size(), 1u);
  const Decision& decision = decisions[0];
  EXPECT_EQ(decision.sequence, 7u);
  EXPECT_EQ(decision.from, "vm1");
  EXPECT_EQ(decision.to, "vm2");
  EXPECT_EQ(decision.trigger, Trigger::kAdvert);
  EXPECT_EQ(decision.rule, Rule::kFreshVrrp);
  EXPECT_EQ(decision.evidence, EvidenceClass::kVrrp);
  EXPECT_EQ(decision.priority, 150);
  EXPECT_EQ(decision.vrid, 51);
  EXPECT_EQ(decision.at_ms, 1234);
}

TEST_F(DecisionLogTest, CyclesBecomeTime) {
  log.add(event(1), registry, kHz, 1'003'000 + kHz / 1000, 5'000'000);  // told a millisecond after the commit
  const auto decisions = all(kFront);
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].at_unix_us, 4'999'000);
  EXPECT_EQ(decisions[0].evidence_to_commit_ns, 1500);  // 3,000 cycles at 2 GHz
}

TEST_F(DecisionLogTest, DecisionWithoutPacketTookNoTime) {
  Event told = event(1);
  told.evidence_cycles = 0;
  add(told);
  EXPECT_EQ(all(kFront)[0].evidence_to_commit_ns, 0);
}

TEST_F(DecisionLogTest, NobodyAndPortsThatAreGoneHaveNoName) {
  Event told = event(1);
  told.from = PortId();
  told.to = PortId(99);
  add(told);
  EXPECT_EQ(all(kFront)[0].from, "");
  EXPECT_EQ(all(kFront)[0].to, "");
}

TEST_F(DecisionLogTest, OnlyTheLastOnesAreKept) {
  for (std::uint32_t i = 1; i <= kKept + 10; ++i) add(event(i));
  const auto decisions = all(kFront);
  ASSERT_EQ(decisions.size(), kKept);
  EXPECT_EQ(decisions.front().sequence, 11u);
  EXPECT_EQ(decisions.back().sequence, kKept + 10);
}

TEST_F(DecisionLogTest, FewerAreGivenWhereFewerAreAskedFor) {
  for (std::uint32_t i = 1; i <= kKept + 10; ++i) add(event(i));
  const auto decisions = log.of(kFront, 3);
  ASSERT_EQ(decisions.size(), 3u);
  EXPECT_EQ(decisions.front().sequence, kKept + 8);
  EXPECT_EQ(decisions.back().sequence, kKept + 10);
  EXPECT_EQ(log.last_of(kFront)->sequence, kKept + 10);
}

TEST_F(DecisionLogTest, HavipsAreKeptApart) {
  add(event(1, kFront));
  add(event(2, kBack));
  ASSERT_EQ(all(kBack).size(), 1u);
  EXPECT_EQ(all(kBack)[0].sequence, 2u);
}

TEST_F(DecisionLogTest, SlotsThatNobodyHasAreForgotten) {
  add(event(1, kFront));
  add(event(2, kBack));
  log.keep_only({{kBack, SlotHolder{"back", Family::kIpv4}}});
  EXPECT_TRUE(all(kFront).empty());
  EXPECT_EQ(all(kBack).size(), 1u);
}

}  // namespace
}  // namespace vipswitch
