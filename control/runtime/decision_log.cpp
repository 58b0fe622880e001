#include "control/runtime/decision_log.h"

namespace vipswitch {

const Decision& DecisionLog::add(const Event& event, const Registry& registry, std::uint64_t tsc_per_second,
                                 std::uint64_t now_tsc, std::int64_t now_unix_us) {
  const double us_per_cycle = 1e6 / static_cast<double>(tsc_per_second);
  const auto since_commit_us =
      static_cast<std::int64_t>(static_cast<double>(now_tsc - event.commit_tsc) * us_per_cycle);
  Decision decision{};
  decision.sequence = event.sequence;
  decision.at_ms = event.at_ms;
  decision.at_unix_us = now_unix_us - since_commit_us;
  decision.from = registry.port_name(event.from);
  decision.to = registry.port_name(event.to);
  decision.trigger = event.trigger;
  decision.rule = event.rule;
  decision.evidence = event.evidence;
  decision.priority = event.priority;
  decision.vrid = event.vrid;
  decision.evidence_to_commit_ns =
      static_cast<std::int64_t>(static_cast<double>(event.evidence_cycles) * us_per_cycle * 1e3);
  decision.mode = event.mode;
  decision.generation = event.generation;
  auto& log = decisions_[event.havip];
  const std::uint32_t last = log.empty() ? 0 : log.back().sequence;
  if (event.sequence > last + 1) decision.lost_before = event.sequence - last - 1;
  log.push_back(std::move(decision));
  if (log.size() > kKept) log.pop_front();
  return log.back();
}

const Decision* DecisionLog::last_of(HavipId havip) const {
  const auto found = decisions_.find(havip);
  return found == decisions_.end() ? nullptr : &found->second.back();
}

void DecisionLog::keep_only(const std::map<HavipId, SlotHolder>& slots) {
  std::erase_if(decisions_, [&](const auto& entry) { return !slots.contains(entry.first); });
}

std::vector<Decision> DecisionLog::of(HavipId havip) const {
  const auto found = decisions_.find(havip);
  if (found == decisions_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace vipswitch
