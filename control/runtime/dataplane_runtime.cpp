#include "control/runtime/dataplane_runtime.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/model/device.h"
#include "control/runtime/vrrp_speakers.h"
#include "control/trace/packet_tracer.h"

namespace vipswitch {
namespace {

CandidateStatus candidate_status(const owner::MemberStatus& member, const Registry& registry) {
  const auto name = registry.port_name(member.port);
  const auto port = registry.ports.find(name);
  return {.port = name,
          .active = member.active,
          .fresh = member.fresh,
          .down = member.down,
          .evidence = member.evidence,
          .priority = member.advert.priority,
          .vrid = member.advert.vrid,
          .interval_ms = member.advert.interval_ms,
          .last_advert_age_ms = member.last_advert_age_ms,
          .restored = member.restored,
          .standing = member.standing,
          .is_follower = member.is_follower,
          .vrrp_filter = port == registry.ports.end() ? VrrpFilter::kNone : port->second.spec.vrrp_filter};
}

std::string_view state_word(NeighbourState state) {
  switch (state) {
    case NeighbourState::kResolving:
      return "resolving";
    case NeighbourState::kResolved:
      return "resolved";
    case NeighbourState::kProbing:
      break;
  }
  return "probing";
}

}  // namespace

// --- HAVIPs
// ---------------------------------------------------------------------------------------------------------

// Asks the home workers of any number of HAVIPs and waits for all answers together.
class DataplaneRuntime::Questions {
 public:
  explicit Questions(DataplaneRuntime& runtime) : runtime_(runtime) {}
  ~Questions() {
    for (auto& question : asked_) {
      if (!question.request->is_done.load(std::memory_order_acquire))
        runtime_.late_.keep(std::move(question.request));
    }
  }
  Questions(const Questions&) = delete;
  Questions& operator=(const Questions&) = delete;

  // About all addresses. A full mailbox is waited for as an answer is.
  Result<void> ask(const HavipEntry& havip) {
    for (const auto family : kFamilies) {
      if (!havip.slots.of(family)) continue;
      if (auto asked = ask(havip, family); !asked) return asked;
    }
    return {};
  }
  // About the address of the family, which the HAVIP has.
  Result<void> ask(const HavipEntry& havip, Family family) {
    const HavipId slot = havip.slots.of(family)->id;
    asked_.push_back({&havip, family, std::make_unique<SnapshotRequest>()});
    Message message{};
    message.kind = Message::Kind::kSnapshot;
    message.havip = slot;
    message.snapshot = asked_.back().request.get();
    message.snapshot->havip = slot;
    if (wait_for_worker([&] { return runtime_.host_.home_of(slot).post(message); })) return {};
    asked_.back().request->is_done = true;  // nobody has it
    return no_answer(havip);
  }

  // In the order of asking.
  Result<std::vector<HavipStatus>> take_answers() {
    if (auto answered = wait_for_answers(); !answered) return answered.error();
    runtime_.control_.drain_events();
    std::vector<HavipStatus> answers;
    answers.reserve(asked_.size());
    for (const auto& question : asked_) {
      answers.push_back(runtime_.havip_status(*question.havip, question.family, question.request->snapshot));
    }
    return answers;
  }

  // Of a single question.
  Result<HavipSnapshot> take_snapshot() {
    if (auto answered = wait_for_answers(); !answered) return answered.error();
    return asked_.front().request->snapshot;
  }

 private:
  Result<void> wait_for_answers() {
    for (const auto& question : asked_) {
      const auto& is_done = question.request->is_done;
      if (!wait_for_worker([&] { return is_done.load(std::memory_order_acquire); }))
        return no_answer(*question.havip);
    }
    return {};
  }

  struct Question {
    const HavipEntry* havip;
    Family family;
    std::unique_ptr<SnapshotRequest> request;
  };

  static Error no_answer(const HavipEntry& havip) {
    return {ErrorCode::timeout, fmt::format("havip \"{}\": its worker has not answered for {} ms",
                                            havip.spec.name, kAnswerLimit.count())};
  }

  DataplaneRuntime& runtime_;
  std::vector<Question> asked_;
};

Result<std::vector<HavipStatus>> DataplaneRuntime::havip(std::string_view name) {
  const Registry& registry = control_.tables().registry();
  const auto found = registry.havips.find(name);
  if (found == registry.havips.end()) {
    return Error{ErrorCode::not_found,
                 fmt::format("havip: \"{}\" does not exist, expected the name of a HAVIP", name)};
  }
  Questions questions(*this);
  if (auto asked = questions.ask(found->second); !asked) return asked.error();
  auto answers = questions.take_answers();
  if (!answers) return answers;
  auto statuses = std::move(answers).value();
  auto status = statuses.begin();
  found->second.for_each_slot([&](Family, const HavipSlot& slot) {
    status->decisions = control_.decisions().of(slot.id, DecisionLog::kMostOfAll);
    status->failovers = control_.failovers().of(slot.id);
    ++status;
  });
  return statuses;
}

Result<std::vector<HavipStatus>> DataplaneRuntime::all_havips() {
  Questions questions(*this);
  for (const auto& entry : control_.tables().registry().havips) {
    if (auto asked = questions.ask(entry.second); !asked) return asked.error();
  }
  return questions.take_answers();
}

namespace {

std::optional<WaitingClaim> waiting_claim(const HavipSnapshot& snapshot, const Registry& registry) {
  const auto waiting = snapshot.election.waiting(snapshot.now_ms);
  if (!waiting) return std::nullopt;
  return WaitingClaim{registry.port_name(waiting->port), waiting->age_ms, waiting->is_shadowed};
}

std::optional<ProbingStatus> probing_status(const HavipSnapshot& snapshot, const Registry& registry) {
  const OwnerState state = snapshot.election.state(snapshot.now_ms);
  const bool is_in_doubt = state == OwnerState::kSuspect || state == OwnerState::kReleased ||
                           state == OwnerState::kUnknown || snapshot.probing.confirmed_ms >= 0;
  if (!is_in_doubt || snapshot.next_question_ms == owner::Election::kNever) return std::nullopt;
  return ProbingStatus{registry.port_name(snapshot.probing.asks_about),
                       std::max<TimeMs>(0, snapshot.next_question_ms - snapshot.now_ms),
                       snapshot.probing.unanswered_ms, snapshot.probing.confirmed_ms};
}

std::optional<FollowStatus> follow_status(const HavipSnapshot& snapshot) {
  const owner::Follow followed = snapshot.election.followed();
  if (followed.vrid == 0) return std::nullopt;
  return FollowStatus{followed.vrid, followed.family, followed.is_hint};
}

// The longest that what is told of as lasting may be ago.
constexpr TimeMs kOfLateMs = 60'000;

bool was_noticed_of_late(const HavipSnapshot& snapshot, Notice notice) {
  const TimeMs at = snapshot.noticed_ms[static_cast<std::size_t>(notice)];
  return at >= 0 && snapshot.now_ms - at < kOfLateMs;
}

void describe_learning(HavipStatus& status, const HavipSnapshot& snapshot, const Registry& registry) {
  const owner::Damping damping = snapshot.election.damping(snapshot.now_ms);
  status.damping = {damping.moves_left, damping.next_move_ms};
  status.waiting = waiting_claim(snapshot, registry);
  status.probing = probing_status(snapshot, registry);
  status.follows = follow_status(snapshot);
  status.dropped_without_owner = snapshot.dropped;
  status.unclaimed_since_ms = snapshot.unclaimed_since_ms;
  status.last_announcement_age_ms = snapshot.election.last_announcement_age_ms(snapshot.now_ms);
  status.has_contention = was_noticed_of_late(snapshot, Notice::kContention);
  status.has_several_answers = was_noticed_of_late(snapshot, Notice::kMultiResponder);
  status.has_multicast_mac = was_noticed_of_late(snapshot, Notice::kNlbUnsupported);
}

}  // namespace

HavipStatus DataplaneRuntime::havip_status(const HavipEntry& entry, Family family,
                                           const HavipSnapshot& snapshot) const {
  const Registry& registry = control_.tables().registry();
  HavipStatus status{};
  status.name = entry.spec.name;
  status.subnet = entry.spec.subnet;
  status.address = *model::address_of(entry.spec, family);
  status.stable_mac = stable_mac(status.address);
  const bool is_enforced = snapshot.steering.mode == LearnMode::kEnforce;
  status.state = is_enforced ? snapshot.election.state(snapshot.now_ms) : OwnerState::kFixed;
  status.rule = is_enforced ? snapshot.election.rule() : Rule::kFixed;
  status.learn = snapshot.steering.mode;
  status.handover = snapshot.steering.handover;
  if (snapshot.handover_ends_ms != owner::Election::kNever)
    status.handover_left_ms = std::max<TimeMs>(0, snapshot.handover_ends_ms - snapshot.now_ms);
  status.elected = registry.port_name(snapshot.election.elected());
  status.pinned = entry.spec.pin.value_or("");
  status.disagreements = snapshot.disagreements;
  status.now_ms = snapshot.now_ms;
  status.owner_since_ms = snapshot.owner_since_ms;
  status.owner_changes = snapshot.sequence;
  status.delivered_to_old_owner = snapshot.delivered_to_old;
  if (snapshot.owner.is_local()) {
    status.owner = registry.port_name(snapshot.owner.port());
    if (const auto port = registry.ports.find(status.owner); port != registry.ports.end()) {
      const auto delivery = snapshot.election.delivery_of(snapshot.owner.port());
      const Mac& own = port->second.spec.mac;
      status.delivery_mac = family == Family::kIpv6 ? delivery.ipv6_mac(own) : delivery.ipv4_mac(own);
    }
  }
  for (std::size_t i = 0; i < snapshot.election.member_count(); ++i) {
    status.candidates.push_back(candidate_status(snapshot.election.member(i, snapshot.now_ms), registry));
  }
  describe_learning(status, snapshot, registry);
  status.decisions = control_.decisions().of(entry.slots.of(family)->id);
  return status;
}

std::vector<HavipSummary> DataplaneRuntime::havip_summaries() {
  const Registry& registry = control_.tables().registry();
  const HavipTable& havips = std::as_const(host_.tables().havips);
  const TimeMs now = now_ms();
  std::vector<HavipSummary> result;
  result.reserve(registry.havips.size());
  for (const auto& entry : registry.havips) {
    const auto& [name, havip] = entry;
    for (const auto family : kFamilies) {
      const auto& slot = havip.slots.of(family);
      if (!slot) continue;
      const HavipCold& cold = havips.cold(slot->id);
      const OwnerWord owner = havips.owner_word(slot->id);
      result.push_back(
          {.name = name,
           .subnet = havip.spec.subnet,
           .address = *model::address_of(havip.spec, family),
           .owner = owner.is_local() ? registry.port_name(owner.port()) : std::string(),
           .state = cold.state_at(now),
           .owner_since_ms = cold.owner_since_ms.load(std::memory_order_relaxed),
           .owner_changes = owner.sequence(),
           .delivered_to_old_owner = havips.warm(slot->id).delivered_to_old.load(std::memory_order_relaxed)});
    }
  }
  return result;
}

std::vector<VrrpSpeaker> DataplaneRuntime::vrrp_speakers() {
  return list_vrrp_speakers(control_.tables().registry(), now_ms());
}

FailoverTotals DataplaneRuntime::failover_totals() {
  return control_.failovers().totals();
}

// --- tables
// ---------------------------------------------------------------------------------------------------------

namespace {

template <class Table>
TableStatus status_of(const char* name, const Table& table) {
  return {name, table.size(), table.capacity(), table.bytes()};
}

}  // namespace

std::vector<TableStatus> DataplaneRuntime::tables() {
  const Registry& registry = control_.tables().registry();
  const Tables& tables = host_.tables();
  const auto in_use = [](const auto& entries) { return static_cast<std::uint32_t>(entries.size()); };
  const std::uint32_t uplinks = registry.uplink ? 1 : 0;
  const std::uint32_t ports = in_use(registry.ports) + uplinks;
  std::uint64_t havip_rows = 0, subnet_rows = 0, vpc_rows = 0;
  for (const auto& [name, havip] : registry.havips)
    havip_rows += sizeof(HavipRow) + havip.spec.ports.size() * sizeof(PortId);
  for (const auto& [name, subnet] : registry.subnets)
    subnet_rows += sizeof(SubnetRow) + subnet.ports.size() * sizeof(PortId);
  for (const auto& [name, vpc] : registry.vpcs) {
    const VpcRow* row = tables.vpcs.find(vpc.id);
    vpc_rows += sizeof(VpcRow) + row->ipv4.bytes() + row->ipv6.bytes();
  }
  return {
      status_of("eips", tables.ipv4.eips),
      status_of("eips6", tables.ipv6.eips),
      status_of("endpoints", tables.ipv4.endpoints),
      status_of("endpoints6", tables.ipv6.endpoints),
      {"havips", in_use(registry.slot_holders), tables.havips.capacity(), tables.havips.bytes() + havip_rows},
      status_of("macs", tables.macs),
      status_of("neighbours", tables.ipv4.neighbours),
      status_of("neighbours6", tables.ipv6.neighbours),
      {"ports", ports, tables.ports.capacity(), tables.ports.bytes() + ports * sizeof(PortRow)},
      {"subnets", in_use(registry.subnets), tables.subnets.capacity(), tables.subnets.bytes() + subnet_rows},
      {"vpcs", in_use(registry.vpcs), tables.vpcs.capacity(), tables.vpcs.bytes() + vpc_rows}};
}

// --- traces
// ---------------------------------------------------------------------------------------------------------

Result<PacketTrace> DataplaneRuntime::trace_packet(const TraceRequest& request) {
  PacketTracer tracer(host_, control_.tables().registry(), [this](const HavipEntry& havip, Family family) {
    Questions questions(*this);
    if (auto asked = questions.ask(havip, family); !asked) return Result<HavipSnapshot>(asked.error());
    return questions.take_snapshot();
  });
  return tracer.trace(request);
}

// --- counters and the rest
// ------------------------------------------------------------------------------------------------------

std::vector<DropCount> DataplaneRuntime::drops() {
  std::vector<DropCount> result;
  for (std::size_t reason = 0; reason < kDropReasonCount; ++reason) {
    DropCount count{static_cast<DropReason>(reason), 0};
    for (const auto& worker : host_.workers()) count.packets += worker->state().counters.drops[reason].get();
    result.push_back(count);
  }
  return result;
}

std::vector<LearnCount> DataplaneRuntime::learning() {
  std::vector<LearnCount> result;
  for (std::size_t counter = 0; counter < kLearnCounterCount; ++counter) {
    LearnCount count{static_cast<LearnCounter>(counter), 0};
    for (const auto& worker : host_.workers()) count.count += worker->state().counters.learn[counter].get();
    result.push_back(count);
  }
  return result;
}

std::vector<NeighbourStatus> DataplaneRuntime::neighbours() {
  std::vector<NeighbourStatus> result;
  const auto add_all = [&](const auto& neighbours) {
    for (const auto& [address, neighbour] : neighbours)
      result.push_back({address, neighbour.mac, std::string(state_word(neighbour.state))});
  };
  add_all(control_.uplink().neighbours());
  add_all(control_.uplink().neighbours6());
  return result;
}

bool DataplaneRuntime::forwarding() const {
  return host_.shared().forwarding.load(std::memory_order_relaxed);
}

void DataplaneRuntime::set_forwarding(bool on) {
  if (on == forwarding()) return;
  host_.shared().forwarding.store(on, std::memory_order_relaxed);
  events().add(EventName::forwarding_changed, {{"on", on}});
}

}  // namespace vipswitch
