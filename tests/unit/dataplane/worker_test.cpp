// A worker's round, polled by hand: control's messages, timers, queues.

#include "dataplane/worker.h"

#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include <nlohmann/json.hpp>

#include "control/runtime/worker_totals.h"
#include "dataplane/owner_decision.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() : first(bed.add_port(11)), second(bed.add_port(12)), worker(bed.worker()) {
    if (!bed.service().add(model::Havip{"front", "web", kFront, {}, {"p11", "p12"}}))
      throw std::runtime_error("front");
    bed.settle();
  }

  HavipId slot() { return bed.control().tables().registry().havips.find("front")->second.slots.ipv4->id; }
  OwnerWord owner() { return bed.host().tables().havips.owner_word(slot()); }

  Message election(Trigger trigger, std::uint8_t port) {
    Message message{};
    message.kind = Message::Kind::kElection;
    message.trigger = trigger;
    message.havip = slot();
    message.port = bed.port(port);
    return message;
  }
  // Without a port: nobody is pinned, or has the data.
  Message steering(LearnMode mode, std::uint8_t port = 0) {
    Message message{};
    message.kind = Message::Kind::kSteer;
    message.mode = mode;
    message.havip = slot();
    if (port != 0) message.port = bed.port(port);
    message.is_pinned = mode == LearnMode::kEnforce && port != 0;
    return message;
  }
  Message transmission(std::uint8_t port, const Frame& frame) {
    Message message{};
    message.kind = Message::Kind::kTransmit;
    message.port = bed.port(port);
    message.mbuf = rte_pktmbuf_alloc(worker.pool());
    std::memcpy(rte_pktmbuf_append(message.mbuf, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
    return message;
  }
  bool post_and_poll(const Message& message) {
    const bool is_posted = worker.post(message);
    worker.poll();
    return is_posted;
  }
  // As if the HAVIP had been made when the switch started.
  void bind_long_ago() {
    owner::StandaloneElection election;
    for (const std::uint8_t port : {std::uint8_t{11}, std::uint8_t{12}}) {
      election.bind(bed.port(port), owner::LinkState::kUp, 0);
    }
    bed.host().tables().havips.cold(slot()).election.assign(election);
  }
  // An advert heard at `now`, an interval of one second.
  void advert(std::uint8_t port, std::uint8_t priority, TimeMs now) {
    worker.state().now_ms = now;
    decide(worker.state(), slot(), 1, [&](owner::Election& e, TimeMs at) {
      return e.advert(bed.port(port),
                      {.primary_ip = RingBed::address(port),
                       .interval_ms = 1000,
                       .priority = priority,
                       .vrid = 51,
                       .delivery = {}},
                      at);
    });
  }
  HavipSnapshot snapshot() {
    SnapshotRequest request;
    request.havip = slot();
    Message message{};
    message.kind = Message::Kind::kSnapshot;
    message.havip = slot();
    message.snapshot = &request;
    post_and_poll(message);
    EXPECT_TRUE(request.is_done.load());
    return request.snapshot;
  }

  static constexpr Ipv4 kFront{10, 77, 0, 100};
  RingBed bed;
  RingDevice& first;
  RingDevice& second;
  Worker& worker;
};

// What control asks for when it finds the worker in a poll.
TEST_F(WorkerTest, TellsItsTotals) {
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  TotalsRequest request;
  Message message{};
  message.kind = Message::Kind::kTotals;
  message.totals = &request;
  post_and_poll(message);
  ASSERT_TRUE(request.is_done.load());
  EXPECT_EQ(request.totals.rx, worker.state().counters.rx.get());
  EXPECT_EQ(request.totals.tx, worker.state().counters.tx.get());
}

// Each request of a poll is answered, with totals that include what the poll did after it was read.
TEST_F(WorkerTest, TotalsAddUpWhenFramesOfControlAreWaiting) {
  std::array<TotalsRequest, 2> requests;
  for (TotalsRequest& request : requests) {
    ASSERT_TRUE(worker.post(transmission(12, RingBed::frame(11, 12))));
    Message message{};
    message.kind = Message::Kind::kTotals;
    message.totals = &request;
    ASSERT_TRUE(worker.post(message));
  }
  worker.poll();
  for (const TotalsRequest& request : requests) {
    ASSERT_TRUE(request.is_done.load());
    EXPECT_EQ(request.totals.generated, 2u);
    EXPECT_EQ(request.totals.tx, 2u);
  }
}

TEST_F(WorkerTest, IsAskedForItsTotalsWhileItIsInAPoll) {
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  LateAnswers late;
  const unsigned room = worker.mailbox_room();
  worker.state().counters.begin();
  std::thread poll([&] {
    while (worker.mailbox_room() == room) std::this_thread::yield();
    worker.state().counters.end();
    worker.poll();
  });
  const WorkerTotals totals = totals_of(worker, late);
  poll.join();
  EXPECT_EQ(worker.mailbox_room(), room);
  EXPECT_EQ(totals.rx, 1u);
  EXPECT_EQ(totals.tx, 1u);
}

// Control gets what there is, and the answer that comes too late finds its request.
TEST_F(WorkerTest, StuckOneIsNotWaitedForWithoutEnd) {
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  LateAnswers late;
  worker.state().counters.begin();
  EXPECT_EQ(totals_of(worker, late).rx, 1u);
  worker.state().counters.end();
  worker.poll();
}

TEST_F(WorkerTest, ForwardsFromQueueToDevice) {
  const Frame frame = RingBed::frame(11, 12);
  first.push(frame, worker.pool());
  EXPECT_EQ(worker.poll(), 1u);
  EXPECT_THAT(second.take_sent(), ::testing::ElementsAre(frame));
  EXPECT_THAT(first.take_sent(), IsEmpty());
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(WorkerTest, StoppedForwardingLeavesTheQueuesAlone) {
  bed.runtime().set_forwarding(false);
  EXPECT_FALSE(bed.runtime().forwarding());
  first.push(RingBed::frame(11, 12), worker.pool());
  EXPECT_EQ(worker.poll(), 0u);
  EXPECT_EQ(first.pushed(), 1u);
  EXPECT_THAT(second.take_sent(), IsEmpty());
}

TEST_F(WorkerTest, EventTellsOfEachChangeOfForwarding) {
  for (const bool on : {true, false, false, true}) bed.runtime().set_forwarding(on);
  std::vector<bool> told;
  for (const OperatorEvent& event : bed.runtime().events().last()) {
    if (event.name == EventName::forwarding_changed) told.push_back((*event.fields)["on"]);
  }
  EXPECT_THAT(told, ::testing::ElementsAre(false, true));
}

TEST_F(WorkerTest, StartedAgainItTakesWhatWaited) {
  bed.runtime().set_forwarding(false);
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  bed.runtime().set_forwarding(true);
  worker.poll();
  EXPECT_THAT(second.take_sent(), SizeIs(1));
}

TEST_F(WorkerTest, StoppedForwardingStillHandlesMessages) {
  bed.runtime().set_forwarding(false);
  EXPECT_TRUE(post_and_poll(steering(LearnMode::kEnforce, 12)));
  EXPECT_TRUE(owner().is_port(bed.port(12)));
}

TEST_F(WorkerTest, PacketOfAPortWithoutRowIsDroppedAsPortGone) {
  const PortRow* row = bed.host().tables().ports.replace(bed.port(11), nullptr);
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  EXPECT_EQ(bed.drops(DropReason::port_gone), 1u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
  bed.host().tables().ports.replace(bed.port(11), row);
}

TEST_F(WorkerTest, TicketIsHandledOnceTheWorkerHasPolled) {
  ASSERT_TRUE(worker.post(steering(LearnMode::kEnforce, 11)));
  const std::uint64_t ticket = worker.posted();
  EXPECT_FALSE(worker.has_handled(ticket));
  worker.poll();
  EXPECT_TRUE(worker.has_handled(ticket));
}

TEST_F(WorkerTest, FullMailboxRefusesAndIsDrainedOverPolls) {
  const unsigned room = worker.mailbox_room();
  for (unsigned i = 0; i < room; ++i) ASSERT_TRUE(worker.post(election(Trigger::kPortUp, 11)));
  EXPECT_EQ(worker.mailbox_room(), 0u);
  const std::uint64_t ticket = worker.posted();
  EXPECT_FALSE(worker.post(election(Trigger::kPortUp, 11)));
  EXPECT_EQ(worker.posted(), ticket);
  worker.poll();
  EXPECT_FALSE(worker.has_handled(ticket));
  bed.settle();
  EXPECT_TRUE(worker.has_handled(ticket));
  EXPECT_EQ(worker.mailbox_room(), room);
}

TEST_F(WorkerTest, EachElectionMessageDoesWhatItIsNamedFor) {
  post_and_poll(steering(LearnMode::kEnforce, 11));
  EXPECT_TRUE(owner().is_port(bed.port(11)));
  post_and_poll(election(Trigger::kPortDown, 11));
  EXPECT_FALSE(owner().is_local());
  post_and_poll(election(Trigger::kPortUp, 11));
  EXPECT_TRUE(owner().is_port(bed.port(11)));
  post_and_poll(steering(LearnMode::kEnforce));
  EXPECT_FALSE(owner().is_local());
  post_and_poll(election(Trigger::kUnbind, 11));
  EXPECT_EQ(snapshot().election.member_count(), 1u);
  Message bind = election(Trigger::kBind, 11);
  bind.is_down = true;
  post_and_poll(bind);
  const HavipSnapshot after = snapshot();
  ASSERT_EQ(after.election.member_count(), 2u);
  EXPECT_TRUE(after.election.member(1, after.now_ms).down);
}

TEST_F(WorkerTest, ObservedElectionMovesNoData) {
  post_and_poll(steering(LearnMode::kObserve, 12));
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  advert(11, 150, bed.host().now_ms());
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  const HavipSnapshot observed = snapshot();
  EXPECT_EQ(observed.election.elected(), bed.port(11));
  EXPECT_EQ(observed.steering, (Steering{LearnMode::kObserve, bed.port(12)}));
  EXPECT_EQ(observed.disagreements, 1u);
  EXPECT_EQ(bed.counters().learn[static_cast<std::size_t>(LearnCounter::observe_disagreed)].get(), 1u);
  post_and_poll(steering(LearnMode::kEnforce));
  EXPECT_TRUE(owner().is_port(bed.port(11)));
}

TEST_F(WorkerTest, AgreeingElectionIsNoDisagreement) {
  post_and_poll(steering(LearnMode::kObserve, 11));
  advert(11, 150, bed.host().now_ms());
  EXPECT_EQ(snapshot().disagreements, 0u);
}

TEST_F(WorkerTest, LearningThatIsOffEvaluatesNoClaim) {
  post_and_poll(steering(LearnMode::kOff, 12));
  advert(11, 150, bed.host().now_ms());
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  EXPECT_FALSE(snapshot().election.elected().is_valid());
  EXPECT_EQ(bed.counters().learn[static_cast<std::size_t>(LearnCounter::learn_off)].get(), 1u);
}

TEST_F(WorkerTest, EnforcedFromOffThePortThatHadTheDataKeepsItUntilSomethingClaims) {
  post_and_poll(steering(LearnMode::kOff, 12));
  post_and_poll(steering(LearnMode::kEnforce));
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  const HavipSnapshot restored = snapshot();
  EXPECT_EQ(restored.election.state(restored.now_ms), OwnerState::kSuspect);
  advert(11, 50, bed.host().now_ms());
  EXPECT_TRUE(owner().is_port(bed.port(11)));
}

TEST_F(WorkerTest, VirtualMacOfThePortWithTheDataIsFollowedWhileObserving) {
  post_and_poll(steering(LearnMode::kObserve, 12));
  decide(worker.state(), slot(), 1, [&](owner::Election& e, TimeMs at) {
    return e.advert(bed.port(12),
                    {.primary_ip = RingBed::address(12),
                     .interval_ms = 1000,
                     .priority = 50,
                     .vrid = 51,
                     .delivery = owner::Delivery::virtual_mac(51)},
                    at);
  });
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  EXPECT_TRUE(owner().has_virtual_mac());
}

TEST_F(WorkerTest, ShownStateFollowsTheOwnersRepeatedAdvertsAlone) {
  bind_long_ago();
  const auto state_at = [&](TimeMs now) { return bed.host().tables().havips.cold(slot()).state_at(now); };
  advert(11, 150, 1000);
  EXPECT_EQ(state_at(3100), OwnerState::kOwnedVrrp);
  EXPECT_EQ(state_at(3101), OwnerState::kSuspect);
  advert(11, 150, 2000);
  EXPECT_EQ(state_at(4100), OwnerState::kOwnedVrrp);
  EXPECT_EQ(state_at(4101), OwnerState::kSuspect);
  advert(12, 100, 2000);
  advert(12, 100, 3000);
  EXPECT_EQ(state_at(4100), OwnerState::kOwnedVrrp);
  EXPECT_EQ(state_at(4101), OwnerState::kSuspect);
}

TEST_F(WorkerTest, RestoredOwnerIsSuspectUntilItAdverts) {
  Message restore{};
  restore.kind = Message::Kind::kRestore;
  restore.havip = slot();
  restore.port = bed.port(12);
  restore.generation = 41;
  post_and_poll(restore);
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  HavipSnapshot taken = snapshot();
  EXPECT_EQ(taken.election.state(taken.now_ms), OwnerState::kSuspect);
  EXPECT_GT(taken.election.generation(), 41u);
  advert(12, 100, bed.host().now_ms());
  taken = snapshot();
  EXPECT_EQ(taken.election.state(taken.now_ms), OwnerState::kOwnedVrrp);
  EXPECT_EQ(taken.sequence, 1u);
}

TEST_F(WorkerTest, SnapshotIsTheSlotAsItStands) {
  advert(11, 150, RingBed::kAgeMs);
  const HavipSnapshot taken = snapshot();
  EXPECT_EQ(taken.election.owner(), bed.port(11));
  EXPECT_TRUE(taken.owner.is_port(bed.port(11)));
  EXPECT_EQ(taken.sequence, 1u);
  EXPECT_EQ(taken.owner_since_ms, RingBed::kAgeMs);
  EXPECT_GE(taken.now_ms, RingBed::kAgeMs);
}

TEST_F(WorkerTest, TransmitMessageSendsTheFrameAndCountsIt) {
  const Frame frame = RingBed::frame(11, 12);
  EXPECT_TRUE(post_and_poll(transmission(12, frame)));
  EXPECT_THAT(second.take_sent(), ::testing::ElementsAre(frame));
  EXPECT_EQ(bed.counters().generated.get(), 1u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

// Adverts of both long ago, p12's the later: p11's expire first, p12 succeeds by what was fresh then.
TEST_F(WorkerTest, PollRunsTheTimersThatAreDue) {
  bind_long_ago();
  advert(11, 150, 1000);
  advert(12, 100, 2500);
  ASSERT_TRUE(owner().is_port(bed.port(11)));
  // Timers run once a millisecond, and this one may have had its run.
  const TimeMs begin = bed.host().now_ms();
  while (bed.host().now_ms() < begin + 2) worker.poll();
  EXPECT_TRUE(owner().is_port(bed.port(12)));
  EXPECT_EQ(bed.counters().learn[static_cast<std::size_t>(LearnCounter::owner_changes)].get(), 2u);
}

TEST_F(WorkerTest, EventsOfADecisionSayWhenAndWhy) {
  bind_long_ago();
  Event event{};
  while (rte_ring_sc_dequeue_elem(bed.host().events(), &event, sizeof event) == 0) {
  }
  advert(11, 150, 1000);
  ASSERT_EQ(rte_ring_sc_dequeue_elem(bed.host().events(), &event, sizeof event), 0);
  EXPECT_EQ(event.kind, EventKind::kOwnerChanged);
  EXPECT_EQ(event.havip, slot());
  EXPECT_EQ(event.address, Ipv6::mapped(kFront));
  EXPECT_FALSE(event.from.is_valid());
  EXPECT_EQ(event.to, bed.port(11));
  EXPECT_EQ(event.trigger, Trigger::kAdvert);
  EXPECT_EQ(event.rule, Rule::kFreshVrrp);
  EXPECT_EQ(event.priority, 150);
  EXPECT_EQ(event.sequence, 1u);
  EXPECT_EQ(event.at_ms, 1000);
  EXPECT_EQ(event.mode, LearnMode::kEnforce);
  EXPECT_GT(event.generation, 1u);
  EXPECT_GT(event.commit_tsc, 0u);
  EXPECT_GT(event.evidence_cycles, 0u);
}

TEST_F(WorkerTest, LostEventIsCountedAndLeavesAGapInTheSequence) {
  Event filler{};
  while (rte_ring_mp_enqueue_elem(bed.host().events(), &filler, sizeof filler) == 0) {
  }
  advert(11, 150, RingBed::kAgeMs);
  EXPECT_EQ(bed.counters().learn[static_cast<std::size_t>(LearnCounter::events_lost)].get(), 2u)
      << "the decision, and that data follows it";
  EXPECT_EQ(snapshot().sequence, 1u);
  bed.control().drain_events();
  EXPECT_TRUE(bed.control().decisions().of(slot()).empty());
}

TEST_F(WorkerTest, PollsAndEmptyPollsAreCounted) {
  const std::uint64_t polls = bed.counters().polls.get(), empty = bed.counters().empty_polls.get();
  worker.poll();
  first.push(RingBed::frame(11, 12), worker.pool());
  worker.poll();
  EXPECT_EQ(bed.counters().polls.get(), polls + 2);
  EXPECT_EQ(bed.counters().empty_polls.get(), empty + 1);
}

}  // namespace
}  // namespace vipswitch::testing
