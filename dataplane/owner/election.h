#pragma once

// Purpose: the election of one HAVIP address on one host: which of the bound ports owns it, from what they
//   claim and from time alone. A state machine without I/O; time is handed in.
// Shape: at most kMaxMembers members (members.h): two inline, more in a room that give_room() has lent. 106
//   bytes without gaps. What is to be copied is a StandaloneElection, which has room of its own.
// Units: TimeMs, whole milliseconds, up to PackedTime::kLatest, where time stands still. Election time is
//   max(own time, now): a caller whose clock is behind does not take it back.
// Who writes: the worker that holds the slot's lock. Who reads: the same, or anybody in a copy.
// Errors: none; what cannot be used is named by Outcome::remark().
// Cost: a repeated advert a scan of the members and a few compares; anything else a few passes over them.
// Source: owner learning 5.1-5.3; the executable specification is tests/oracle/model.py.
//
// Claims that say something new are evaluated at once up to 200 times a second for each port, 400 in a burst;
// of those beyond, remarked as `claim_rate`, the last one is evaluated when its turn comes. Resignations
// always are.
//
// Every call first lets time pass up to `now`, acting at each millisecond at which something expires, and
// then does what it is named for. An input of a port that is no member is remarked as `unbound`, except where
// said otherwise.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/owner/advert_evidence.h"
#include "dataplane/owner/members.h"
#include "dataplane/owner/outcome.h"
#include "dataplane/packed.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"
#include "vipswitch/time.h"

namespace vipswitch::owner {

enum class LinkState : std::uint8_t { kDown, kUp };

// Whether a port has, with this advert, begun to speak for its group, and lately for no other.
enum class GroupNews : std::uint8_t { kNone, kAcquired };

// An advert of a group, as the addresses see it that it does not list.
struct GroupAdvert {
  AdvertEvidence evidence;
  GroupNews news = GroupNews::kNone;
  bool is_list_empty = false;
};

// The group whose adverts count for the address though they do not list it (owner learning 5.4 "Follow").
struct Follow {
  std::uint8_t vrid = 0;         // 0: none
  std::optional<Family> family;  // none: the operator's hint, which means either
  bool is_hint = false;
};

// An announcement that is not decided on yet.
struct Waiting {
  PortId port;
  TimeMs age_ms;
  bool is_shadowed;  // another port's adverts hold against it; else it waits for damping
};

// How far announcements may still move the address.
struct Damping {
  std::uint8_t moves_left;
  TimeMs next_move_ms;  // until there is one more; 0: there are as many as there can be
};

// One bound port, for display.
struct MemberStatus {
  PortId port;
  EvidenceClass evidence;  // what its record rests on; kNone: it never claimed
  bool active;             // claims the address
  bool fresh;              // its adverts prove it alive
  bool down;
  bool resigned;              // nothing of its own since its priority 0
  bool restored;              // remembered; nothing of its own since
  bool is_follower;           // its adverts do not list the address, which goes with their group
  AdvertEvidence advert;      // the last one; all zero before the first
  TimeMs last_advert_age_ms;  // -1: never
  Delivery delivery;
  CandidateStanding standing;
};

// Age up to which an advert proves its sender alive. Below 3 * interval, so that whoever takes over by
// timeout always finds the old owner no longer fresh.
constexpr TimeMs freshness_ms(std::uint32_t interval_ms) noexcept {
  const TimeMs interval = interval_ms;
  const TimeMs with_jitter = 2 * interval + 100, fraction = interval * 28 / 10;
  return with_jitter < fraction ? with_jitter : fraction;
}

// Age before which no other guest can have taken over by timeout: 3 * interval + skew, and skew <= interval.
constexpr TimeMs dead_time_ms(std::uint32_t interval_ms) noexcept {
  return TimeMs{4} * interval_ms;
}

class Election {
 public:
  static constexpr std::size_t kMaxMembers = Members::kMost;
  // An announcement belongs to the group that its port acquires up to this much later.
  static constexpr TimeMs kAnnouncedBeforeMs = 20;
  static constexpr TimeMs kNever = kNeverMs;

  Election() noexcept = default;
  Election(const Election&) = delete;

  // Before a third member is bound; again: no effect. It must live as long as the election, or until its next
  // clear().
  void give_room(Members::Room& room) noexcept { members_.move_to(room); }
  // As it was made: without members or a room.
  void clear() noexcept;
  // As the other is. Without room for its members: a defect of the caller; ignored.
  void assign(const Election& other) noexcept {
    assert(other.member_count() <= members_.capacity());
    if (other.member_count() <= members_.capacity()) *this = other;
  }

  // A new member has no record. One that is bound already stays as it is. Without room, or beyond
  // kMaxMembers: a defect of the caller; ignored.
  Outcome bind(PortId port, LinkState link, TimeMs now) noexcept;
  // Takes the record and the pin with it. A port that is not bound: only time passes.
  Outcome unbind(PortId port, TimeMs now) noexcept;
  // The port or its vhost peer is gone: it claims no longer, what it had waiting is dropped.
  Outcome down(PortId port, TimeMs now) noexcept;
  // Also implied by anything that is heard from the port.
  Outcome up(PortId port, TimeMs now) noexcept;
  // The operator's choice wins over every claim while that port is bound and up. Not bound: remark
  // pin_refused.
  Outcome pin(PortId port, TimeMs now) noexcept;
  Outcome unpin(TimeMs now) noexcept;

  // The owner of before, until anything of its own or of others says more: SUSPECT, outranked by every advert
  // and announcement. It may be down, as guests come back after a restart. Generations go on from
  // `generation`. Without effect while somebody is elected.
  Outcome restore(PortId port, std::uint32_t generation, TimeMs now) noexcept;
  // Drops every record and the pin; members and their links stay.
  Outcome forget(TimeMs now) noexcept;

  Outcome advert(PortId port, const AdvertEvidence& evidence, TimeMs now) noexcept;
  // Of a group that does not list the address. It counts as one that does while the address follows the group
  // and nobody's fresh adverts list it; else, if the group is the one that listed it, the port has given the
  // address up, unless the group lists nothing at all now.
  Outcome group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept;
  // Gratuitous ARP or unsolicited neighbour advertisement; `delivery` by the MAC that it names. `acquired`:
  // the only group that the port has begun to speak for within the last second, if there is one: the address
  // follows it from now on, unless adverts list it.
  Outcome announce(PortId port, Delivery delivery, TimeMs now, VrrpGroup acquired = {}) noexcept;
  // The operator knows that the address belongs to the group `vrid`, of either family; 0: what is learned
  // holds.
  Outcome follow(std::uint8_t vrid, TimeMs now) noexcept;
  // Any other frame from the address that nobody asked for.
  Outcome weak(PortId port, TimeMs now) noexcept;
  // The answer to a probe of the switch's own.
  Outcome answer(PortId port, TimeMs now) noexcept;
  // The elected port has answered none of the switch's probes: `successor`, which has, takes over; invalid:
  // what waits does, or nobody, and nothing is known. Without effect on one that adverts again.
  Outcome replace_silent(PortId successor, TimeMs now) noexcept;
  // Only lets time pass.
  Outcome tick(TimeMs now) noexcept;

  // No later than the first moment at which time alone can change the owner; kNever: it cannot. May be early
  // after adverts that only refreshed; tick() then moves it on. Any call may make it earlier.
  TimeMs next_due() const noexcept { return due_; }

  PortId owner() const noexcept { return port_of(owner_); }      // invalid: nobody
  PortId elected() const noexcept { return port_of(elected_); }  // by claims alone
  PortId pinned() const noexcept { return port_of(pinned_); }    // whether or not it is up
  OwnerState state(TimeMs now) const noexcept;
  // When kOwnedVrrp becomes kSuspect unless an advert comes; kNever in any other state.
  TimeMs suspect_from() const noexcept;
  std::uint32_t generation() const noexcept { return generation_; }
  Rule rule() const noexcept;  // that names the owner
  // The port's own MAC, if it never claimed or is no member.
  Delivery delivery_of(PortId port) const noexcept;
  Delivery delivery() const noexcept { return delivery_of(owner()); }
  TimeMs time() const noexcept { return now_; }

  std::size_t member_count() const noexcept { return members_.count(); }
  MemberStatus member(std::size_t index, TimeMs now) const noexcept;  // index < member_count()
  std::optional<MemberStatus> member(PortId port, TimeMs now) const noexcept;
  std::optional<Waiting> waiting(TimeMs now) const noexcept;
  Damping damping(TimeMs now) const noexcept;
  Follow followed() const noexcept;
  bool follows(VrrpGroup group) const noexcept;
  TimeMs last_announcement_age_ms(TimeMs now) const noexcept;  // by any port; -1: never
  // Whether the port announces the address at this very moment.
  bool is_announcing(PortId port) const noexcept { return was_announced_by(port) && announced_at_ == time(); }

 protected:
  Election& operator=(const Election&) noexcept = default;

 private:
  friend class ElectionView;  // tests/explore: two states that no later input can tell apart are one

  // Index of a member.
  using Member = std::uint8_t;
  static constexpr Member kNobody = kMaxMembers;
  Member behind_last_member() const noexcept { return static_cast<Member>(members_.count()); }

  struct Standing;
  // Whether an advert lists the address, or counts because the address follows its group.
  enum class Listing : std::uint8_t { kListed, kFollowed };
  // Announcements move the owner at most three times at once and then every two seconds.
  static constexpr TimeMs kCreditMaxMs = 6'000, kCreditCostMs = 2'000;

  // Election time, if it is `now` on the caller's clock.
  TimeMs time_at(TimeMs now) const noexcept {
    return std::min(std::max<TimeMs>(now_, now), PackedTime::kLatest);
  }
  template <class Input>
  Outcome act(TimeMs now, Input&& input) noexcept;
  void pass_time(TimeMs now, Outcome& outcome) noexcept;
  TimeMs earliest_due() const noexcept;
  TimeMs due_of_winner() const noexcept;
  TimeMs due_of_waiting() const noexcept;

  Member find(PortId port) const noexcept;
  bool has(Member member) const noexcept { return member != kNobody; }
  PortId port_of(Member member) const noexcept {
    return has(member) ? PortId(members_[member].port) : PortId();
  }
  void remove(Member member) noexcept;
  Member heard(PortId port, Outcome& outcome) noexcept;

  static TimeMs suspect_from(const Record& record) noexcept {
    return record.last_advert + freshness_ms(record.interval_ms) + 1;
  }
  bool is_fresh(const Record& record, TimeMs now) const noexcept;
  bool is_current(const Record& record) const noexcept;
  bool holds_against(const Record& record, const Record& claimant) const noexcept;
  bool is_shadowed(const Record& claimant) const noexcept;
  bool has_fresh_advert(Member member, TimeMs now) const noexcept;
  Outcome take_group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept;
  Outcome take_advert(PortId port, const AdvertEvidence& evidence, Listing listing, TimeMs now) noexcept;
  bool speaks_another(VrrpGroup group, TimeMs now) const noexcept;
  bool is_listed_elsewhere(TimeMs now) const noexcept;
  void learn_to_follow(VrrpGroup group) noexcept;
  void stop_following() noexcept;
  void heed_list() noexcept;
  void drop_followers() noexcept;
  static void drop_follower(Record& record) noexcept;
  bool was_announced_by(PortId port) const noexcept { return PortId(announced_by_) == port; }
  void note_announcement(Member member, VrrpGroup acquired) noexcept;
  void doubt_follow(Member member) noexcept;
  CandidateStanding standing_of(Member member, TimeMs now) const noexcept;
  bool is_known(const Record& record, const AdvertEvidence& evidence, Listing listing,
                TimeMs now) const noexcept;
  TimeMs next_turn(const Record& record) const noexcept;
  bool take_turn(Record& record) noexcept;
  void take_deferred_turns(Outcome& outcome) noexcept;
  TimeMs due_of_turns() const noexcept;

  Standing standing(Member member) const noexcept;
  Standing best_standing() const noexcept;
  void evaluate(Trigger trigger, Outcome& outcome) noexcept;
  void name_owner(Rule elected_by, Trigger trigger, Outcome& outcome) noexcept;
  void settle(Trigger trigger, Outcome& outcome) noexcept;
  TimeMs credit_ms(TimeMs now) const noexcept;
  bool take_credit() noexcept;
  void begin_generation() noexcept;
  void take(Member member, EvidenceClass evidence, Trigger trigger, Outcome& outcome) noexcept;
  void leave(Member member, Trigger trigger, Outcome& outcome) noexcept;
  void wait(Member member) noexcept;
  void resign(Member member, Outcome& outcome) noexcept;
  void judge_announcement(Member member, Outcome& outcome) noexcept;
  bool pin_holds() const noexcept;

  // What an advert that changes nothing touches comes first.
  PackedTime now_;
  PackedDue due_ = kNever;
  Member elected_ = kNobody;
  Member waiting_ = kNobody;  // whose announcement waits
  Members members_;
  Member owner_ = kNobody;
  Member pinned_ = kNobody;
  bool released_ : 1 = false;      // the elected port left and nobody has succeeded it
  bool has_deferred_ : 1 = false;  // some record is deferred, or was
  std::uint8_t hint_ = 0;          // VRID that the operator said the address follows; 0: none
  VrrpGroup learned_;              // that it was seen to follow
  Packed<std::uint32_t> generation_ = 1;
  PackedTime waiting_since_;
  PackedTime credit_full_at_;  // announcements move the owner as often as they ever may from then on
  PackedPort announced_by_;    // the last announcement, of any port
  PackedTime announced_at_;
  PackedTime stray_since_ = kNoStray;  // the first announcement that contradicts what was learned
  static constexpr TimeMs kNoStray = -1;
};
static_assert(sizeof(Election) == 106 && alignof(Election) == 1);

}  // namespace vipswitch::owner
