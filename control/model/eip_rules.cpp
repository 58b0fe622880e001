#include <iterator>
#include <optional>
#include <string>
#include <variant>

#include "control/model/families.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

std::string_view argument_of(const IpAddress& address) {
  return to_word(family_of(address));
}

std::string special_range_of(Ipv4 address) {
  return special_range(Ipv4Prefix{address, 32});
}
std::string special_range_of(const Ipv6& address) {
  return special_range(Ipv6Prefix{address, 128});
}

Result<void> check_address(const Objects& objects, const Indexes& indexes, const IpAddress& address) {
  const auto argument = argument_of(address);
  const auto range = std::visit([](const auto& held) { return special_range_of(held); }, address);
  if (!range.empty()) {
    return make_error(ErrorCode::invalid_argument, "{}: {} lies in {}, expected a unicast address", argument,
                      address, range);
  }
  if (const auto* other = find(indexes.eip_by_address, address)) {
    return make_error(ErrorCode::already_exists, "{}: {} is taken by EIP \"{}\", expected a free address",
                      argument, address, *other);
  }
  if (!objects.uplink) return {};
  if (const auto use = uplink_use(*objects.uplink, address); !use.empty()) {
    return make_error(ErrorCode::rule, "{}: {} is {}, expected a free address", argument, address, use);
  }
  return {};
}

// No address of the VPC's subnets.
template <class Address>
Result<void> check_is_outside(const Objects& objects, const Indexes& indexes, const std::string& vpc,
                              const Address& address) {
  const auto& by_start = indexes.of_vpc<Address>(vpc).subnet_by_start;
  const auto next = by_start.upper_bound(address);
  if (next == by_start.begin()) return {};
  const auto& name = std::prev(next)->second;
  const auto& prefix = *part_of<Address>(*find(objects.subnets, name));
  if (!prefix.contains(address)) return {};
  return make_error(ErrorCode::rule,
                    "eip: {} lies in {} of subnet \"{}\", expected an address outside VPC \"{}\"", address,
                    prefix, name, vpc);
}

constexpr std::string_view family_word(Family family) {
  return family == Family::kIpv4 ? FamilyOf<Ipv4>::kWord : FamilyOf<Ipv6>::kWord;
}

// Of the port or HAVIP.
struct Target {
  std::optional<IpAddress> address;  // of the family that is asked for
  const std::string* subnet;
};

std::optional<Target> find_target(const Objects& objects, const EipTarget& target, Family family) {
  const auto look_at = [&](const auto* member) {
    return member ? std::optional(Target{address_of(*member, family), &member->subnet}) : std::nullopt;
  };
  return target.kind == TargetKind::kPort ? look_at(find(objects.ports, target.name))
                                          : look_at(find(objects.havips, target.name));
}

// One that has an address of the EIP's family and no EIP of it, in a VPC without the EIP's address.
Result<void> check_target(const Objects& objects, const Indexes& indexes, const Eip& eip,
                          const EipTarget& target) {
  const auto family = family_of(eip.address);
  const auto argument = target.kind == TargetKind::kPort ? "port" : "havip";
  const auto found = find_target(objects, target, family);
  if (!found) return unknown_name(argument, target.name, kind_word(target.kind));
  if (!found->address) {
    return make_error(ErrorCode::rule, "{}: \"{}\" has no {} address for {}, expected a {} with one",
                      argument, target.name, family_word(family), eip.address, kind_word(target.kind));
  }
  if (const auto* other = find(indexes.eip_by_target, {target.kind, target.name, family})) {
    return make_error(ErrorCode::rule, "{}: \"{}\" has EIP \"{}\", expected a {} without {} EIP", argument,
                      target.name, *other, kind_word(target.kind), family_word(family));
  }
  const auto& vpc = find(objects.subnets, *found->subnet)->vpc;
  return std::visit([&](const auto& address) { return check_is_outside(objects, indexes, vpc, address); },
                    eip.address);
}

}  // namespace

Result<void> Transaction::add(const Eip& eip) {
  if (auto checked = check_new_name(objects().eips, eip.name, "EIP"); !checked) return checked;
  if (auto checked = check_address(objects(), indexes(), eip.address); !checked) return checked;
  if (auto checked = check_rates(eip.rates); !checked) return checked;
  if (eip.target) {
    if (auto checked = check_target(objects(), indexes(), eip, *eip.target); !checked) return checked;
  }
  put(eip);
  return {};
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
  if (auto checked = check_target(objects(), indexes(), *eip, target); !checked) return checked;
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
  put(Eip{eip->name, eip->address, std::nullopt, eip->rates});
  return {};
}

Result<void> Transaction::set_eip_rates(std::string_view name, const RatesChange& change) {
  const Eip* eip = find(objects().eips, name);
  if (!eip) return unknown_name("eip", name, "EIP");
  Eip changed = *eip;
  changed.rates.in_mbps = change.in_mbps.value_or(eip->rates.in_mbps);
  changed.rates.out_mbps = change.out_mbps.value_or(eip->rates.out_mbps);
  changed.rates.burst_kb = change.burst_kb.value_or(eip->rates.burst_kb);
  if (auto checked = check_rates(changed.rates); !checked) return checked;
  put(std::move(changed));
  return {};
}

}  // namespace vipswitch::model
