#pragma once

// Everything workers look things up in. Written by the control thread alone (the owner words excepted, see
// havip_table.h); read by workers without locks. What workers can still see after it was replaced or erased
// is reclaimed after a grace period of rcu.h.
//
//   endpoints   (VPC, address) -> EndpointRef       lookup_table.h; these three have one table a family
//   eips        public address -> EipRow            eip_table.h
//   neighbours  address on the uplink's prefixes -> MAC  lookup_table.h; the gateway's MAC is in the
//                                                   uplink's row
//   macs        (subnet, MAC) -> EndpointRef        lookup_table.h, for what is forwarded by MAC
//   ports, subnets, vpcs   id -> row                array of pointers
//   uplink      the one row                         pointer
//   havips      slot -> owner word, election        havip_table.h

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "dataplane/eip_filter.h"
#include "dataplane/eip_table.h"
#include "dataplane/havip_table.h"
#include "dataplane/lookup_table.h"
#include "dataplane/neighbour_use.h"
#include "dataplane/rows.h"
#include "vipswitch/limits.h"

namespace vipswitch {

template <class Address>
struct EndpointKey {
  Address address;  // first, so that what is hashed is stored and loaded in the same pieces
  std::uint32_t vpc;

  EndpointKey() noexcept = default;
  EndpointKey(VpcId vpc_id, const Address& vpc_address) noexcept
      : address(vpc_address), vpc(vpc_id.value()) {}
};

// Of two members g++ 12 makes a vector.
template <>
struct EndpointKey<Ipv4> {
  std::uint64_t word;

  EndpointKey() noexcept = default;
  EndpointKey(VpcId vpc, Ipv4 address) noexcept : word(std::uint64_t{vpc.value()} << 32 | address.wire()) {}
};

struct MacKey {
  std::uint32_t subnet;
  std::array<std::uint8_t, 6> mac;
  std::uint16_t zero = 0;

  MacKey() noexcept = default;
  MacKey(SubnetId subnet_id, const Mac& address) noexcept : subnet(subnet_id.value()), mac(address.bytes()) {}
};

// What is looked up by address, of one family.
template <class Address>
struct AddressTables {
  AddressTables(const TableCapacities& capacities, const char* instance);
  // As Tables' own: reads what `running` has.
  AddressTables(const AddressTables& running, DryRun dry);
  bool is_valid() const noexcept;

  LookupTable<EndpointKey<Address>> endpoints;
  EipTable<Address> eips;
  LookupTable<Address> neighbours;
  NeighbourUse neighbour_use;
  EipFilter eip_filter;  // has every key of `eips`

  EndpointRef lookup_endpoint(VpcId vpc, const Address& address) const noexcept {
    return EndpointRef(endpoints.lookup(EndpointKey<Address>(vpc, address)));
  }
};

// A MAC as the value of a LookupTable, never zero: its bytes as they lie in memory, and a bit above them.
inline std::uint64_t mac_to_value(const Mac& mac) noexcept {
  // In two loads: a copy of six bytes that is then read as eight would have to wait for its stores.
  std::uint32_t first;
  std::uint16_t last;
  std::memcpy(&first, mac.bytes().data(), sizeof first);
  std::memcpy(&last, mac.bytes().data() + sizeof first, sizeof last);
  return first | std::uint64_t{last} << 32 | std::uint64_t{1} << 48;
}
// Two stores: a Mac by value would be put together on the stack.
inline void put_mac(Mac& mac, std::uint64_t value) noexcept {
  const auto first = static_cast<std::uint32_t>(value);
  const auto last = static_cast<std::uint16_t>(value >> 32);
  auto* bytes = reinterpret_cast<unsigned char*>(&mac);
  std::memcpy(bytes, &first, sizeof first);
  std::memcpy(bytes + sizeof first, &last, sizeof last);
}
inline Mac value_to_mac(std::uint64_t value) noexcept {
  Mac mac;
  put_mac(mac, value);
  return mac;
}
// Of 00:00:00:00:00:00, which stands for one that is not known.
inline constexpr std::uint64_t kZeroMacValue = std::uint64_t{1} << 48;

// id -> immutable row.
template <class Tag, class Row>
class RowTable {
 public:
  explicit RowTable(std::uint32_t capacity)
      : capacity_(capacity), rows_(new std::atomic<const Row*>[capacity]()) {}

  // The rows of this moment, which stay those of `running`. Control.
  RowTable(const RowTable& running, DryRun) : RowTable(running.capacity_) {
    for (std::uint32_t i = 0; i < capacity_; ++i)
      rows_[i].store(running.rows_[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  }

  std::uint32_t capacity() const noexcept { return capacity_; }
  // Without the rows.
  std::size_t bytes() const noexcept { return capacity_ * sizeof rows_[0]; }
  // Null if there is none.
  const Row* find(Id<Tag> id) const noexcept {
    return id.value() < capacity_ ? rows_[id.value()].load(std::memory_order_acquire) : nullptr;
  }
  // Of an id that a table or an owner word names: below capacity, as all that control gives out.
  const Row* of_known(Id<Tag> id) const noexcept { return rows_[id.value()].load(std::memory_order_acquire); }
  // By id, for who prefetches what find() will read.
  const std::atomic<const Row*>* places() const noexcept { return rows_.get(); }
  // The row that was there.
  const Row* replace(Id<Tag> id, const Row* row) noexcept {
    return rows_[id.value()].exchange(row, std::memory_order_acq_rel);
  }

 private:
  std::uint32_t capacity_;
  std::unique_ptr<std::atomic<const Row*>[]> rows_;
};

// Rows and lanes of so many ports stay in the caches of a core; beyond that workers fetch their places ahead,
// too, and those of the HAVIPs' owners.
inline constexpr std::uint32_t kPortsInCache = 2048;

struct Tables {
  // `instance` tells the tables of several switches in one process (tests) apart: at most 12 characters.
  Tables(const TableCapacities& capacities, const char* instance);

  // Reads what `running` has; the HAVIPs are its own, and there are none yet. Control, which must change
  // nothing of `running` while this lives.
  Tables(const Tables& running, DryRun);

  // False if memory was short for one of them.
  bool is_valid() const noexcept;

  AddressTables<Ipv4> ipv4;
  AddressTables<Ipv6> ipv6;
  LookupTable<MacKey> macs;  // of ports and of IPv6 HAVIPs
  RowTable<struct PortTag, PortRow> ports;
  RowTable<struct SubnetTag, SubnetRow> subnets;
  RowTable<struct VpcTag, VpcRow> vpcs;
  std::atomic<const UplinkRow*> uplink{nullptr};
  HavipTable havips;

  template <class Address>
  const AddressTables<Address>& of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return ipv4;
    } else {
      return ipv6;
    }
  }
};

// Whether the slot is an address of the subnet: what a MAC stands for means something inside its subnet only,
// and a slot may be another HAVIP's by now.
inline bool is_havip_of(const Tables& tables, SubnetId subnet, HavipId havip) noexcept {
  const HavipRow* row = tables.havips.row(havip);
  return row != nullptr && row->subnet == subnet;
}

}  // namespace vipswitch
