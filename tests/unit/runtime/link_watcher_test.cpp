#include "control/runtime/link_watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_ethdev.h>

#include "tests/unit/runtime/publisher_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class LinkWatcherTest : public ::testing::Test {
 protected:
  LinkWatcherTest() {
    EXPECT_TRUE(bed.service.add(model::Vpc{"shop", Vni(1)}).ok());
    EXPECT_TRUE(bed.service
                    .add(model::Subnet{.name = "web",
                                       .vpc = "shop",
                                       .ipv4 = Ipv4Prefix{Ipv4(10, 77, 0, 0), 24},
                                       .gateway = Ipv4(10, 77, 0, 1)})
                    .ok());
    model::Port port;
    port.name = "vm1-eth0";
    port.instance = "vm1";
    port.subnet = "web";
    port.mac = Mac(2, 0, 0, 0, 0, 1);
    port.ipv4 = Ipv4(10, 77, 0, 11);
    port.device = guest.devargs();
    EXPECT_TRUE(bed.service.add(port).ok());
    EXPECT_TRUE(bed.service.add(model::Havip{"front", "web", kFront, {}, {"vm1-eth0"}}).ok());
  }
  ~LinkWatcherTest() override { bed.publisher.reset(); }

  PortId port() { return bed.publisher->registry().ports.find("vm1-eth0")->second.id; }
  HavipId slot() { return bed.publisher->registry().havips.find("front")->second.slots.ipv4->id; }
  std::uint16_t device() { return bed.publisher->ports().device(port())->id(); }
  bool is_down_in_election() {
    bed.worker().poll();
    return bed.host->tables().havips.cold(slot()).election.member(0, 0).down;
  }

  static constexpr Ipv4 kFront{10, 77, 0, 100};
  RingDevice guest;
  PublisherBed bed;
  std::vector<std::pair<PortId, bool>> reports;
  LinkWatcher watcher{*bed.publisher, [this](PortId id, bool is_up) { reports.emplace_back(id, is_up); }};
};

TEST_F(LinkWatcherTest, LinkThatStaysIsNotReported) {
  watcher.tick(0);
  watcher.tick(100);
  EXPECT_THAT(reports, IsEmpty());
  EXPECT_FALSE(is_down_in_election());
}

TEST_F(LinkWatcherTest, LinkThatGoesIsReportedAndToldToTheElection) {
  watcher.tick(0);
  ASSERT_EQ(rte_eth_dev_set_link_down(device()), 0);
  watcher.tick(100);
  EXPECT_THAT(reports, ElementsAre(Pair(port(), false)));
  EXPECT_TRUE(is_down_in_election());
}

TEST_F(LinkWatcherTest, LinkThatComesBackIsToldToo) {
  watcher.tick(0);
  rte_eth_dev_set_link_down(device());
  watcher.tick(100);
  rte_eth_dev_set_link_up(device());
  watcher.tick(200);
  EXPECT_THAT(reports, ElementsAre(Pair(port(), false), Pair(port(), true)));
  EXPECT_FALSE(is_down_in_election());
}

// The HAVIP was bound while the link was up, and no look was taken since.
TEST_F(LinkWatcherTest, LinkThatWentBeforeTheFirstLookIsTold) {
  rte_eth_dev_set_link_down(device());
  watcher.tick(0);
  EXPECT_TRUE(is_down_in_election());
}

TEST_F(LinkWatcherTest, LooksAreSpaced) {
  watcher.tick(0);
  rte_eth_dev_set_link_down(device());
  watcher.tick(LinkWatcher::kPollMs - 1);
  EXPECT_THAT(reports, IsEmpty());
  watcher.tick(LinkWatcher::kPollMs);
  EXPECT_THAT(reports, ::testing::SizeIs(1));
}

TEST_F(LinkWatcherTest, RemovedPortIsNotReported) {
  watcher.tick(0);
  ASSERT_TRUE(bed.service.unbind_havip("front", "vm1-eth0").ok());
  ASSERT_TRUE(bed.service.remove_port("vm1-eth0").ok());
  watcher.tick(100);
  EXPECT_THAT(reports, IsEmpty());
}

}  // namespace
}  // namespace vipswitch::testing
