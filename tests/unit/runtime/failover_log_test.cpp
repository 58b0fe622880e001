// Failovers from the events that workers tell, in every order that they may come in.

#include "control/runtime/failover_log.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "dataplane/owner_word.h"

namespace vipswitch {
namespace {

class FailoverLogTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kHz = 1'000'000'000;  // a cycle is a nanosecond
  static constexpr std::uint64_t kMs = 1'000'000;
  static constexpr HavipId kFront{1}, kBack{2};
  static constexpr PortId kVm1{10}, kVm2{11}, kNobody{};

  FailoverLogTest() { registry.port_names = {{kVm1, "vm1"}, {kVm2, "vm2"}}; }

  // The evidence came `evidence_cycles` before `at`.
  static Event decided(std::uint32_t sequence, std::uint64_t at, std::uint32_t evidence_cycles = 4000,
                       Trigger trigger = Trigger::kAdvert) {
    Event event = about(EventKind::kOwnerChanged, sequence);
    event.trigger = trigger;
    event.to = trigger == Trigger::kResignation ? kNobody : kVm2;
    event.commit_tsc = at;
    event.evidence_cycles = evidence_cycles;
    return event;
  }
  static Event moved(std::uint32_t sequence, PortId from, PortId to, std::uint64_t at,
                     std::uint64_t last_packet = 0, std::uint64_t dropped = 0) {
    Event event = about(EventKind::kDataMoved, sequence);
    event.from = from;
    event.to = to;
    event.commit_tsc = at;
    event.packet_tsc = last_packet;
    event.dropped = dropped;
    return event;
  }
  static Event delivered(std::uint32_t sequence, PortId to, std::uint64_t at, std::uint64_t dropped = 0) {
    Event event = about(EventKind::kFirstDelivered, sequence);
    event.to = to;
    event.packet_tsc = at;
    event.dropped = dropped;
    return event;
  }
  static Event about(EventKind kind, std::uint32_t sequence) {
    Event event{};
    event.kind = kind;
    event.havip = kFront;
    event.sequence = sequence;
    return event;
  }
  void add(const Event& event) { log.add(event, registry, {10'000 * kMs, 50'000'000, kHz}); }
  void add_all(const std::vector<Event>& events) {
    for (const Event& event : events) add(event);
  }
  Failover only() {
    const auto failovers = log.of(kFront);
    EXPECT_EQ(failovers.size(), 1u);
    return failovers.empty() ? Failover{} : failovers.back();
  }

  Registry registry;
  FailoverLog log;
};

TEST_F(FailoverLogTest, CrashIsMeasuredFromItsEvidence) {
  add_all({decided(2, 5000 * kMs), moved(2, kVm1, kVm2, 5000 * kMs + 200, 1400 * kMs),
           delivered(2, kVm2, 5001 * kMs)});
  const Failover failover = only();
  EXPECT_EQ(failover.sequence, 2u);
  EXPECT_EQ(failover.from, "vm1");
  EXPECT_EQ(failover.to, "vm2");
  EXPECT_EQ(failover.trigger, Trigger::kAdvert);
  EXPECT_EQ(failover.decided_ns, 4000);
  EXPECT_EQ(failover.moved_ns, 4200);
  EXPECT_EQ(failover.last_to_old_ns, 4000 - static_cast<std::int64_t>(3600 * kMs));
  EXPECT_EQ(failover.first_to_new_ns, static_cast<std::int64_t>(kMs) + 4000);
  EXPECT_EQ(failover.gap_ns(), static_cast<std::int64_t>(3601 * kMs));
  EXPECT_EQ(failover.at_unix_us, 50'000'000 - 5'000'000 - 4);
  EXPECT_EQ(failover.dropped, 0u);
}

TEST_F(FailoverLogTest, HandoverMovesDataAfterTheDecision) {
  add_all(
      {decided(2, 5000 * kMs), moved(2, kVm1, kVm2, 5012 * kMs, 5011 * kMs), delivered(2, kVm2, 5013 * kMs)});
  EXPECT_EQ(only().decided_ns, 4000);
  EXPECT_EQ(only().moved_ns, static_cast<std::int64_t>(12 * kMs) + 4000);
  EXPECT_EQ(only().gap_ns(), static_cast<std::int64_t>(2 * kMs));
}

TEST_F(FailoverLogTest, GracefulFailoverIsOneFromTheOldOwnerToTheNew) {
  add_all({decided(2, 5000 * kMs, 3000, Trigger::kResignation),
           moved(2, kVm1, kNobody, 5000 * kMs, 4999 * kMs, 7), decided(3, 5600 * kMs),
           moved(3, kNobody, kVm2, 5600 * kMs, 0, 610), delivered(3, kVm2, 5601 * kMs, 610)});
  const Failover failover = only();
  EXPECT_EQ(failover.sequence, 3u);
  EXPECT_EQ(failover.from, "vm1");
  EXPECT_EQ(failover.to, "vm2");
  EXPECT_EQ(failover.last_to_old_ns, 4000 - static_cast<std::int64_t>(601 * kMs));
  EXPECT_EQ(failover.dropped, 603u);
}

TEST_F(FailoverLogTest, EveryOrderOfEventsGivesTheSame) {
  std::vector<Event> events{decided(2, 5000 * kMs, 3000, Trigger::kResignation),
                            moved(2, kVm1, kNobody, 5000 * kMs, 4999 * kMs, 7), decided(3, 5600 * kMs),
                            moved(3, kNobody, kVm2, 5600 * kMs, 0, 610), delivered(3, kVm2, 5601 * kMs, 610)};
  std::vector<int> order{0, 1, 2, 3, 4};
  do {
    log = FailoverLog();
    for (const int i : order) add(events[static_cast<std::size_t>(i)]);
    EXPECT_EQ(only().from, "vm1");
    EXPECT_EQ(only().decided_ns, 4000);
    EXPECT_EQ(only().gap_ns(), static_cast<std::int64_t>(602 * kMs));
    EXPECT_EQ(only().dropped, 603u);
    EXPECT_EQ(log.totals().dropped.count(), 1u);
    EXPECT_EQ(log.totals().dropped.sum(), 603);
    EXPECT_EQ(log.totals().evidence_to_move.count(), 1u);
    EXPECT_EQ(log.totals().evidence_to_first_packet.count(), 1u);
    EXPECT_EQ(log.totals().gap.count(), 1u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(FailoverLogTest, FirstOwnerHasNobodyBeforeAndIsNoFailoverInTheTotals) {
  add_all(
      {decided(1, 5000 * kMs), moved(1, kNobody, kVm1, 5000 * kMs, 0, 3), delivered(1, kVm1, 5001 * kMs, 3)});
  EXPECT_EQ(only().from, "");
  EXPECT_EQ(only().last_to_old_ns, std::nullopt);
  EXPECT_EQ(only().dropped, 0u);
  EXPECT_EQ(log.totals().dropped.count(), 0u);
  EXPECT_EQ(log.totals().evidence_to_first_packet.count(), 0u);
}

TEST_F(FailoverLogTest, WithoutTrafficThereIsNoGap) {
  add_all({decided(2, 5000 * kMs), moved(2, kVm1, kVm2, 5000 * kMs)});
  EXPECT_EQ(only().last_to_old_ns, std::nullopt);
  EXPECT_EQ(only().first_to_new_ns, std::nullopt);
  EXPECT_EQ(only().gap_ns(), std::nullopt);
}

TEST_F(FailoverLogTest, FirstPacketMayComeAfterOtherDecisionsWereToldAndCountsOnce) {
  add_all({decided(2, 5000 * kMs), moved(2, kVm1, kVm2, 5000 * kMs, 4000 * kMs), decided(3, 6000 * kMs),
           delivered(2, kVm2, 5900 * kMs), delivered(2, kVm2, 5950 * kMs), decided(2, 5000 * kMs)});
  EXPECT_EQ(only().gap_ns(), static_cast<std::int64_t>(1900 * kMs));
  EXPECT_EQ(log.totals().gap.count(), 1u);
}

// With `handover announced` the next decision is made before the data moves.
TEST_F(FailoverLogTest, FirstPacketThatBearsTheNextDecisionBelongsToTheMoveBefore) {
  Event next = decided(3, 5500 * kMs);
  next.to = kVm1;
  add_all({decided(2, 5000 * kMs), moved(2, kVm1, kVm2, 5000 * kMs, 4999 * kMs), next,
           delivered(3, kVm2, 5510 * kMs)});
  EXPECT_EQ(only().gap_ns(), static_cast<std::int64_t>(511 * kMs));
  add_all({moved(3, kVm2, kVm1, 5520 * kMs, 5519 * kMs), delivered(3, kVm1, 5521 * kMs)});
  ASSERT_EQ(log.of(kFront).size(), 2u);
  EXPECT_EQ(log.of(kFront)[1].gap_ns(), static_cast<std::int64_t>(2 * kMs));
  EXPECT_EQ(log.of(kFront)[0].gap_ns(), static_cast<std::int64_t>(511 * kMs));
}

TEST_F(FailoverLogTest, DecisionWithoutAMoveIsNone) {
  add_all({decided(2, 5000 * kMs), decided(3, 5001 * kMs), decided(4, 5002 * kMs), decided(5, 5003 * kMs),
           moved(2, kVm1, kVm2, 5020 * kMs)});
  EXPECT_TRUE(log.of(kFront).empty());
}

TEST_F(FailoverLogTest, MoveWhoseDecisionWasLostIsNone) {
  add_all({moved(2, kVm1, kVm2, 5000 * kMs), delivered(2, kVm2, 5001 * kMs)});
  EXPECT_TRUE(log.of(kFront).empty());
}

TEST_F(FailoverLogTest, OperatorsMoveHasNoTimesOfEvidenceInTheTotals) {
  add_all({decided(2, 5000 * kMs, 0, Trigger::kPin), moved(2, kVm1, kVm2, 5000 * kMs + 300, 4999 * kMs),
           delivered(2, kVm2, 5001 * kMs)});
  EXPECT_EQ(only().decided_ns, 0);
  EXPECT_EQ(only().moved_ns, 300);
  EXPECT_EQ(log.totals().evidence_to_decision.count(), 0u);
  EXPECT_EQ(log.totals().evidence_to_first_packet.count(), 0u);
  EXPECT_EQ(log.totals().gap.count(), 1u);
  EXPECT_EQ(log.totals().dropped.count(), 1u);
}

TEST_F(FailoverLogTest, PortThatIsGoneKeepsItsNameAsTheOldOwner) {
  add_all({decided(1, 4000 * kMs), moved(1, kNobody, kVm1, 4000 * kMs)});
  registry.port_names.erase(kVm1);
  add_all({decided(2, 5000 * kMs, 0, Trigger::kUnbind), moved(2, kVm1, kNobody, 5000 * kMs, 4999 * kMs),
           decided(3, 5500 * kMs), moved(3, kNobody, kVm2, 5500 * kMs)});
  ASSERT_EQ(log.of(kFront).size(), 2u);
  EXPECT_EQ(log.of(kFront)[1].from, "vm1");
}

TEST_F(FailoverLogTest, TheLastOnesAreKeptAndForgottenWithTheirSlot) {
  for (std::uint32_t i = 1; i <= FailoverLog::kKept + 5; ++i)
    add_all({decided(i, i * kMs), moved(i, i % 2 == 0 ? kVm1 : kVm2, i % 2 == 0 ? kVm2 : kVm1, i * kMs)});
  ASSERT_EQ(log.of(kFront).size(), FailoverLog::kKept);
  EXPECT_EQ(log.of(kFront).front().sequence, 6u);
  log.keep_only({{kBack, SlotHolder{"back", Family::kIpv4}}});
  EXPECT_TRUE(log.of(kFront).empty());
}

TEST(FailoverTotals, ValuesAreCountedByTheLeastBoundThatHoldsThem) {
  Histogram<2> histogram({0, 10});
  for (const double value : {0.0, 0.5, 10.0, 11.0}) histogram.observe(value);
  EXPECT_EQ(histogram.counts()[0], 1u);
  EXPECT_EQ(histogram.counts()[1], 2u);
  EXPECT_EQ(histogram.count(), 4u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 21.5);
}

// Packets bear 24 bits of the sequence.
TEST_F(FailoverLogTest, DeliveryIsMatchedBehindSixteenMillionDecisions) {
  constexpr std::uint32_t kAround = OwnerWord::kSequences;
  add_all({decided(kAround + 1, 5000 * kMs), moved(kAround + 1, kVm1, kVm2, 5000 * kMs, 1400 * kMs),
           delivered(1, kVm2, 5001 * kMs)});
  EXPECT_EQ(only().sequence, kAround + 1);
  EXPECT_EQ(only().first_to_new_ns, static_cast<std::int64_t>(kMs) + 4000);
}

}  // namespace
}  // namespace vipswitch
