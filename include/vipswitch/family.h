#pragma once

// The two families of addresses.

#include <cstdint>

namespace vipswitch {

enum class Family : std::uint8_t { kIpv4, kIpv6 };
inline constexpr Family kFamilies[] = {Family::kIpv4, Family::kIpv6};

}  // namespace vipswitch
