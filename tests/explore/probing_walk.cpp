// An election with the prober beside it, as in the slot of a HAVIP: claims as before, and the switch's
// questions with whoever answers them, on time or late (owner learning 5.3). bound, pin, generation and chain
// of election_checks.h hold, and:
//
//   asked        only bound ports that are up are asked
//   sure         nobody is asked about an owner that is pinned, that has adverted within its dead time, or
//                whose last word was an announcement
//   rate         in one doubt no port is asked twice within 200 ms, and nobody within 10 s of the owner's
//                answer; where nobody says anything, about once a second, and in the end every ten seconds
//   taken        answers, and the lack of them, take the address from no owner whose adverts are fresh, or
//                that has answered within 10 s; one that is up is asked four times before
//   unasked      who takes over has answered, or has announced and waited
//   given_up     nobody owns an address whose owner is silent before it has left questions unanswered for
//                30 s
//   confirmed    the answer of a silent owner is no longer waited for
//   stuck        while there is doubt, something is due within about 10 s
//   endless      and it ends, if nobody says anything
//   lone         of an address that nobody owns, a port that answers each question becomes the owner, unless
//                another has answered already or has announced it

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "dataplane/owner/prober.h"
#include "tests/explore/election_checks.h"
#include "tests/explore/election_view.h"
#include "tests/explore/prober_view.h"
#include "tests/explore/walks.h"

namespace vipswitch::owner {
namespace {

constexpr unsigned kMostPorts = 3;
constexpr TimeMs kNotYet = -1'000'000;
constexpr TimeMs kQuestionMs = 200, kConfirmedMs = 10'000, kKeepMs = 30'000, kAfterDeadTimeMs = 100;
constexpr TimeMs kLateMs = 250, kPutOffMs = 30;
constexpr TimeMs kLongestDoubtMs = 45'000, kLastPartMs = 20'000, kLongestPauseMs = 11'000;
constexpr unsigned kOwnerQuestions = 4, kMostQuestions = 50, kMostInLastPart = 3;
constexpr unsigned kMostDeadlines = 1'000;  // in one pass of time

// What was asked of a port and heard from it.
struct Contact {
  TimeMs asked = kNotYet;
  TimeMs first_asked = kNotYet;  // since it was heard
  unsigned questions = 0;        // likewise
  TimeMs answered = kNotYet;

  void ask(TimeMs now) noexcept {
    if (questions++ == 0) first_asked = now;
    asked = now;
  }
  void forget_questions() noexcept {
    asked = kNotYet;
    questions = 0;
  }
  bool has_answered() const noexcept { return answered >= asked && answered != kNotYet; }
};

class ProbedWorld {
 public:
  explicit ProbedWorld(unsigned ports) : election_(make_election(ports)), ports_(ports) {
    prober_.watch(election_);
  }

  std::string_view take(const Input& input);
  std::string_view judge() const;
  std::uint64_t hash() const;

 private:
  TimeMs next_due() const { return std::min(election_.next_due(), prober_.next_due()); }
  std::string_view reach_due(Kind kind);
  std::string_view run_until(TimeMs end);
  std::string_view restart(const Input& input);
  std::string_view hear(const Input& input);
  Outcome take_answer(const Input& input);
  void note(const ProbedWorld& before, const Input& input);
  void forget_doubt();

  bool is_silent_owner(PortId port) const;
  bool is_in_doubt() const;
  bool is_confirmed(PortId port, TimeMs at) const;
  std::string_view note_round(const ProbeRound& round);
  std::string_view check_asked(PortId port) const;
  std::string_view check_after(const ProbedWorld& before, const Outcome& outcome) const;
  std::string_view check_change_by_probe(const ProbedWorld& before, const OwnerChange& change) const;
  std::string_view check_loss(const ProbedWorld& before, const OwnerChange& change) const;
  std::string_view check_answer(const ProbedWorld& before, const Input& input) const;
  std::string_view check_silence() const;
  void answer_if_asked(PortId port, PortId lone);
  std::string_view check_lone(PortId port) const;

  const Contact& contact(PortId port) const { return contacts_[port.value() - 1]; }
  Contact& contact(PortId port) { return contacts_[port.value() - 1]; }

  StandaloneElection election_;
  Prober prober_;
  TimeMs now_ = 0;
  std::array<Contact, kMostPorts> contacts_{};
  PortId confirmed_;  // the owner, by its answer; until it says something else, or loses the address
  TimeMs confirmed_at_ = 0;
  unsigned ports_;
};

// --- the world

std::string_view ProbedWorld::take(const Input& input) {
  switch (input.kind) {
    case Kind::kPass:
      return run_until(now_ + input.passed);
    case Kind::kLate:
      if (next_due() != Election::kNever) now_ = std::max(now_, next_due() + kLateMs);
      return {};
    case Kind::kDue:
    case Kind::kPutOff:
      return reach_due(input.kind);
    case Kind::kRestore:
      return restart(input);
    default:
      return hear(input);
  }
}

// Learning is switched off, and on again while the port has the data.
std::string_view ProbedWorld::restart(const Input& input) {
  ProbedWorld before = *this;
  const Outcome forgotten = election_.forget(now_);
  const std::string_view failed = check_change(before.election_, election_, forgotten);
  if (!failed.empty()) return failed;
  prober_.rest();
  forget_doubt();
  before = *this;
  const Outcome restored = election_.restore(input.port, 0, now_);
  prober_.watch(election_);
  return check_after(before, restored);
}

// As a worker runs the timers of a slot.
std::string_view ProbedWorld::reach_due(Kind kind) {
  if (next_due() == Election::kNever) return {};
  now_ = std::max(now_, next_due());
  const ProbedWorld before = *this;
  ProbeRound round;
  if (kind == Kind::kPutOff && prober_.wants_turn(election_, now_)) prober_.put_off(now_ + kPutOffMs);
  const Outcome outcome = prober_.run(election_, now_, round);
  prober_.watch(election_);
  if (confirmed_ != election_.elected()) confirmed_ = PortId();
  return first_failed([&] { return check_after(before, outcome); }, [&] { return note_round(round); });
}

std::string_view ProbedWorld::run_until(TimeMs end) {
  for (unsigned deadlines = 0; next_due() <= end; ++deadlines) {
    if (deadlines == kMostDeadlines) return "stuck";
    const std::string_view failed = reach_due(Kind::kDue);
    if (!failed.empty()) return failed;
  }
  now_ = end;
  return {};
}

std::string_view ProbedWorld::hear(const Input& input) {
  const ProbedWorld before = *this;
  const bool is_answer = input.kind == Kind::kAnswer || input.kind == Kind::kAnswerVirtual;
  const Outcome outcome = is_answer ? take_answer(input) : apply(election_, input, now_);
  if (!outcome.is_repetition()) prober_.watch(election_);
  note(before, input);
  return first_failed([&] { return check_after(before, outcome); },
                      [&] { return is_answer ? check_answer(before, input) : std::string_view(); });
}

Outcome ProbedWorld::take_answer(const Input& input) {
  return prober_.answered(election_, input.port, input.kind == Kind::kAnswerVirtual, now_);
}

void ProbedWorld::note(const ProbedWorld& before, const Input& input) {
  if (prober_.status(now_).asks_about != before.prober_.status(now_).asks_about) forget_doubt();
  if (!input.port.is_valid()) return;
  Contact& port = contact(input.port);
  switch (input.kind) {
    case Kind::kAdvert:
    case Kind::kAnnounce:
      port.questions = 0;
      if (confirmed_ == input.port) confirmed_ = PortId();
      break;
    case Kind::kAnswer:
    case Kind::kAnswerVirtual:
      port.answered = now_;
      if (!before.is_silent_owner(input.port)) break;
      port.questions = 0;
      confirmed_ = input.port;
      confirmed_at_ = now_;
      break;
    default:
      break;
  }
}

void ProbedWorld::forget_doubt() {
  for (Contact& port : contacts_) port.forget_questions();
  confirmed_ = PortId();
}

// That was asked, and has not answered.
bool ProbedWorld::is_silent_owner(PortId port) const {
  const ProbeStatus status = prober_.status(now_);
  return status.asks_about == port && status.unanswered_ms >= 0;
}

std::uint64_t ProbedWorld::hash() const {
  StateHash hash;
  ElectionView::add(hash, election_);
  ProberView::add(hash, prober_, now_);
  hash.add(now_ - election_.time());
  hash.add(confirmed_);
  for (const Contact& port : contacts_) {
    hash.add_age(now_ - port.asked, kQuestionMs);
    hash.add(port.has_answered());
    hash.add(std::min(port.questions, kOwnerQuestions));
    if (port.questions != 0) hash.add_age(now_ - port.first_asked, kKeepMs);
  }
  if (confirmed_.is_valid()) hash.add_age(now_ - confirmed_at_, kConfirmedMs);
  return hash.value();
}

// --- the checks

bool ProbedWorld::is_in_doubt() const {
  if (election_.state(election_.time()) == OwnerState::kPinned) return false;
  if (const auto elected = member_of(election_, election_.elected()))
    return elected->restored || elected->evidence == EvidenceClass::kVrrp;
  for (std::size_t i = 0; i < election_.member_count(); ++i) {
    if (!election_.member(i, election_.time()).down) return true;
  }
  return false;
}

bool ProbedWorld::is_confirmed(PortId port, TimeMs at) const {
  return confirmed_ == port && at - confirmed_at_ < kConfirmedMs;
}

std::string_view ProbedWorld::note_round(const ProbeRound& round) {
  std::string_view failed;
  for (std::size_t i = 0; failed.empty() && i < round.count; ++i) {
    failed = check_asked(round.asked[i]);
    if (failed.empty()) contact(round.asked[i]).ask(now_);
  }
  return failed;
}

std::string_view ProbedWorld::check_asked(PortId port) const {
  const auto asked = member_of(election_, port);
  if (!asked || asked->down) return "asked";
  if (!is_in_doubt()) return "sure";
  const auto owner = member_of(election_, election_.elected());
  const bool has_adverted = owner && !owner->restored;
  if (has_adverted && owner->last_advert_age_ms < dead_time_ms(kIntervalMs) + kAfterDeadTimeMs) return "sure";
  if (owner && is_confirmed(owner->port, now_)) return "rate";
  return now_ - contact(port).asked < kQuestionMs ? "rate" : std::string_view();
}

std::string_view ProbedWorld::check_after(const ProbedWorld& before, const Outcome& outcome) const {
  std::string_view failed = check_change(before.election_, election_, outcome);
  for (const OwnerChange& change : outcome.changes()) {
    if (failed.empty() && change.trigger == Trigger::kProbe) failed = check_change_by_probe(before, change);
  }
  if (!failed.empty() || !is_in_doubt()) return failed;
  return prober_.next_due() > now_ + kLongestPauseMs ? "stuck" : std::string_view();
}

std::string_view ProbedWorld::check_change_by_probe(const ProbedWorld& before,
                                                    const OwnerChange& change) const {
  const auto waiting = before.election_.waiting(now_);
  const bool waits = waiting && waiting->port == change.to;
  if (change.to.is_valid() && !waits && !contact(change.to).has_answered()) return "unasked";
  return change.from.is_valid() ? check_loss(before, change) : std::string_view();
}

std::string_view ProbedWorld::check_loss(const ProbedWorld& before, const OwnerChange& change) const {
  const auto owner = before.election_.member(change.from, change.at_ms);
  if (!owner || owner->fresh || is_confirmed(change.from, change.at_ms)) return "taken";
  // A remembered one that was down while everybody was asked is not asked for itself.
  const unsigned questions = contact(change.from).questions;
  const bool is_back = owner->restored && questions == 0;
  if (!owner->down && !is_back && questions < kOwnerQuestions) return "taken";
  const bool is_long_ago = change.at_ms - contact(change.from).first_asked >= kKeepMs;
  return change.to.is_valid() || is_long_ago ? std::string_view() : "given_up";
}

std::string_view ProbedWorld::check_answer(const ProbedWorld& before, const Input& input) const {
  StandaloneElection unanswered = before.election_;
  unanswered.tick(now_);
  if (unanswered.elected().is_valid() && election_.elected() != unanswered.elected()) return "taken";
  if (!before.is_silent_owner(input.port) || unanswered.elected() != input.port) return {};
  return prober_.status(now_).unanswered_ms < 0 ? std::string_view() : "confirmed";
}

std::string_view ProbedWorld::check_silence() const {
  ProbedWorld later = *this;
  std::string_view failed = later.run_until(now_ + kLongestDoubtMs - kLastPartMs);
  const ProbedWorld halfway = later;
  if (failed.empty()) failed = later.run_until(now_ + kLongestDoubtMs);
  if (!failed.empty()) return failed;
  const bool has_owner = halfway.election_.elected().is_valid();
  for (std::size_t i = 0; i < ports_; ++i) {
    const unsigned questions = later.contacts_[i].questions;
    if (questions > contacts_[i].questions + kMostQuestions) return "rate";
    if (!election_.elected().is_valid() && !has_owner &&
        questions > halfway.contacts_[i].questions + kMostInLastPart)
      return "rate";
  }
  const auto owner = member_of(later.election_, later.election_.elected());
  return owner && !owner->down && later.is_in_doubt() ? "endless" : std::string_view();
}

// As long as nobody owns the address a port that resigned does as well: its guest may not have removed it.
void ProbedWorld::answer_if_asked(PortId port, PortId lone) {
  const auto member = member_of(election_, port);
  if (!member || contact(port).asked != now_) return;
  const bool has_left = member->resigned && !election_.elected().is_valid();
  if (port == lone || has_left) hear({.kind = Kind::kAnswer, .port = port});
}

std::string_view ProbedWorld::check_lone(PortId port) const {
  const auto member = member_of(election_, port);
  if (!member || member->down || member->resigned || election_.elected().is_valid()) return {};
  if (!is_in_doubt() || election_.waiting(now_)) return {};
  ProbedWorld later = *this;
  while (later.next_due() <= now_ + kLongestPauseMs) {
    const std::string_view failed = later.reach_due(Kind::kDue);
    if (!failed.empty()) return failed;
    for (unsigned answers = 1; answers <= ports_; ++answers) later.answer_if_asked(PortId(answers), port);
  }
  const PortId elected = later.election_.elected();
  const bool is_right = elected == port || (elected.is_valid() && contact(elected).has_answered());
  return is_right ? std::string_view() : "lone";
}

std::string_view ProbedWorld::judge() const {
  std::string_view failed = check_silence();
  for (unsigned port = 1; failed.empty() && port <= ports_; ++port) failed = check_lone(PortId(port));
  return failed;
}

// --- the walk

std::vector<Input> probing_inputs(unsigned ports) {
  std::vector<Input> inputs;
  add_for_each_port(inputs, ports,
                    {{.kind = Kind::kAdvert, .priority = kLow},
                     {.kind = Kind::kAdvert},
                     {.kind = Kind::kAnnounce},
                     {.kind = Kind::kAnswer},
                     {.kind = Kind::kAnswerVirtual},
                     {.kind = Kind::kDown},
                     {.kind = Kind::kUp},
                     {.kind = Kind::kUnbind},
                     {.kind = Kind::kBind},
                     {.kind = Kind::kRestore},
                     {.kind = Kind::kPin}});
  for (const Kind kind : {Kind::kUnpin, Kind::kDue, Kind::kLate, Kind::kPutOff})
    inputs.push_back({.kind = kind});
  // Within a round; past the dead time; past what an answer is worth; past the longest silence.
  for (const TimeMs passed : {TimeMs{100}, dead_time_ms(kIntervalMs) + 1, kConfirmedMs + 1, kKeepMs + 1})
    inputs.push_back(pass(passed));
  return inputs;
}

}  // namespace

bool walk_probing(unsigned ports, WalkLimits limits) {
  Walk<ProbedWorld> walk(fmt::format("probing, {} ports", ports), probing_inputs(ports), limits);
  return walk.run(ProbedWorld(ports));
}

}  // namespace vipswitch::owner
