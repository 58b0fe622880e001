// 10,000 of 100,000 HAVIPs change hands at once: 2,000 ports resign all the groups that they are master of,
// each in a burst, then their neighbours advert them, likewise. Time is that of the pipeline: from the first
// resignation to the last owner word. Control sleeps meanwhile, and hears of it afterwards.

#include <algorithm>
#include <random>

#include "bench/scale/claim_stream.h"
#include "bench/scale/scale.h"
#include "dataplane/owner_decision.h"

namespace vipswitch::bench {
namespace {

constexpr std::uint8_t kResigns = 0, kBackupsPriority = 100;

// Of any ports, the first member of each pair.
std::vector<unsigned> havips_that_move(const VpcWorld<Ipv4>::Size& size) {
  std::vector<unsigned> ports;
  for (unsigned port = 0; port < size.ports; port += size.members) ports.push_back(port);
  std::shuffle(ports.begin(), ports.end(), std::mt19937{2});
  ports.resize(size.eips() / size.havips_of_port / 10);
  std::vector<unsigned> havips;
  for (const unsigned port : ports) {
    for (unsigned i = 0; i < size.havips_of_port; ++i) havips.push_back(port * size.havips_of_port + i);
  }
  return havips;
}

std::vector<ClaimStream::Claim> claims_of(const std::vector<unsigned>& havips, unsigned member,
                                          std::uint8_t priority) {
  std::vector<ClaimStream::Claim> claims;
  for (const unsigned havip : havips) claims.push_back({havip, member, priority});
  return claims;
}

class FailoverScene {
 public:
  explicit FailoverScene(bool is_small)
      : world_(world_of_groups(is_small)),
        moving_(havips_that_move(world_.size())),
        owners_(world_, adverts_of_owners(world_), 1),
        resignations_(world_, claims_of(moving_, 0, kResigns), world_.size().havips_of_port),
        backups_(world_, claims_of(moving_, 1, kBackupsPriority), world_.size().havips_of_port) {}

  void fail_over() {
    let_owners_advert();
    for (ClaimStream* each : {&resignations_, &backups_}) each->cycles().clear();
    ++world_.worker().now_ms;
    resignations_.run_all();
    backups_.run_all();
    events_ = world_.take_events();
    std::vector<bool> has_moved(world_.size().eips(), false);
    for (const unsigned havip : moving_) has_moved[havip] = true;
    require_owners(world_, has_moved);
  }

  void tell_failover() {
    const double cycles = resignations_.cycles().sum() + backups_.cycles().sum();
    const auto count = static_cast<double>(moving_.size());
    tell("failover.10k", 1000 * cycles / static_cast<double>(rte_get_tsc_hz()), "ms");
    tell("failover.10k.cycles", cycles / count, "cycles/HAVIP");
    tell("failover.10k.events", events_ / count, "events/HAVIP");
  }

 private:
  // A second in which everything is as it should be: those that lost a HAVIP take it back.
  void let_owners_advert() {
    constexpr TimeMs kLater = 30'000;  // long enough for announcements and claims to have their turn again
    world_.worker().now_ms += kLater;
    owners_.run_all();
    world_.take_events();
    require_owners(world_, std::vector<bool>(world_.size().eips(), false));
  }

  VpcWorld<Ipv4> world_;
  std::vector<unsigned> moving_;
  ClaimStream owners_, resignations_, backups_;
  unsigned events_ = 0;
};

}  // namespace

void measure_failover(const Effort& effort) {
  FailoverScene scene(effort.is_small);
  for (unsigned round = 0; round < effort.rounds; ++round) {
    scene.fail_over();
    scene.tell_failover();
  }
}

}  // namespace vipswitch::bench
