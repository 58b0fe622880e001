#include "tests/explore/election_checks.h"

namespace vipswitch::owner {

std::optional<MemberStatus> member_of(const Election& election, PortId port) {
  return election.member(port, election.time());
}

std::string_view check_change(const Election& before, const Election& after, const Outcome& outcome) {
  const auto owning = member_of(after, after.owner());
  const bool may_own = owning && (!owning->down || owning->restored);
  if (after.owner().is_valid() && !may_own) return "bound";
  if (after.pinned().is_valid() && !member_of(after, after.pinned())) return "pin";
  if (after.generation() < before.generation()) return "generation";
  PortId owner = before.owner();
  for (const OwnerChange& change : outcome.changes()) {
    if (change.from != owner || change.to == owner) return "chain";
    owner = change.to;
  }
  return owner != after.owner() ? "chain" : std::string_view();
}

std::string_view check_kept(const Election& before, const Input& input, const Election& after) {
  const bool is_lost = before.owner().is_valid() && !after.owner().is_valid();
  return input.kind == Kind::kPass && is_lost ? "kept" : std::string_view();
}

std::string_view check_stalled(const Election& before, const Input& input, const Election& after) {
  if (input.kind != Kind::kAnnounce || !before.elected().is_valid() || before.elected() == input.port)
    return {};
  const auto master = member_of(before, before.elected()), claimant = member_of(before, input.port);
  const bool is_stalled = master->active && master->evidence == EvidenceClass::kVrrp &&
                          master->last_advert_age_ms <= dead_time_ms(kIntervalMs);
  if (is_stalled && claimant && !claimant->fresh && after.elected() != before.elected()) return "stalled";
  return {};
}

std::string_view check_announced(const Election& before, const Input& input, StandaloneElection after) {
  if (input.kind != Kind::kAnnounce || before.elected() == input.port) return {};
  const auto claimant = member_of(after, input.port);
  if (!claimant || claimant->down) return {};
  after.tick(after.time() + kWaitingLifetimeMs - 1);
  return after.elected() == input.port ? std::string_view() : "announced";
}

std::string_view check_steady(StandaloneElection election, PortId port, TimeMs now) {
  if (!member_of(election, port)) return {};
  const TimeMs quiet_from = now + freshness_ms(kIntervalMs);
  for (; now <= quiet_from + kIntervalMs; now += kIntervalMs) election.advert(port, advert(port, kLow), now);
  return election.elected() == port ? std::string_view() : "steady";
}

std::string_view check_steady(const Election& election, unsigned ports, TimeMs now) {
  std::string_view failed;
  for (unsigned port = 1; failed.empty() && port <= ports; ++port)
    failed = check_steady(election, PortId(port), now);
  return failed;
}

}  // namespace vipswitch::owner
