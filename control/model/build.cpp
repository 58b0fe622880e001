#include "control/model/build.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "control/model/member_rules.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"
#include "control/model/words.h"

namespace vipswitch::model {
namespace {

Violation violation_of(std::string_view kind, const std::string& name, const Error& error) {
  const auto quoted_name = name.empty() ? "" : fmt::format(" \"{}\"", name);
  return {std::string(kind), name, make_error(error.code, "{}{}: {}", kind, quoted_name, error.message)};
}

template <class T>
std::optional<Violation> add_all(Transaction& transaction, std::string_view kind, const ByName<T>& objects) {
  for (const auto& [name, object] : objects) {
    if (auto added = transaction.add(object); !added) return violation_of(kind, name, added.error());
  }
  return std::nullopt;
}

// How much of what a HAVIP wants to be allocated can stay what it has already.
enum class Kept { kAll, kSome, kNothing };

template <class Address>
void keep_address(const Indexes& indexes, const Subnet& subnet, const Havip& before, Havip& havip) {
  auto& address = part_of<Address>(havip);
  const auto& kept = part_of<Address>(before);
  if (!address || !address->is_unspecified() || !kept) return;
  if (check_member_address(indexes, subnet, *kept)) address = kept;
}

bool wants_address(const Havip& havip) {
  if (!havip.ipv4 && !havip.ipv6) return true;
  return (havip.ipv4 && havip.ipv4->is_unspecified()) || (havip.ipv6 && havip.ipv6->is_unspecified());
}

// Of a HAVIP of a subnet that exists.
Kept keep_addresses(const Model& model, const Objects& current, Havip& havip) {
  const Subnet* subnet = find(model.objects().subnets, havip.subnet);
  want_addresses(havip, *subnet);
  const Havip wanted = havip;
  const Havip* before = find(current.havips, havip.name);
  if (!before || before->subnet != havip.subnet) return Kept::kNothing;
  keep_address<Ipv4>(model.indexes(), *subnet, *before, havip);
  keep_address<Ipv6>(model.indexes(), *subnet, *before, havip);
  if (!wants_address(havip)) return Kept::kAll;
  return havip == wanted ? Kept::kNothing : Kept::kSome;
}

// The addresses that it has already, and nothing else.
Havip kept_part(const Havip& havip) {
  Havip part{.name = havip.name, .subnet = havip.subnet, .ipv4 = havip.ipv4, .ipv6 = havip.ipv6};
  if (part.ipv4 && part.ipv4->is_unspecified()) part.ipv4.reset();
  if (part.ipv6 && part.ipv6->is_unspecified()) part.ipv6.reset();
  return part;
}

std::optional<Violation> add_havips(const Model& model, Transaction& transaction, const Objects& desired,
                                    const Objects& current) {
  std::vector<const Havip*> unaddressed;
  for (const auto& [name, havip] : desired.havips) {
    if (wants_address(havip) && find(model.objects().subnets, havip.subnet)) {
      unaddressed.push_back(&havip);
    } else if (auto added = transaction.add(havip); !added) {
      return violation_of("havip", name, added.error());
    }
  }
  std::map<Kept, ByName<Havip>> waiting;
  for (const Havip* asked : unaddressed) {
    Havip havip = *asked;
    const auto kept = keep_addresses(model, current, havip);
    waiting[kept].emplace(asked->name, std::move(havip));
  }
  if (auto violation = add_all(transaction, "havip", waiting[Kept::kAll])) return violation;
  // What they keep is taken before any of them gets what it lacks: that must not be another's.
  for (const auto& [name, havip] : waiting[Kept::kSome]) {
    if (auto added = transaction.add(kept_part(havip)); !added)
      return violation_of("havip", name, added.error());
  }
  for (const auto& [name, havip] : waiting[Kept::kSome]) {
    if (auto removed = transaction.remove_havip(name); !removed)
      return violation_of("havip", name, removed.error());
    if (auto added = transaction.add(havip); !added) return violation_of("havip", name, added.error());
  }
  return add_all(transaction, "havip", waiting[Kept::kNothing]);
}

std::optional<Violation> add_objects(const Model& model, Transaction& transaction, const Objects& desired,
                                     const Objects& current) {
  if (desired.uplink) {
    if (auto set = transaction.set_uplink(*desired.uplink); !set)
      return violation_of("uplink", "", set.error());
  }
  transaction.set_learn(desired.learn);
  if (auto violation = add_all(transaction, "vpc", desired.vpcs)) return violation;
  if (auto violation = add_all(transaction, "subnet", desired.subnets)) return violation;
  if (auto violation = add_all(transaction, "port", desired.ports)) return violation;
  if (auto violation = add_havips(model, transaction, desired, current)) return violation;
  if (auto violation = add_all(transaction, "eip", desired.eips)) return violation;
  for (const auto& [key, route] : desired.routes) {
    if (auto added = transaction.add(route); !added)
      return violation_of("route", title_of(route), added.error());
  }
  return std::nullopt;
}

template <class Table>
auto changes_of(const Table& before, const Table& after) {
  using T = typename Table::mapped_type;
  std::vector<Change<T>> changes;
  changes.reserve(after.size() - std::min(before.size(), after.size()));  // as many come at least
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    Change<T> change;
    const bool take_old = now == after.end() || (old != before.end() && old->first <= now->first);
    const bool take_new = old == before.end() || (now != after.end() && now->first <= old->first);
    if (take_old) change.before = &(old++)->second;
    if (take_new) change.after = &(now++)->second;
    if (is_difference(change)) changes.push_back(change);
  }
  return changes;
}

}  // namespace

std::variant<Model, Violation> build(const Objects& desired, const Objects& current) {
  Model model;
  Transaction transaction(model, Transaction::Undo::kNone);
  transaction.reserve(desired);
  if (auto violation = add_objects(model, transaction, desired, current)) return *std::move(violation);
  return model;
}

ChangeSet difference(const Objects& before, const Objects& after) {
  ChangeSet changes;
  if (before.uplink != after.uplink)
    changes.uplink = Change<Uplink>{pointer_to(before.uplink), pointer_to(after.uplink)};
  if (before.learn != after.learn) changes.learn = Change<LearnMode>{&before.learn, &after.learn};
  changes.vpcs = changes_of(before.vpcs, after.vpcs);
  changes.subnets = changes_of(before.subnets, after.subnets);
  changes.ports = changes_of(before.ports, after.ports);
  changes.havips = changes_of(before.havips, after.havips);
  changes.eips = changes_of(before.eips, after.eips);
  changes.routes = changes_of(before.routes, after.routes);
  return changes;
}

}  // namespace vipswitch::model
