#pragma once

// Strong indices. Objects of the tables are arrays; an id is a position in one of them, assigned by control
// and reused only after a grace period. Names, which operators see, are control's affair.

#include <compare>
#include <cstdint>

namespace vipswitch {

template <class Tag, class Rep = std::uint32_t>
class Id {
 public:
  static constexpr Rep kNone = static_cast<Rep>(~Rep{0});

  constexpr Id() noexcept = default;
  explicit constexpr Id(Rep value) noexcept : value_(value) {}

  constexpr Rep value() const noexcept { return value_; }
  constexpr bool is_valid() const noexcept { return value_ != kNone; }
  constexpr auto operator<=>(const Id&) const noexcept = default;

 private:
  Rep value_ = kNone;
};

using VpcId = Id<struct VpcTag>;
using SubnetId = Id<struct SubnetTag>;
using PortId = Id<struct PortTag>;
using HavipId = Id<struct HavipTag>;  // the HAVIP's slot
using EipId = Id<struct EipTag>;
using WorkerId = Id<struct WorkerTag, std::uint16_t>;

// RFC 7348 section 5: a 24-bit VXLAN network identifier.
class Vni {
 public:
  static constexpr std::uint32_t kMax = 0xffffff;

  constexpr Vni() noexcept = default;
  explicit constexpr Vni(std::uint32_t value) noexcept : value_(value) {}
  constexpr std::uint32_t value() const noexcept { return value_; }
  constexpr auto operator<=>(const Vni&) const noexcept = default;

 private:
  std::uint32_t value_ = 0;
};

}  // namespace vipswitch
