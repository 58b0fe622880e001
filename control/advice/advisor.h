#pragma once

// Purpose: what is wrong with a HAVIP, most often in the configuration of its guests, and what to do about
//   it: a sentence for each, with the names and values at hand.
// Shape: pure functions of what is known; nothing is remembered.
// Units: as control/runtime/havip_status.h. Errors: none.
// Cost: a pass over the speakers of the HAVIP's subnet for each address.
// Source: owner learning 3 and 5.3-5.4; what VRRP daemons refuse: RFC 3768 7.1, RFC 9568 7.1.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/runtime/havip_status.h"

namespace vipswitch::advice {

enum class AdviceCode : std::uint8_t {
#define ADVICE(code, help) code,
#include "control/advice/advice_codes.def"
#undef ADVICE
};

std::string_view to_word(AdviceCode code) noexcept;

struct Advice {
  AdviceCode code;
  std::string sentence;  // without a full stop
};

// How long something may be missing before it is worth a sentence.
inline constexpr TimeMs kPatienceMs = 60'000;
// Adverts of a port that ceased longer ago are not compared with those of others.
inline constexpr TimeMs kComparedMs = 24 * 3'600'000;

constexpr bool is_speaking(const VrrpSpeaker& speaker) noexcept {
  return !speaker.is_resigned && speaker.last_advert_age_ms < kPatienceMs;
}
constexpr bool is_speaking(const CandidateStatus& candidate) noexcept {
  return candidate.priority != 0 && candidate.last_advert_age_ms >= 0 &&
         candidate.last_advert_age_ms < kPatienceMs;
}

// About one address. `speakers` of all subnets, in the order of RuntimeView::vrrp_speakers().
std::vector<Advice> advise(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers);

}  // namespace vipswitch::advice
