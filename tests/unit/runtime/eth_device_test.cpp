#include "control/device/eth_device.h"

#include <array>
#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "tests/support/private_network.h"
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

// Sends frames out of an interface of the namespace that it is made in.
class PacketSocket {
 public:
  explicit PacketSocket(const char* interface) : socket_(socket(AF_PACKET, SOCK_RAW, 0)) {
    to_.sll_family = AF_PACKET;
    to_.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  }
  ~PacketSocket() { close(socket_); }
  PacketSocket(const PacketSocket&) = delete;
  PacketSocket& operator=(const PacketSocket&) = delete;

  // Whether the kernel took it.
  bool send() const {
    const std::array<std::uint8_t, 60> frame{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 1, 2, 3};
    const auto* to = reinterpret_cast<const sockaddr*>(&to_);
    return sendto(socket_, frame.data(), frame.size(), 0, to, sizeof to_) > 0;
  }

 private:
  int socket_;
  sockaddr_ll to_{};
};

// One frame after the other, from a thread of its own.
class Flood {
 public:
  explicit Flood(const char* interface)
      : socket_(interface), thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) sent.fetch_add(socket_.send() ? 1 : 0, std::memory_order_relaxed);
        }) {}

  std::atomic<std::uint64_t> sent{0};

 private:
  PacketSocket socket_;
  std::jthread thread_;  // ends first
};

unsigned count_received(std::uint16_t id) {
  unsigned received = 0;
  std::array<rte_mbuf*, 64> packets;
  while (const auto count = rte_eth_rx_burst(id, 0, packets.data(), packets.size())) {
    received += count;
    rte_pktmbuf_free_bulk(packets.data(), count);
  }
  return received;
}

// DPDK opens a packet socket for all interfaces and binds it to one later: each of the rounds has frames of
// "other" in between. On "port" nothing is sent but one frame at the end, which shows that the device hears.
TEST_F(EthDeviceTest, DeviceOnAnInterfaceOfTheKernelHasNoFramesOfAnother) {
  std::string why_skipped;
  std::thread([&] {
    why_skipped = enter_private_network();
    if (!why_skipped.empty()) return;
    for (const char* name : {"port", "other"}) {
      ASSERT_TRUE(run_command(
          {"ip", "link", "add", name, "type", "veth", "peer", "name", fmt::format("{}-far", name)}));
      ASSERT_TRUE(run_command({"ip", "link", "set", name, "up"}));
      ASSERT_TRUE(run_command({"ip", "link", "set", fmt::format("{}-far", name), "up"}));
    }
    const Flood flood("other-far");
    unsigned foreign = 0, foreign_of_bond = 0;
    for (int round = 0; round < 10; ++round) {
      {
        const auto device = open("net_af_packet7,iface=port");
        ASSERT_TRUE(device.ok()) << device.error().message;
        foreign += count_received(device.value()->id());
      }
      ASSERT_EQ(rte_dev_probe("net_af_packet7,iface=port"), 0);
      {
        const auto bond = open("net_bonding7,mode=1,slave=net_af_packet7");
        ASSERT_TRUE(bond.ok()) << bond.error().message;
        foreign_of_bond += count_received(bond.value()->members().at(0).id);
      }
      ASSERT_EQ(rte_eal_hotplug_remove("vdev", "net_af_packet7"), 0);
    }
    EXPECT_GT(flood.sent, 0u);
    EXPECT_EQ(foreign, 0u);
    EXPECT_EQ(foreign_of_bond, 0u);

    const auto device = open("net_af_packet7,iface=port");
    ASSERT_TRUE(device.ok()) << device.error().message;
    ASSERT_TRUE(PacketSocket("port-far").send());
    unsigned received = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (received == 0 && std::chrono::steady_clock::now() < deadline)
      received = count_received(device.value()->id());
    EXPECT_EQ(received, 1u);
  }).join();
  if (!why_skipped.empty()) GTEST_SKIP() << why_skipped;
}

}  // namespace
}  // namespace vipswitch::testing
