// No cache line is written by two workers on the way of ordinary packets: each polls its own queues of the
// same ports, with the same traffic, and the lines that the one writes are compared with the other's. What
// drivers write in their own code is theirs.

#include <array>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_lcore.h>
#include <thread>

#include "dataplane/pipeline.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/support/write_watch.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::Contains;
using ::testing::Key;

// What is written for every packet begins a line and ends one, so that nothing else is in it.
static_assert(alignof(WorkerState) % kLineBytes == 0 && sizeof(WorkerState) % kLineBytes == 0);
static_assert(alignof(Worker) % kLineBytes == 0 && sizeof(Worker) % kLineBytes == 0);
static_assert(alignof(WorkerCounters) % kLineBytes == 0 && sizeof(WorkerCounters) % kLineBytes == 0);
static_assert(alignof(PortLane) % kLineBytes == 0 && sizeof(PortLane) % kLineBytes == 0);
static_assert(alignof(Batch) % kLineBytes == 0 && sizeof(Batch) % kLineBytes == 0);

#define SKIP_IF_INSTRUMENTED() \
  if (!kCanWatchWrites) GTEST_SKIP() << "a sanitizer writes, too"

// As on an lcore of its own, from which packet pools know their caches.
void on_lcore(const std::function<void()>& work) {
  start_eal();
  std::thread([&work] {
    ASSERT_EQ(rte_thread_register(), 0);
    work();
    rte_thread_unregister();
  }).join();
}

// Lines of both, without what DPDK's own code has written.
std::string shared_lines(const WrittenLines& first, const WrittenLines& second) {
  std::string shared;
  for (const auto& [line, instruction] : first) {
    const auto other = second.find(line);
    if (other == second.end()) continue;
    if (file_of_instruction(instruction).find("librte_") != std::string::npos) continue;
    shared += fmt::format("{:#x} by {} and {}\n", line, place_of_instruction(instruction),
                          place_of_instruction(other->second));
  }
  return shared;
}

class SharedLinesTest : public ::testing::Test {
 protected:
  static constexpr std::uint16_t kWorkers = 2;
  static constexpr Ipv4 kFront{10, 77, 0, 100}, kFrontEip{203, 0, 113, 10}, kVmEip{203, 0, 113, 12},
      kClient{192, 0, 2, 10};
  static constexpr Mac kUplinkMac = ShopWorld::kUplinkMac, kRouterMac = ShopWorld::kRouterMac;

  SharedLinesTest()
      : uplink(kWorkers),
        bed(kWorkers),
        first(bed.add_port(11, kWorkers)),
        second(bed.add_port(12, kWorkers)) {
    require(bed.service().set_uplink(model::Uplink{.device = uplink.devargs(),
                                                   .mac = kUplinkMac,
                                                   .addresses = {{ShopWorld::kUplinkIp, 24}},
                                                   .gateway = ShopWorld::kRouterIp,
                                                   .queues = kWorkers}));
    bed.settle();
    require(bed.service().add(model::Havip{"front", "web", kFront, {}, {"p11", "p12"}}));
    require(bed.service().add(
        model::Eip{"front-public", kFrontEip, model::EipTarget{model::TargetKind::kHavip, "front"}}));
    require(bed.service().add(
        model::Eip{"vm-public", kVmEip, model::EipTarget{model::TargetKind::kPort, "p12"}}));
    bed.settle();
    Event answered{};
    answered.kind = EventKind::kNextHopLearned;
    answered.address = Ipv6::mapped(ShopWorld::kRouterIp);
    answered.mac = kRouterMac;
    bed.worker().state().emit(answered);
    first.push(PacketBuilder()
                   .ethernet({.destination = Mac::broadcast(), .source = RingBed::mac(11)})
                   .gratuitous_arp_request(RingBed::mac(11), kFront)
                   .build(),
               bed.worker().pool());
    bed.settle();
    take_sent();
  }

  template <class Result>
  static void require(const Result& result) {
    if (!result) throw std::runtime_error("the switch is not as it should be");
  }

  static Frame udp(const Mac& source, const Mac& destination, Ipv4 from, Ipv4 to) {
    return PacketBuilder()
        .ethernet({.destination = destination, .source = source})
        .ipv4({.source = from, .destination = to})
        .udp({.source_port = 1000, .destination_port = 2000})
        .counting_payload(18)
        .build();
  }

  // Through an EIP to the owner of a HAVIP and to a VM, out by both, between VMs, and one that is dropped.
  void push_traffic(std::uint16_t worker) {
    rte_mempool* pool = bed.worker(worker).pool();
    for (unsigned i = 0; i < kEach; ++i) {
      uplink.push(udp(kRouterMac, kUplinkMac, kClient, kFrontEip), pool, worker);
      uplink.push(udp(kRouterMac, kUplinkMac, kClient, kVmEip), pool, worker);
      first.push(udp(RingBed::mac(11), kGatewayMac, kFront, kClient), pool, worker);
      first.push(RingBed::frame(11, 12), pool, worker);
      second.push(udp(RingBed::mac(12), kGatewayMac, RingBed::address(12), kClient), pool, worker);
      second.push(udp(RingBed::mac(12), kGatewayMac, Ipv4(10, 9, 9, 9), kClient), pool, worker);
    }
  }
  std::size_t take_sent() {
    std::size_t count = 0;
    for (RingDevice* device : {&uplink, &first, &second}) {
      for (std::uint16_t queue = 0; queue < kWorkers; ++queue) count += device->take_sent(queue).size();
    }
    return count;
  }

  // The second time, when all is as it stays: the first packets to an owner are told, and symbols are bound.
  WrittenLines lines_of(std::uint16_t worker) {
    WrittenLines lines;
    for (const bool is_watched : {false, true}) {
      push_traffic(worker);
      on_lcore([&] {
        bed.host().rcu().enter(worker);
        const auto round = [&] {
          bed.worker(worker).poll();
          bed.host().rcu().quiescent(worker);
        };
        if (is_watched) {
          lines = lines_written_by(round);
        } else {
          round();
        }
        bed.host().rcu().leave(worker);
      });
      EXPECT_EQ(take_sent(), kEach * 5);
    }
    return lines;
  }

  static constexpr unsigned kEach = 8;

  RingDevice uplink;
  RingBed bed;
  RingDevice& first;
  RingDevice& second;
};

TEST_F(SharedLinesTest, NoLineIsWrittenByTwoWorkers) {
  SKIP_IF_INSTRUMENTED();
  const WrittenLines lines[] = {lines_of(0), lines_of(1)};
  EXPECT_EQ(shared_lines(lines[0], lines[1]), "");
  for (const std::uint16_t worker : {std::uint16_t{0}, std::uint16_t{1}}) {
    WorkerState& state = bed.worker(worker).state();
    EXPECT_THAT(lines[worker], Contains(Key(line_of(&state.counters.rx))));
    EXPECT_THAT(lines[worker], Contains(Key(line_of(&state.lane(bed.port(11))->waiting_count))));
    EXPECT_EQ(state.counters.drops[static_cast<std::size_t>(DropReason::spoofed_ip)].get(), 2 * kEach);
  }
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

// A limiter is shared; what a worker takes from it lasts for more than a packet.
TEST_F(SharedLinesTest, RateLimiterIsNotWrittenByTwoWorkersWhileTheirShareLasts) {
  SKIP_IF_INSTRUMENTED();
  RateLimiter limiter(1000, 1'000'000, kWorkers);
  std::array<WrittenLines, kWorkers> lines;
  for (std::uint16_t worker = 0; worker < kWorkers; ++worker) {
    ASSERT_TRUE(limiter.take(WorkerId(worker), 100, 0));
    on_lcore(
        [&] { lines[worker] = lines_written_by([&] { (void)limiter.take(WorkerId(worker), 100, 0); }); });
    EXPECT_FALSE(lines[worker].empty());
  }
  EXPECT_EQ(shared_lines(lines[0], lines[1]), "");
}

// The watch itself: a counter that two workers add to is found, and so is a store that changes nothing.
TEST(WriteWatchTest, LineThatTwoWriteIsFound) {
  SKIP_IF_INSTRUMENTED();
  struct alignas(kLineBytes) Shared {
    Counter of_first, of_second;
  };
  auto shared = std::make_unique<Shared>();
  WrittenLines first, second;
  on_lcore([&] { first = lines_written_by([&] { shared->of_first.add(1); }); });
  on_lcore([&] { second = lines_written_by([&] { shared->of_second.add(0); }); });
  EXPECT_EQ(shared->of_first.get(), 1u);
  EXPECT_NE(shared_lines(first, second), "");
  EXPECT_THAT(second, Contains(Key(line_of(shared.get()))));
}

TEST(WriteWatchTest, StoreAcrossTwoLinesIsFoundInBoth) {
  SKIP_IF_INSTRUMENTED();
  alignas(kLineBytes) static std::uint8_t bytes[2 * kLineBytes];
  WrittenLines lines;
  on_lcore([&] {
    lines = lines_written_by([&] {
      const std::uint64_t word = 0x0101010101010101;
      std::memcpy(bytes + kLineBytes - 4, &word, sizeof word);
    });
  });
  EXPECT_THAT(lines, Contains(Key(line_of(bytes))));
  EXPECT_THAT(lines, Contains(Key(line_of(bytes + kLineBytes))));
}

}  // namespace
}  // namespace vipswitch::testing
