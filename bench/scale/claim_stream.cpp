#include "bench/scale/claim_stream.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "bench/scale/scale.h"
#include "dataplane/pipeline.h"

namespace vipswitch::bench {
namespace {

constexpr std::uint8_t kOwnersPriority = 150;

}  // namespace

ClaimStream::ClaimStream(VpcWorld<Ipv4>& world, std::vector<Claim> claims, unsigned of_burst)
    : world_(world),
      claims_(std::move(claims)),
      of_burst_(of_burst),
      burst_(world.worker(), world.uplink(), of_burst, frames()) {}

std::vector<testing::Frame> ClaimStream::frames() const {
  std::vector<testing::Frame> frames;
  for (const Claim& claim : claims_) frames.push_back(world_.advert(claim.eip, claim.member, claim.priority));
  return frames;
}

void ClaimStream::run_burst() {
  const Claim& first = claims_[next_];
  burst_.set_ingress(world_.member_of(first.eip, first.member));
  cycles_.measure([&] { run_pipeline(world_.worker(), burst_.batch()); });
  burst_.reset();
  next_ = (next_ + of_burst_) % claims_.size();
}

void ClaimStream::run_all() {
  for (std::size_t i = 0; i < bursts(); ++i) run_burst();
}

VpcWorld<Ipv4>::Size world_of_groups(bool is_small) noexcept {
  const unsigned vpcs = is_small ? 10 : 1'000;
  return {.ports = 20 * vpcs, .havips_of_port = 5, .vpcs = vpcs, .members = 2};
}

std::vector<ClaimStream::Claim> adverts_of_owners(const VpcWorld<Ipv4>& world) {
  std::vector<ClaimStream::Claim> claims;
  for (unsigned eip = 0; eip < world.size().eips(); ++eip) claims.push_back({eip, 0, kOwnersPriority});
  std::shuffle(claims.begin(), claims.end(), std::mt19937{1});
  return claims;
}

void require_owners(const VpcWorld<Ipv4>& world, const std::vector<bool>& has_moved) {
  for (unsigned eip = 0; eip < world.size().eips(); ++eip) {
    const PortRow& port = world.member_of(eip, has_moved[eip] ? 1 : 0);
    require(world.owner_of(eip).is_port(port.id),
            fmt::format("HAVIP {} is at port {}", eip, port.id.value()));
  }
}

}  // namespace vipswitch::bench
