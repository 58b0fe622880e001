#include "control/advice/group_advice.h"

#include <algorithm>
#include <fmt/format.h>

#include "control/text/duration_text.h"
#include "control/text/format.h"

namespace vipswitch::advice {
namespace {

// What was learned is forgotten at a restart.
std::vector<Advice> on_learned(const HavipStatus& havip, unsigned vrid) {
  const TimeMs age = havip.last_announcement_age_ms;
  if (age >= 0 && age < kPatienceMs) return {};
  return {
      {AdviceCode::no_refresh,
       fmt::format(
           "{0} is in no advert and goes with VRID {1}, with which it was announced; nobody has announced "
           "it {2}, and a restarted switch waits for the next announcement: set garp_master_refresh to 30 "
           "in the VMs, list {0} in virtual_ipaddress, or tell the switch by havip follow {3} {1}",
           havip.address, vrid, age < 0 ? std::string("since the switch started") : "for " + text::age(age),
           havip.name)}};
}

std::vector<Advice> on_hint(const HavipStatus& havip, unsigned vrid) {
  const auto listing = std::find_if(
      havip.candidates.begin(), havip.candidates.end(),
      [](const CandidateStatus& candidate) { return is_speaking(candidate) && !candidate.is_follower; });
  if (listing != havip.candidates.end()) {
    if (listing->vrid == vrid) return {};
    return {
        {AdviceCode::listed_address,
         fmt::format(
             "havip follow says that {0} goes with VRID {1}, but {2} lists {0} in its adverts of VRID {3}, "
             "and these count: havip follow {4} none, or take {0} out of that list",
             havip.address, vrid, listing->port, listing->vrid, havip.name)}};
  }
  const bool is_spoken = std::any_of(
      havip.candidates.begin(), havip.candidates.end(),
      [&](const CandidateStatus& candidate) { return is_speaking(candidate) && candidate.vrid == vrid; });
  if (is_spoken) return {};
  return {{AdviceCode::unspoken_group,
           fmt::format(
               "havip follow says that {0} goes with VRID {1}, and no bound port adverts VRID {1}: see which "
               "groups they speak (show vrrp), and name that one, or start the VRRP daemon in the VMs",
               havip.address, vrid)}};
}

}  // namespace

std::vector<Advice> advise_on_group(const HavipStatus& havip) {
  if (!havip.follows || havip.learn == LearnMode::kOff) return {};
  return havip.follows->is_hint ? on_hint(havip, havip.follows->vrid)
                                : on_learned(havip, havip.follows->vrid);
}

}  // namespace vipswitch::advice
