#include "dataplane/owner/prober.h"

#include <algorithm>

namespace vipswitch::owner {
namespace {

constexpr TimeMs kAnswerMs = 200;  // the owner has for each question
constexpr std::uint8_t kOwnerQuestions = 3;
constexpr TimeMs kCollectMs = 300;
constexpr TimeMs kConfirmedMs = 10'000;
constexpr TimeMs kKeepMs = 30'000;
constexpr TimeMs kAfterDeadTimeMs = 100;
constexpr TimeMs kFirstMs = 200;
constexpr TimeMs kRoundMs = 1'000, kSlowRoundMs = 10'000;
constexpr std::uint8_t kQuickRounds = 10;
constexpr std::uint8_t kMaxCount = 15;  // of rounds and of ports, four bits of each
static_assert(Election::kMaxMembers <= kMaxCount);

std::uint8_t count_up(const Election& election) noexcept {
  std::uint8_t count = 0;
  for (std::size_t i = 0; i < election.member_count(); ++i)
    count += !election.member(i, election.time()).down;
  return count;
}

}  // namespace

Prober::Subject Prober::subject_of(const Election& election) noexcept {
  const TimeMs now = election.time();
  if (election.state(now) == OwnerState::kPinned) return {};
  const auto elected = election.member(election.elected(), now);
  if (!elected) return {Doubt::kNoOwner, PortId()};
  if (elected->restored) return {Doubt::kRemembered, elected->port};
  if (elected->evidence == EvidenceClass::kVrrp) return {Doubt::kSilent, elected->port};
  return {};
}

// A VRRP speaker is in doubt only from then on.
TimeMs Prober::first_question(const Election& election, const Subject& subject) const noexcept {
  const TimeMs now = election.time();
  const bool is_released = election.state(now) == OwnerState::kReleased;
  switch (subject.doubt) {
    case Doubt::kNone:
      return Election::kNever;
    case Doubt::kRemembered:
      return now;
    case Doubt::kSilent: {
      const auto owner = election.member(subject.owner, now);
      return now - owner->last_advert_age_ms + dead_time_ms(owner->advert.interval_ms) + kAfterDeadTimeMs;
    }
    case Doubt::kNoOwner: {
      if (count_up(election) == 0) return Election::kNever;
      const auto before = election.member(owner_, now);
      const bool had_adverts = before && before->last_advert_age_ms >= 0;
      return now + (is_released && had_adverts ? dead_time_ms(before->advert.interval_ms) : kFirstMs);
    }
  }
  return Election::kNever;
}

void Prober::watch(const Election& election) noexcept {
  const Subject subject = subject_of(election);
  if (subject == this->subject()) {
    if (subject.doubt == Doubt::kNoOwner) look_for_ports(election);
    if (is_asking_about(subject.owner) && election.is_announcing(subject.owner)) confirm(election.time());
    return;
  }
  const TimeMs due = first_question(election, subject);
  *this = Prober();
  doubt_ = subject.doubt;
  owner_ = subject.owner;
  due_ = due;
  if (subject.doubt == Doubt::kNoOwner) up_ = count_up(election) & kMaxCount;
}

// While nobody owns the address: a port that has come up is worth asking soon.
void Prober::look_for_ports(const Election& election) noexcept {
  const std::uint8_t before = up_;
  up_ = count_up(election) & kMaxCount;
  if (up_ == 0) return pause(Election::kNever);
  const bool has_asked = rounds_ != 0 || due_ == Election::kNever;
  if (up_ <= before || phase_ != Phase::kQuiet || !has_asked) return;
  rounds_ = 0;
  due_ = std::min<TimeMs>(due_, election.time() + kFirstMs);
}

// Adverts that came since, and only moved their time.
bool Prober::is_dispelled(const Election& election, TimeMs now) const noexcept {
  return doubt_ == Doubt::kSilent && first_question(election, subject()) > now;
}

Outcome Prober::run(Election& election, TimeMs now, ProbeRound& round) noexcept {
  const Outcome outcome = election.tick(now);
  watch(election);
  if (!outcome.owner_stands() || election.time() < due_) return outcome;
  is_put_off_ = false;
  if (is_dispelled(election, election.time())) {
    unanswered_since_ = confirmed_at_ = -1;
    pause(first_question(election, subject()));
    return outcome;
  }
  switch (phase_) {
    case Phase::kQuiet:
      begin(election, election.time(), round);
      break;
    case Phase::kAskingOwner:
      if (questions_ < kOwnerQuestions) {
        ask_owner(election.time(), round);
      } else {
        ask_everybody(election, election.time(), round);
      }
      break;
    case Phase::kCollecting:
      return conclude(election, election.time(), round);
  }
  return outcome;
}

bool Prober::wants_turn(const Election& election, TimeMs now) const noexcept {
  return due_ <= now && !is_put_off_ && phase_ != Phase::kCollecting && !is_dispelled(election, now);
}

void Prober::begin(const Election& election, TimeMs now, ProbeRound& round) noexcept {
  if (doubt_ == Doubt::kNoOwner) return ask_everybody(election, now, round);
  const auto owner = election.member(owner_, now);
  const bool is_down = !owner || owner->down;
  if (is_down || unanswered_since_ >= 0) return ask_everybody(election, now, round);
  unanswered_since_ = now;
  questions_ = 0;
  phase_ = Phase::kAskingOwner;
  ask_owner(now, round);
}

void Prober::ask_owner(TimeMs now, ProbeRound& round) noexcept {
  ++questions_;
  round.ask(owner_);
  due_ = now + kAnswerMs;
}

void Prober::ask_everybody(const Election& election, TimeMs now, ProbeRound& round) noexcept {
  best_ = PortId();
  best_is_virtual_ = is_contested_ = false;
  for (std::size_t i = 0; i < election.member_count(); ++i) {
    const MemberStatus member = election.member(i, now);
    if (!member.down) round.ask(member.port);
  }
  phase_ = Phase::kCollecting;
  due_ = now + kCollectMs;
}

void Prober::pause(TimeMs until) noexcept {
  phase_ = Phase::kQuiet;
  due_ = until;
  is_put_off_ = false;
}

void Prober::pause_between_rounds(TimeMs now) noexcept {
  if (rounds_ < kQuickRounds) rounds_ = (rounds_ + 1) & kMaxCount;
  pause(now + (rounds_ < kQuickRounds ? kRoundMs : kSlowRoundMs) - kCollectMs);
}

Outcome Prober::conclude(Election& election, TimeMs now, ProbeRound& round) noexcept {
  round.is_contested = is_contested_;
  // It may have gone since it answered.
  const auto best = election.member(best_, now);
  const PortId successor = best && !best->down ? best->port : PortId();
  if (!owner_.is_valid()) {
    pause_between_rounds(now);
    return successor.is_valid() ? election.answer(successor, now) : Outcome();
  }
  const auto owner = election.member(owner_, now);
  // A guest that is down comes back after a restart of its host, however long that takes.
  const bool is_down = !owner || owner->down;
  if (is_down) {
    pause_between_rounds(now);
  } else {
    pause(now + kRoundMs - kCollectMs);
  }
  const bool is_kept = is_down || unanswered_since_ < 0 || now - unanswered_since_ < kKeepMs;
  return successor.is_valid() || !is_kept ? election.replace_silent(successor, now) : Outcome();
}

// Or has asked in vain: an answer that is late is better than none.
bool Prober::is_asking_about(PortId port) const noexcept {
  const bool has_asked = phase_ != Phase::kQuiet || unanswered_since_ >= 0;
  return has_asked && port.is_valid() && port == owner_;
}

void Prober::confirm(TimeMs now) noexcept {
  unanswered_since_ = -1;
  confirmed_at_ = now;
  pause(now + kConfirmedMs);
}

Outcome Prober::answered(Election& election, PortId port, bool has_virtual_mac, TimeMs now) noexcept {
  if (is_asking_about(port)) {
    const Outcome outcome = election.answer(port, now);
    confirm(election.time());
    return outcome;
  }
  const auto member = election.member(port, now);
  if (phase_ != Phase::kCollecting || !member) return election.weak(port, now);
  // It may answer for as long as it likes, and must not stand in the way of who holds the address.
  if (member->resigned && !owner_.is_valid()) return election.answer(port, now);
  const PortId best = best_;
  is_contested_ = is_contested_ || (best.is_valid() && best != port);
  const bool is_better = !best.is_valid() || (has_virtual_mac && !best_is_virtual_) ||
                         (has_virtual_mac == best_is_virtual_ && port.value() < best.value());
  if (is_better) {
    best_ = port;
    best_is_virtual_ = has_virtual_mac;
  }
  return election.up(port, now);
}

ProbeStatus Prober::status(TimeMs now) const noexcept {
  const auto since = [&](TimeMs at) { return at < 0 ? TimeMs{-1} : std::max(TimeMs{0}, now - at); };
  return {owner_, since(unanswered_since_), since(confirmed_at_)};
}

}  // namespace vipswitch::owner
