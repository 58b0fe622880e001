// Lanes and queues for more and fewer workers than a device has queues.

#include "control/publish/port_attachments.h"

#include <gtest/gtest.h>

#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

PortLane& lane(RingBed& bed, unsigned worker, std::uint8_t port) {
  return *bed.worker(worker).state().lane(bed.port(port));
}

std::vector<std::size_t> queue_counts(RingBed& bed) {
  std::vector<std::size_t> counts;
  for (const auto& worker : bed.host().workers()) {
    counts.push_back(worker->poll_list() == nullptr ? 0 : worker->poll_list()->queues.size());
  }
  return counts;
}

TEST(PortAttachments, WorkersBeyondTheQueuesHandOverToThoseThatHaveOne) {
  RingBed bed(5);
  bed.add_port(11, 2);
  for (unsigned worker = 0; worker < 2; ++worker) {
    EXPECT_EQ(lane(bed, worker, 11).handover, nullptr);
    EXPECT_EQ(lane(bed, worker, 11).tx_queue, worker);
  }
  EXPECT_EQ(lane(bed, 2, 11).handover, bed.worker(0).handover());
  EXPECT_EQ(lane(bed, 3, 11).handover, bed.worker(1).handover());
  EXPECT_EQ(lane(bed, 4, 11).handover, bed.worker(0).handover());
}

TEST(PortAttachments, MoreQueuesThanWorkersAreAllPolled) {
  RingBed bed(2);
  bed.add_port(11, 5);
  const auto counts = queue_counts(bed);
  EXPECT_EQ(counts[0] + counts[1], 5u);
  EXPECT_LE(counts[0] > counts[1] ? counts[0] - counts[1] : counts[1] - counts[0], 1u);
}

TEST(PortAttachments, QueueGoesToTheWorkerWithTheFewest) {
  RingBed bed(3);
  for (std::uint8_t port = 11; port < 17; ++port) bed.add_port(port);
  EXPECT_EQ(queue_counts(bed), (std::vector<std::size_t>{2, 2, 2}));
}

TEST(PortAttachments, PlaceOfARemovedPortIsTheNextOnes) {
  RingBed bed(2);
  for (std::uint8_t port = 11; port < 15; ++port) bed.add_port(port);
  ASSERT_TRUE(bed.service().remove_port("p11"));
  ASSERT_TRUE(bed.service().remove_port("p13"));
  EXPECT_EQ(queue_counts(bed), (std::vector<std::size_t>{0, 2}));
  bed.add_port(11);
  bed.add_port(13);
  EXPECT_EQ(queue_counts(bed), (std::vector<std::size_t>{2, 2}));
}

TEST(PortAttachments, RemovedPortHasNoLaneAnywhere) {
  RingBed bed(2);
  bed.add_port(11);
  const PortId id = bed.port(11);
  ASSERT_TRUE(bed.service().remove_port("p11"));
  EXPECT_EQ(bed.worker(0).state().lane(id), nullptr);
  EXPECT_EQ(bed.worker(1).state().lane(id), nullptr);
  EXPECT_EQ(queue_counts(bed), (std::vector<std::size_t>{0, 0}));
}

TEST(PortAttachments, CountersOfAPortAreSummedOverWorkers) {
  RingBed bed(2);
  bed.add_port(11);
  lane(bed, 0, 11).counters.tx_packets.add(2);
  lane(bed, 1, 11).counters.tx_packets.add(3);
  EXPECT_EQ(bed.runtime().ports().front().tx_packets, 5u);
}

}  // namespace
}  // namespace vipswitch::testing
