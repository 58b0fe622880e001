#pragma once

// Numbers, ids and times in fewer bytes than their types have, and at any address: for what a cloud has a
// million of. Each reads and writes like what it stands for.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "vipswitch/ids.h"
#include "vipswitch/limits.h"
#include "vipswitch/time.h"

namespace vipswitch {

// Any plain value, at any address.
template <class Value>
class Packed {
 public:
  constexpr Packed() noexcept = default;
  Packed(Value value) noexcept { std::memcpy(bytes_.data(), &value, sizeof bytes_); }

  operator Value() const noexcept {
    Value value;
    std::memcpy(&value, bytes_.data(), sizeof bytes_);
    return value;
  }

 private:
  std::array<std::uint8_t, sizeof(Value)> bytes_{};  // NOLINT(bugprone-sizeof-expression): a pointer is meant
};

// A number with one byte more than `Low` has; what does not fit is cut off. In two parts, each of which is
// written and read at once: no load waits for two stores.
template <class Number, class Low>
class PackedWithByte {
 public:
  PackedWithByte() noexcept = default;
  PackedWithByte(Number value) noexcept
      : low_(static_cast<Low>(value)), high_(static_cast<std::uint8_t>(value >> kLowBits)) {}

  operator Number() const noexcept { return Number{Low{low_}} | Number{high_} << kLowBits; }

 private:
  static constexpr unsigned kLowBits = 8 * sizeof(Low);
  Packed<Low> low_;
  std::uint8_t high_ = 0;
};

// As an owner word has it.
class PackedPort {
 public:
  PackedPort() noexcept : PackedPort(PortId()) {}
  PackedPort(PortId port) noexcept : number_(port.value()) {}

  operator PortId() const noexcept {
    const std::uint32_t number = number_;
    return number == kNobody ? PortId() : PortId(number);
  }
  bool is_valid() const noexcept { return number_ != kNobody; }

 private:
  static constexpr std::uint32_t kNobody = TableCapacities::kMost;
  PackedWithByte<std::uint32_t, std::uint16_t> number_;
};

// From -1 to 17 years.
class PackedTime {
 public:
  static constexpr TimeMs kMost = (TimeMs{1} << 39) - 1;
  // Some hours before it, for what is reckoned from a time.
  static constexpr TimeMs kLatest = kMost - (TimeMs{1} << 24);

  PackedTime() noexcept = default;
  PackedTime(TimeMs time) noexcept : number_(static_cast<std::uint64_t>(time)) {}

  operator TimeMs() const noexcept { return static_cast<TimeMs>(number_ << 24) >> 24; }

 private:
  PackedWithByte<std::uint64_t, std::uint32_t> number_;
};

// When something is due; kNeverMs: never.
class PackedDue {
 public:
  PackedDue(TimeMs due) noexcept : time_(std::min(due, PackedTime::kMost)) {}

  operator TimeMs() const noexcept {
    const TimeMs due = time_;
    return due == PackedTime::kMost ? kNeverMs : due;
  }

 private:
  PackedTime time_;
};

}  // namespace vipswitch
