#pragma once

// Adverts on their way through the pipeline, of many ports one after the other: each burst is of one port.

#include <vector>

#include "bench/micro/cycles.h"
#include "bench/micro/repeatable_burst.h"
#include "bench/micro/vpc_world.h"

namespace vipswitch::bench {

class ClaimStream {
 public:
  struct Claim {
    unsigned eip;
    unsigned member;
    std::uint8_t priority;
  };

  // `of_burst` claims that follow one another are of one port, and their number divides that of all.
  ClaimStream(VpcWorld<Ipv4>& world, std::vector<Claim> claims, unsigned of_burst);

  std::size_t bursts() const noexcept { return claims_.size() / of_burst_; }
  // The next one, from the first again behind the last.
  void run_burst();
  // Every burst once.
  void run_all();
  CycleSamples& cycles() noexcept { return cycles_; }  // a sample a burst
  unsigned of_burst() const noexcept { return of_burst_; }

 private:
  std::vector<testing::Frame> frames() const;

  VpcWorld<Ipv4>& world_;
  std::vector<Claim> claims_;
  unsigned of_burst_;
  RepeatableBurst burst_;
  CycleSamples cycles_;
  std::size_t next_ = 0;
};

// The world that adverts are measured in: 100,000 HAVIPs with a group and two members each in 1,000 VPCs.
VpcWorld<Ipv4>::Size world_of_groups(bool is_small) noexcept;
// Adverts of the owners of all HAVIPs, in random order.
std::vector<ClaimStream::Claim> adverts_of_owners(const VpcWorld<Ipv4>& world);
// Throws unless each HAVIP of `world` belongs to its first member, but to the second one where `has_moved`.
void require_owners(const VpcWorld<Ipv4>& world, const std::vector<bool>& has_moved);

}  // namespace vipswitch::bench
