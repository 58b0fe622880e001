#pragma once

// The owner word: who gets the data of a HAVIP, in one 64-bit atomic, by slot.
//
//   bits  0-23  port (local) or host (remote) index
//   bits 24-25  location: unknown, released, local port, remote host
//   bits 26-33  VRID of the virtual MAC, if that is the delivery MAC
//   bit  34     delivery MAC: 0 the port's own, 1 the VRRP virtual MAC (RFC 9568 7.3)
//   bit  35     watched: no packet has followed the word yet; whoever sends the first one tells it
//   bits 40-63  sequence: counts the decisions, modulo 2^24; data may follow one later
//
// Written by the worker that decides, under the slot's lock (release), and by whoever sends the first packet,
// which takes back bit 35 of the very word that it followed (compare and exchange); read by any worker
// (acquire: whoever sees a word sees the port row that it names). A port index is reused only after a grace
// period, and only once no slot names it, so a reader inside its poll never follows a word to another port.

#include <cstdint>

#include "vipswitch/ids.h"

namespace vipswitch {

enum class OwnerLocation : std::uint8_t {
  kUnknown = 0,   // nothing known
  kReleased = 1,  // the owner left, nobody has succeeded it
  kLocalPort = 2,
  kRemoteHost = 3,
};

class OwnerWord {
 public:
  constexpr OwnerWord() noexcept = default;
  explicit constexpr OwnerWord(std::uint64_t raw) noexcept : raw_(raw) {}

  static constexpr std::uint32_t kSequences = 1u << 24;  // then they begin anew

  static constexpr OwnerWord nobody(OwnerLocation location, std::uint32_t sequence) noexcept {
    return OwnerWord(bits(location, 0, false, 0, sequence));
  }
  static constexpr OwnerWord local(PortId port, std::uint32_t sequence) noexcept {
    return OwnerWord(bits(OwnerLocation::kLocalPort, port.value(), false, 0, sequence));
  }
  static constexpr OwnerWord local_virtual_mac(PortId port, std::uint8_t vrid,
                                               std::uint32_t sequence) noexcept {
    return OwnerWord(bits(OwnerLocation::kLocalPort, port.value(), true, vrid, sequence));
  }

  constexpr std::uint64_t raw() const noexcept { return raw_; }
  constexpr OwnerLocation location() const noexcept { return static_cast<OwnerLocation>((raw_ >> 24) & 3); }
  constexpr bool is_local() const noexcept { return location() == OwnerLocation::kLocalPort; }
  constexpr PortId port() const noexcept { return PortId(static_cast<std::uint32_t>(raw_ & kIndex)); }
  constexpr bool is_port(PortId port) const noexcept {
    return ((raw_ ^ local(port, 0).raw_) & (kLocation | kIndex)) == 0;
  }
  constexpr bool has_virtual_mac() const noexcept { return (raw_ & kVirtualMac) != 0; }
  constexpr std::uint8_t vrid() const noexcept { return static_cast<std::uint8_t>(raw_ >> 26); }
  constexpr std::uint32_t sequence() const noexcept { return static_cast<std::uint32_t>(raw_ >> 40); }

  constexpr bool is_watched() const noexcept { return (raw_ & kWatched) != 0; }
  constexpr OwnerWord watched() const noexcept { return OwnerWord(raw_ | kWatched); }
  constexpr OwnerWord unwatched() const noexcept { return OwnerWord(raw_ & ~kWatched); }
  // A local port, and nothing to think of but that.
  constexpr bool is_plain_local() const noexcept {
    return (raw_ & (kLocation | kWatched | kVirtualMac)) == local(PortId(0), 0).raw_;
  }

  // Whether both send data to the same place; the sequence does not count.
  constexpr bool same_place(OwnerWord other) const noexcept {
    return ((raw_ ^ other.raw_) & ((std::uint64_t{1} << 40) - 1) & ~kWatched) == 0;
  }
  constexpr bool operator==(const OwnerWord&) const noexcept = default;

 private:
  static constexpr std::uint64_t kIndex = 0xffffff;
  static constexpr std::uint64_t kLocation = std::uint64_t{3} << 24;
  static constexpr std::uint64_t kVirtualMac = std::uint64_t{1} << 34, kWatched = std::uint64_t{1} << 35;

  static constexpr std::uint64_t bits(OwnerLocation location, std::uint32_t index, bool virtual_mac,
                                      std::uint8_t vrid, std::uint32_t sequence) noexcept {
    return (index & kIndex) | (static_cast<std::uint64_t>(location) << 24) | (std::uint64_t{vrid} << 26) |
           (virtual_mac ? kVirtualMac : 0) | (std::uint64_t{sequence} << 40);
  }

  std::uint64_t raw_ = 0;
};

}  // namespace vipswitch
