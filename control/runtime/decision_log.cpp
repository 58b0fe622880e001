#include "control/runtime/decision_log.h"

#include <utility>

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
  const Decision* before = decisions_.last(event.havip);
  const std::uint32_t last = before == nullptr ? 0 : before->sequence;
  if (event.sequence > last + 1) decision.lost_before = event.sequence - last - 1;
  return decisions_.add(event.havip, std::move(decision));
}

}  // namespace vipswitch
