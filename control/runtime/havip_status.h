#pragma once

// What is known of HAVIPs, in the operator's names: what `show havip`, its JSON, the advisor and the metrics
// are made of. Plain values. Times of the election are milliseconds since the switch started; ages and
// remaining times are milliseconds before or after HavipStatus::now_ms.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/time.h"
#include "vipswitch/vrrp_filter.h"

namespace vipswitch {

// One owner decision, newest last in HavipStatus::decisions.
struct Decision {
  std::uint32_t sequence;   // counts the owner changes of this HAVIP from 1
  TimeMs at_ms;             // since the switch started
  std::int64_t at_unix_us;  // the same instant, wall clock
  std::string from;         // port name, empty: nobody
  std::string to;           // port name, empty: nobody
  Trigger trigger;
  Rule rule;
  EvidenceClass evidence;
  std::uint8_t priority;
  std::uint8_t vrid;
  std::int64_t
      evidence_to_commit_ns;  // burst received -> owner word stored; 0 where no packet was the trigger
  LearnMode mode = LearnMode::kEnforce;  // data followed only where it was enforced
  std::uint32_t generation = 0;          // of the election, afterwards
  std::uint32_t lost_before = 0;  // decisions between this one and the one before that never arrived here
};

// How many decisions are enough where the whole history was not asked for.
inline constexpr std::size_t kRecentDecisions = 64;

// The clock of one failover: from the last packet that went to the owner of before to the first that went to
// the new one. Moments are ns after the one in which the switch received the packet that brought the
// evidence, or in which a timer or the operator decided; negative: before it.
struct Failover {
  std::uint32_t sequence;   // of the decision that named the new owner
  std::int64_t at_unix_us;  // of the evidence, wall clock
  std::string from;         // port that had the data before, empty: none ever had
  std::string to;           // port that has it now
  Trigger trigger;
  std::optional<std::int64_t> last_to_old_ns;   // none: no packet went there of late
  std::int64_t decided_ns;                      // the election named the new owner
  std::int64_t moved_ns;                        // data goes to it; later than that with `handover announced`
  std::optional<std::int64_t> first_to_new_ns;  // none: no packet has come yet
  std::uint64_t dropped;                        // packets for the address in between, which nobody owned

  // As data saw it: from the last packet to the old owner to the first to the new one.
  std::optional<std::int64_t> gap_ns() const {
    if (!last_to_old_ns || !first_to_new_ns) return std::nullopt;
    return *first_to_new_ns - *last_to_old_ns;
  }
};

// A VRRP group that a bound port speaks or spoke for, as its last advert says.
struct VrrpSpeaker {
  std::string subnet;
  std::string port;
  Family family;
  std::uint8_t vrid;
  std::uint8_t version;  // 2 or 3
  std::uint8_t priority;
  VrrpAuth auth;
  bool is_unicast;
  std::uint32_t interval_ms;
  TimeMs last_advert_age_ms;
  bool is_resigned;                 // its last advert had priority 0
  std::uint16_t list_hash;          // of all addresses that it listed, in whatever order
  std::uint8_t list_size;           // how many
  std::vector<std::string> havips;  // those of the port's HAVIPs that it listed
};

struct CandidateStatus {
  std::string port;
  bool active;  // claims the address
  bool fresh;   // its adverts prove it alive
  bool down;
  EvidenceClass evidence;
  std::uint8_t priority;
  std::uint8_t vrid;
  std::uint32_t interval_ms;
  TimeMs last_advert_age_ms;  // -1: never
  bool restored = false;      // owner of before a restart, not heard since
  CandidateStanding standing = CandidateStanding::kNeverClaimed;
  bool is_follower = false;  // its adverts do not list the address, which goes with their group
  VrrpFilter vrrp_filter = VrrpFilter::kNone;  // the operator's: which of its adverts the switch drops
};

// An announcement that is not decided on yet.
struct WaitingClaim {
  std::string port;
  TimeMs age_ms;     // expires at kLifetimeMs
  bool is_shadowed;  // another port's adverts hold against it; else it waits for damping
  static constexpr TimeMs kLifetimeMs = 10'000;
};

// How far announcements may still move the address (owner learning 5.6).
struct DampingStatus {
  std::uint8_t moves_left = 3;  // at once
  TimeMs next_move_ms = 0;      // until there is one more; 0: it is full
};

// What the switch's own questions came to (owner learning 5.3).
struct ProbingStatus {
  std::string asks_about;     // port whose ownership is in doubt; empty: nobody is known
  TimeMs next_question_ms;    // until it asks again
  TimeMs unanswered_ms = -1;  // for how long `asks_about` has not answered; -1: nothing is unanswered
  TimeMs confirmed_ms = -1;   // since its last answer; -1: it has given none
};

// The group whose adverts count for the address though they do not list it (owner learning 5.4 "Follow").
struct FollowStatus {
  std::uint8_t vrid;
  std::optional<Family> family;  // none: the operator's hint, of either
  bool is_hint;                  // the operator said so; else learned
};

// Of one address of a HAVIP: each is elected by itself.
struct HavipStatus {
  std::string name;
  std::string subnet;
  IpAddress address;
  Mac stable_mac;
  OwnerState state;
  Rule rule = Rule::kNobody;              // that names the owner now
  LearnMode learn = LearnMode::kEnforce;  // in force for it
  std::string owner;                      // port that has the data, empty: nobody
  std::string elected;                    // port that the claims name, pins aside, empty: nobody
  Handover handover = Handover::kAnnounced;
  // While data still goes to the owner of before: until it follows the claims without an announcement.
  std::optional<TimeMs> handover_left_ms = std::nullopt;
  std::string pinned;  // port, empty: none
  std::uint32_t
      disagreements;      // decisions while observing that named another port than the one with the data
  Mac delivery_mac;       // zero without owner
  TimeMs owner_since_ms;  // -1 without owner
  TimeMs now_ms;
  std::uint32_t owner_changes;              // so far; more than the last decision says: decisions were lost
  std::uint64_t delivered_to_old_owner;     // packets resolved before a commit and sent after it
  std::uint64_t dropped_without_owner = 0;  // packets for it while nobody owned it
  std::vector<CandidateStatus> candidates;  // one for each bound port, in order of binding
  std::vector<Decision> decisions;
  std::vector<Failover> failovers = {};  // newest last
  std::optional<WaitingClaim> waiting = std::nullopt;
  DampingStatus damping = {};
  std::optional<ProbingStatus> probing = std::nullopt;  // none: nothing is in doubt
  std::optional<FollowStatus> follows = std::nullopt;
  // Since when nobody has claimed the address, or since it exists; -1: somebody has claimed it and stands.
  TimeMs unclaimed_since_ms = -1;
  TimeMs last_announcement_age_ms = -1;  // by any port; -1: never
  bool has_contention = false;           // of late: a port adverted while another's adverts outranked it
  bool has_several_answers = false;      // of late: several ports answered a question of the switch
  bool has_multicast_mac = false;        // of late: an announcement named a multicast MAC (NLB)

  // Of the port that has the data; null without one, or if that is bound no more.
  const CandidateStatus* owner_candidate() const {
    const auto is_owner = [this](const CandidateStatus& candidate) { return candidate.port == owner; };
    const auto found = std::find_if(candidates.begin(), candidates.end(), is_owner);
    return found == candidates.end() ? nullptr : &*found;
  }
};

// What is known of an address of a HAVIP without asking its worker: cheap for all of them at once.
struct HavipSummary {
  std::string name;
  std::string subnet;
  IpAddress address;
  std::string owner;  // port name, empty: nobody
  OwnerState state;
  TimeMs owner_since_ms;                 // -1 without owner
  std::uint32_t owner_changes;           // so far, modulo 2^24
  std::uint64_t delivered_to_old_owner;  // packets resolved before a commit and sent after it
};

}  // namespace vipswitch
