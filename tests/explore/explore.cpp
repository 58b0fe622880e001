// Walks every order of inputs to the election, for two and for three ports, breadth first, and checks after
// each input what must hold in any order (owner learning 5):
//
//   bound           only a bound port that is up owns
//   pin             only a bound port is pinned
//   kept            silence alone takes the address from nobody
//   generation      it never decreases
//   chain           each change begins where the one before ended: nobody owns twice
//   stalled         announcements of others never take the address from a VRRP owner inside its dead time
//   announced       the last announcement is not lost: it owns once damping is over and nothing holds against
//   it steady          a lone steady advertiser owns one interval after the others' adverts have ceased to
//   prove anything
//
// States that differ only in when they were reached count once (ElectionView). Exit status 1, with the inputs
// that lead there, if a check fails.
//
//     explore [--seconds S] [--states N]      as long, or as many states, as that for each number of ports

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tests/explore/election_view.h"

namespace vipswitch::owner {
namespace {

constexpr std::uint32_t kIntervalMs = 1000;
constexpr TimeMs kWaitingLifetimeMs = 10'000;
constexpr std::uint8_t kHigh = 150, kLow = 100;

enum class Kind : std::uint8_t {
  kAdvertHigh,
  kAdvertLow,
  kAnnounce,
  kWeak,
  kResign,
  kDown,
  kUp,
  kUnbind,
  kBind,
  kPin,
  kUnpin,
  kPass
};

struct Input {
  Kind kind;
  PortId port;        // but kUnpin and kPass
  TimeMs passed = 0;  // kPass

  std::string text() const {
    constexpr const char* kNames[] = {"advert 150", "advert 100", "announce", "weak", "resign", "down",
                                      "up",         "unbind",     "bind",     "pin",  "unpin",  "pass"};
    const auto* name = kNames[static_cast<std::size_t>(kind)];
    if (kind == Kind::kPass) return fmt::format("pass {} ms", passed);
    return kind == Kind::kUnpin ? name
                                : fmt::format("{} by {}", name, static_cast<char>('A' + port.value() - 1));
  }
};

AdvertEvidence advert(PortId port, std::uint8_t priority) {
  return {Ipv4(10, 0, 0, static_cast<std::uint8_t>(port.value())), kIntervalMs, priority, 51,
          Delivery::port_mac()};
}

std::vector<Input> inputs_of(unsigned ports) {
  std::vector<Input> inputs;
  for (unsigned port = 1; port <= ports; ++port) {
    for (auto kind = Kind::kAdvertHigh; kind < Kind::kUnpin;
         kind = static_cast<Kind>(static_cast<int>(kind) + 1)) {
      inputs.push_back({kind, PortId(port)});
    }
  }
  inputs.push_back({Kind::kUnpin, PortId()});
  // Less than an interval, to where adverts prove nothing any more, past the dead time, past every waiting
  // claim.
  for (const TimeMs passed :
       {TimeMs{700}, freshness_ms(kIntervalMs) + 1, dead_time_ms(kIntervalMs) + 1, kWaitingLifetimeMs + 1}) {
    inputs.push_back({Kind::kPass, PortId(), passed});
  }
  return inputs;
}

Outcome apply(Election& election, const Input& input, TimeMs now) {
  switch (input.kind) {
    case Kind::kAdvertHigh:
      return election.advert(input.port, advert(input.port, kHigh), now);
    case Kind::kAdvertLow:
      return election.advert(input.port, advert(input.port, kLow), now);
    case Kind::kAnnounce:
      return election.announce(input.port, Delivery::port_mac(), now);
    case Kind::kWeak:
      return election.weak(input.port, now);
    case Kind::kResign:
      return election.advert(input.port, advert(input.port, 0), now);
    case Kind::kDown:
      return election.down(input.port, now);
    case Kind::kUp:
      return election.up(input.port, now);
    case Kind::kUnbind:
      return election.unbind(input.port, now);
    case Kind::kBind:
      return election.bind(input.port, LinkState::kUp, now);
    case Kind::kPin:
      return election.pin(input.port, now);
    case Kind::kUnpin:
      return election.unpin(now);
    case Kind::kPass:
      return election.tick(now);
  }
  std::abort();
}

std::optional<MemberStatus> member_of(const Election& election, PortId port) {
  for (std::size_t i = 0; i < election.member_count(); ++i) {
    const MemberStatus member = election.member(i, election.time());
    if (member.port == port) return member;
  }
  return std::nullopt;
}

// --- the checks: empty, or the name of the one that fails

std::string_view check_step(const Election& before, const Input& input, const Election& after,
                            const Outcome& outcome) {
  const auto owning = member_of(after, after.owner());
  if (after.owner().is_valid() && (!owning || owning->down)) return "bound";
  if (after.pinned().is_valid() && !member_of(after, after.pinned())) return "pin";
  if (input.kind == Kind::kPass && before.owner().is_valid() && !after.owner().is_valid()) return "kept";
  if (after.generation() < before.generation()) return "generation";
  PortId owner = before.owner();
  for (const OwnerChange& change : outcome.changes()) {
    if (change.from != owner || change.to == owner) return "chain";
    owner = change.to;
  }
  if (owner != after.owner()) return "chain";

  if (input.kind == Kind::kAnnounce && before.elected().is_valid() && before.elected() != input.port) {
    const auto master = member_of(before, before.elected()), claimant = member_of(before, input.port);
    const bool is_stalled = master->active && master->evidence == EvidenceClass::kVrrp &&
                            master->last_advert_age_ms <= dead_time_ms(kIntervalMs);
    if (is_stalled && claimant && !claimant->fresh && after.elected() != before.elected()) return "stalled";
  }
  return {};
}

// Nothing more is heard after the announcement of a port that was not the owner.
std::string_view check_announced(Election election, PortId port) {
  const auto claimant = member_of(election, port);
  if (!claimant || claimant->down) return {};
  election.tick(election.time() + kWaitingLifetimeMs - 1);
  return election.elected() == port ? std::string_view() : "announced";
}

// Whatever happened before, `port` adverts once an interval, and nobody else says anything.
std::string_view check_steady(Election election, PortId port) {
  if (!member_of(election, port)) return {};
  const TimeMs quiet_from = election.time() + freshness_ms(kIntervalMs);
  TimeMs now = election.time();
  for (; now <= quiet_from + kIntervalMs; now += kIntervalMs) election.advert(port, advert(port, kLow), now);
  return election.elected() == port ? std::string_view() : "steady";
}

// --- the walk

struct Node {
  Election election;
  std::uint32_t parent;  // index into steps
};

struct Step {
  std::uint32_t parent;
  Input input;
};

class Walk {
 public:
  Walk(unsigned ports, double seconds, std::size_t states)
      : ports_(ports), seconds_(seconds), states_(states) {}

  // False: a check failed, and was told.
  bool run() {
    Node first{{}, 0};
    for (unsigned port = 1; port <= ports_; ++port) first.election.bind(PortId(port), LinkState::kUp, 0);
    steps_.push_back({0, {Kind::kPass, PortId(), 0}});
    seen_.insert(ElectionView::hash(first.election));
    std::vector<Node> layer{first};
    unsigned depth = 0;
    for (; !layer.empty() && !is_over(); ++depth) {
      std::vector<Node> next;
      for (const Node& node : layer) {
        if (!expand(node, next)) return false;
        if (is_over()) break;
      }
      layer = std::move(next);
    }
    fmt::print("{} ports: {} states, {} inputs, depth {}{}\n", ports_, seen_.size(), inputs_, depth,
               layer.empty() ? ", all there are" : "");
    return true;
  }

 private:
  bool is_over() const {
    return seen_.size() >= states_ ||
           std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count() > seconds_;
  }

  bool expand(const Node& node, std::vector<Node>& next) {
    for (const Input& input : all_inputs_) {
      Node after{node.election, 0};
      const Outcome outcome = apply(after.election, input, node.election.time() + input.passed);
      ++inputs_;
      auto failed = check_step(node.election, input, after.election, outcome);
      if (failed.empty() && input.kind == Kind::kAnnounce && node.election.elected() != input.port)
        failed = check_announced(after.election, input.port);
      for (unsigned port = 1; failed.empty() && port <= ports_; ++port)
        failed = check_steady(after.election, PortId(port));
      if (!failed.empty()) return tell(failed, node, input);
      if (!seen_.insert(ElectionView::hash(after.election)).second) continue;
      after.parent = static_cast<std::uint32_t>(steps_.size());
      steps_.push_back({node.parent, input});
      next.push_back(after);
    }
    return true;
  }

  bool tell(std::string_view failed, const Node& node, const Input& last) const {
    std::vector<std::string> way{last.text()};
    for (std::uint32_t at = node.parent; at != 0; at = steps_[at].parent)
      way.push_back(steps_[at].input.text());
    fmt::print("{} ports: check \"{}\" fails after:\n", ports_, failed);
    for (auto step = way.rbegin(); step != way.rend(); ++step) fmt::print("  {}\n", *step);
    return false;
  }

  const unsigned ports_;
  const double seconds_;
  const std::size_t states_;
  const std::vector<Input> all_inputs_ = inputs_of(ports_);
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unordered_set<std::uint64_t> seen_;
  std::vector<Step> steps_;
  std::uint64_t inputs_ = 0;
};

int explore(int argc, char** argv) {
  double seconds = 120;
  std::size_t states = 3'000'000;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc || (option != "--seconds" && option != "--states")) {
      fmt::print(stderr, "explore: \"{}\", expected --seconds S or --states N\n", option);
      return 2;
    }
    if (option == "--seconds") seconds = std::atof(argv[i + 1]);
    if (option == "--states") states = std::strtoull(argv[i + 1], nullptr, 10);
  }
  for (const unsigned ports : {2u, 3u}) {
    if (!Walk(ports, seconds / 2, states).run()) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace vipswitch::owner

int main(int argc, char** argv) {
  return vipswitch::owner::explore(argc, argv);
}
