#pragma once

// What must hold of every election, in whatever order its inputs come (owner learning 5). Each check returns
// its name if it fails, and nothing otherwise:
//
//   bound        only a bound port owns, one that is down only if remembered from before a restart
//   pin          only a bound port is pinned
//   generation   it never decreases
//   chain        each change begins where the one before ended: nobody owns twice
//   kept         silence alone takes the address from nobody, unless somebody is asked
//   stalled      announcements of others never take the address from a VRRP owner inside its dead time
//   announced    the last announcement is not lost: it owns once damping is over and nothing holds against it
//   steady       a lone steady advertiser owns one interval after the others' adverts have ceased to prove
//                anything

#include <optional>
#include <string_view>

#include "dataplane/owner/standalone_election.h"
#include "tests/explore/input.h"

namespace vipswitch::owner {

// The first check that fails.
template <class... Checks>
std::string_view first_failed(Checks... checks) {
  std::string_view failed;
  ((failed = failed.empty() ? checks() : failed), ...);
  return failed;
}

std::optional<MemberStatus> member_of(const Election& election, PortId port);

// bound, pin, generation and chain.
std::string_view check_change(const Election& before, const Election& after, const Outcome& outcome);
std::string_view check_kept(const Election& before, const Input& input, const Election& after);
std::string_view check_stalled(const Election& before, const Input& input, const Election& after);
// Nothing more is heard after the announcement of a port that was not the owner.
std::string_view check_announced(const Election& before, const Input& input, StandaloneElection after);
// Whatever happened before, `port` adverts once an interval, and nobody else says anything.
std::string_view check_steady(StandaloneElection election, PortId port, TimeMs now);
std::string_view check_steady(const Election& election, unsigned ports, TimeMs now);

}  // namespace vipswitch::owner
