// TablePublisher, step "steer": what the operator says about the data of HAVIPs, told to their home workers.
// Not part of the all or nothing of a publication: a mode or a pin that finds a mailbox full is told a tick
// later.

#include "control/publish/publish_batch.h"
#include "control/publish/table_publisher.h"
#include "control/text/make_error.h"

namespace vipswitch {

// Where nothing is enforced, the port that the operator named first has the data: the pinned one, or the one
// bound first.
Steering TablePublisher::steering_of(const HavipEntry& havip) const {
  const LearnMode mode = mode_of(havip.spec);
  const std::string* port = havip.spec.pin ? &*havip.spec.pin : nullptr;
  if (!port && mode != LearnMode::kEnforce && !havip.spec.ports.empty()) port = &havip.spec.ports.front();
  return {mode, port ? registry_.ports.find(*port)->second.id : PortId(), havip.spec.handover,
          static_cast<std::uint8_t>(havip.spec.follow.value_or(0)), havip.spec.pin.has_value()};
}

// Those that come or change, or all if the mode of all does. Most that come need not be told anything.
void TablePublisher::mark_steered(const model::ChangeSet& changes, const Batch& batch) {
  const auto mark = [this](const HavipEntry& havip) {
    if (!is_steered(havip)) to_steer_.insert(havip.spec.name);
  };
  if (changes.learn) {
    for (const auto& entry : registry_.havips) mark(entry.second);
  } else {
    for (const HavipEntry* havip : batch.havips) mark(*havip);
  }
}

bool TablePublisher::is_steered(const HavipEntry& havip) const {
  const Steering steering = steering_of(havip);
  bool is_steered = true;
  havip.for_each_slot(
      [&](Family, const HavipSlot& slot) { is_steered = is_steered && slot.steering == steering; });
  return is_steered;
}

void TablePublisher::steer_havips() {
  while (!to_steer_.empty()) {
    const auto found = registry_.havips.find(*to_steer_.begin());
    if (found != registry_.havips.end()) {
      HavipEntry& havip = found->second;
      const Steering steering = steering_of(havip);
      for (const auto family : kFamilies) {
        auto& slot = havip.slots.of(family);
        if (slot && !steer(*slot, steering)) return;
      }
    }
    to_steer_.erase(to_steer_.begin());
  }
}

// False if the mailbox has no room.
bool TablePublisher::steer(HavipSlot& slot, const Steering& steering) {
  Message message{};
  message.kind = Message::Kind::kSteer;
  message.mode = steering.mode;
  message.havip = slot.id;
  message.port = steering.port;
  message.handover = steering.handover;
  message.follow_vrid = steering.follow_vrid;
  message.is_pinned = steering.is_pinned;
  if (steering != slot.steering && !host_.home_of(slot.id).post(message)) return false;
  slot.steering = steering;
  return true;
}

// Groups that no longer speak for a HAVIP are anybody's again.
void TablePublisher::age_groups() {
  if (host_.now_ms() < next_ageing_ms_) return;
  next_ageing_ms_ = host_.now_ms() + HavipGroups::kPeriodMs;
  for (auto& entry : registry_.subnets) entry.second.groups->age();
}

Result<void> TablePublisher::restore_owner(std::string_view havip, Family family, std::string_view port,
                                           std::uint32_t generation) {
  const auto entry = registry_.havips.find(havip);
  const auto owner = registry_.ports.find(port);
  if (entry == registry_.havips.end() || !entry->second.slots.of(family) || owner == registry_.ports.end()) {
    return make_error(ErrorCode::not_found, "owner \"{}\" of HAVIP \"{}\": one of them does not exist", port,
                      havip);
  }
  Message message{};
  message.kind = Message::Kind::kRestore;
  message.havip = entry->second.slots.of(family)->id;
  message.port = owner->second.id;
  message.generation = generation;
  if (host_.home_of(message.havip).post(message)) return {};
  return make_error(ErrorCode::timeout, "owner \"{}\" of HAVIP \"{}\": its worker's mailbox is full", port,
                    havip);
}

}  // namespace vipswitch
