#include "control/runtime/owner_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/text/format.h"
#include "control/text/write_file.h"

namespace vipswitch {
namespace {

constexpr int kShareOfTime = 20;

bool concerns_owners(EventName name) {
  return name == EventName::owner_changed || name == EventName::decisions_lost ||
         name == EventName::model_changed;
}

}  // namespace

Result<std::unique_ptr<OwnerKeeper>> OwnerKeeper::start(const std::string& directory,
                                                        const SavedOwners& before, ControlPlane& control) {
  const auto path = state_path(directory);
  if (auto written = text::write_file(path, print_state({before.incarnation + 1, before.owners})); !written) {
    return written.error();
  }
  return std::unique_ptr<OwnerKeeper>(new OwnerKeeper(path, before, control));
}

// The first write waits, so that it finds the restored owners in place.
OwnerKeeper::OwnerKeeper(std::string path, const SavedOwners& before, ControlPlane& control)
    : control_(control),
      path_(std::move(path)),
      incarnation_(before.incarnation + 1),
      to_restore_(before.owners.begin(), before.owners.end()),
      next_write_ms_(control.host().now_ms() + kMinIntervalMs),
      changes_(control.events().subscribe(
          [this](const OperatorEvent& event) { is_changed_ = is_changed_ || concerns_owners(event.name); })),
      writer_(path_) {
  for (const auto& owner : before.owners) generations_[{owner.havip, owner.address}] = owner.generation;
  restore_waiting();
}

OwnerKeeper::~OwnerKeeper() {
  control_.drain_events();
  writer_.write(print_state(state()));
}

// Empty: it can be restored.
std::string OwnerKeeper::reason_to_leave_out(const RememberedOwner& owner) const {
  const Registry& registry = control_.tables().registry();
  const auto havip = registry.havips.find(owner.havip);
  if (havip == registry.havips.end()) return "the HAVIP does not exist";
  if (model::address_of(havip->second.spec, family_of(owner.address)) != owner.address)
    return "the HAVIP has another address";
  const auto& ports = havip->second.spec.ports;
  if (std::find(ports.begin(), ports.end(), owner.port) == ports.end()) return "the port is not bound to it";
  return "";
}

// What finds a full mailbox waits for the next tick.
void OwnerKeeper::restore_waiting() {
  while (!to_restore_.empty()) {
    const RememberedOwner& owner = to_restore_.front();
    const auto reason = reason_to_leave_out(owner);
    if (!reason.empty()) {
      control_.events().add(EventName::owner_not_restored, {{"havip", owner.havip},
                                                            {"address", fmt::to_string(owner.address)},
                                                            {"port", owner.port},
                                                            {"reason", reason}});
    } else if (control_.restore_owner(owner.havip, family_of(owner.address), owner.port, owner.generation)) {
      control_.events().add(
          EventName::owner_restored,
          {{"havip", owner.havip}, {"address", fmt::to_string(owner.address)}, {"port", owner.port}});
    } else {
      return;
    }
    to_restore_.pop_front();
  }
}

SavedOwners OwnerKeeper::state() const {
  SavedOwners state{incarnation_, {to_restore_.begin(), to_restore_.end()}};
  const Registry& registry = control_.tables().registry();
  for (const auto& [slot, holder] : registry.slot_holders) {
    const HavipEntry& havip = registry.havips.find(holder.havip)->second;
    const OwnerWord owner = control_.host().tables().havips.owner_word(slot);
    // Where claims are not enforced, the configuration says where data goes.
    if (!owner.is_local() || havip.slots.of(holder.family)->steering.mode != LearnMode::kEnforce) continue;
    const auto address = *model::address_of(havip.spec, holder.family);
    const Decision* decision = control_.decisions().last_of(slot);
    const auto before = generations_.find({holder.havip, address});
    const std::uint32_t generation =
        std::max(decision ? decision->generation : 0, before == generations_.end() ? 0 : before->second);
    state.owners.push_back({holder.havip, address, registry.port_name(owner.port()), generation});
  }
  return state;
}

void OwnerKeeper::report_news() {
  const auto news = writer_.take_news();
  if (!news) return;
  control_.events().add(
      EventName::state_file,
      {{"file", path_}, {"written", news->ok()}, {"reason", news->ok() ? "" : news->error().message}});
}

void OwnerKeeper::tick(TimeMs now) {
  restore_waiting();
  report_news();
  if (!is_changed_ || now < next_write_ms_ || writer_.is_busy()) return;
  using namespace std::chrono;
  const auto begin = steady_clock::now();
  is_changed_ = false;
  writer_.write(print_state(state()));
  const auto took_ms = duration_cast<milliseconds>(steady_clock::now() - begin).count();
  next_write_ms_ = now + std::max<TimeMs>(kMinIntervalMs, kShareOfTime * took_ms);
}

}  // namespace vipswitch
