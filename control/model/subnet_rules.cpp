#include <iterator>
#include <type_traits>

#include "control/model/families.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

// Shorter ones would cover special ranges, longer ones have no room for a gateway, members and a HAVIP.
template <class Address>
struct PrefixLengths;
template <>
struct PrefixLengths<Ipv4> {
  static constexpr unsigned kMin = 8, kMax = 29;
};
template <>
struct PrefixLengths<Ipv6> {
  static constexpr unsigned kMin = 16, kMax = 120;
};

template <class Address>
Result<void> check_prefix(const typename FamilyOf<Address>::Prefix& prefix) {
  constexpr auto kArgument = FamilyOf<Address>::kArgument;
  using Lengths = PrefixLengths<Address>;
  if (prefix.length < Lengths::kMin || prefix.length > Lengths::kMax) {
    return make_error(ErrorCode::invalid_argument, "{}: {} has length {}, expected {} to {}", kArgument,
                      prefix, prefix.length, Lengths::kMin, Lengths::kMax);
  }
  if (auto checked = check_no_host_bits(kArgument, prefix); !checked) return checked;
  if (const auto range = special_range(prefix); !range.empty()) {
    return make_error(ErrorCode::invalid_argument, "{}: {} overlaps {}, expected unicast addresses",
                      kArgument, prefix, range);
  }
  return {};
}

template <class Address>
Result<void> check_gateway(const Subnet& subnet) {
  constexpr auto kArgument = FamilyOf<Address>::kArgument, kGateway = FamilyOf<Address>::kGateway;
  const auto& gateway = gateway_of<Address>(subnet);
  const auto& prefix = part_of<Address>(subnet);
  if (!gateway) {
    return make_error(ErrorCode::invalid_argument, "{}: none is given, expected an address of {}", kGateway,
                      *prefix);
  }
  if (!prefix) {
    return make_error(ErrorCode::invalid_argument, "{}: {} is given without {}, expected both or neither",
                      kGateway, *gateway, kArgument);
  }
  return check_host_in_prefix(kGateway, *gateway, *prefix);
}

// Subnets of a VPC do not overlap, so only the two neighbours in order can.
template <class Address>
const Subnet* find_overlapping(const Objects& objects, const Indexes& indexes, const Subnet& subnet) {
  const auto& prefix = *part_of<Address>(subnet);
  const auto& by_start = indexes.of_vpc<Address>(subnet.vpc).subnet_by_start;
  const auto next = by_start.lower_bound(prefix.first());
  const auto overlaps = [&](auto at) {
    return part_of<Address>(*find(objects.subnets, at->second))->overlaps(prefix);
  };
  if (next != by_start.end() && overlaps(next)) return find(objects.subnets, next->second);
  if (next != by_start.begin() && overlaps(std::prev(next)))
    return find(objects.subnets, std::prev(next)->second);
  return nullptr;
}

template <class Address>
Result<void> check_family(const Objects& objects, const Indexes& indexes, const Subnet& subnet) {
  constexpr auto kArgument = FamilyOf<Address>::kArgument;
  const auto& prefix = part_of<Address>(subnet);
  if (!prefix && !gateway_of<Address>(subnet)) return {};
  if (prefix) {
    if (auto checked = check_prefix<Address>(*prefix); !checked) return checked;
  }
  if (auto checked = check_gateway<Address>(subnet); !checked) return checked;
  if (const Subnet* other = find_overlapping<Address>(objects, indexes, subnet)) {
    return make_error(ErrorCode::rule,
                      "{}: {} overlaps {} of subnet \"{}\", expected a range free in VPC \"{}\"", kArgument,
                      *prefix, *part_of<Address>(*other), other->name, subnet.vpc);
  }
  // The VPC's own ranges are never looked for behind the uplink: such an EIP would be out of its members'
  // reach.
  const auto& eips = indexes.of_vpc<Address>(subnet.vpc).eip_by_address;
  const auto eip = eips.lower_bound(prefix->first());
  if (eip != eips.end() && eip->first <= prefix->last()) {
    return make_error(ErrorCode::rule,
                      "{}: {} covers {} of EIP \"{}\", expected a range without EIPs of VPC \"{}\"",
                      kArgument, *prefix, eip->first, eip->second, subnet.vpc);
  }
  return {};
}

}  // namespace

Result<void> Transaction::add(const Subnet& subnet) {
  if (auto checked = check_new_name(objects().subnets, subnet.name, "subnet"); !checked) return checked;
  const Vpc* vpc = find(objects().vpcs, subnet.vpc);
  if (!vpc) return unknown_name("vpc", subnet.vpc, "VPC");
  if (!subnet.ipv4 && !subnet.ipv6 && !subnet.gateway && !subnet.gateway6) {
    return make_error(ErrorCode::invalid_argument,
                      "ipv4: no range is given, expected ipv4 with gateway, ipv6 with gateway6, or both");
  }
  if (auto checked = check_family<Ipv4>(objects(), indexes(), subnet); !checked) return checked;
  if (auto checked = check_family<Ipv6>(objects(), indexes(), subnet); !checked) return checked;
  if (auto checked = check_covers_no_route(objects(), subnet); !checked) return checked;
  if (subnet.ipv6) {
    if (auto checked = check_vpc_carries_ipv6(*vpc); !checked) return checked;
  }
  if (auto checked = check_guest_settings(subnet); !checked) return checked;
  put(subnet);
  return {};
}

Result<void> Transaction::set_subnet(std::string_view name, const SubnetChange& change) {
  const Subnet* subnet = find(objects().subnets, name);
  if (!subnet) return unknown_name("subnet", name, "subnet");
  Subnet changed = *subnet;
  changed.havip_quota = change.havip_quota.value_or(subnet->havip_quota);
  changed.managed = change.managed.value_or(subnet->managed);
  if (change.dns) changed.dns = *change.dns;
  if (change.dhcp) changed.dhcp = *change.dhcp;
  const auto* count = find(indexes().havip_count_by_subnet, subnet->name);
  if (change.havip_quota && count && *count > changed.havip_quota) {
    return make_error(ErrorCode::quota,
                      "havip_quota: {} is less than the {} HAVIPs of subnet \"{}\", expected {} or more",
                      changed.havip_quota, *count, subnet->name, *count);
  }
  if (auto checked = check_guest_settings(changed); !checked) return checked;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::remove_subnet(std::string_view name) {
  const Subnet* subnet = find(objects().subnets, name);
  if (!subnet) return unknown_name("subnet", name, "subnet");
  Users users;
  const auto add_users = [&](const auto& prefix) {
    using Address = std::remove_cvref_t<decltype(prefix.address)>;
    const auto& holders = indexes().of_vpc<Address>(subnet->vpc).holder_by_address;
    const auto end = holders.upper_bound(prefix.last());
    for (auto at = holders.lower_bound(prefix.first()); at != end && !users.full(); ++at) {
      // One with both families has two entries.
      const bool is_second =
          std::is_same_v<Address, Ipv6> && address_of(objects(), at->second, Family::kIpv4).has_value();
      if (!is_second) users.add(kind_word(at->second.kind), at->second.name);
    }
  };
  if (subnet->ipv4) add_users(*subnet->ipv4);
  if (subnet->ipv6) add_users(*subnet->ipv6);
  if (!users.empty()) return users.error("subnet", name, "a subnet without ports and HAVIPs");
  erase<Subnet>(subnet->name);
  return {};
}

}  // namespace vipswitch::model
