#include "control/service/service.h"

#include <utility>
#include <variant>

#include "control/model/build.h"
#include "control/model/transaction.h"

namespace vipswitch {

using model::Transaction;

template <class Step>
Result<void> Service::run(Step&& step) {
  Transaction transaction(model_);
  if (auto done = step(transaction); !done) return done;
  if (const auto changes = transaction.changes(); !changes.empty()) {
    if (auto published = publisher_.publish(model_.objects(), changes); !published) return published;
  }
  transaction.commit();
  return {};
}

Result<void> Service::add(const model::Vpc& vpc) {
  return run([&](Transaction& t) { return t.add(vpc); });
}
Result<void> Service::add(const model::Subnet& subnet) {
  return run([&](Transaction& t) { return t.add(subnet); });
}
Result<void> Service::add(const model::Port& port) {
  return run([&](Transaction& t) { return t.add(port); });
}
Result<model::Havip> Service::add(const model::Havip& havip) {
  if (auto added = run([&](Transaction& t) { return t.add(havip); }); !added) return added.error();
  return objects().havips.find(havip.name)->second;
}
Result<void> Service::add(const model::Eip& eip) {
  return run([&](Transaction& t) { return t.add(eip); });
}
Result<void> Service::add(const model::Route& route) {
  return run([&](Transaction& t) { return t.add(route); });
}

Result<void> Service::set_vpc(std::string_view vpc, const model::VpcChange& change) {
  return run([&](Transaction& t) { return t.set_vpc(vpc, change); });
}
Result<void> Service::set_subnet(std::string_view subnet, const model::SubnetChange& change) {
  return run([&](Transaction& t) { return t.set_subnet(subnet, change); });
}

Result<void> Service::set_port(std::string_view port, const model::PortChange& change) {
  return run([&](Transaction& t) { return t.set_port(port, change); });
}
Result<void> Service::set_eip_rates(std::string_view eip, const model::RatesChange& change) {
  return run([&](Transaction& t) { return t.set_eip_rates(eip, change); });
}

Result<void> Service::remove_vpc(std::string_view name) {
  return run([&](Transaction& t) { return t.remove_vpc(name); });
}
Result<void> Service::remove_subnet(std::string_view name) {
  return run([&](Transaction& t) { return t.remove_subnet(name); });
}
Result<void> Service::remove_port(std::string_view name) {
  return run([&](Transaction& t) { return t.remove_port(name); });
}
Result<void> Service::remove_havip(std::string_view name) {
  return run([&](Transaction& t) { return t.remove_havip(name); });
}
Result<void> Service::remove_eip(std::string_view name) {
  return run([&](Transaction& t) { return t.remove_eip(name); });
}
Result<void> Service::remove_route(std::string_view vpc, const IpPrefix& to) {
  return run([&](Transaction& t) { return t.remove_route(vpc, to); });
}

Result<void> Service::bind_havip(std::string_view havip, std::string_view port) {
  return run([&](Transaction& t) { return t.bind_havip(havip, port); });
}
Result<void> Service::unbind_havip(std::string_view havip, std::string_view port) {
  return run([&](Transaction& t) { return t.unbind_havip(havip, port); });
}
Result<void> Service::pin_havip(std::string_view havip, std::string_view port) {
  return run([&](Transaction& t) { return t.pin_havip(havip, port); });
}
Result<void> Service::unpin_havip(std::string_view havip) {
  return run([&](Transaction& t) { return t.unpin_havip(havip); });
}
Result<void> Service::set_havip_learn(std::string_view havip, std::optional<LearnMode> mode) {
  return run([&](Transaction& t) { return t.set_havip_learn(havip, mode); });
}
Result<void> Service::set_learn(LearnMode mode) {
  return run([&](Transaction& t) {
    t.set_learn(mode);
    return Result<void>();
  });
}
Result<void> Service::set_havip_follow(std::string_view havip, std::optional<std::uint16_t> vrid) {
  return run([&](Transaction& t) { return t.set_havip_follow(havip, vrid); });
}

Result<void> Service::set_havip_handover(std::string_view havip, Handover handover) {
  return run([&](Transaction& t) { return t.set_havip_handover(havip, handover); });
}
Result<void> Service::bind_eip(std::string_view eip, const model::EipTarget& target) {
  return run([&](Transaction& t) { return t.bind_eip(eip, target); });
}
Result<void> Service::unbind_eip(std::string_view eip) {
  return run([&](Transaction& t) { return t.unbind_eip(eip); });
}

Result<void> Service::set_uplink(const model::Uplink& uplink) {
  return run([&](Transaction& t) { return t.set_uplink(uplink); });
}
Result<void> Service::remove_uplink() {
  return run([](Transaction& t) { return t.remove_uplink(); });
}

Result<model::Model> Service::build_next(const model::Objects& desired) const {
  auto built = model::build(desired, objects());
  if (const auto* violation = std::get_if<model::Violation>(&built)) return violation->error;
  return std::get<model::Model>(std::move(built));
}

Result<void> Service::apply(const model::Objects& desired) {
  auto next = build_next(desired);
  return next ? adopt(std::move(next).value()) : next.error();
}

Result<void> Service::adopt(model::Model next) {
  if (const auto changes = model::difference(objects(), next.objects()); !changes.empty()) {
    if (auto published = publisher_.publish(next.objects(), changes); !published) return published;
  }
  model_ = std::move(next);
  return {};
}

Result<void> Service::plan(const model::Objects& desired,
                           const std::function<void(const model::ChangeSet&)>& tell) const {
  const auto next = build_next(desired);
  if (!next) return next.error();
  tell(model::difference(objects(), next.value().objects()));
  return {};
}

Result<void> Service::check(const model::Objects& desired) {
  const auto next = build_next(desired);
  if (!next) return next.error();
  const auto& after = next.value().objects();
  const auto changes = model::difference(objects(), after);
  return changes.empty() ? Result<void>() : publisher_.check(after, changes);
}

}  // namespace vipswitch
