#pragma once

// The routes of a VPC, one table a family: longest-prefix match. Part of VpcRow: built by control, never
// changed, read by workers.
//
// Prefixes nest or are disjoint, so they cut the space of addresses into disjoint intervals, each with one
// most specific route; a lookup is a branch-free binary search over the first addresses of the intervals,
// down to four, of which those are counted that are not beyond the address.
//
// Shape: first addresses, sorted, the first of them zero -> RouteRef. Of n prefixes there are at most 2n + 1;
// behind them come kLast - 1 that only the last address of all reaches, which lead where the last one does.
//
// Cost: log2(intervals) - 2 steps and three comparisons, without a branch that hangs on the address; a VPC
// with one subnet has three intervals.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "dataplane/endpoint_ref.h"
#include "vipswitch/address.h"

namespace vipswitch {

enum class RouteKind : std::uint8_t {
  kSubnet,    // on a subnet of the VPC: the destination itself is looked for
  kInternet,  // translated and sent by the uplink
  kBlackhole,
  kEndpoint,  // to a port, or to the owner of a HAVIP
};

// What an interval leads to: the kind, and of kEndpoint which RouteRow.
class RouteRef {
 public:
  constexpr RouteRef() noexcept = default;
  // Not of kEndpoint.
  explicit constexpr RouteRef(RouteKind kind) noexcept : raw_(static_cast<std::uint32_t>(kind)) {}
  static constexpr RouteRef endpoint(std::uint32_t row) noexcept {
    RouteRef ref(RouteKind::kEndpoint);
    ref.raw_ |= row << kKindBits;
    return ref;
  }
  constexpr RouteKind kind() const noexcept {
    return static_cast<RouteKind>(raw_ & ((std::uint32_t{1} << kKindBits) - 1));
  }
  constexpr std::uint32_t row() const noexcept { return raw_ >> kKindBits; }
  constexpr bool operator==(const RouteRef&) const noexcept = default;

 private:
  static constexpr unsigned kKindBits = 2;
  std::uint32_t raw_ = 0;
};

// A route to an endpoint.
struct RouteRow {
  EndpointRef endpoint;
  RouteRef parent;  // the next less specific route, for what comes from the endpoint itself
};

template <class Address>
class RouteTable {
 public:
  using Prefix = std::conditional_t<std::is_same_v<Address, Ipv4>, Ipv4Prefix, Ipv6Prefix>;

  struct Route {
    Prefix prefix;
    RouteKind kind = RouteKind::kSubnet;
    EndpointRef endpoint = {};  // of kEndpoint
  };

  // Everything goes to the internet.
  RouteTable() : RouteTable(std::vector<Route>{}) {}
  // In any order; no two with the same prefix. What no route covers goes to the internet.
  explicit RouteTable(std::vector<Route> routes);

  class View;
  // What lookups need, by value: for a loop whose stores the compiler cannot tell from the table's own
  // memory.
  View view() const noexcept { return View(*this); }
  RouteRef lookup(const Address& address) const noexcept { return view().lookup(address); }
  // Of a RouteRef of kEndpoint.
  const RouteRow& row(RouteRef ref) const noexcept { return rows_[ref.row()]; }

  std::size_t interval_count() const noexcept { return starts_.size() - (kLast - 1); }
  std::size_t bytes() const noexcept {
    return starts_.capacity() * sizeof(Key) + refs_.capacity() * sizeof(RouteRef) +
           rows_.capacity() * sizeof(RouteRow);
  }

 private:
  // In host order, so that comparing is one instruction, or two.
  __extension__ using Wide = unsigned __int128;
  using Key = std::conditional_t<std::is_same_v<Address, Ipv4>, std::uint32_t, Wide>;

  static constexpr Key key_of(const Address& address) noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return address.host();
    } else {
      const auto [high, low] = address.halves();
      return (Wide{high} << 64) | low;
    }
  }

  class Builder;

  static constexpr std::size_t kLast = 4;  // so many are not halved any more

  std::vector<Key> starts_;
  std::vector<RouteRef> refs_;  // of the interval that begins at the same index
  std::vector<RouteRow> rows_;
};

template <class Address>
class RouteTable<Address>::View {
 public:
  explicit View(const RouteTable& table) noexcept
      : starts_(table.starts_.data()), refs_(table.refs_.data()), count_(table.interval_count()) {}

  RouteRef lookup(const Address& address) const noexcept {
    const Key key = key_of(address);
    const Key* at = starts_;
    for (std::size_t count = count_; count > kLast;) {
      const std::size_t half = count / 2;
      at = at[half] <= key ? at + half : at;
      count -= half;
    }
    auto index = static_cast<std::size_t>(at - starts_);
    for (std::size_t i = 1; i < kLast; ++i) index += at[i] <= key ? 1 : 0;
    return refs_[index];
  }

 private:
  const Key* starts_;
  const RouteRef* refs_;
  std::size_t count_;
};

extern template class RouteTable<Ipv4>;
extern template class RouteTable<Ipv6>;

}  // namespace vipswitch
