#pragma once

// The only way to change a Model. Each step checks the rules of the tenant's world (docs/rules.md) and is
// refused with an Error that names the argument, its value and what was expected, or is done at once and
// remembered. commit() keeps what was done; without it, destruction restores exactly the state before.
//
// One transaction at a time on a model; after a refusal it can only be dropped. Steps cost O(log n);
// changes() and rollback are proportional to what was touched.
//
// Errors: invalid_argument (a value that breaks a rule by itself), not_found, already_exists, in_use, rule,
// quota.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "control/model/model.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

class Transaction {
 public:
  // kNone: of a model that is made anew and thrown away after a refusal. Nothing is remembered then, which
  // takes half the time; there is no way back and changes() are not known.
  enum class Undo { kPossible, kNone };

  explicit Transaction(Model& model, Undo undo = Undo::kPossible) : model_(model), undo_(undo) {}
  ~Transaction() {
    if (undo_ == Undo::kPossible) roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Makes room for objects that are to be added.
  void reserve(const Objects& coming) { model_.indexes_.reserve(coming); }

  Result<void> add(const Vpc& vpc);
  Result<void> add(const Subnet& subnet);
  Result<void> add(const Port& port);
  // Binds the ports it lists, too. 0.0.0.0 and :: become the highest free address of the subnet, because
  // instances are numbered from the bottom; without any address one of each family is allocated. Read the
  // result from the model.
  Result<void> add(const Havip& havip);
  // Binds its target, too.
  Result<void> add(const Eip& eip);
  Result<void> add(const Route& route);

  Result<void> set_vpc(std::string_view vpc, const VpcChange& change);
  Result<void> set_subnet(std::string_view subnet, const SubnetChange& change);
  Result<void> set_havip_quota(std::string_view subnet, unsigned quota) {
    return set_subnet(subnet, {.havip_quota = quota});
  }

  Result<void> set_port(std::string_view port, const PortChange& change);
  Result<void> set_eip_rates(std::string_view eip, const RatesChange& change);

  Result<void> remove_vpc(std::string_view name);
  Result<void> remove_subnet(std::string_view name);
  Result<void> remove_port(std::string_view name);
  Result<void> remove_havip(std::string_view name);
  Result<void> remove_eip(std::string_view name);
  Result<void> remove_route(std::string_view vpc, const IpPrefix& to);

  Result<void> bind_havip(std::string_view havip, std::string_view port);
  Result<void> unbind_havip(std::string_view havip, std::string_view port);
  // Only a bound port can be pinned; unbinding it ends the pin. Errors: rule.
  Result<void> pin_havip(std::string_view havip, std::string_view port);
  Result<void> unpin_havip(std::string_view havip);
  // nullopt: as Objects::learn says.
  Result<void> set_havip_learn(std::string_view havip, std::optional<LearnMode> mode);
  void set_learn(LearnMode mode);
  // None: what is learned.
  Result<void> set_havip_follow(std::string_view havip, std::optional<std::uint16_t> vrid);
  Result<void> set_havip_handover(std::string_view havip, Handover handover);

  Result<void> bind_eip(std::string_view eip, const EipTarget& target);
  Result<void> unbind_eip(std::string_view eip);

  Result<void> set_uplink(const Uplink& uplink);
  Result<void> remove_uplink();

  // The net difference between the model before the transaction and now. Valid until the next step.
  ChangeSet changes() const;

  void commit();

 private:
  // What each touched object was before its first change; nullopt: it did not exist.
  template <class T>
  using Log = std::map<KeyOf<T>, std::optional<T>, std::less<>>;

  // Unchecked changes, remembered for roll_back().
  template <class T>
  void put(T object);
  template <class T>
  void erase(const KeyOf<T>& key);
  void put_uplink(std::optional<Uplink> uplink);

  template <class T>
  auto& log();
  template <class T>
  void erase_touched();
  template <class T>
  void restore_touched();
  void roll_back();

  const Objects& objects() const noexcept { return model_.objects_; }
  const Indexes& indexes() const noexcept { return model_.indexes_; }

  template <class T>
  void remember(const KeyOf<T>& key, const T* before);

  Model& model_;
  Undo undo_;
  Log<Vpc> vpcs_;
  Log<Subnet> subnets_;
  Log<Port> ports_;
  Log<Havip> havips_;
  Log<Eip> eips_;
  Log<Route> routes_;
  std::optional<std::optional<Uplink>> uplink_;  // empty: not touched
  std::optional<LearnMode> learn_;               // what it was; empty: not touched
};

}  // namespace vipswitch::model
