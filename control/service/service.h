#pragma once

// The one door to the model and, through the publisher, to the tables. Shell, configuration file and API are
// spellings of these requests.
//
// Every request is one transaction: the rules are checked, the net difference is published, and only then
// does the model keep it. Where a rule or the publisher refuses, the model is what it was before the call.
//
// Called by the control thread only. Cost: O(log n) in the number of objects, apply() O(n log n). Errors:
// those of the rules (control/model/transaction.h) and of the publisher (table_full, device, timeout).

#include <functional>
#include <optional>
#include <string_view>

#include "control/model/model.h"
#include "control/publish/publisher.h"
#include "vipswitch/result.h"

namespace vipswitch {

class Service {
 public:
  explicit Service(Publisher& publisher) : publisher_(publisher) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const model::Objects& objects() const noexcept { return model_.objects(); }

  Result<void> add(const model::Vpc& vpc);
  Result<void> add(const model::Subnet& subnet);
  Result<void> add(const model::Port& port);
  // Returns what was made: its address is allocated where the request left it 0.0.0.0.
  Result<model::Havip> add(const model::Havip& havip);
  Result<void> add(const model::Eip& eip);
  Result<void> add(const model::Route& route);

  Result<void> set_vpc(std::string_view vpc, const model::VpcChange& change);
  // Errors: quota, below the number of HAVIPs that the subnet has.
  Result<void> set_subnet(std::string_view subnet, const model::SubnetChange& change);

  Result<void> set_port(std::string_view port, const model::PortChange& change);
  Result<void> set_eip_rates(std::string_view eip, const model::RatesChange& change);

  Result<void> remove_vpc(std::string_view name);
  Result<void> remove_subnet(std::string_view name);
  Result<void> remove_port(std::string_view name);
  Result<void> remove_havip(std::string_view name);
  Result<void> remove_eip(std::string_view name);
  Result<void> remove_route(std::string_view vpc, const IpPrefix& to);

  Result<void> bind_havip(std::string_view havip, std::string_view port);
  Result<void> unbind_havip(std::string_view havip, std::string_view port);
  Result<void> pin_havip(std::string_view havip, std::string_view port);
  Result<void> unpin_havip(std::string_view havip);
  // nullopt: as set_learn() says.
  Result<void> set_havip_learn(std::string_view havip, std::optional<LearnMode> mode);
  Result<void> set_learn(LearnMode mode);
  Result<void> set_havip_follow(std::string_view havip, std::optional<std::uint16_t> vrid);
  Result<void> set_havip_handover(std::string_view havip, Handover handover);
  Result<void> bind_eip(std::string_view eip, const model::EipTarget& target);
  Result<void> unbind_eip(std::string_view eip);

  Result<void> set_uplink(const model::Uplink& uplink);
  Result<void> remove_uplink();

  // Makes the model equal to `desired` and publishes only the difference. A HAVIP without an address keeps
  // the one it has, if it exists already. On a refusal the error names the object.
  Result<void> apply(const model::Objects& desired);
  // The same with a model that is built already.
  Result<void> adopt(model::Model next);
  // Tells what apply() would publish, by the rules alone.
  Result<void> plan(const model::Objects& desired,
                    const std::function<void(const model::ChangeSet&)>& tell) const;
  // What apply() would refuse, as far as it can be known without changing anything.
  Result<void> check(const model::Objects& desired);

 private:
  Result<model::Model> build_next(const model::Objects& desired) const;
  template <class Step>
  Result<void> run(Step&& step);

  Publisher& publisher_;
  model::Model model_;
};

}  // namespace vipswitch
