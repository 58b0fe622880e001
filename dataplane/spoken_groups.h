#pragma once

// The VRRP groups that a port speaks for, as its last advert of each says: when it began to, for addresses
// that follow a group (owner learning 5.4 "Follow"), and what it says, for who looks for mistakes in the
// guests' configuration.
//
// Shape: at most kCapacity groups a port, one for each HAVIP of each family; beyond, the one that has been
// silent for longest is forgotten. Times are election time. Written by the workers that receive the port's
// adverts, nearly always one; read by them and by control. Each field is consistent by itself; two workers
// that hear a group for the first time at once may both note it, which does no harm. Made anew when HAVIPs
// are bound to the port or unbound, or its address changes: bits of lists mean others then. Cost: hear() a
// scan of kCapacity words; an advert that repeats writes its time alone.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/owner/vrrp_group.h"
#include "vipswitch/evidence.h"
#include "vipswitch/time.h"

namespace vipswitch {

// What an advert says of its group.
struct SpokenAdvert {
  owner::VrrpGroup group;
  std::uint8_t version = 0;   // 2 or 3
  std::uint8_t priority = 0;  // 0: resigns
  VrrpAuth auth = VrrpAuth::kNone;
  bool is_unicast = false;
  bool has_virtual_mac = false;  // came from the group's (RFC 9568 7.3)
  std::uint32_t interval_ms = 0;
  std::uint8_t list_size = 0;
  std::uint16_t list_hash = 0;  // of the addresses listed, in whatever order
  std::uint32_t listed = 0;     // bit i: PortSources::list[i] of the family is a HAVIP that is listed

  constexpr bool operator==(const SpokenAdvert&) const noexcept = default;
};

class SpokenGroups {
 public:
  static constexpr std::size_t kCapacity = 32;
  // Announcements of addresses that a new master holds come within this (owner learning 3).
  static constexpr TimeMs kAcquiredLatelyMs = 1'000;

  struct Group {
    SpokenAdvert advert;
    TimeMs last_ms;      // of its last advert
    TimeMs acquired_ms;  // since when it speaks for the group
  };

  // True if the port has just begun to speak for the group.
  bool hear(const SpokenAdvert& advert, TimeMs now) noexcept {
    Cell& cell = cell_of(advert.group);
    const std::uint64_t said = pack(advert), listed = pack_list(advert);
    const std::uint64_t before = cell.said.load(std::memory_order_relaxed);
    const TimeMs silent_ms = now - cell.last_ms.load(std::memory_order_relaxed);
    const bool spoke = is_same_group(before, said) && speaks(before) && silent_ms <= dead_time_ms(before);
    const bool begins = !spoke && advert.priority != 0;
    if (begins) cell.acquired_ms.store(now, std::memory_order_relaxed);
    cell.last_ms.store(now, std::memory_order_relaxed);
    if (cell.listed.load(std::memory_order_relaxed) != listed)
      cell.listed.store(listed, std::memory_order_relaxed);
    if (before != said) cell.said.store(said, std::memory_order_release);
    return begins;
  }

  // The group that the port has begun to speak for within the last second, if that is exactly one.
  owner::VrrpGroup acquired_lately(TimeMs now) const noexcept {
    owner::VrrpGroup only;
    for (const Cell& cell : cells_) {
      const std::uint64_t said = cell.said.load(std::memory_order_acquire);
      if (!speaks(said) || now - cell.acquired_ms.load(std::memory_order_relaxed) > kAcquiredLatelyMs)
        continue;
      if (only.exists()) return {};
      only = unpack(said).group;
    }
    return only;
  }

  // Whether the port speaks for the group from its virtual MAC.
  bool uses_virtual_mac(owner::VrrpGroup group, TimeMs now) const noexcept {
    SpokenAdvert wanted;
    wanted.group = group;
    for (const Cell& cell : cells_) {
      const std::uint64_t said = cell.said.load(std::memory_order_acquire);
      if (!is_same_group(said, pack(wanted)) || !speaks(said)) continue;
      return unpack(said).has_virtual_mac &&
             now - cell.last_ms.load(std::memory_order_relaxed) <= dead_time_ms(said);
    }
    return false;
  }

  // Calls `visit(Group)` for each, in no particular order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Cell& cell : cells_) {
      const std::uint64_t said = cell.said.load(std::memory_order_acquire);
      if (said == 0) continue;
      SpokenAdvert advert = unpack(said);
      const std::uint64_t listed = cell.listed.load(std::memory_order_relaxed);
      advert.listed = static_cast<std::uint32_t>(listed >> 16);
      advert.list_hash = static_cast<std::uint16_t>(listed);
      visit(Group{advert, cell.last_ms.load(std::memory_order_relaxed),
                  cell.acquired_ms.load(std::memory_order_relaxed)});
    }
  }

 private:
  struct Cell {
    std::atomic<std::uint64_t> said{0};    // 0: free
    std::atomic<std::uint64_t> listed{0};  // bits 0-15 the hash, 16-47 SpokenAdvert::listed
    std::atomic<TimeMs> last_ms{0};
    std::atomic<TimeMs> acquired_ms{0};
  };

  // Bits 0-7 VRID, 8 family, 9 version 3, 10-11 authentication, 12 unicast, 13 virtual MAC, 16-23 priority,
  // 24-31 list size, 32-63 interval.
  static constexpr std::uint64_t kGroupBits = 0x1ff;

  static constexpr std::uint64_t pack(const SpokenAdvert& advert) noexcept {
    return advert.group.vrid | std::uint64_t{advert.group.family == Family::kIpv6} << 8 |
           std::uint64_t{advert.version == 3} << 9 | static_cast<std::uint64_t>(advert.auth) << 10 |
           std::uint64_t{advert.is_unicast} << 12 | std::uint64_t{advert.has_virtual_mac} << 13 |
           std::uint64_t{advert.priority} << 16 | std::uint64_t{advert.list_size} << 24 |
           std::uint64_t{advert.interval_ms} << 32;
  }
  static constexpr std::uint64_t pack_list(const SpokenAdvert& advert) noexcept {
    return std::uint64_t{advert.listed} << 16 | advert.list_hash;
  }
  static constexpr SpokenAdvert unpack(std::uint64_t said) noexcept {
    SpokenAdvert advert{};
    advert.group = {(said >> 8 & 1) != 0 ? Family::kIpv6 : Family::kIpv4, static_cast<std::uint8_t>(said)};
    advert.version = (said >> 9 & 1) != 0 ? 3 : 2;
    advert.auth = static_cast<VrrpAuth>(said >> 10 & 3);
    advert.is_unicast = (said >> 12 & 1) != 0;
    advert.has_virtual_mac = (said >> 13 & 1) != 0;
    advert.priority = static_cast<std::uint8_t>(said >> 16);
    advert.list_size = static_cast<std::uint8_t>(said >> 24);
    advert.interval_ms = static_cast<std::uint32_t>(said >> 32);
    return advert;
  }
  static constexpr bool is_same_group(std::uint64_t left, std::uint64_t right) noexcept {
    return ((left ^ right) & kGroupBits) == 0;
  }
  static constexpr bool speaks(std::uint64_t said) noexcept { return (said >> 16 & 0xff) != 0; }
  static constexpr TimeMs dead_time_ms(std::uint64_t said) noexcept {
    return 4 * static_cast<TimeMs>(said >> 32);
  }

  // Its own, a free one, or that of the group that has been silent for longest.
  Cell& cell_of(owner::VrrpGroup group) noexcept {
    SpokenAdvert of_group;
    of_group.group = group;
    const std::uint64_t wanted = pack(of_group);
    Cell* best = cells_.data();
    TimeMs best_ms = kNever;
    for (Cell& cell : cells_) {
      const std::uint64_t said = cell.said.load(std::memory_order_relaxed);
      if (said != 0 && is_same_group(said, wanted)) return cell;
      const TimeMs last_ms = said == 0 ? -1 : cell.last_ms.load(std::memory_order_relaxed);
      if (last_ms < best_ms) {
        best = &cell;
        best_ms = last_ms;
      }
    }
    return *best;
  }

  static constexpr TimeMs kNever = INT64_MAX;

  std::array<Cell, kCapacity> cells_{};
};

}  // namespace vipswitch
