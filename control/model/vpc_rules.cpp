#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {

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
  if (!users.empty()) return users.error("vpc", name, "a VPC without subnets");
  erase<Vpc>(vpc->name);
  return {};
}

}  // namespace vipswitch::model
