#pragma once

// Rules and messages that several kinds of objects share; used by the *_rules.cpp files alone.

#include <cstdint>
#include <string>
#include <string_view>

#include "control/model/families.h"
#include "control/model/model.h"
#include "control/model/ranges.h"
#include "control/text/format.h"
#include "control/text/make_error.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

template <class T>
const T* find(const ByName<T>& objects, std::string_view name) {
  const auto at = objects.find(name);
  return at == objects.end() ? nullptr : &at->second;
}

template <class Index>
const typename Index::mapped_type* find(const Index& index, const typename Index::key_type& key) {
  const auto at = index.find(key);
  return at == index.end() ? nullptr : &at->second;
}

// Of the port or HAVIP, which exists; nothing if it has none of the family.
std::optional<IpAddress> address_of(const Objects& objects, const EipTarget& target, Family family);

// How messages call a kind of object.
constexpr std::string_view kind_word(TargetKind kind) {
  return kind == TargetKind::kPort ? "port" : "HAVIP";
}

// `argument: "name" does not exist, expected the name of a KIND`.
Error unknown_name(std::string_view argument, std::string_view name, std::string_view kind);

// 1-63 characters: letters, digits, '-', '_', '.'.
Result<void> check_name(std::string_view argument, std::string_view name);

template <class T>
Result<void> check_new_name(const ByName<T>& objects, std::string_view name, std::string_view kind) {
  if (auto checked = check_name("name", name); !checked) return checked;
  if (objects.empty() || objects.rbegin()->first < name) return {};  // many come in order of name
  if (!find(objects, name)) return {};
  return make_error(ErrorCode::already_exists, "name: {} \"{}\" already exists, expected a new name", kind,
                    name);
}

// Whether its MTU is one of IPv6.
Result<void> check_vpc_carries_ipv6(const Vpc& vpc);

// What guests of the subnet are told: DNS servers, DHCP lease and routes.
Result<void> check_guest_settings(const Subnet& subnet);

// Rates and bursts in their ranges, and no burst without a rate.
Result<void> check_rate(const Port& port);
Result<void> check_rates(const Rates& rates);

// A MAC that an interface may have as its own.
Result<void> check_interface_mac(const Mac& mac);

// `device` and `interface` fit each other, and no other one has them.
Result<void> check_device(const Indexes& indexes, const Port& port);
Result<void> check_device(const Indexes& indexes, const Uplink& uplink);

using text::check_range;
Result<void> check_queues(std::uint16_t queues);
Result<void> check_mtu(std::uint16_t mtu, bool has_ipv6);

// The range that no host may have an address of and that overlaps `prefix`, in words; empty if there is none.
std::string special_range(const Ipv4Prefix& prefix);
std::string special_range(const Ipv6Prefix& prefix);

// Of a prefix that the operator gives as `argument`.
template <class Prefix>
Result<void> check_no_host_bits(std::string_view argument, const Prefix& prefix) {
  using Interface = typename FamilyOf<decltype(prefix.address)>::Interface;
  const Prefix aligned = Interface{prefix.address, prefix.length}.prefix();
  if (aligned == prefix) return {};
  return make_error(ErrorCode::invalid_argument, "{}: {} has host bits set, expected {}", argument, prefix,
                    aligned);
}

// What an address stands for that no host of `prefix` may have: its network or broadcast address, its
// subnet-router anycast address (RFC 4291 2.6.1); empty for others.
std::string_view reserved_use(Ipv4 address, const Ipv4Prefix& prefix);
std::string_view reserved_use(const Ipv6& address, const Ipv6Prefix& prefix);

// An address that a host may have, within `prefix` and not reserved.
Result<void> check_host_in_prefix(std::string_view argument, Ipv4 address, const Ipv4Prefix& prefix);
Result<void> check_host_in_prefix(std::string_view argument, const Ipv6& address, const Ipv6Prefix& prefix);

// What the uplink uses the address for, in words; empty if it does not. No EIP may have such an address.
std::string uplink_use(const Uplink& uplink, const IpAddress& address);

// Collects who refers to an object that is to be removed. The first few are named.
class Users {
 public:
  void add(std::string_view kind, std::string_view name);
  bool full() const noexcept { return count_ > kNamed; }
  bool empty() const noexcept { return count_ == 0; }
  // `argument: "name" is used by subnet "web" and port "vm1", expected EXPECTED`, as in_use.
  Error error(std::string_view argument, std::string_view name, std::string_view expected) const;

 private:
  static constexpr unsigned kNamed = 5;
  std::string list_;
  unsigned count_ = 0;
};

// The routes whose next hop it is.
void add_routes_via(const Objects& objects, const EipTarget& next_hop, const Indexes& indexes, Users& users);

// No route of the subnet's VPC may lie in one of its ranges.
Result<void> check_covers_no_route(const Objects& objects, const Subnet& subnet);

}  // namespace vipswitch::model
