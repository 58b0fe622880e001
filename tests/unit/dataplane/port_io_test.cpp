#include "dataplane/port_io.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PortIoTest : public ::testing::Test {
 protected:
  PortIoTest() : device(bed.add_port(11, 1, 63)), lane(*bed.worker().state().lane(bed.port(11))) {}

  // A packet of the worker's own, so that the counters balance.
  rte_mbuf* packet(std::size_t size) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(bed.worker().pool());
    std::memset(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(size)), 0, size);
    bed.counters().generated.add(1);
    return mbuf;
  }
  void send(std::size_t size) { send_later(bed.worker().state(), bed.port(11), packet(size)); }

  std::uint64_t dropped_towards(DropReason reason) {
    return lane.counters.tx_drops[static_cast<std::size_t>(reason)].get();
  }

  RxQueue queue() { return {bed.port(11), lane.device, 0}; }

  RingBed bed;
  RingDevice& device;
  PortLane& lane;
  Batch batch;
};

TEST_F(PortIoTest, ReceiveFillsTheBatchAndCounts) {
  device.push(RingBed::frame(11, 12, 18), bed.worker().pool());
  device.push(RingBed::frame(11, 12, 100), bed.worker().pool());
  ASSERT_EQ(receive(bed.worker().state(), queue(), 64, batch), 2u);
  EXPECT_EQ(batch.count, 2u);
  EXPECT_EQ(batch.ingress, bed.host().tables().ports.find(bed.port(11)));
  EXPECT_NE(batch.received_tsc, 0u);
  EXPECT_EQ(batch.packets[0].mbuf->pkt_len, 60u);
  EXPECT_EQ(batch.packets[1].mbuf->pkt_len, 142u);
  EXPECT_EQ(bed.counters().rx.get(), 2u);
  EXPECT_EQ(lane.counters.rx_packets.get(), 2u);
  EXPECT_EQ(lane.counters.rx_bytes.get(), 202u);
  for (Packet& received : batch) rte_pktmbuf_free(received.mbuf);
}

TEST_F(PortIoTest, ReceiveTakesNoMoreThanABurst) {
  for (int i = 0; i < 5; ++i) device.push(RingBed::frame(11, 12), bed.worker().pool());
  EXPECT_EQ(receive(bed.worker().state(), queue(), 3, batch), 3u);
  EXPECT_EQ(device.pushed(), 2u);
  for (Packet& received : batch) rte_pktmbuf_free(received.mbuf);
}

TEST_F(PortIoTest, EmptyQueueCountsNothing) {
  EXPECT_EQ(receive(bed.worker().state(), queue(), 64, batch), 0u);
  EXPECT_EQ(bed.counters().rx.get(), 0u);
}

TEST_F(PortIoTest, WaitingPacketsLeaveAtTheFlushInOrder) {
  send(60);
  send(61);
  EXPECT_THAT(device.take_sent(), IsEmpty());
  flush(bed.worker().state());
  EXPECT_THAT(device.take_sent(), ElementsAre(SizeIs(60), SizeIs(61)));
  EXPECT_EQ(lane.counters.tx_packets.get(), 2u);
  EXPECT_EQ(lane.counters.tx_bytes.get(), 121u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(PortIoTest, FlushServesEveryPortThatHasPackets) {
  RingDevice& other = bed.add_port(12);
  send(60);
  send_later(bed.worker().state(), bed.port(12), packet(64));
  send(61);
  flush(bed.worker().state());
  EXPECT_THAT(device.take_sent(), SizeIs(2));
  EXPECT_THAT(other.take_sent(), SizeIs(1));
  EXPECT_TRUE(bed.worker().state().waiting_lanes.is_empty());
}

TEST_F(PortIoTest, PortWithoutLaneDropsAsPortGone) {
  send_later(bed.worker().state(), PortId(63), packet(60));
  EXPECT_EQ(bed.drops(DropReason::port_gone), 1u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(PortIoTest, LongestFrameOfTheMtuPassesAndOneByteMoreIsDropped) {
  EXPECT_EQ(lane.max_frame_bytes, 1500u + 14 + 4);
  send(lane.max_frame_bytes);
  send(lane.max_frame_bytes + 1);
  flush(bed.worker().state());
  EXPECT_THAT(device.take_sent(), ElementsAre(SizeIs(lane.max_frame_bytes)));
  EXPECT_EQ(bed.drops(DropReason::mtu_exceeded), 1u);
  EXPECT_EQ(dropped_towards(DropReason::mtu_exceeded), 1u);
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(PortIoTest, WhatTheDeviceDoesNotTakeIsDroppedAndNotCountedAsSent) {
  for (int i = 0; i < 70; ++i) send(100);
  flush(bed.worker().state());
  EXPECT_EQ(bed.drops(DropReason::tx_queue_full), 7u);
  EXPECT_EQ(dropped_towards(DropReason::tx_queue_full), 7u);
  EXPECT_EQ(bed.counters().tx.get(), 63u);
  EXPECT_EQ(lane.counters.tx_packets.get(), 63u);
  EXPECT_EQ(lane.counters.tx_bytes.get(), 6300u);
  EXPECT_THAT(device.take_sent(), SizeIs(63));
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

TEST_F(PortIoTest, FullLaneDropsAndFlushEmptiesIt) {
  for (unsigned i = 0; i < PortLane::kCapacity + 3; ++i) send(60);
  EXPECT_EQ(bed.drops(DropReason::tx_queue_full), 3u);
  EXPECT_EQ(dropped_towards(DropReason::tx_queue_full), 3u);
  flush(bed.worker().state());
  EXPECT_EQ(lane.waiting_count, 0u);
  EXPECT_EQ(lane.waiting_bytes, 0u);
  EXPECT_TRUE(bed.is_conserved());
}

}  // namespace
}  // namespace vipswitch::testing
