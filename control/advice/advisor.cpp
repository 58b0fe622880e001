#include "control/advice/advisor.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <utility>

#include "control/advice/group_advice.h"
#include "control/advice/speaker_advice.h"
#include "control/advice/vrid_conflicts.h"
#include "control/text/duration_text.h"
#include "control/text/format.h"
#include "control/text/join.h"
#include "dataplane/owner/election.h"

namespace vipswitch::advice {
namespace {

constexpr std::string_view kWords[] = {
#define ADVICE(code, help) #code,
#include "control/advice/advice_codes.def"
#undef ADVICE
};

std::span<const VrrpSpeaker> of_subnet(std::span<const VrrpSpeaker> speakers, const std::string& subnet) {
  const auto begin = std::partition_point(
      speakers.begin(), speakers.end(), [&](const VrrpSpeaker& speaker) { return speaker.subnet < subnet; });
  const auto end = std::partition_point(begin, speakers.end(),
                                        [&](const VrrpSpeaker& speaker) { return speaker.subnet == subnet; });
  return {begin, end};
}

const VrrpSpeaker* find(const Members& members, const std::string& port) {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const VrrpSpeaker* member) { return member->port == port; });
  return found == members.end() ? nullptr : *found;
}

// What one call of advise() works on, with a function for each thing that may be wrong.
class Advisor {
 public:
  Advisor(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers)
      : havip_(havip), subnet_(of_subnet(speakers, havip.subnet)), members_(members_of(havip, subnet_)) {}

  std::vector<Advice> advise() {
    look_for_filters();
    look_for_split_brain();
    look_for_claims();
    look_for_adverts();
    look_for_silent_owner();
    std::ranges::move(advise_on_group(havip_), std::back_inserter(advice_));
    look_for_equal_priorities();
    std::ranges::move(compare(havip_, members_), std::back_inserter(advice_));
    look_for_vrid_conflict();
    look_at_notices();
    return std::move(advice_);
  }

 private:
  template <class... Args>
  void add(AdviceCode code, fmt::format_string<Args...> format, Args&&... args) {
    advice_.push_back({code, fmt::format(format, std::forward<Args>(args)...)});
  }

  // Ports whose adverts are fresh though the elected one's outrank them.
  std::vector<const CandidateStatus*> contenders() const {
    std::vector<const CandidateStatus*> found;
    for (const auto& candidate : havip_.candidates) {
      if (candidate.fresh && candidate.standing == CandidateStanding::kOutranked) found.push_back(&candidate);
    }
    return found;
  }

  // Bound ports that have adverted the address.
  std::vector<std::string> advertisers() const {
    std::vector<std::string> ports;
    for (const auto& candidate : havip_.candidates) {
      if (candidate.last_advert_age_ms >= 0) ports.push_back(candidate.port);
    }
    return ports;
  }

  bool has_filter() const {
    return std::any_of(
        havip_.candidates.begin(), havip_.candidates.end(),
        [](const CandidateStatus& candidate) { return candidate.vrrp_filter != VrrpFilter::kNone; });
  }

  // A drill that was left on looks like a fault of the guests.
  void look_for_filters() {
    for (const auto& candidate : havip_.candidates) {
      if (candidate.vrrp_filter == VrrpFilter::kNone) continue;
      add(AdviceCode::vrrp_filter,
          "the switch itself drops VRRP adverts of {0} (vrrp_filter {1}): port set {0} vrrp_filter none, "
          "unless this is a drill",
          candidate.port, to_word(candidate.vrrp_filter));
    }
  }

  void look_for_split_brain() {
    if (!havip_.has_contention) return;
    const auto winner = std::find_if(
        havip_.candidates.begin(), havip_.candidates.end(), [](const CandidateStatus& candidate) {
          return candidate.standing == CandidateStanding::kElected && candidate.fresh;
        });
    const auto outranked = contenders();
    if (winner == havip_.candidates.end() || outranked.empty()) {
      const auto ports = advertisers();
      if (ports.size() < 2) return;  // one of the two is unbound, or was meanwhile
      add(AdviceCode::split_brain,
          "within the last minute {} adverted {} at once, and now they do not: one did not hear the other; "
          "if that comes back, look for {}",
          ports.size() == 2 ? text::join(ports) : "two ports", havip_.address,
          likely_cause(nullptr, nullptr));
      return;
    }
    const auto& loser = *outranked.front();
    add(AdviceCode::split_brain,
        "{0} (priority {1}) adverts {2} though {3} (priority {4}) does: {0} does not hear {3}; the likely "
        "cause is {5}",
        loser.port, loser.priority, havip_.address, winner->port, winner->priority,
        has_filter() ? "the vrrp_filter that the switch itself holds"
                     : likely_cause(find(members_, loser.port), find(members_, winner->port)));
  }

  void look_for_claims() {
    if (!havip_.pinned.empty() || havip_.learn == LearnMode::kOff) return;
    if (havip_.candidates.empty()) {
      add(AdviceCode::no_port, "no port is bound to {0}, so nobody can claim {1}: havip bind {0} PORT",
          havip_.name, havip_.address);
      return;
    }
    if (havip_.unclaimed_since_ms < 0) return;
    const TimeMs unclaimed_ms = havip_.now_ms - havip_.unclaimed_since_ms;
    if (unclaimed_ms < kPatienceMs) return;
    std::vector<std::string> up, down;
    for (const auto& candidate : havip_.candidates) (candidate.down ? down : up).push_back(candidate.port);
    if (up.empty()) {
      add(AdviceCode::unclaimed,
          "nobody has claimed {} for {}: {} {} down; start the VM, or its vhost backend", havip_.address,
          text::age(unclaimed_ms), text::join(down), down.size() == 1 ? "is" : "are");
      return;
    }
    if (const VrrpSpeaker* group = speaking_group_of(up)) {
      add(AdviceCode::unclaimed,
          "nobody has claimed {0} for {1}, though {2} adverts VRID {3} ({4}) without it: list {0} there, or, "
          "where it moves with that group, say havip follow {5} {3}",
          havip_.address, text::age(unclaimed_ms), group->port, group->vrid, to_word(group->family),
          havip_.name);
      return;
    }
    add(AdviceCode::unclaimed,
        "nobody has claimed {0} for {1}: start the VRRP daemon in the {2}, and see that it lists {0} and "
        "that no filter there drops ARP or IP protocol 112{3}",
        havip_.address, text::age(unclaimed_ms), (up.size() == 1 ? "VM of " : "VMs of ") + text::join(up),
        down.empty() ? "" : "; down: " + text::join(down));
  }

  // A group, of either family, in which one of the ports adverts now.
  const VrrpSpeaker* speaking_group_of(const std::vector<std::string>& ports) const {
    const auto found = std::find_if(subnet_.begin(), subnet_.end(), [&](const VrrpSpeaker& speaker) {
      return is_speaking(speaker) && std::find(ports.begin(), ports.end(), speaker.port) != ports.end();
    });
    return found == subnet_.end() ? nullptr : &*found;
  }

  void look_for_adverts() {
    if (havip_.state != OwnerState::kOwnedAnnouncement || havip_.follows || havip_.owner.empty()) return;
    const bool is_adverted =
        std::any_of(havip_.candidates.begin(), havip_.candidates.end(),
                    [](const CandidateStatus& candidate) { return is_speaking(candidate); });
    if (is_adverted) return;
    const CandidateStatus* owner = havip_.owner_candidate();
    const bool is_weak = owner != nullptr && owner->evidence == EvidenceClass::kWeak;
    if (const VrrpSpeaker* group = speaking_group_of({havip_.owner})) {
      add(AdviceCode::no_adverts,
          "{0} adverts in VRID {1}, but does not list {2}, which it {3}: if it dies, {2} stays with it "
          "until another port announces it; list {2} in virtual_ipaddress rather than in "
          "virtual_ipaddress_excluded",
          havip_.owner, group->vrid, havip_.address, is_weak ? "uses" : "announced");
      return;
    }
    add(AdviceCode::no_adverts,
        "{0} {2} {1}, and no port adverts it by VRRP: if {0} dies, {1} stays with it until another "
        "port announces it; run keepalived in the VMs, or see that the cluster software announces every "
        "takeover",
        havip_.owner, havip_.address, is_weak ? "uses" : "announced");
  }

  // A failover by time-out is over, or the owner would be another, once others could take over.
  void look_for_silent_owner() {
    if (havip_.state != OwnerState::kSuspect || havip_.owner.empty()) return;
    const CandidateStatus* owner = havip_.owner_candidate();
    if (owner == nullptr) return;
    if (owner->restored) {
      if (havip_.now_ms - havip_.owner_since_ms < kPatienceMs) return;
      add(AdviceCode::silent_owner,
          "{0} had {1} before the switch restarted, and has neither adverted nor announced it in the {2} "
          "since{3}: see that keepalived, or the cluster software, runs in its VM",
          owner->port, havip_.address, text::age(havip_.now_ms - havip_.owner_since_ms), answers());
      return;
    }
    if (owner->last_advert_age_ms <= owner::dead_time_ms(owner->interval_ms)) return;
    add(AdviceCode::silent_owner,
        "{0} has not adverted {1} for {2}, and no other port took over{3}: see that keepalived runs in the "
        "VM of {0}, that no filter drops IP protocol 112, and why no other member takes over",
        owner->port, havip_.address, text::age(owner->last_advert_age_ms), answers());
  }

  // What the owner in doubt says when the switch asks it.
  std::string_view answers() const {
    if (!havip_.probing || havip_.probing->asks_about.empty()) return "";
    if (havip_.probing->unanswered_ms >= 0) return "; it does not answer the switch either";
    return havip_.probing->confirmed_ms >= 0 ? "; it answers when the switch asks, so it keeps the address"
                                             : "";
  }

  void look_for_equal_priorities() {
    std::map<std::pair<unsigned, unsigned>, std::vector<std::string>> ports;  // by VRID and priority
    for (const auto& candidate : havip_.candidates) {
      if (candidate.priority == 0 || candidate.last_advert_age_ms < 0 ||
          candidate.last_advert_age_ms > kComparedMs)
        continue;
      ports[{candidate.vrid, candidate.priority}].push_back(candidate.port);
    }
    for (const auto& [key, equal] : ports) {
      if (equal.size() < 2) continue;
      add(AdviceCode::equal_priorities,
          "{} have the same priority {} in VRID {}, so which of them owns {} depends on who started first: "
          "give each a priority of its own",
          text::join(equal), key.second, key.first, havip_.address);
    }
  }

  void look_for_vrid_conflict() {
    for (const VrrpSpeaker* member : members_) {
      for (const VrrpSpeaker& other : subnet_) {
        if (!is_vrid_conflict(*member, other)) continue;
        add(AdviceCode::vrid_conflict,
            "VRID {0} of subnet {1} is used by {2} for {3} and by {4} for {5}: the switch keeps their "
            "adverts apart, but their virtual MAC is the same, and another network would mix them up; give "
            "one of the groups another virtual_router_id",
            member->vrid, member->subnet, member->port, text::join(member->havips), other.port,
            text::join(other.havips));
        return;
      }
    }
  }

  void look_at_notices() {
    if (havip_.has_several_answers) {
      add(AdviceCode::several_answers,
          "several ports answered when the switch asked who has {0}, so more than one VM holds it: remove it "
          "from those that are not the owner (ip address del {0} dev ...)",
          havip_.address);
    }
    if (havip_.has_multicast_mac) {
      add(AdviceCode::multicast_mac,
          "{} is announced with a multicast MAC, as Windows NLB does, and that is ignored: NLB wants every "
          "frame at every VM, which a HAVIP with one owner cannot give; use VRRP, or a load balancer",
          havip_.address);
    }
  }

  const HavipStatus& havip_;
  std::span<const VrrpSpeaker> subnet_;
  Members members_;
  std::vector<Advice> advice_;
};

}  // namespace

std::string_view to_word(AdviceCode code) noexcept {
  return kWords[static_cast<std::size_t>(code)];
}

std::vector<Advice> advise(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers) {
  return Advisor(havip, speakers).advise();
}

}  // namespace vipswitch::advice
