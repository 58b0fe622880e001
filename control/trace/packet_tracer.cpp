#include "control/trace/packet_tracer.h"

#include <fmt/format.h>

#include "control/text/make_error.h"
#include "control/trace/complete_frame.h"
#include "control/trace/dry_world.h"
#include "control/trace/frame_text.h"
#include "control/trace/trace_story.h"

namespace vipswitch {
namespace {

// The last stage, which is not looked behind: what left, and what did not. Beside a packet that is dropped
// an ICMP error may leave, which tells its sender.
TraceStep tell_end(const TraceNames& names, const DryWorld::Outcome& outcome, const Packet& packet) {
  TraceStep step{std::string(to_word(Stage::kTx)), {}, {}};
  const bool is_dropped_before = packet.verdict == Verdict::kDrop;
  const bool is_refused = packet.verdict == Verdict::kTooLong && !outcome.drops.empty();
  for (const auto& sent : outcome.sent) {
    step.says.push_back(fmt::format("{} bytes would leave {}{}", sent.bytes.size(), names.port(sent.port),
                                    is_dropped_before || is_refused ? ": its sender is told" : ""));
  }
  if (!is_dropped_before) {
    for (const DropReason reason : outcome.drops)
      step.says.push_back(fmt::format("{}: {}", info(reason).name, info(reason).help));
  }
  if (step.says.empty()) step.says.push_back("nothing would leave");
  const bool is_sent = !outcome.sent.empty() && !is_dropped_before && !is_refused;
  step.verdict = is_sent ? "sent" : packet.verdict == Verdict::kConsume ? "consume" : "drop";
  return step;
}

}  // namespace

Result<std::vector<PacketTracer::AskedSlot>> PacketTracer::ask_for_havips_of(std::string_view port) const {
  std::vector<AskedSlot> asked;
  const auto found = registry_.ports.find(port);
  if (found == registry_.ports.end()) return asked;
  for (const auto& name : found->second.havips) {
    const HavipEntry& havip = registry_.havips.find(name)->second;
    for (const auto family : kFamilies) {
      const auto& slot = havip.slots.of(family);
      if (!slot) continue;
      auto snapshot = ask_(havip, family);
      if (!snapshot) return snapshot.error();
      asked.push_back({&havip, slot->id, std::move(snapshot).value()});
    }
  }
  return asked;
}

Result<PacketTrace> PacketTracer::trace(const TraceRequest& request) {
  const auto ingress = registry_.find_port(request.port);
  if (!ingress) return ingress.error();
  const auto claimed = ask_for_havips_of(request.port);
  if (!claimed) return claimed.error();
  if (!request.as_owner.empty() && registry_.ports.find(request.as_owner) == registry_.ports.end()) {
    return make_error(ErrorCode::not_found, "as-owner: \"{}\" does not exist, expected the name of a port",
                      request.as_owner);
  }
  const auto assumed = ask_for_havips_of(request.as_owner);
  if (!assumed) return assumed.error();
  if (!request.as_owner.empty() && assumed.value().empty()) {
    return make_error(ErrorCode::invalid_argument,
                      "as-owner: \"{}\" is bound to no HAVIP, expected a port that is", request.as_owner);
  }

  std::vector<PortId> ports;
  for (const auto& [id, name] : registry_.port_names) ports.push_back(id);
  if (registry_.uplink) ports.push_back(registry_.uplink->id);
  std::vector<HavipId> havips;
  for (const auto& [id, holder] : registry_.slot_holders) havips.push_back(id);
  DryWorld world(host_, ports, havips);
  for (const auto& asked : claimed.value()) world.set_election(asked.slot, asked.snapshot);

  PacketTrace trace;
  trace.port = request.port;
  for (const auto& asked : assumed.value()) {
    const PortId owner = registry_.ports.find(request.as_owner)->second.id;
    world.set_owner(asked.slot, owner, asked.snapshot.election.delivery_of(owner));
    auto text = fmt::format("{} owns HAVIP {}", request.as_owner, asked.havip->spec.name);
    if (trace.assumed.empty() || trace.assumed.back() != text) trace.assumed.push_back(std::move(text));
  }

  const auto* spec = std::get_if<FrameSpec>(&request.frame);
  FrameBytes frame;
  if (spec != nullptr) {
    const auto whole = complete_frame(*spec, request.port, registry_, host_.tables());
    if (!whole) return whole.error();
    frame = make_frame(whole.value());
  } else {
    frame = std::get<FrameBytes>(request.frame);
  }
  trace.frame = describe_frame(frame);
  auto ran = world.run(ingress.value(), frame);
  if (!ran) return ran.error();
  const DryWorld::Outcome& outcome = ran.value();

  const TraceNames names(registry_, host_.tables());
  trace.steps = tell_stages(names, request.port, frame, outcome.stages);
  const Packet& last = outcome.stages.back().record.packet;
  if (last.verdict != Verdict::kDrop || !outcome.sent.empty())
    trace.steps.push_back(tell_end(names, outcome, last));
  trace.verdict = trace.steps.back().verdict;
  if (trace.verdict == "drop" && !outcome.drops.empty())
    trace.reason = std::string(info(outcome.drops.front()).name);
  for (const auto& sent : outcome.sent)
    trace.sent.push_back({names.port(sent.port), describe_frame(sent.bytes), sent.bytes});
  return trace;
}

}  // namespace vipswitch
