#pragma once

// When each HAVIP slot next wants to be looked at: a min-tree over per-slot deadlines, so that a worker finds
// the few that are due among a million by reading one word for every 4,096 slots.
//
// lower() may be called by any worker (it decided something that comes due earlier); only the slot's home
// worker raises, by collect_due(). Nothing is ever lost: lower() stores the slot's deadline before it lowers
// the blocks above, and collect_due() resets a block before it reads what is below, so one of the two sees
// the other (both sides sequentially consistent). A deadline may be found due early; the caller looks and
// sets it anew. Time complexity: lower() O(1), collect_due() O(slots / 4096 + 128 per due slot). Memory: 8.3
// bytes a slot.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "dataplane/dpdk_handle.h"
#include "vipswitch/time.h"

namespace vipswitch {

class DeadlineTree {
 public:
  static constexpr TimeMs kNever = kNeverMs;
  static constexpr std::size_t kFan = 64;

  explicit DeadlineTree(std::size_t slot_count, Memory memory = Memory::kHuge) noexcept
      : slot_count_(slot_count),
        block_count_((slot_count + kFan - 1) / kFan),
        group_count_((block_count_ + kFan - 1) / kFan),
        slots_(make_rte_array<Cell>("deadline_slots", slot_count, memory)),
        blocks_(make_rte_array<Cell>("deadline_blocks", block_count_, memory)),
        groups_(make_rte_array<Cell>("deadline_groups", group_count_, memory)) {
    if (!is_valid()) return;
    fill(slots_, slot_count_);
    fill(blocks_, block_count_);
    fill(groups_, group_count_);
  }

  bool is_valid() const noexcept { return slots_ && blocks_ && groups_; }
  std::size_t bytes() const noexcept { return (slot_count_ + block_count_ + group_count_) * sizeof(Cell); }

  // Which of `worker_count` workers collects the slot.
  static std::size_t home_of(std::size_t slot, std::size_t worker_count) noexcept {
    return slot / (kFan * kFan) % worker_count;
  }

  // Makes sure that the slot is looked at no later than `due`.
  void lower(std::size_t slot, TimeMs due) noexcept {
    if (!lower_cell(slots_[slot], due)) return;
    lower_cell(blocks_[slot / kFan], due);
    lower_cell(groups_[slot / (kFan * kFan)], due);
  }

  // Calls visit(slot) -> TimeMs for every due slot whose group is `worker` modulo `worker_count`; the answer
  // is the slot's new deadline. Groups, not slots, are dealt out, so that no block has two workers that raise
  // it.
  template <class Visit>
  void collect_due(TimeMs now, std::size_t worker, std::size_t worker_count, Visit&& visit) noexcept {
    for (std::size_t group = worker; group < group_count_; group += worker_count) {
      if (groups_[group].load(std::memory_order_relaxed) > now) continue;
      groups_[group].store(kNever);
      const std::size_t last_block = end_of(group, block_count_);
      for (std::size_t block = group * kFan; block < last_block; ++block) {
        if (blocks_[block].load() <= now) collect_block(block, now, visit);
        lower_cell(groups_[group], blocks_[block].load());
      }
    }
  }

  // The earliest deadline that collect_due() of this worker waits for.
  TimeMs earliest(std::size_t worker, std::size_t worker_count) const noexcept {
    TimeMs result = kNever;
    for (std::size_t group = worker; group < group_count_; group += worker_count) {
      const TimeMs due = groups_[group].load(std::memory_order_relaxed);
      if (due < result) result = due;
    }
    return result;
  }

 private:
  using Cell = std::atomic<TimeMs>;

  static void fill(RteArray<Cell>& cells, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) cells[i].store(kNever, std::memory_order_relaxed);
  }
  static std::size_t end_of(std::size_t parent, std::size_t child_count) noexcept {
    const std::size_t end = (parent + 1) * kFan;
    return end < child_count ? end : child_count;
  }

  // False if the cell was as low already.
  static bool lower_cell(Cell& cell, TimeMs due) noexcept {
    TimeMs seen = cell.load();
    while (due < seen) {
      if (cell.compare_exchange_weak(seen, due)) return true;
    }
    return false;
  }

  template <class Visit>
  void collect_block(std::size_t block, TimeMs now, Visit&& visit) noexcept {
    blocks_[block].store(kNever);
    const std::size_t last_slot = end_of(block, slot_count_);
    for (std::size_t slot = block * kFan; slot < last_slot; ++slot) {
      if (slots_[slot].load() <= now) {
        slots_[slot].store(kNever);
        lower_cell(slots_[slot], visit(slot));
      }
      lower_cell(blocks_[block], slots_[slot].load());
    }
  }

  std::size_t slot_count_;
  std::size_t block_count_;
  std::size_t group_count_;
  RteArray<Cell> slots_;
  RteArray<Cell> blocks_;
  RteArray<Cell> groups_;
};

}  // namespace vipswitch
