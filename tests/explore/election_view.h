#pragma once

// A state of the election as far as it can matter for what comes: ages instead of times, and whether a record
// is of the current generation instead of numbers. The turns of claims are left out, since no walk is long
// enough to use them up, and so is the deadline, which follows from the rest.

#include <algorithm>
#include <cstdint>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {

class ElectionView {
 public:
  static std::uint64_t hash(const Election& election) noexcept {
    ElectionView view;
    view.add(election.count_);
    view.add(election.released_);
    for (const PortId port : {election.elected_, election.pinned_, election.owner_, election.waiting_})
      view.add(port.is_valid() ? port.value() : 0);
    if (election.waiting_.is_valid()) view.add_age(election.now_ - election.waiting_since_);
    view.add(std::min<TimeMs>(kCreditMaxMs, election.credit_ms_ + election.now_ - election.credit_at_));
    for (std::size_t i = 0; i < election.count_; ++i) view.add_record(election, i);
    return view.hash_;
  }

 private:
  static constexpr TimeMs kOldMs = 20'000, kCreditMaxMs = 6'000;

  void add(std::int64_t value) noexcept {
    hash_ ^= static_cast<std::uint64_t>(value) + 0x9e3779b97f4a7c15u + (hash_ << 6) + (hash_ >> 2);
    hash_ *= 0xff51afd7ed558ccdu;
    hash_ ^= hash_ >> 33;
  }
  void add_age(TimeMs age) noexcept { add(std::min(age, kOldMs)); }

  void add_record(const Election& election, std::size_t index) noexcept {
    const Election::Record& record = election.records_[index];
    add(election.ports_[index].value());
    add(static_cast<int>(record.evidence));
    add(record.active | record.down << 1 | record.resigned << 2 | record.restored << 3 |
        record.has_announced << 4);
    add((record.generation == election.generation_) | (record.seen == election.generation_) << 1);
    if (!record.has_adverted) return;
    add(record.advert.priority);
    add_age(election.now_ - record.last_advert);
  }

  std::uint64_t hash_ = 0;
};

}  // namespace vipswitch::owner
