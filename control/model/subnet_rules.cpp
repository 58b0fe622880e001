#include <iterator>

#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

// Shorter ones would cover special ranges, longer ones have no room for a gateway, members and a HAVIP.
constexpr unsigned kMinPrefixLength = 8;
constexpr unsigned kMaxPrefixLength = 29;

Result<void> check_prefix(const Ipv4Prefix& prefix) {
  if (prefix.length < kMinPrefixLength || prefix.length > kMaxPrefixLength) {
    return make_error(ErrorCode::invalid_argument, "ipv4: {} has length {}, expected {} to {}", prefix,
                      prefix.length, kMinPrefixLength, kMaxPrefixLength);
  }
  const auto aligned = Ipv4Interface{prefix.address, prefix.length}.prefix();
  if (aligned != prefix) {
    return make_error(ErrorCode::invalid_argument, "ipv4: {} has host bits set, expected {}", prefix,
                      aligned);
  }
  if (const auto range = special_range(prefix); !range.empty()) {
    return make_error(ErrorCode::invalid_argument, "ipv4: {} overlaps {}, expected unicast addresses", prefix,
                      range);
  }
  return {};
}

// Subnets of a VPC do not overlap, so only the two neighbours in order can.
const Subnet* find_overlapping(const Objects& objects, const Indexes& indexes, const Subnet& subnet) {
  const auto& by_start = indexes.subnet_by_start;
  const auto next = by_start.lower_bound({subnet.vpc, subnet.ipv4.first()});
  const auto overlaps = [&](auto at) {
    return at->first.first == subnet.vpc && find(objects.subnets, at->second)->ipv4.overlaps(subnet.ipv4);
  };
  if (next != by_start.end() && overlaps(next)) return find(objects.subnets, next->second);
  if (next != by_start.begin() && overlaps(std::prev(next)))
    return find(objects.subnets, std::prev(next)->second);
  return nullptr;
}

}  // namespace

Result<void> Transaction::add(const Subnet& subnet) {
  if (auto checked = check_new_name(objects().subnets, subnet.name, "subnet"); !checked) return checked;
  if (!find(objects().vpcs, subnet.vpc)) return unknown_name("vpc", subnet.vpc, "VPC");
  if (auto checked = check_prefix(subnet.ipv4); !checked) return checked;
  if (auto checked = check_host_in_prefix("gateway", subnet.gateway, subnet.ipv4); !checked) return checked;
  if (const Subnet* other = find_overlapping(objects(), indexes(), subnet)) {
    return make_error(ErrorCode::rule,
                      "ipv4: {} overlaps {} of subnet \"{}\", expected a range free in VPC \"{}\"",
                      subnet.ipv4, other->ipv4, other->name, subnet.vpc);
  }
  // The VPC's own ranges are never looked for behind the uplink: such an EIP would be out of its members'
  // reach.
  const auto& eips = indexes().eip_by_vpc_address;
  const auto eip = eips.lower_bound({subnet.vpc, subnet.ipv4.first()});
  if (eip != eips.end() && eip->first.first == subnet.vpc && subnet.ipv4.contains(eip->first.second)) {
    return make_error(ErrorCode::rule,
                      "ipv4: {} covers {} of EIP \"{}\", expected a range without EIPs of VPC \"{}\"",
                      subnet.ipv4, eip->first.second, eip->second, subnet.vpc);
  }
  put(subnet);
  return {};
}

Result<void> Transaction::set_havip_quota(std::string_view name, unsigned quota) {
  const Subnet* subnet = find(objects().subnets, name);
  if (!subnet) return unknown_name("subnet", name, "subnet");
  const auto* count = find(indexes().havip_count_by_subnet, subnet->name);
  if (count && *count > quota) {
    return make_error(ErrorCode::quota,
                      "havip_quota: {} is less than the {} HAVIPs of subnet \"{}\", expected {} or more",
                      quota, *count, subnet->name, *count);
  }
  Subnet changed = *subnet;
  changed.havip_quota = quota;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::remove_subnet(std::string_view name) {
  const Subnet* subnet = find(objects().subnets, name);
  if (!subnet) return unknown_name("subnet", name, "subnet");
  Users users;
  const auto& holders = indexes().holder_by_address;
  const auto end = holders.upper_bound({subnet->vpc, subnet->ipv4.last()});
  for (auto at = holders.lower_bound({subnet->vpc, subnet->ipv4.first()}); at != end && !users.full(); ++at) {
    users.add(kind_word(at->second.kind), at->second.name);
  }
  if (!users.empty()) return users.error("subnet", name, "a subnet without ports and HAVIPs");
  erase<Subnet>(subnet->name);
  return {};
}

}  // namespace vipswitch::model
