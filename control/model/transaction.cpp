#include "control/model/transaction.h"

#include <type_traits>
#include <utility>

namespace vipswitch::model {
namespace {

template <class T, class AnyObjects>
auto& table(AnyObjects& objects) {
  if constexpr (std::is_same_v<T, Vpc>) {
    return objects.vpcs;
  } else if constexpr (std::is_same_v<T, Subnet>) {
    return objects.subnets;
  } else if constexpr (std::is_same_v<T, Port>) {
    return objects.ports;
  } else if constexpr (std::is_same_v<T, Havip>) {
    return objects.havips;
  } else if constexpr (std::is_same_v<T, Eip>) {
    return objects.eips;
  } else {
    static_assert(std::is_same_v<T, Route>);
    return objects.routes;
  }
}

template <class T, class Log, class Table>
std::vector<Change<T>> net_changes(const Log& log, const Table& now) {
  std::vector<Change<T>> changes;
  for (const auto& [key, before] : log) {
    const auto at = now.find(key);
    const Change<T> change{pointer_to(before), at == now.end() ? nullptr : &at->second};
    if ((change.before || change.after) && is_difference(change)) changes.push_back(change);
  }
  return changes;
}

}  // namespace

template <class T>
auto& Transaction::log() {
  if constexpr (std::is_same_v<T, Vpc>) {
    return vpcs_;
  } else if constexpr (std::is_same_v<T, Subnet>) {
    return subnets_;
  } else if constexpr (std::is_same_v<T, Port>) {
    return ports_;
  } else if constexpr (std::is_same_v<T, Havip>) {
    return havips_;
  } else if constexpr (std::is_same_v<T, Eip>) {
    return eips_;
  } else {
    return routes_;
  }
}

template <class T>
void Transaction::remember(const KeyOf<T>& key, const T* before) {
  if (undo_ == Undo::kNone) return;
  log<T>().try_emplace(key, before ? std::optional(*before) : std::nullopt);
}

template <class T>
void Transaction::put(T object) {
  auto& objects = table<T>(model_.objects_);
  const auto count = objects.size();
  const auto at = objects.try_emplace(objects.end(), key_of(object));  // many come in order of name
  const bool added = objects.size() > count;
  remember<T>(key_of(object), added ? nullptr : &at->second);
  if (!added) model_.indexes_.erase(model_.objects_, at->second);
  at->second = std::move(object);
  model_.indexes_.insert(model_.objects_, at->second);
}

template <class T>
void Transaction::erase(const KeyOf<T>& key) {
  auto& objects = table<T>(model_.objects_);
  const auto at = objects.find(key);
  model_.indexes_.erase(model_.objects_, at->second);
  remember<T>(key, &at->second);
  objects.erase(at);
}

void Transaction::put_uplink(std::optional<Uplink> uplink) {
  auto& current = model_.objects_.uplink;
  if (!uplink_) uplink_ = current;
  if (current) model_.indexes_.erase(model_.objects_, *current);
  current = std::move(uplink);
  if (current) model_.indexes_.insert(model_.objects_, *current);
}

void Transaction::set_learn(LearnMode mode) {
  if (!learn_) learn_ = objects().learn;
  model_.objects_.learn = mode;
}

ChangeSet Transaction::changes() const {
  const Objects& now = objects();
  ChangeSet changes;
  if (learn_ && *learn_ != now.learn) changes.learn = Change<LearnMode>{&*learn_, &now.learn};
  if (uplink_ && *uplink_ != now.uplink)
    changes.uplink = Change<Uplink>{pointer_to(*uplink_), pointer_to(now.uplink)};
  changes.vpcs = net_changes<Vpc>(vpcs_, now.vpcs);
  changes.subnets = net_changes<Subnet>(subnets_, now.subnets);
  changes.ports = net_changes<Port>(ports_, now.ports);
  changes.havips = net_changes<Havip>(havips_, now.havips);
  changes.eips = net_changes<Eip>(eips_, now.eips);
  changes.routes = net_changes<Route>(routes_, now.routes);
  return changes;
}

void Transaction::commit() {
  vpcs_.clear();
  subnets_.clear();
  ports_.clear();
  havips_.clear();
  eips_.clear();
  routes_.clear();
  uplink_.reset();
  learn_.reset();
}

template <class T>
void Transaction::erase_touched() {
  auto& objects = table<T>(model_.objects_);
  for (const auto& entry : log<T>()) {
    const auto at = objects.find(entry.first);
    if (at == objects.end()) continue;
    model_.indexes_.erase(model_.objects_, at->second);
    objects.erase(at);
  }
}

template <class T>
void Transaction::restore_touched() {
  auto& objects = table<T>(model_.objects_);
  for (auto& [key, before] : log<T>()) {
    if (!before) continue;
    const auto at = objects.emplace(key, *std::move(before)).first;
    model_.indexes_.insert(model_.objects_, at->second);
  }
}

// The order follows Indexes: what names others goes first and comes back last.
void Transaction::roll_back() {
  erase_touched<Route>();
  erase_touched<Eip>();
  erase_touched<Havip>();
  erase_touched<Port>();
  erase_touched<Subnet>();
  erase_touched<Vpc>();
  if (uplink_) put_uplink(*std::move(uplink_));
  if (learn_) model_.objects_.learn = *learn_;
  restore_touched<Vpc>();
  restore_touched<Subnet>();
  restore_touched<Port>();
  restore_touched<Havip>();
  restore_touched<Eip>();
  restore_touched<Route>();
  commit();
}

template void Transaction::put(Vpc);
template void Transaction::put(Subnet);
template void Transaction::put(Port);
template void Transaction::put(Havip);
template void Transaction::put(Eip);
template void Transaction::put(Route);
template void Transaction::erase<Vpc>(const std::string&);
template void Transaction::erase<Subnet>(const std::string&);
template void Transaction::erase<Port>(const std::string&);
template void Transaction::erase<Havip>(const std::string&);
template void Transaction::erase<Eip>(const std::string&);
template void Transaction::erase<Route>(const RouteKey&);

}  // namespace vipswitch::model
