#pragma once

// The JSON forms of what is known of HAVIPs: see control/shell/json_form.h.

#include <cstddef>
#include <span>

#include "control/runtime/havip_status.h"
#include "control/shell/json_form.h"

namespace vipswitch::shell {

// A HAVIP by the status of each of its addresses, of which there is at least one: the first one's fields, and
// all of them as the list `addresses`; each with its last kRecentDecisions, without its failovers, and with
// what the advisor says. Decisions have evidence_to_commit_us, too: the same duration in microseconds.
// `speakers` as RuntimeView::vrrp_speakers() has them.
Json to_json(std::span<const HavipStatus> havip, std::span<const VrrpSpeaker> speakers);

// The last `count` decisions, or failovers, of the first address and of each.
Json history_document(std::span<const HavipStatus> havip, std::size_t count);
Json failovers_document(std::span<const HavipStatus> havip, std::size_t count);

Json to_json(const VrrpSpeaker& speaker);

}  // namespace vipswitch::shell
