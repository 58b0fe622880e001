#pragma once

// Rules for what has an address of a subnet: ports and HAVIPs. Used by the *_rules.cpp files alone.

#include <type_traits>

#include "control/model/families.h"
#include "control/model/model.h"
#include "control/model/rules.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

// A family that the subnet has.
template <class Address>
Result<void> check_has_family(const Subnet& subnet, const Address& address) {
  if (part_of<Address>(subnet)) return {};
  using Other = std::conditional_t<std::is_same_v<Address, Ipv4>, Ipv6, Ipv4>;
  return make_error(ErrorCode::rule, "{}: {} is given, but subnet \"{}\" has no {}, expected {} alone",
                    FamilyOf<Address>::kArgument, address.is_unspecified() ? "auto" : fmt::to_string(address),
                    subnet.name, FamilyOf<Address>::kWord, FamilyOf<Other>::kArgument);
}

// An address of the subnet that is neither reserved nor taken.
template <class Address>
Result<void> check_member_address(const Indexes& indexes, const Subnet& subnet, const Address& address) {
  constexpr auto kArgument = FamilyOf<Address>::kArgument;
  if (auto checked = check_has_family(subnet, address); !checked) return checked;
  if (auto checked = check_host_in_prefix(kArgument, address, *part_of<Address>(subnet)); !checked)
    return checked;
  if (address == gateway_of<Address>(subnet)) {
    return make_error(ErrorCode::rule, "{}: {} is the gateway of subnet \"{}\", expected a free address",
                      kArgument, address, subnet.name);
  }
  const auto* holder = find(indexes.of_vpc<Address>(subnet.vpc).holder_by_address, address);
  if (!holder) return {};
  return make_error(ErrorCode::already_exists, "{}: {} is taken by {} \"{}\", expected a free address",
                    kArgument, address, kind_word(holder->kind), holder->name);
}

// A HAVIP that names no address wants one of each family of its subnet.
void want_addresses(Havip& havip, const Subnet& subnet);

}  // namespace vipswitch::model
