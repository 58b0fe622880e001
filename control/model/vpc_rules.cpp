#include "control/model/rules.h"
#include "control/model/transaction.h"
#include "control/model/words.h"

namespace vipswitch::model {

namespace {

bool has_ipv6(const Indexes& indexes, const std::string& vpc) {
  const auto& subnets = indexes.subnet_by_start;
  const auto first = subnets.lower_bound({vpc, Ipv6()});
  return first != subnets.end() && first->first.first == vpc;
}

}  // namespace

Result<void> check_vpc_carries_ipv6(const Vpc& vpc) {
  if (vpc.mtu >= kMinMtu6) return {};
  return make_error(ErrorCode::rule, "ipv6: VPC \"{}\" has MTU {}, expected {} or more", vpc.name, vpc.mtu,
                    kMinMtu6);
}

Result<void> Transaction::set_vpc(std::string_view name, const VpcChange& change) {
  const Vpc* vpc = find(objects().vpcs, name);
  if (!vpc) return unknown_name("vpc", name, "VPC");
  Vpc changed = *vpc;
  changed.mtu = change.mtu.value_or(vpc->mtu);
  changed.clamp_mss = change.clamp_mss.value_or(vpc->clamp_mss);
  if (auto checked = check_mtu(changed.mtu, has_ipv6(indexes(), vpc->name)); !checked) return checked;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::add(const Vpc& vpc) {
  if (auto checked = check_new_name(objects().vpcs, vpc.name, "VPC"); !checked) return checked;
  if (vpc.vni.value() == 0 || vpc.vni.value() > Vni::kMax) {
    return make_error(ErrorCode::invalid_argument, "vni: {} is out of range, expected 1 to {}", vpc.vni,
                      Vni::kMax);
  }
  if (const auto* other = find(indexes().vpc_by_vni, vpc.vni)) {
    return make_error(ErrorCode::already_exists, "vni: {} is taken by VPC \"{}\", expected an unused one",
                      vpc.vni, *other);
  }
  if (auto checked = check_mtu(vpc.mtu, false); !checked) return checked;
  put(vpc);
  return {};
}

Result<void> Transaction::remove_vpc(std::string_view name) {
  const Vpc* vpc = find(objects().vpcs, name);
  if (!vpc) return unknown_name("vpc", name, "VPC");
  Users users;
  const auto& subnets = indexes().subnet_by_start;
  for (auto at = subnets.lower_bound({vpc->name, Ipv4()});
       at != subnets.end() && at->first.first == vpc->name && !users.full(); ++at) {
    // One with both families has two entries.
    const bool is_second =
        family_of(at->first.second) == Family::kIpv6 && find(objects().subnets, at->second)->ipv4;
    if (!is_second) users.add("subnet", at->second);
  }
  const auto& routes = objects().routes;
  for (auto at = routes.lower_bound({vpc->name, Ipv4(), 0});
       at != routes.end() && at->second.vpc == vpc->name && !users.full(); ++at) {
    users.add("route", title_of(at->second));
  }
  if (!users.empty()) return users.error("vpc", name, "a VPC without subnets and routes");
  erase<Vpc>(vpc->name);
  return {};
}

}  // namespace vipswitch::model
