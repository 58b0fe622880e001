#pragma once

// What the stages did with a packet, in words: derived from how each of them left it, so that the stages
// themselves know nothing of it.

#include <string>
#include <string_view>
#include <vector>

#include "control/trace/observed_stage.h"
#include "control/trace/packet_trace.h"
#include "control/trace/trace_names.h"

namespace vipswitch {

// `next`, `forward`, `too_long`, `answer`, `flood`, `flood_members`, `consume` or `drop`.
std::string_view to_word(Verdict verdict) noexcept;

// The stages that decided something, in order; `port` is where the packet came from, `received` its first
// bytes as they came.
std::vector<TraceStep> tell_stages(const TraceNames& names, std::string_view port,
                                   std::span<const std::uint8_t> received,
                                   const std::vector<ObservedStage>& stages);

}  // namespace vipswitch
