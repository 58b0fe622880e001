#pragma once

// Purpose: asks the bound ports who holds a HAVIP's address where claims leave it in doubt (owner learning
// 5.3): the owner's adverts ceased, the owner is only remembered from before a restart, or there is none.
// Decides whom to ask and when, and what silence and answers come to; who sends the questions is the caller.
// Shape: a plain value beside the Election, 24 bytes without gaps, without I/O; times are election time.
// Written and read under the slot's lock.
// Errors: none.
//
//   in doubt about    first asked                                  then
//   silent adverts    dead time + 100 ms after the last advert     the owner, 3 times in 600 ms
//   a remembered one  at once                                      likewise
//   nobody            released: dead time of the last owner;       every port, each second, after ten
//                     else, or if no advert told it, 200 ms        times every ten
//
// An owner that answers is confirmed, a silent one for 10 s. Of one that does not every port is asked, with
// 300 ms for answers: one of them takes over; if none comes all are asked each second, and after 30 s nobody
// owns the address.
// Of several that answer, one with a virtual MAC, then the lowest port id. An announcement or an advert is
// taken by the election as ever and ends the doubt; an announcement of a silent owner counts as its answer.

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {

// What one round of questions came to.
struct ProbeRound {
  std::array<PortId, Election::kMaxMembers> asked{};  // now; `count` of them
  std::size_t count = 0;
  bool is_contested = false;  // several ports had answered

  void ask(PortId port) noexcept { asked[count++] = port; }
};

// For display.
struct ProbeStatus {
  PortId asks_about;          // the owner in doubt; invalid: there is none, or no doubt
  TimeMs unanswered_ms = -1;  // how long it has answered nothing; -1: nothing is unanswered
  TimeMs confirmed_ms = -1;   // since its last answer; -1: it gave none

  constexpr bool operator==(const ProbeStatus&) const noexcept = default;
};

class Prober {
 public:
  // To be told after every step of the election but repeated adverts.
  void watch(const Election& election) noexcept;
  // Asks nothing until the next watch().
  void rest() noexcept { *this = Prober(); }
  // Whether run() would ask somebody now, and has not been put off for that before.
  bool wants_turn(const Election& election, TimeMs now) const noexcept;
  void put_off(TimeMs until) noexcept {
    due_ = until;
    is_put_off_ = true;
  }
  // At next_due(): what to ask, and what the answers so far come to.
  Outcome run(Election& election, TimeMs now, ProbeRound& round) noexcept;
  // An ARP reply or a solicited neighbour advertisement to the gateway. One that nobody asked for is a hint
  // like any other.
  Outcome answered(Election& election, PortId port, bool has_virtual_mac, TimeMs now) noexcept;

  TimeMs next_due() const noexcept { return due_; }
  ProbeStatus status(TimeMs now) const noexcept;

 private:
  friend class ProberView;  // tests/explore: two states that no later input can tell apart are one

  enum class Doubt : std::uint8_t { kNone, kSilent, kRemembered, kNoOwner };
  struct Subject {
    Doubt doubt;
    PortId owner;  // in doubt; invalid: kNone, kNoOwner
    bool operator==(const Subject&) const noexcept = default;
  };
  enum class Phase : std::uint8_t { kQuiet, kAskingOwner, kCollecting };

  static Subject subject_of(const Election& election) noexcept;
  Subject subject() const noexcept { return {doubt_, owner_}; }
  TimeMs first_question(const Election& election, const Subject& subject) const noexcept;
  bool is_asking_about(PortId port) const noexcept;
  void confirm(TimeMs now) noexcept;
  void look_for_ports(const Election& election) noexcept;
  bool is_dispelled(const Election& election, TimeMs now) const noexcept;
  void begin(const Election& election, TimeMs now, ProbeRound& round) noexcept;
  void ask_owner(TimeMs now, ProbeRound& round) noexcept;
  void ask_everybody(const Election& election, TimeMs now, ProbeRound& round) noexcept;
  Outcome conclude(Election& election, TimeMs now, ProbeRound& round) noexcept;
  void pause(TimeMs until) noexcept;
  void pause_between_rounds(TimeMs now) noexcept;

  PackedDue due_ = Election::kNever;
  PackedTime unanswered_since_ = -1;  // the owner in doubt
  PackedTime confirmed_at_ = -1;
  PackedPort owner_;  // in doubt, with `doubt_`
  PackedPort best_;   // of those that answered this round
  Doubt doubt_ : 2 = Doubt::kNone;
  Phase phase_ : 2 = Phase::kQuiet;
  std::uint8_t questions_ : 2 = 0;  // of the owner in this round
  bool is_put_off_ : 1 = false;
  bool best_is_virtual_ : 1 = false;
  std::uint8_t rounds_ : 4 = 0;  // of all ports, while there is no owner or it is down
  std::uint8_t up_ : 4 = 0;      // ports, while there is no owner
  bool is_contested_ : 1 = false;
};
static_assert(sizeof(Prober) == 24 && alignof(Prober) == 1);

}  // namespace vipswitch::owner
