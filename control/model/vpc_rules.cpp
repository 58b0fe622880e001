#include "control/model/rules.h"
#include "control/model/transaction.h"
#include "control/model/words.h"

namespace vipswitch::model {

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
  const bool has_ipv6 = !indexes().of_vpc<Ipv6>(vpc->name).empty();
  if (auto checked = check_mtu(changed.mtu, has_ipv6); !checked) return checked;
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
  for (const auto& [start, subnet] : indexes().of_vpc<Ipv4>(vpc->name).subnet_by_start) {
    if (users.full()) break;
    users.add("subnet", subnet);
  }
  for (const auto& [start, subnet] : indexes().of_vpc<Ipv6>(vpc->name).subnet_by_start) {
    if (users.full()) break;
    const bool is_told = find(objects().subnets, subnet)->ipv4.has_value();  // one with both families
    if (!is_told) users.add("subnet", subnet);
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
