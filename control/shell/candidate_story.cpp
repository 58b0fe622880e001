#include "control/shell/candidate_story.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "control/text/clock_text.h"
#include "control/text/duration_text.h"
#include "control/text/format.h"
#include "control/text/join.h"
#include "dataplane/owner/election.h"

namespace vipswitch::shell {
namespace {

const CandidateStatus* winner_of(const HavipStatus& havip) {
  const auto found = std::find_if(
      havip.candidates.begin(), havip.candidates.end(),
      [](const CandidateStatus& candidate) { return candidate.standing == CandidateStanding::kElected; });
  return found == havip.candidates.end() ? nullptr : &*found;
}

std::string outranked_text(const CandidateStatus& candidate, const CandidateStatus* winner) {
  if (winner == nullptr) return "another port's adverts have the higher priority";
  if (candidate.priority < winner->priority)
    return fmt::format("priority {} is below the {} of {}", candidate.priority, winner->priority,
                       winner->port);
  if (candidate.priority == winner->priority)
    return fmt::format(
        "priority {} is that of {} too, whose source address is higher, or equal and the port a later one",
        candidate.priority, winner->port);
  return fmt::format("its adverts rank below those of {}", winner->port);
}

std::string waiting_text(const HavipStatus& havip, const CandidateStatus& candidate,
                         const CandidateStatus* winner) {
  const TimeMs age = havip.waiting && havip.waiting->port == candidate.port ? havip.waiting->age_ms : 0;
  const auto waits = fmt::format("its announcement has waited for {}", text::seconds(age));
  const TimeMs left = std::max<TimeMs>(0, WaitingClaim::kLifetimeMs - age);
  if (candidate.standing == CandidateStanding::kDamped) {
    return fmt::format("{}: the address moved too often, it may move again in {}", waits,
                       text::seconds(havip.damping.next_move_ms));
  }
  return fmt::format("{}: the adverts of {} hold against it; forgotten in {} if they go on", waits,
                     winner == nullptr ? "another port" : winner->port, text::seconds(left));
}

// The last decision that took the address from the port; null: none that is remembered did.
const Decision* last_loss_of(const HavipStatus& havip, const std::string& port) {
  const auto last = std::find_if(havip.decisions.rbegin(), havip.decisions.rend(),
                                 [&](const Decision& decision) { return decision.from == port; });
  return last == havip.decisions.rend() ? nullptr : &*last;
}

// Why a claim of before no longer stands, where nobody's does now.
std::string_view what_ended_it(const Decision* loss) {
  if (loss == nullptr || !loss->to.empty()) return ", and another port had claimed it after that";
  switch (loss->trigger) {
    case Trigger::kProbe:
      return ", and it did not answer when the switch asked";
    case Trigger::kPortDown:
      return "; it went down then, and has claimed nothing since";
    case Trigger::kUnbind:
      return "; it was unbound then, and has claimed nothing since";
    default:
      return ", and it has claimed nothing since";
  }
}

std::string superseded_text(const HavipStatus& havip, const CandidateStatus& candidate,
                            const CandidateStatus* winner) {
  const auto claimed = candidate.last_advert_age_ms >= 0
                           ? fmt::format("last advert {} ago", text::seconds(candidate.last_advert_age_ms))
                       : candidate.evidence == EvidenceClass::kAnnouncement
                           ? std::string("announced it before")
                           : std::string("used it before");
  const Decision* loss = last_loss_of(havip, candidate.port);
  auto before = loss == nullptr
                    ? claimed
                    : fmt::format("the owner until {}; {}", text::clock(loss->at_unix_us), claimed);
  if (winner != nullptr) return fmt::format("{}, and {} has claimed it since", before, winner->port);
  return before.append(what_ended_it(loss));
}

std::string reason_text(const HavipStatus& havip, const CandidateStatus& candidate,
                        const CandidateStatus* winner) {
  switch (candidate.standing) {
    case CandidateStanding::kElected:
      return "";
    case CandidateStanding::kNeverClaimed:
      return "claimed nothing so far";
    case CandidateStanding::kDown:
      return "down";
    case CandidateStanding::kResigned:
      if (candidate.last_advert_age_ms < 0) return "resigned with priority 0";
      return fmt::format("resigned with priority 0, {} ago", text::seconds(candidate.last_advert_age_ms));
    case CandidateStanding::kOutranked:
      return outranked_text(candidate, winner);
    case CandidateStanding::kShadowed:
    case CandidateStanding::kDamped:
      return waiting_text(havip, candidate, winner);
    case CandidateStanding::kSuperseded:
      return superseded_text(havip, candidate, winner);
  }
  return "";
}

std::string leaves_text(const std::string& owner) {
  return fmt::format("{} goes down or is unbound", owner);
}

std::string silence_text(const std::string& owner) {
  return fmt::format("{} does not answer the switch and another port does, or none does for 30 s", owner);
}

// While the adverts of the winner are fresh.
std::string adverts_last_text(const CandidateStatus& winner) {
  const TimeMs age = std::max<TimeMs>(0, winner.last_advert_age_ms);
  const TimeMs dead = owner::dead_time_ms(winner.interval_ms);
  const auto above = winner.priority == 255
                         ? std::string("a port adverts 255 too, from a higher address; ")
                         : fmt::format("a port adverts a priority above {0}, or {0} from a higher address; ",
                                       winner.priority);
  return fmt::format(
      "{}{} resigns, goes down or is unbound; its adverts stop: {} after the last one any advert of another "
      "port wins, after {} any announcement (the last one is {} old)",
      above, winner.port, text::seconds(owner::freshness_ms(winner.interval_ms)), text::seconds(dead),
      text::seconds(age));
}

// While the adverts of the winner have ceased and nobody succeeded.
std::string suspect_text(const CandidateStatus& winner) {
  const TimeMs age = winner.last_advert_age_ms;
  const TimeMs left = winner.restored || age < 0 ? 0 : owner::dead_time_ms(winner.interval_ms) - age;
  if (left > 0) {
    return fmt::format("another port adverts the address, or, not before {} from now, announces it; {}; {}",
                       text::seconds(left), leaves_text(winner.port), silence_text(winner.port));
  }
  return fmt::format("another port adverts or announces the address; {}; {}", leaves_text(winner.port),
                     silence_text(winner.port));
}

std::string change_text(const HavipStatus& havip, const CandidateStatus* winner) {
  switch (havip.state) {
    case OwnerState::kOwnedVrrp:
      return winner == nullptr ? "" : adverts_last_text(*winner);
    case OwnerState::kSuspect:
      return winner == nullptr ? "" : suspect_text(*winner);
    case OwnerState::kOwnedAnnouncement:
      return fmt::format("another port adverts or announces the address; {}", leaves_text(havip.owner));
    case OwnerState::kPinned:
      return fmt::format("havip unpin {}; {}", havip.name, leaves_text(havip.pinned));
    case OwnerState::kReleased:
      return "a bound port adverts or announces the address, or answers the switch";
    case OwnerState::kUnknown:
      return "a bound port adverts or announces the address, answers the switch, or sends from it";
    case OwnerState::kFixed:
      break;
  }
  return "";
}

}  // namespace

std::string why_not_text(const HavipStatus& havip) {
  if (havip.state == OwnerState::kFixed) return "";
  const CandidateStatus* winner = winner_of(havip);
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;  // and whom each is about
  for (const auto& candidate : havip.candidates) {
    if (candidate.port == havip.owner) continue;
    auto reason = havip.state == OwnerState::kPinned && !candidate.down
                      ? fmt::format("the operator pinned {}", havip.pinned)
                      : reason_text(havip, candidate, winner);
    if (reason.empty()) continue;
    const auto same = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const auto& known) { return known.first == reason; });
    if (same == reasons.end()) {
      reasons.emplace_back(std::move(reason), std::vector<std::string>{candidate.port});
    } else {
      same->second.push_back(candidate.port);
    }
  }
  std::string text;
  for (const auto& [reason, ports] : reasons)
    text += fmt::format("why not {}: {}\n", text::join(ports), reason);
  return text;
}

std::string lasts_until_text(const HavipStatus& havip) {
  if (havip.candidates.empty() || havip.handover_left_ms) return "";
  const auto change = change_text(havip, winner_of(havip));
  if (change.empty()) return "";
  return fmt::format("{}: {}\n", havip.owner.empty() ? "waits for" : "lasts until", change);
}

std::string follows_text(const HavipStatus& havip) {
  if (!havip.follows) return "";
  const auto& follows = *havip.follows;
  const auto group = fmt::format("VRID {}{}", follows.vrid,
                                 follows.family ? fmt::format(" of {}", to_word(*follows.family)) : "");
  if (!follows.is_hint) {
    return fmt::format(
        "goes with: the owner of {}, with which it was announced; no advert lists the address itself\n",
        group);
  }
  const auto has_fresh = [&](bool is_follower) {
    return std::any_of(havip.candidates.begin(), havip.candidates.end(),
                       [&](const CandidateStatus& candidate) {
                         return candidate.fresh && candidate.is_follower == is_follower;
                       });
  };
  const auto* in_effect = has_fresh(false)  ? ", but adverts list the address itself, and these count"
                          : has_fresh(true) ? ""
                                            : ", but nobody adverts that group now";
  return fmt::format("goes with: the owner of {}, as havip follow says{}\n", group, in_effect);
}

std::string asking_text(const HavipStatus& havip) {
  if (!havip.probing) return "";
  const auto& probing = *havip.probing;
  const auto next = text::seconds(probing.next_question_ms);
  if (probing.asks_about.empty())
    return fmt::format("asking: the switch asks the bound ports who has the address, next in {}\n", next);
  const bool is_down =
      std::any_of(havip.candidates.begin(), havip.candidates.end(), [&](const CandidateStatus& candidate) {
        return candidate.port == probing.asks_about && candidate.down;
      });
  if (is_down) {
    return fmt::format(
        "asking: {} is down, so the switch asks the bound ports that are up who has the address, next in "
        "{}\n",
        probing.asks_about, next);
  }
  const auto asks =
      fmt::format("asking: the switch asks {} whether it has the address still", probing.asks_about);
  // By then it has been asked three times.
  constexpr TimeMs kOwnerAloneMs = 600;
  if (probing.unanswered_ms >= kOwnerAloneMs) {
    return fmt::format(
        "asking: {} has not answered for {}, so all bound ports are asked, next in {}; one that answers "
        "takes over, and after 30 s without any nobody is the owner\n",
        probing.asks_about, text::seconds(probing.unanswered_ms), next);
  }
  if (probing.unanswered_ms >= 0) {
    return fmt::format("{}; no answer for {}, next question in {}; after 30 s nobody is the owner\n", asks,
                       text::seconds(probing.unanswered_ms), next);
  }
  if (probing.confirmed_ms >= 0) {
    return fmt::format("{}; it answered {} ago, next question in {}\n", asks,
                       text::seconds(probing.confirmed_ms), next);
  }
  return fmt::format("{}, next in {}\n", asks, next);
}

std::string damping_text(const HavipStatus& havip) {
  const auto& damping = havip.damping;
  if (damping.next_move_ms == 0) return "";
  const auto next = text::seconds(damping.next_move_ms);
  if (damping.moves_left == 0) {
    return fmt::format(
        "damping: announcements moved the address too often, and can again in {}; adverts always can\n",
        next);
  }
  return fmt::format("damping: announcements can move the address {} at once, and once more in {}\n",
                     damping.moves_left == 1 ? "once" : fmt::format("{} times", damping.moves_left), next);
}

}  // namespace vipswitch::shell
