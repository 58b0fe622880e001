#pragma once

// Counters of one worker, and of one port as seen by one worker. Written by that worker alone with plain
// relaxed stores, so that no cache line is written by two workers; readers sum over workers. Totals that
// belong together are copied between two polls: by whoever finds the worker there, else by the worker itself.

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "vipswitch/drop_reason.h"
#include "vipswitch/learn_counter.h"

namespace vipswitch {

// A counter with one writer.
class Counter {
 public:
  void add(std::uint64_t n) noexcept { value_.store(get() + n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Packets dropped, by reason.
using DropCounters = std::array<Counter, kDropReasonCount>;

inline void count(DropCounters& drops, DropReason reason, std::uint64_t n = 1) noexcept {
  drops[static_cast<std::size_t>(reason)].add(n);
}

// Where packets came from and where they ended, and how the worker spent its time; plain numbers.
struct WorkerTotals {
  std::uint64_t rx, generated, replicated, handed_in;
  std::uint64_t tx, dropped, consumed, to_control, handed_out;
  std::uint64_t fragmented, errors_told;
  std::uint64_t polls, empty_polls, sleeps, busy_cycles, idle_cycles;
};

struct alignas(64) WorkerCounters {
  // Odd while the worker is inside a poll that counts; even at its boundaries, where
  // rx + generated + replicated + handed_in == tx + sum(drops) + consumed + to_control + handed_out.
  std::atomic<std::uint32_t> sequence{0};

  Counter rx, generated, replicated, handed_in;
  Counter tx, consumed, to_control, handed_out;
  DropCounters drops;
  std::array<Counter, kLearnCounterCount> learn;
  Counter fragmented;   // packets that were cut for their outgoing port
  Counter errors_told;  // ICMP errors of the switch's own
  Counter polls, empty_polls, sleeps, busy_cycles, idle_cycles;

  void count(DropReason reason, std::uint64_t n = 1) noexcept { vipswitch::count(drops, reason, n); }
  void count(LearnCounter counter, std::uint64_t n = 1) noexcept {
    learn[static_cast<std::size_t>(counter)].add(n);
  }

  // Worker: brackets of a poll. The fences pair with those in totals_between_polls().
  void begin() noexcept {
    sequence.store(sequence.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
  }
  void end() noexcept {
    sequence.store(sequence.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  // As they are: of one moment if the worker itself asks.
  WorkerTotals totals() const noexcept {
    WorkerTotals totals{.rx = rx.get(),
                        .generated = generated.get(),
                        .replicated = replicated.get(),
                        .handed_in = handed_in.get(),
                        .tx = tx.get(),
                        .dropped = 0,
                        .consumed = consumed.get(),
                        .to_control = to_control.get(),
                        .handed_out = handed_out.get(),
                        .fragmented = fragmented.get(),
                        .errors_told = errors_told.get(),
                        .polls = polls.get(),
                        .empty_polls = empty_polls.get(),
                        .sleeps = sleeps.get(),
                        .busy_cycles = busy_cycles.get(),
                        .idle_cycles = idle_cycles.get()};
    for (const Counter& reason : drops) totals.dropped += reason.get();
    return totals;
  }
  // Reader: nothing if the worker was in a poll meanwhile.
  std::optional<WorkerTotals> totals_between_polls() const noexcept {
    const std::uint32_t before = sequence.load(std::memory_order_acquire);
    if ((before & 1) != 0) return std::nullopt;
    const WorkerTotals copy = totals();
    std::atomic_thread_fence(std::memory_order_acquire);
    if (sequence.load(std::memory_order_relaxed) != before) return std::nullopt;
    return copy;
  }
};

// Of one port, by one worker.
struct PortCounters {
  Counter rx_packets, rx_bytes;
  Counter tx_packets, tx_bytes;
  DropCounters drops;     // received from this port, then dropped
  DropCounters tx_drops;  // bound for this port: its queue was full, its MTU too small, no mbuf for a copy
};

}  // namespace vipswitch
