#pragma once

// An election with the ports A, B and C bound at time 0, in the order of their ids, as in the cases of the
// specification.

#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

#include "dataplane/owner/standalone_election.h"

namespace vipswitch::owner {

inline constexpr PortId kNobody, kA{10}, kB{11}, kC{12}, kX{99};
inline constexpr std::uint8_t kVrid = 51;

// An advert once a second from the port's own MAC, unless said otherwise.
inline AdvertEvidence advert_of(std::uint8_t priority, std::uint32_t interval_ms = 1000) {
  return {.primary_ip = Ipv4(10, 9, 0, 1),
          .interval_ms = interval_ms,
          .priority = priority,
          .vrid = kVrid,
          .delivery = Delivery::port_mac()};
}

inline std::vector<OwnerChange> changes_of(const Outcome& outcome) {
  return {outcome.changes().begin(), outcome.changes().end()};
}

class ElectionTest : public ::testing::Test {
 protected:
  ElectionTest() {
    for (const PortId port : {kA, kB, kC}) election.bind(port, LinkState::kUp, 0);
  }

  StandaloneElection election;
};

}  // namespace vipswitch::owner
