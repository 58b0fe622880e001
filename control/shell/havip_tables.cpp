#include "control/shell/havip_tables.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "control/shell/havip_words.h"
#include "control/shell/text_table.h"
#include "control/text/clock_text.h"
#include "control/text/duration_text.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

std::string commit_text(const Decision& decision) {
  if (decision.evidence_to_commit_ns == 0) return "-";
  return fmt::format("{:.1f}", static_cast<double>(decision.evidence_to_commit_ns) / 1000.0);
}

std::string time_or_dash(const std::optional<std::int64_t>& time_ns) {
  return time_ns ? text::short_time(*time_ns) : "-";
}

// Where no packet brought the evidence there is nothing to measure from.
std::string time_from_evidence(std::int64_t time_ns) {
  return time_ns == 0 ? "-" : text::short_time(time_ns);
}

}  // namespace

std::string candidates_table(const HavipStatus& havip, std::size_t indent) {
  TextTable table({{"PORT"},
                   {"CLAIMS"},
                   {"ADVERTS"},
                   {"EVIDENCE"},
                   {"PRIORITY", Align::kRight},
                   {"VRID", Align::kRight},
                   {"INTERVAL_MS", Align::kRight},
                   {"LAST_ADVERT_MS", Align::kRight}});
  for (const auto& candidate : havip.candidates) {
    const bool has_adverts = candidate.last_advert_age_ms >= 0;
    table.add({candidate.port,
               candidate.down       ? "down"
               : candidate.restored ? "before"
               : candidate.active   ? "yes"
                                    : "no",
               !has_adverts      ? "none"
               : candidate.fresh ? "fresh"
                                 : "ceased",
               fmt::to_string(candidate.evidence), has_adverts ? fmt::to_string(candidate.priority) : "-",
               has_adverts ? fmt::to_string(candidate.vrid) : "-",
               has_adverts ? fmt::to_string(candidate.interval_ms) : "-",
               has_adverts ? fmt::to_string(candidate.last_advert_age_ms) : "-"});
  }
  return table.text(indent);
}

std::string decisions_table(const HavipStatus& havip, std::size_t count, std::size_t indent) {
  TextTable table({{"SEQUENCE", Align::kRight},
                   {"DECIDED_AT"},
                   {"FROM"},
                   {"TO"},
                   {"TRIGGER"},
                   {"RULE"},
                   {"EVIDENCE"},
                   {"COMMIT_US", Align::kRight}});
  const auto& decisions = havip.decisions;
  for (auto i = decisions.size() - std::min(count, decisions.size()); i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    table.add({fmt::to_string(decision.sequence), text::clock(decision.at_unix_us),
               name_or_nobody(decision.from), name_or_nobody(decision.to), fmt::to_string(decision.trigger),
               fmt::to_string(decision.rule),
               evidence_text(decision.evidence, decision.priority, decision.vrid), commit_text(decision)});
  }
  return table.text(indent);
}

std::string failovers_table(const HavipStatus& havip, std::size_t count, std::size_t indent) {
  TextTable table({{"SEQUENCE", Align::kRight},
                   {"EVIDENCE_AT"},
                   {"FROM"},
                   {"TO"},
                   {"TRIGGER"},
                   {"LAST_TO_OLD", Align::kRight},
                   {"DECIDED", Align::kRight},
                   {"MOVED", Align::kRight},
                   {"FIRST_TO_NEW", Align::kRight},
                   {"GAP", Align::kRight},
                   {"DROPPED", Align::kRight}});
  const auto& failovers = havip.failovers;
  for (auto i = failovers.size() - std::min(count, failovers.size()); i < failovers.size(); ++i) {
    const auto& failover = failovers[i];
    table.add({fmt::to_string(failover.sequence), text::clock(failover.at_unix_us),
               name_or_nobody(failover.from), name_or_nobody(failover.to), fmt::to_string(failover.trigger),
               time_or_dash(failover.last_to_old_ns), time_from_evidence(failover.decided_ns),
               time_from_evidence(failover.moved_ns), time_or_dash(failover.first_to_new_ns),
               time_or_dash(failover.gap_ns()), fmt::to_string(failover.dropped)});
  }
  return table.text(indent);
}

}  // namespace vipswitch::shell
