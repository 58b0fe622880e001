#pragma once

// What a destination stands for: the value of the endpoint and EIP tables, 64 bits so that the entry of a
// key has it and a lookup needs no further load.
//   bits 0-31 index (PortId, HavipId or SubnetId), bits 32-39 kind. Remote hosts get a kind of their own.

#include <cstdint>

#include "vipswitch/ids.h"

namespace vipswitch {

enum class EndpointKind : std::uint8_t { kNone = 0, kPort = 1, kHavip = 2, kGateway = 3 };

class EndpointRef {
 public:
  constexpr EndpointRef() noexcept = default;
  explicit constexpr EndpointRef(std::uint64_t raw) noexcept : raw_(raw) {}
  explicit constexpr EndpointRef(PortId port) noexcept : raw_(bits(EndpointKind::kPort, port.value())) {}
  explicit constexpr EndpointRef(HavipId havip) noexcept : raw_(bits(EndpointKind::kHavip, havip.value())) {}
  static constexpr EndpointRef gateway(SubnetId subnet) noexcept {
    return EndpointRef(bits(EndpointKind::kGateway, subnet.value()));
  }

  constexpr std::uint64_t raw() const noexcept { return raw_; }
  constexpr EndpointKind kind() const noexcept { return static_cast<EndpointKind>(raw_ >> 32); }
  constexpr bool exists() const noexcept { return kind() != EndpointKind::kNone; }
  constexpr PortId port() const noexcept { return PortId(index()); }
  constexpr HavipId havip() const noexcept { return HavipId(index()); }
  constexpr SubnetId subnet() const noexcept { return SubnetId(index()); }
  constexpr bool operator==(const EndpointRef&) const noexcept = default;

 private:
  static constexpr std::uint64_t bits(EndpointKind kind, std::uint32_t index) noexcept {
    return (static_cast<std::uint64_t>(kind) << 32) | index;
  }
  constexpr std::uint32_t index() const noexcept { return static_cast<std::uint32_t>(raw_); }

  std::uint64_t raw_ = 0;
};

}  // namespace vipswitch
