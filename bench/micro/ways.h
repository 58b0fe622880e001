#pragma once

// The ways of a packet through the switch that are measured, by the ids of docs/performance.md: what the
// benchmark takes cycles of, and count-instructions instructions.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bench/micro/repeatable_burst.h"
#include "bench/micro/vpc_world.h"

namespace vipswitch::bench {

// Bursts of one way, ready to run, and what has to happen before each.
class Way {
 public:
  Way(WorkerState& worker, unsigned packets) : worker_(worker), packets_(packets) {}
  virtual ~Way() = default;

  WorkerState& worker() noexcept { return worker_; }
  unsigned packets() const noexcept { return packets_; }  // of a burst
  std::size_t bursts() const noexcept { return bursts_.size(); }
  RepeatableBurst& burst(std::size_t index) noexcept { return *bursts_[index % bursts_.size()]; }
  // What others send before each burst; not measured.
  virtual void before_burst() {}
  // False: it is part of the way that some are dropped.
  virtual bool delivers_all() const noexcept { return true; }
  std::uint64_t drops() const noexcept;

 protected:
  static constexpr unsigned kBursts = 32;  // that run in turn, where nothing else decides

  // At least as many frames as a burst has packets.
  void add(const PortRow& ingress, std::vector<testing::Frame> frames) {
    bursts_.push_back(std::make_unique<RepeatableBurst>(worker_, ingress, packets_, std::move(frames)));
  }

 private:
  WorkerState& worker_;
  unsigned packets_;
  std::vector<std::unique_ptr<RepeatableBurst>> bursts_;
};

// To be called first: memory for the largest world; true if it is of hugepages, of which enough have to be
// free.
bool start_eal_for_ways(bool may_take_hugepages);

// Packets from the internet to any EIPs of a world, received by one of its workers.
std::unique_ptr<Way> packets_to_eips(VpcWorld<Ipv4>& world, WorkerState& worker, unsigned packets);

struct WayEntry {
  const char* id;
  std::unique_ptr<Way> (*make)(unsigned packets);
  // Whether its world is large: seconds to make, gigabytes to hold.
  bool is_large = false;
};

// In the order of the goals.
std::span<const WayEntry> all_ways();
// Null: there is none.
const WayEntry* find_way(std::string_view id);

}  // namespace vipswitch::bench
