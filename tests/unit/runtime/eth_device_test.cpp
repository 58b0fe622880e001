#include "control/device/eth_device.h"

#include <atomic>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

class EthDeviceTest : public ::testing::Test {
 protected:
  EthDeviceTest() : devices_before(rte_eth_dev_count_total()) {}

  static std::string next_device() {
    static std::atomic<unsigned> next{0};
    return fmt::format("net_null7{:03}", next++);
  }
  Result<std::unique_ptr<EthDevice>> open(const std::string& devargs, std::uint16_t queues = 1) {
    return EthDevice::open(devargs, queues, {bed.worker().pool()});
  }
  bool is_every_device_gone() { return rte_eth_dev_count_total() == devices_before; }

  RingBed bed;
  unsigned devices_before;
};

TEST_F(EthDeviceTest, HotPluggedDeviceIsThereWhileTheHandleIs) {
  {
    auto device = open(next_device());
    ASSERT_TRUE(device.ok()) << device.error().message;
    EXPECT_EQ(device.value()->driver(), "net_null");
    EXPECT_EQ(device.value()->queues(), 1);
    EXPECT_EQ(device.value()->mtu(), 1500);
    EXPECT_EQ(rte_eth_dev_count_total(), devices_before + 1);
  }
  EXPECT_TRUE(is_every_device_gone());
}

TEST_F(EthDeviceTest, ClosedDeviceCanBeOpenedAgain) {
  const std::string name = next_device();
  for (int round = 0; round < 3; ++round) EXPECT_TRUE(open(name).ok()) << round;
}

TEST_F(EthDeviceTest, DeviceInUseIsRefusedAndStaysInUse) {
  const std::string name = next_device();
  const auto device = open(name);
  ASSERT_TRUE(device.ok());
  const auto again = open(name);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::device);
  EXPECT_EQ(again.error().message, fmt::format("device \"{}\": is in use already", name));
  EXPECT_EQ(rte_eth_dev_count_total(), devices_before + 1);
}

// As EAL attaches those of its --vdev and of the PCI bus.
TEST_F(EthDeviceTest, DeviceThatIsThereAlreadyIsOpenedAndCanBeOpenedAgain) {
  const std::string name = next_device();
  ASSERT_EQ(rte_dev_probe(name.c_str()), 0);
  EXPECT_TRUE(open(name).ok());
  EXPECT_TRUE(open(name).ok());
  EXPECT_TRUE(is_every_device_gone());
}

TEST_F(EthDeviceTest, DeviceGivesNoMoreQueuesThanItHas) {
  RingDevice two(2);
  auto device = open(two.devargs(), 4);
  ASSERT_TRUE(device.ok()) << device.error().message;
  EXPECT_EQ(device.value()->queues(), 2);
}

TEST_F(EthDeviceTest, NoQueueAskedForMeansOne) {
  auto device = open(next_device(), 0);
  ASSERT_TRUE(device.ok()) << device.error().message;
  EXPECT_EQ(device.value()->queues(), 1);
}

// A pool without packet buffers is refused after the device was attached and configured.
TEST_F(EthDeviceTest, DeviceThatRefusesToStartIsNotLeftBehind) {
  const MempoolHandle no_packets(
      rte_mempool_create("no_packets", 63, 64, 0, 0, nullptr, nullptr, nullptr, nullptr, 0, 0));
  ASSERT_NE(no_packets, nullptr);
  const std::string name = next_device();
  const auto refused = EthDevice::open(name, 1, {no_packets.get()});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::device);
  EXPECT_NE(refused.error().message.find("refuses to set up rx queue 0"), std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(is_every_device_gone());
  EXPECT_TRUE(open(name).ok());
}

TEST_F(EthDeviceTest, DeviceThatIsNoNetworkDeviceIsNotLeftAttached) {
  const char* name = "rawdev_skeleton_vipswitch";
  const auto refused = open(name);
  ASSERT_FALSE(refused.ok());
  if (refused.error().message.find("cannot be attached") != std::string::npos) {
    GTEST_SKIP() << "this DPDK has no driver for it: " << refused.error().message;
  }
  EXPECT_EQ(refused.error().message, fmt::format("device \"{}\": is no network device", name));
  EXPECT_NE(rte_eal_hotplug_remove("vdev", name), 0) << "it was still attached";
}

TEST_F(EthDeviceTest, LinkOfTheDeviceIsTold) {
  RingDevice ring;
  const auto device = open(ring.devargs());
  ASSERT_TRUE(device.ok());
  EXPECT_TRUE(device.value()->is_link_up());
  rte_eth_dev_set_link_down(device.value()->id());
  EXPECT_FALSE(device.value()->is_link_up());
}

// Members on interfaces of the kernel are pulled in tests/e2e/test_bond.py; the links of these never go.
TEST_F(EthDeviceTest, BondHasItsMembersAndOneOfThemIsActive) {
  const std::string first = next_device(), second = next_device();
  for (const std::string& member : {first, second}) ASSERT_EQ(rte_dev_probe(member.c_str()), 0);
  {
    const auto opened = open(fmt::format("net_bonding7,mode=1,slave={},slave={}", first, second));
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    const EthDevice& bond = *opened.value();
    EXPECT_TRUE(bond.is_link_up());
    const auto members = bond.members();
    ASSERT_EQ(members.size(), 2u);
    EXPECT_EQ(members[0].name, first);
    EXPECT_TRUE(members[0].is_active && members[0].is_up);
    EXPECT_EQ(members[1].name, second);
    EXPECT_TRUE(!members[1].is_active && members[1].is_up);
    EXPECT_TRUE(bond.follow_link().is_up);
    EXPECT_EQ(bond.follow_link().active_member, first);
    const auto no_bond = open(next_device());
    ASSERT_TRUE(no_bond.ok());
    EXPECT_TRUE(no_bond.value()->members().empty());
    EXPECT_TRUE(no_bond.value()->follow_link().is_up);
    EXPECT_EQ(no_bond.value()->follow_link().active_member, "");
  }
  for (const std::string& member : {first, second})
    EXPECT_EQ(rte_eal_hotplug_remove("vdev", member.c_str()), 0);
  EXPECT_TRUE(is_every_device_gone());
}

}  // namespace
}  // namespace vipswitch::testing
