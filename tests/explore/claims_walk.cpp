// Claims of ports of one group that lists the address, and what operators and links do: the checks of
// election_checks.h.

#include <fmt/format.h>

#include "tests/explore/election_checks.h"
#include "tests/explore/election_view.h"
#include "tests/explore/walks.h"

namespace vipswitch::owner {
namespace {

class ClaimsWorld {
 public:
  explicit ClaimsWorld(unsigned ports) : election_(make_election(ports)), ports_(ports) {}

  std::string_view take(const Input& input) {
    const StandaloneElection before = election_;
    const Outcome outcome = apply(election_, input, election_.time() + input.passed);
    return first_failed([&] { return check_change(before, election_, outcome); },
                        [&] { return check_kept(before, input, election_); },
                        [&] { return check_stalled(before, input, election_); },
                        [&] { return check_announced(before, input, election_); });
  }

  std::string_view judge() const { return check_steady(election_, ports_, election_.time()); }

  std::uint64_t hash() const {
    StateHash hash;
    ElectionView::add(hash, election_);
    return hash.value();
  }

 private:
  StandaloneElection election_;
  unsigned ports_;
};

std::vector<Input> claims_inputs(unsigned ports) {
  std::vector<Input> inputs;
  add_for_each_port(inputs, ports,
                    {{.kind = Kind::kAdvert, .priority = kHigh},
                     {.kind = Kind::kAdvert, .priority = kLow},
                     {.kind = Kind::kAdvert},
                     {.kind = Kind::kAnnounce},
                     {.kind = Kind::kWeak},
                     {.kind = Kind::kDown},
                     {.kind = Kind::kUp},
                     {.kind = Kind::kUnbind},
                     {.kind = Kind::kBind},
                     {.kind = Kind::kPin}});
  inputs.push_back({.kind = Kind::kUnpin});
  // Less than an interval, to where adverts prove nothing any more, past the dead time, past every waiting
  // claim.
  for (const TimeMs passed :
       {TimeMs{700}, freshness_ms(kIntervalMs) + 1, dead_time_ms(kIntervalMs) + 1, kWaitingLifetimeMs + 1})
    inputs.push_back(pass(passed));
  return inputs;
}

}  // namespace

bool walk_claims(unsigned ports, WalkLimits limits) {
  Walk<ClaimsWorld> walk(fmt::format("claims, {} ports", ports), claims_inputs(ports), limits);
  return walk.run(ClaimsWorld(ports));
}

}  // namespace vipswitch::owner
