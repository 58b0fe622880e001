#include <iterator>
#include <variant>

#include "control/model/families.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"
#include "control/model/words.h"

namespace vipswitch::model {
namespace {

template <class Prefix>
using AddressOf = decltype(Prefix::address);

// The ranges of subnets are routes by themselves, and nothing is more specific.
template <class Prefix>
Result<void> check_is_in_no_subnet(const Objects& objects, const Indexes& indexes, const std::string& vpc,
                                   const Prefix& to) {
  using Address = AddressOf<Prefix>;
  const auto& by_start = indexes.of_vpc<Address>(vpc).subnet_by_start;
  const auto next = by_start.upper_bound(to.first());
  if (next == by_start.begin()) return {};
  const auto& name = std::prev(next)->second;
  const auto& range = *part_of<Address>(*find(objects.subnets, name));
  if (!range.contains(to.first()) || !range.contains(to.last())) return {};
  return make_error(ErrorCode::rule,
                    "to: {} lies in {} of subnet \"{}\", expected a range outside of subnets", to, range,
                    name);
}

Result<void> check_count(const Indexes& indexes, const Route& route) {
  const auto* count = find(indexes.route_count_by_vpc, route.vpc);
  if (!count || *count < kMaxVpcRoutes) return {};
  return make_error(ErrorCode::quota, "vpc: \"{}\" has its {} routes, expected at most {}", route.vpc, *count,
                    kMaxVpcRoutes);
}

bool has_family(const Objects& objects, const EipTarget& hop, Family family) {
  return hop.kind == TargetKind::kPort ? address_of(*find(objects.ports, hop.name), family).has_value()
                                       : address_of(*find(objects.havips, hop.name), family).has_value();
}

Result<void> check_next_hop(const Objects& objects, const Route& route) {
  const auto hop = route.via.target();
  if (!hop) return {};
  const bool is_port = hop->kind == TargetKind::kPort;
  if (is_port ? !find(objects.ports, hop->name) : !find(objects.havips, hop->name))
    return unknown_name("via", hop->name, kind_word(hop->kind));
  if (const auto& vpc = vpc_of(objects, *hop); vpc != route.vpc) {
    return make_error(ErrorCode::rule, "via: {} \"{}\" is in VPC \"{}\", expected one of VPC \"{}\"",
                      kind_word(hop->kind), hop->name, vpc, route.vpc);
  }
  const auto family = family_of(first_address(route.to));
  if (has_family(objects, *hop, family)) return {};
  return make_error(ErrorCode::rule, "via: {} \"{}\" has no {} address, expected one of the family of {}",
                    kind_word(hop->kind), hop->name,
                    family == Family::kIpv4 ? FamilyOf<Ipv4>::kWord : FamilyOf<Ipv6>::kWord,
                    to_text(route.to));
}

// The first route in the range, which is a subnet's.
template <class Address>
Result<void> check_range(const Objects& objects, const Subnet& subnet) {
  const auto& range = part_of<Address>(subnet);
  if (!range) return {};
  // Shorter prefixes from the same address on contain the subnet.
  const auto at = objects.routes.lower_bound({subnet.vpc, range->first(), range->length});
  if (at == objects.routes.end() || at->second.vpc != subnet.vpc) return {};
  if (first_address(at->second.to) > IpAddress(range->last())) return {};
  return make_error(ErrorCode::rule,
                    "{}: {} covers route \"{}\", expected a range without routes of VPC \"{}\"",
                    FamilyOf<Address>::kArgument, *range, title_of(at->second), subnet.vpc);
}

}  // namespace

Result<void> Transaction::add(const Route& route) {
  if (!find(objects().vpcs, route.vpc)) return unknown_name("vpc", route.vpc, "VPC");
  auto checked = std::visit([](const auto& to) { return check_no_host_bits("to", to); }, route.to);
  if (!checked) return checked;
  if (find(objects().routes, key_of(route))) {
    return make_error(ErrorCode::already_exists,
                      "to: VPC \"{}\" has a route to {} already, expected a new range", route.vpc,
                      to_text(route.to));
  }
  checked = std::visit(
      [&](const auto& to) { return check_is_in_no_subnet(objects(), indexes(), route.vpc, to); }, route.to);
  if (!checked) return checked;
  if (checked = check_count(indexes(), route); !checked) return checked;
  if (checked = check_next_hop(objects(), route); !checked) return checked;
  put(route);
  return {};
}

Result<void> Transaction::remove_route(std::string_view vpc, const IpPrefix& to) {
  if (!find(objects().vpcs, vpc)) return unknown_name("vpc", vpc, "VPC");
  const auto key = key_of(Route{std::string(vpc), to});
  if (!find(objects().routes, key)) {
    return make_error(ErrorCode::not_found, "to: VPC \"{}\" has no route to {}, expected one that is written",
                      vpc, to_text(to));
  }
  erase<Route>(key);
  return {};
}

void add_routes_via(const Objects& objects, const EipTarget& next_hop, const Indexes& indexes, Users& users) {
  const auto& routes = indexes.routes_by_next_hop;
  for (auto at = routes.lower_bound({next_hop.kind, next_hop.name, RouteKey()});
       at != routes.end() && std::get<0>(*at) == next_hop.kind && std::get<1>(*at) == next_hop.name &&
       !users.full();
       ++at) {
    users.add("route", title_of(objects.routes.find(std::get<2>(*at))->second));
  }
}

Result<void> check_covers_no_route(const Objects& objects, const Subnet& subnet) {
  if (auto checked = check_range<Ipv4>(objects, subnet); !checked) return checked;
  return check_range<Ipv6>(objects, subnet);
}

}  // namespace vipswitch::model
