// What the running switch answers, in the operator's names.

#include "control/runtime/dataplane_runtime.h"

#include "dataplane/worker.h"
#include "tests/unit/dataplane/ring_bed.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DataplaneRuntimeTest : public ShopFixture {
 protected:
  RuntimeView& runtime() { return vswitch.runtime(); }
};

TEST_F(DataplaneRuntimeTest, UnknownHavipIsNamed) {
  EXPECT_TRUE(refused(runtime().havip("nothing"), ErrorCode::not_found, "havip: \"nothing\" does not exist"));
}

// Nobody polls the worker of this switch. Late answers must find their requests: the address sanitizer
// watches.
TEST_F(DataplaneRuntimeTest, WorkerThatDoesNotAnswerIsATimeoutAndMayAnswerLate) {
  EXPECT_TRUE(refused(runtime().havip("front"), ErrorCode::timeout, "has not answered"));
  vswitch.settle();
  EXPECT_TRUE(refused(runtime().havip("front"), ErrorCode::timeout, "has not answered"));
  vswitch.settle();
}

TEST_F(DataplaneRuntimeTest, FullMailboxIsATimeoutToo) {
  Message message{};
  message.kind = Message::Kind::kElection;
  message.trigger = Trigger::kPortUp;
  message.havip = slot("front");
  message.port = port_id("vm1-eth0");
  Worker& worker = *vswitch.control().host().workers().front();
  while (worker.post(message)) {
  }
  EXPECT_TRUE(refused(runtime().havip("front"), ErrorCode::timeout, "has not answered"));
}

TEST_F(DataplaneRuntimeTest, SummaryFollowsTheOwnerWithoutTheWorker) {
  const auto front = [&] { return runtime().havip_summaries().at(0); };
  EXPECT_EQ(front().name, "front");
  EXPECT_EQ(front().subnet, "web");
  EXPECT_EQ(front().owner, "");
  EXPECT_EQ(front().state, OwnerState::kUnknown);
  EXPECT_EQ(front().owner_since_ms, -1);
  EXPECT_EQ(front().owner_changes, 0u);

  vswitch.advance_to(vswitch.now() + 1000);
  advert("front", "vm1-eth0", 150);
  EXPECT_EQ(front().owner, "vm1-eth0");
  EXPECT_EQ(front().state, OwnerState::kOwnedVrrp);
  EXPECT_EQ(front().owner_since_ms, vswitch.now());
  EXPECT_EQ(front().owner_changes, 1u);

  vswitch.advance_to(vswitch.now() + 3'000);
  EXPECT_EQ(front().owner, "vm1-eth0");
  // The clock of this switch stands still, so the summary itself does not see the time pass.
  EXPECT_EQ(vswitch.tables().havips.cold(slot("front")).state_at(vswitch.now()), OwnerState::kSuspect);
  EXPECT_EQ(vswitch.tables().havips.cold(slot("front")).state_at(0), OwnerState::kOwnedVrrp);

  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm1-eth0"))));
  EXPECT_EQ(front().owner, "");
  EXPECT_EQ(front().state, OwnerState::kReleased);
  EXPECT_EQ(front().owner_since_ms, -1);
}

TEST_F(DataplaneRuntimeTest, TablesTellHowFullTheyAre) {
  const auto entries = [&](std::string_view name) {
    for (const TableStatus& table : runtime().tables()) {
      EXPECT_GT(table.capacity, 0u) << table.name;
      EXPECT_GE(table.bytes, table.capacity * sizeof(void*)) << table.name;
      if (table.name == name) return table.entries;
    }
    return ~0u;
  };
  EXPECT_EQ(entries("vpcs"), 1u);
  EXPECT_EQ(entries("subnets"), 2u);
  EXPECT_EQ(entries("ports"), 5u);
  EXPECT_EQ(entries("havips"), 1u);
  EXPECT_EQ(entries("eips"), 2u);
  EXPECT_EQ(entries("endpoints"), 7u);
  EXPECT_EQ(entries("macs"), 4u);
}

TEST_F(DataplaneRuntimeTest, PortsStandInOrderBehindTheUplink) {
  std::vector<std::string> names;
  for (const PortStatus& port : runtime().ports()) names.push_back(port.name);
  EXPECT_THAT(names, ElementsAre("uplink", "db1-eth0", "vm1-eth0", "vm2-eth0", "vm3-eth0"));
}

TEST_F(DataplaneRuntimeTest, PortTellsItsDevice) {
  const PortStatus port = runtime().ports()[2];
  EXPECT_EQ(port.device, objects().ports["vm1-eth0"].device);
  EXPECT_EQ(port.driver, "net_null");
  EXPECT_EQ(port.mac, W::kVm1);
  EXPECT_TRUE(port.link_up);
  EXPECT_EQ(port.mtu, 1500);
  EXPECT_EQ(port.rx_queues, 1);
}

TEST_F(DataplaneRuntimeTest, DropsNameEveryReasonInOrder) {
  vswitch.inject("vm1-eth0", Frame(10, 0));
  const auto drops = runtime().drops();
  ASSERT_EQ(drops.size(), kDropReasonCount);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < drops.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(drops[i].reason), i);
    total += drops[i].packets;
  }
  EXPECT_EQ(total, 1u);
  EXPECT_EQ(drops[static_cast<std::size_t>(DropReason::truncated)].packets, 1u);
  EXPECT_EQ(runtime().ports()[2].drops, 1u);
}

TEST_F(DataplaneRuntimeTest, PortTellsItsDropsByReasonAndDirection) {
  vswitch.inject("vm1-eth0", Frame(10, 0));
  EXPECT_THAT(runtime().ports()[1].drop_counts, IsEmpty());
  const auto drops = runtime().ports()[2].drop_counts;
  ASSERT_EQ(drops.size(), 1u);
  EXPECT_EQ(drops[0].reason, DropReason::truncated);
  EXPECT_EQ(drops[0].packets, 1u);
  EXPECT_EQ(drops[0].tx_packets, 0u);
}

TEST_F(DataplaneRuntimeTest, LearningNamesEveryCounterInOrder) {
  advert("front", "vm1-eth0", 150);
  const auto learning = runtime().learning();
  ASSERT_EQ(learning.size(), kLearnCounterCount);
  EXPECT_EQ(learning[static_cast<std::size_t>(LearnCounter::owner_changes)].count, 1u);
}

TEST_F(DataplaneRuntimeTest, NeighboursTellTheirState) {
  const auto neighbours = runtime().neighbours();
  ASSERT_EQ(neighbours.size(), 1u);
  EXPECT_EQ(neighbours[0].address, IpAddress(W::kRouterIp));
  EXPECT_EQ(neighbours[0].mac, W::kRouterMac);
  EXPECT_EQ(neighbours[0].state, "resolved");
}

TEST(DataplaneRuntimeWorkers, TellTheirLcoresAndQueues) {
  RingBed bed(2);
  bed.add_port(11, 2);
  bed.add_port(12);
  const auto workers = bed.runtime().workers();
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(workers[1].lcore, 1u);
  EXPECT_THAT(workers[0].queues, ElementsAre("p11:0", "p12:0"));
  EXPECT_THAT(workers[1].queues, ElementsAre("p11:1"));
}

// Workers on lcores that EAL does not have would end the process.
TEST(DataplaneHostLaunch, LcoreThatIsTheMainOneOrNotThereIsRefused) {
  RingBed bed(2);
  const auto launched = bed.host().launch();
  ASSERT_FALSE(launched.ok());
  EXPECT_EQ(launched.error().code, ErrorCode::invalid_argument);
  bed.settle();
}

}  // namespace
}  // namespace vipswitch::testing
