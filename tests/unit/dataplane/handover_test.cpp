// Two workers and devices with one queue: worker 1 has no tx queue and hands its packets to worker 0.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/port_io.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HandoverTest : public ::testing::Test {
 protected:
  HandoverTest() : bed(2), first(bed.add_port(11)), second(bed.add_port(12)) {}

  RingBed bed;
  // The queues are dealt out in turn: first is polled by worker 0, second by worker 1.
  RingDevice& first;
  RingDevice& second;
};

TEST_F(HandoverTest, WorkerWithoutQueueSendsByTheOne) {
  EXPECT_EQ(bed.worker(0).state().lane(bed.port(11))->handover, nullptr);
  EXPECT_EQ(bed.worker(1).state().lane(bed.port(11))->handover, bed.worker(0).handover());
  EXPECT_EQ(bed.worker(1).state().lane(bed.port(12))->handover, bed.worker(0).handover());
}

TEST_F(HandoverTest, PacketOfWorkerWithoutQueueLeavesByTheOther) {
  const Frame frame = RingBed::frame(12, 11);
  second.push(frame, bed.worker(1).pool());
  bed.worker(1).poll();
  EXPECT_THAT(first.take_sent(), IsEmpty());
  EXPECT_EQ(bed.counters(1).handed_out.get(), 1u);
  bed.worker(0).poll();
  EXPECT_THAT(first.take_sent(), ElementsAre(frame));
  EXPECT_EQ(bed.counters(0).handed_in.get(), 1u);
  EXPECT_EQ(bed.counters(0).tx.get(), 1u);
  EXPECT_EQ(bed.counters(1).tx.get(), 0u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(HandoverTest, PacketOfWorkerWithQueueIsNotHandedOver) {
  first.push(RingBed::frame(11, 12), bed.worker(0).pool());
  bed.worker(0).poll();
  EXPECT_THAT(second.take_sent(), SizeIs(1));
  EXPECT_EQ(bed.counters(0).handed_out.get(), 0u);
  EXPECT_TRUE(bed.is_conserved());
}

TEST_F(HandoverTest, BytesAreCountedByTheWorkerThatSends) {
  second.push(RingBed::frame(12, 11), bed.worker(1).pool());
  bed.worker(1).poll();
  bed.worker(0).poll();
  EXPECT_EQ(bed.worker(1).state().lane(bed.port(11))->counters.tx_packets.get(), 0u);
  EXPECT_EQ(bed.worker(0).state().lane(bed.port(11))->counters.tx_packets.get(), 1u);
  EXPECT_EQ(bed.worker(0).state().lane(bed.port(11))->counters.tx_bytes.get(), 60u);
}

TEST_F(HandoverTest, RingThatIsFullDropsAsTxQueueFull) {
  const unsigned room = rte_ring_free_count(bed.worker(0).handover());
  const unsigned sent = room + 10;
  for (unsigned pushed = 0; pushed < sent;) {
    for (unsigned i = 0; i < 64 && pushed < sent; ++i, ++pushed) {
      second.push(RingBed::frame(12, 11), bed.worker(1).pool());
    }
    bed.worker(1).poll();
  }
  EXPECT_EQ(bed.counters(1).handed_out.get(), room);
  EXPECT_EQ(bed.drops(DropReason::tx_queue_full, 1), 10u);
  EXPECT_TRUE(bed.runtime().workers()[1].conserved());
  while (rte_ring_count(bed.worker(0).handover()) != 0) {
    bed.worker(0).poll();
    first.take_sent();
  }
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(HandoverTest, PortRemovedOnTheWayDropsAsPortGone) {
  second.push(RingBed::frame(12, 11), bed.worker(1).pool());
  bed.worker(1).poll();
  ASSERT_TRUE(bed.service().remove_port("p11"));
  bed.worker(0).poll();
  EXPECT_THAT(first.take_sent(), IsEmpty());
  EXPECT_EQ(bed.drops(DropReason::port_gone, 0), 1u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(HandoverTest, DeviceWithAQueueForEachNeedsNone) {
  RingDevice& wide = bed.add_port(13, 2);
  second.push(RingBed::frame(12, 13), bed.worker(1).pool());
  bed.worker(1).poll();
  EXPECT_THAT(wide.take_sent(0), IsEmpty());
  EXPECT_THAT(wide.take_sent(1), SizeIs(1));
  EXPECT_EQ(bed.counters(1).handed_out.get(), 0u);
}

}  // namespace
}  // namespace vipswitch::testing
