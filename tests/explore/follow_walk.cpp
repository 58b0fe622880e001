// An address that some adverts list, some do not, and that is to follow the group of the latter (owner
// learning 5.4 "Follow"). The checks of election_checks.h hold, and beyond them:
//
//   unfollowed   adverts of a group that the address does not follow never move it, unless from the port that
//                listed it
//   unlisted     that port has resigned, unless its group lists nothing at all now: then it keeps the address
//   counted      those of the group that it follows count, while nobody's fresh adverts list it
//   outlisted    they never win against fresh adverts that list it
//   learned      a new master's announcement teaches its group, unless somebody's fresh adverts speak against
//                it; an advert that lists the address ends that, and besides it only announcements do
//   strays       two announcements of a port that does not speak for the group, a second to a minute apart,
//                end it; one does not, nor do many at once
//   hinted       what the operator says is followed
//   unhinted     evidence of a group that is followed no longer is worth an announcement
//   undisturbed  hints move the address to nobody but who waits
//   succeeded    a lone steady advertiser of the group owns one interval after the others' adverts have
//                ceased to prove anything
//
// Time passes as in the switch: the election is called when something is due, and not in between.

#include <algorithm>
#include <fmt/format.h>

#include "tests/explore/election_checks.h"
#include "tests/explore/election_view.h"
#include "tests/explore/walks.h"

namespace vipswitch::owner {
namespace {

constexpr std::uint8_t kMiddle = 120;
constexpr TimeMs kStrayApartMs = 1'000, kStrayTogetherMs = 60'000;

// An election just before an input, and that input.
struct Moment {
  const Election& election;
  const Input& input;
  TimeMs now;
  PortId announced_by;  // the last announcement of any port

  VrrpGroup group() const noexcept { return input.group(); }
  std::optional<MemberStatus> sender() const { return member_of(election, input.port); }
  bool is_unlisted_advert() const noexcept {
    return input.kind == Kind::kGroup || input.kind == Kind::kAcquire || input.kind == Kind::kEmpty;
  }
};

template <class Predicate>
bool any_fresh(const Election& election, TimeMs now, Predicate&& predicate) {
  for (std::size_t i = 0; i < election.member_count(); ++i) {
    const MemberStatus member = election.member(i, now);
    if (member.fresh && predicate(member)) return true;
  }
  return false;
}

bool is_listed(const Election& election, TimeMs now) {
  return any_fresh(election, now, [&](const MemberStatus& member) { return !member.is_follower; });
}

// Whether the port's last adverts, which need not be fresh, list the address in this group.
bool has_listed(const Moment& before) {
  const auto sender = before.sender();
  return sender && sender->active && sender->evidence == EvidenceClass::kVrrp &&
         sender->advert.group() == before.group();
}

std::string_view check_unfollowed(const Moment& before, const Election& after) {
  if (!before.is_unlisted_advert() || after.follows(before.group()) || has_listed(before)) return {};
  const bool stays = after.elected() == before.election.elected() && after.owner() == before.election.owner();
  return stays ? std::string_view() : "unfollowed";
}

std::string_view check_unlisted(const Moment& before, const Election& after) {
  if (!before.is_unlisted_advert() || after.follows(before.group()) || !has_listed(before)) return {};
  const auto sender = member_of(after, before.input.port);
  const bool keeps = before.input.kind == Kind::kEmpty && before.input.priority != 0;
  return sender->fresh == keeps && sender->resigned != keeps ? std::string_view() : "unlisted";
}

std::string_view check_counted(const Moment& before, const Election& after) {
  if (!before.is_unlisted_advert() || !before.sender() || !after.follows(before.group())) return {};
  if (before.input.priority == 0 || is_listed(before.election, before.now)) return {};
  return member_of(after, before.input.port)->fresh ? std::string_view() : "counted";
}

std::string_view check_outlisted(const Election& after) {
  const auto elected = member_of(after, after.elected());
  const bool follows = elected && elected->fresh && elected->is_follower;
  return follows && is_listed(after, after.time()) ? "outlisted" : std::string_view();
}

// The group that the input shows the port to have begun to speak for, when it announced the address.
VrrpGroup taught_by(const Moment& moment) {
  const Input& input = moment.input;
  if (!moment.sender()) return {};
  if (input.kind == Kind::kAnnounce) return input.group();
  const bool announced = moment.announced_by == input.port &&
                         moment.election.last_announcement_age_ms(moment.now) <= Election::kAnnouncedBeforeMs;
  return input.kind == Kind::kAcquire && announced ? input.group() : VrrpGroup();
}

bool is_contradicted(const Moment& moment, VrrpGroup taught) {
  return any_fresh(moment.election, moment.now, [&](const MemberStatus& member) {
    return !member.is_follower || member.advert.group() != taught;
  });
}

std::string_view check_learned(const Moment& before, const Election& after) {
  const Follow was = before.election.followed(), is = after.followed();
  if (was.is_hint || is.is_hint || before.input.kind == Kind::kHint) return {};
  const bool lists =
      before.input.kind == Kind::kAdvert && before.input.priority != 0 && before.sender().has_value();
  if (lists) return is.vrid == 0 ? std::string_view() : "learned";
  const VrrpGroup taught = taught_by(before);
  if (taught.exists() && !is_contradicted(before, taught))
    return is.vrid == taught.vrid ? std::string_view() : "learned";
  const bool keeps_listing = before.input.kind == Kind::kEmpty && has_listed(before);
  const bool may_end = keeps_listing || before.input.kind == Kind::kAnnounce;
  return is.vrid == was.vrid || (may_end && is.vrid == 0) ? std::string_view() : "learned";
}

std::string_view check_hinted(const Moment& before, const Election& after) {
  if (before.input.kind != Kind::kHint) return {};
  const Follow follow = after.followed();
  const std::uint8_t hint = before.input.vrid;
  const bool is_right = hint == 0 ? !follow.is_hint : follow.is_hint && follow.vrid == hint;
  return is_right ? std::string_view() : "hinted";
}

std::string_view check_unhinted(const Moment& before, const Election& after) {
  for (std::size_t i = 0; i < before.election.member_count(); ++i) {
    const MemberStatus member = before.election.member(i, before.now);
    if (member.port == before.input.port || !member.is_follower) continue;
    const auto is = member_of(after, member.port);
    if (is && is->evidence == EvidenceClass::kVrrp && !after.follows(member.advert.group()))
      return "unhinted";
  }
  return {};
}

std::string_view check_undisturbed(const Moment& before, const Election& after) {
  if (before.input.kind != Kind::kHint || after.elected() == before.election.elected()) return {};
  const auto waiting = before.election.waiting(before.now);
  return waiting && waiting->port == after.elected() ? std::string_view() : "undisturbed";
}

// --- what would come of it

std::string_view check_strays_of(StandaloneElection election, const MemberStatus& owner, PortId stray,
                                 TimeMs now) {
  const GroupAdvert repeated{owner.advert};
  const auto is_followed = [&] { return election.followed().vrid != 0; };
  const auto announce = [&](PortId port, TimeMs at) { election.announce(port, Delivery::port_mac(), at); };
  election.group_advert(owner.port, repeated, now);
  announce(owner.port, now);  // what came before counts no more
  announce(stray, now);
  announce(stray, now + 30);
  if (!is_followed()) return "strays";
  StandaloneElection later = election;
  later.group_advert(owner.port, repeated, now + kStrayApartMs);
  later.announce(stray, Delivery::port_mac(), now + kStrayApartMs);
  if (later.followed().vrid != 0) return "strays";
  for (TimeMs at = now + 1000; at <= now + kStrayTogetherMs; at += 1000)
    election.group_advert(owner.port, repeated, at);
  announce(stray, now + kStrayTogetherMs + 1);
  return is_followed() ? std::string_view() : "strays";
}

// Whoever else has spoken for the group may go on to do so, and would outrank.
std::string_view check_strays(const Election& election, TimeMs now) {
  const Follow follow = election.followed();
  const auto owner = election.member(election.elected(), now);
  if (follow.vrid == 0 || follow.is_hint || !owner || !owner->fresh) return {};
  std::string_view failed;
  for (std::size_t i = 0; failed.empty() && i < election.member_count(); ++i) {
    const MemberStatus stray = election.member(i, now);
    if (stray.port != owner->port && !stray.fresh)
      failed = check_strays_of(election, *owner, stray.port, now);
  }
  return failed;
}

std::string_view check_succeeded(StandaloneElection election, PortId port, TimeMs now) {
  const std::uint8_t vrid = election.followed().vrid;
  if (vrid == 0 || !member_of(election, port)) return {};
  const TimeMs quiet_from = now + freshness_ms(kIntervalMs);
  for (; now <= quiet_from + kIntervalMs; now += kIntervalMs)
    election.group_advert(port, {advert(port, kLow, vrid)}, now);
  return election.elected() == port ? std::string_view() : "succeeded";
}

// --- the walk

class FollowWorld {
 public:
  explicit FollowWorld(unsigned ports) : election_(make_election(ports)), ports_(ports) {}

  std::string_view take(const Input& input) {
    if (input.kind == Kind::kPass) return let_pass(input);
    const StandaloneElection raw = election_;
    StandaloneElection before = election_;
    before.tick(now_);
    const Outcome outcome = apply(election_, input, now_);
    const Moment moment{before, input, now_, announced_by_};
    if (input.kind == Kind::kAnnounce && moment.sender()) announced_by_ = input.port;
    return first_failed([&] { return check_change(raw, election_, outcome); },
                        [&] { return check_claim(before, input); }, [&] { return check_follow(moment); });
  }

  std::string_view judge() const {
    std::string_view failed = check_strays(election_, now_);
    if (failed.empty()) failed = check_steady(election_, ports_, now_);
    for (unsigned port = 1; failed.empty() && port <= ports_; ++port)
      failed = check_succeeded(election_, PortId(port), now_);
    return failed;
  }

  std::uint64_t hash() const {
    StateHash hash;
    ElectionView::add(hash, election_);
    hash.add(now_ - election_.time());
    return hash.value();
  }

 private:
  std::string_view let_pass(const Input& input) {
    now_ += input.passed;
    std::string_view failed;
    while (failed.empty() && election_.next_due() <= now_) {
      const StandaloneElection before = election_;
      const Outcome outcome = election_.tick(election_.next_due());
      failed = check_change(before, election_, outcome);
      if (failed.empty()) failed = check_kept(before, input, election_);
    }
    return failed;
  }

  // Where two strays end the following, nothing is left that holds against the second.
  std::string_view check_claim(const Election& before, const Input& input) const {
    const bool is_doubted = before.followed().vrid != election_.followed().vrid;
    const auto stalled = is_doubted ? std::string_view() : check_stalled(before, input, election_);
    return stalled.empty() ? check_announced(before, input, election_) : stalled;
  }

  std::string_view check_follow(const Moment& before) const {
    return first_failed(
        [&] { return check_unfollowed(before, election_); },
        [&] { return check_unlisted(before, election_); }, [&] { return check_counted(before, election_); },
        [&] { return check_outlisted(election_); }, [&] { return check_learned(before, election_); },
        [&] { return check_hinted(before, election_); }, [&] { return check_unhinted(before, election_); },
        [&] { return check_undisturbed(before, election_); });
  }

  StandaloneElection election_;
  TimeMs now_ = 0;
  PortId announced_by_;
  unsigned ports_;
};

std::vector<Input> follow_inputs(unsigned ports) {
  std::vector<Input> inputs;
  add_for_each_port(inputs, ports,
                    {{.kind = Kind::kAdvert, .priority = kLow},
                     {.kind = Kind::kAdvert},
                     {.kind = Kind::kGroup, .priority = kHigh, .vrid = kVrid},
                     {.kind = Kind::kGroup, .priority = 0, .vrid = kVrid},
                     {.kind = Kind::kGroup, .priority = kMiddle, .vrid = kOtherVrid},
                     {.kind = Kind::kAcquire, .priority = kHigh, .vrid = kVrid},
                     {.kind = Kind::kAcquire, .priority = kMiddle, .vrid = kOtherVrid},
                     {.kind = Kind::kEmpty, .priority = kLow, .vrid = kVrid},
                     {.kind = Kind::kAnnounce},
                     {.kind = Kind::kAnnounce, .vrid = kVrid},
                     {.kind = Kind::kAnnounce, .vrid = kOtherVrid},
                     {.kind = Kind::kDown},
                     {.kind = Kind::kUnbind},
                     {.kind = Kind::kBind}});
  for (const std::uint8_t vrid : {std::uint8_t{0}, kVrid, kOtherVrid})
    inputs.push_back({.kind = Kind::kHint, .vrid = vrid});
  // Past what an announcement before the advert belongs to, less than an interval, to where adverts prove
  // nothing any more, past the dead time.
  for (const TimeMs passed : {Election::kAnnouncedBeforeMs + 1, TimeMs{700}, freshness_ms(kIntervalMs) + 1,
                              dead_time_ms(kIntervalMs) + 1})
    inputs.push_back(pass(passed));
  return inputs;
}

}  // namespace

bool walk_follow(unsigned ports, WalkLimits limits) {
  Walk<FollowWorld> walk(fmt::format("follow, {} ports", ports), follow_inputs(ports), limits);
  return walk.run(FollowWorld(ports));
}

}  // namespace vipswitch::owner
