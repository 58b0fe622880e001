#include "control/advice/vrid_conflicts.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/advice/advisor.h"
#include "control/text/words.h"

namespace vipswitch::advice {
namespace {

auto group_of(const VrrpSpeaker& speaker) {
  return std::tie(speaker.subnet, speaker.family, speaker.vrid);
}

bool speaks_for_havips(const VrrpSpeaker& speaker) {
  return !speaker.is_resigned && speaker.last_advert_age_ms < kPatienceMs && !speaker.havips.empty();
}

}  // namespace

bool is_vrid_conflict(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  if (!speaks_for_havips(one) || !speaks_for_havips(other) || group_of(one) != group_of(other)) return false;
  return std::none_of(one.havips.begin(), one.havips.end(), [&](const std::string& havip) {
    return std::find(other.havips.begin(), other.havips.end(), havip) != other.havips.end();
  });
}

std::vector<VridConflict> find_vrid_conflicts(std::span<const VrrpSpeaker> speakers) {
  std::vector<VridConflict> conflicts;
  for (std::size_t i = 0; i < speakers.size(); ++i) {
    const VrrpSpeaker& one = speakers[i];
    if (!conflicts.empty() && group_of(*conflicts.back().one) == group_of(one)) continue;
    for (std::size_t k = i + 1; k < speakers.size() && group_of(speakers[k]) == group_of(one); ++k) {
      if (!is_vrid_conflict(one, speakers[k])) continue;
      conflicts.push_back({&one, &speakers[k]});
      break;
    }
  }
  return conflicts;
}

void VridConflictWatch::tick(TimeMs now, const std::function<std::vector<VrrpSpeaker>()>& speakers) {
  if (now < next_ms_) return;
  next_ms_ = now + kPeriodMs;
  const auto spoken = speakers();
  std::set<Group> lasting;
  for (const auto& [one, other] : find_vrid_conflicts(spoken)) {
    Group group{one->subnet, one->family, one->vrid};
    if (!told_.contains(group)) {
      events_.add(EventName::vrid_conflict, {{"subnet", one->subnet},
                                             {"family", to_word(one->family)},
                                             {"vrid", one->vrid},
                                             {"port", one->port},
                                             {"havips", one->havips},
                                             {"other_port", other->port},
                                             {"other_havips", other->havips}});
    }
    lasting.insert(std::move(group));
  }
  told_ = std::move(lasting);
}

}  // namespace vipswitch::advice
