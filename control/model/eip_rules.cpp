#include <iterator>

#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

Result<void> check_address(const Objects& objects, const Indexes& indexes, Ipv4 address) {
  if (const auto range = special_range({address, 32}); !range.empty()) {
    return make_error(ErrorCode::invalid_argument, "ipv4: {} lies in {}, expected a unicast address", address,
                      range);
  }
  if (const auto* other = find(indexes.eip_by_address, address)) {
    return make_error(ErrorCode::already_exists, "ipv4: {} is taken by EIP \"{}\", expected a free address",
                      address, *other);
  }
  if (!objects.uplink) return {};
  if (const auto use = uplink_use(*objects.uplink, address); !use.empty()) {
    return make_error(ErrorCode::rule, "ipv4: {} is {}, expected a free address", address, use);
  }
  return {};
}

const Subnet* find_subnet_around(const Objects& objects, const Indexes& indexes, const std::string& vpc,
                                 Ipv4 address) {
  const auto& by_start = indexes.subnet_by_start;
  const auto next = by_start.upper_bound({vpc, address});
  if (next == by_start.begin() || std::prev(next)->first.first != vpc) return nullptr;
  const Subnet* subnet = find(objects.subnets, std::prev(next)->second);
  return subnet->ipv4.contains(address) ? subnet : nullptr;
}

Result<void> check_target_exists(const Objects& objects, const EipTarget& target) {
  const bool is_port = target.kind == TargetKind::kPort;
  if (is_port ? find(objects.ports, target.name) != nullptr : find(objects.havips, target.name) != nullptr)
    return {};
  return unknown_name(is_port ? "port" : "havip", target.name, kind_word(target.kind));
}

}  // namespace

Result<void> Transaction::add(const Eip& eip) {
  if (auto checked = check_new_name(objects().eips, eip.name, "EIP"); !checked) return checked;
  if (auto checked = check_address(objects(), indexes(), eip.ipv4); !checked) return checked;
  put(Eip{eip.name, eip.ipv4, std::nullopt});
  return eip.target ? bind_eip(eip.name, *eip.target) : Result<void>();
}

Result<void> Transaction::remove_eip(std::string_view name) {
  const Eip* eip = find(objects().eips, name);
  if (!eip) return unknown_name("eip", name, "EIP");
  if (eip->target) {
    return make_error(ErrorCode::in_use, "eip: \"{}\" is bound to {} \"{}\", expected it unbound", name,
                      kind_word(eip->target->kind), eip->target->name);
  }
  erase<Eip>(eip->name);
  return {};
}

Result<void> Transaction::bind_eip(std::string_view name, const EipTarget& target) {
  const Eip* eip = find(objects().eips, name);
  if (!eip) return unknown_name("eip", name, "EIP");
  if (eip->target) {
    return make_error(ErrorCode::in_use, "eip: \"{}\" is bound to {} \"{}\", expected it unbound", name,
                      kind_word(eip->target->kind), eip->target->name);
  }
  if (auto checked = check_target_exists(objects(), target); !checked) return checked;
  if (const auto* other = find(indexes().eip_by_target, {target.kind, target.name})) {
    return make_error(ErrorCode::rule, "{}: \"{}\" has EIP \"{}\", expected a {} without EIP",
                      target.kind == TargetKind::kPort ? "port" : "havip", target.name, *other,
                      kind_word(target.kind));
  }
  const auto& vpc = vpc_of(objects(), target);
  if (const Subnet* subnet = find_subnet_around(objects(), indexes(), vpc, eip->ipv4)) {
    return make_error(ErrorCode::rule,
                      "eip: {} lies in {} of subnet \"{}\", expected an address outside VPC \"{}\"",
                      eip->ipv4, subnet->ipv4, subnet->name, vpc);
  }
  Eip bound = *eip;
  bound.target = target;
  put(std::move(bound));
  return {};
}

Result<void> Transaction::unbind_eip(std::string_view name) {
  const Eip* eip = find(objects().eips, name);
  if (!eip) return unknown_name("eip", name, "EIP");
  if (!eip->target) {
    return make_error(ErrorCode::not_found, "eip: \"{}\" is not bound, expected one that is", name);
  }
  put(Eip{eip->name, eip->ipv4, std::nullopt});
  return {};
}

}  // namespace vipswitch::model
