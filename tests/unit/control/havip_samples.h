#pragma once

// HAVIPs as the runtime would describe them, and what ports say in their adverts.

#include <string>
#include <utility>
#include <vector>

#include "control/runtime/havip_status.h"

namespace vipswitch::test {

// HAVIP front of make_world(): owned by p11 by VRRP, with priority 150 and VRID 51; p12 had it before.
inline HavipStatus owned_havip() {
  HavipStatus havip{};
  havip.name = "front";
  havip.subnet = "web";
  havip.address = Ipv4(10, 77, 0, 100);
  havip.stable_mac = stable_mac(havip.address);
  havip.state = OwnerState::kOwnedVrrp;
  havip.owner = "p11";
  havip.elected = "p11";
  havip.delivery_mac = Mac(0x52, 0x54, 0, 0x77, 0, 11);
  havip.owner_since_ms = 4000;
  havip.now_ms = 16345;
  havip.owner_changes = 2;
  havip.delivered_to_old_owner = 2;
  havip.candidates = {{"p11", true, true, false, EvidenceClass::kVrrp, 150, 51, 1000, 345, false,
                       CandidateStanding::kElected},
                      {"p12", false, false, false, EvidenceClass::kNone, 0, 0, 0, -1}};
  havip.decisions = {{1, 3000, 1714564799'500000, "", "p12", Trigger::kAnnouncement, Rule::kLatestClaim,
                      EvidenceClass::kAnnouncement, 0, 0, 0},
                     {2, 4000, 1714564800'500123, "p12", "p11", Trigger::kAdvert, Rule::kFreshVrrp,
                      EvidenceClass::kVrrp, 150, 51, 12340}};
  return havip;
}

// The same after p11 resigned.
inline HavipStatus released_havip() {
  auto havip = owned_havip();
  havip.state = OwnerState::kReleased;
  havip.owner.clear();
  havip.elected.clear();
  havip.candidates[0].standing = CandidateStanding::kResigned;
  havip.candidates[0].fresh = false;
  havip.delivery_mac = Mac();
  havip.owner_since_ms = -1;
  havip.owner_changes = 3;
  havip.decisions.push_back({3, 16000, 1714564812'000000, "p11", "", Trigger::kResignation, Rule::kNobody,
                             EvidenceClass::kNone, 0, 0, 900});
  return havip;
}

// An advert of the port for front, a quarter of a second old.
inline VrrpSpeaker speaker(std::string port, std::uint8_t priority, std::uint8_t vrid = 51) {
  return {.subnet = "web",
          .port = std::move(port),
          .family = Family::kIpv4,
          .vrid = vrid,
          .version = 2,
          .priority = priority,
          .auth = VrrpAuth::kNone,
          .is_unicast = false,
          .interval_ms = 1000,
          .last_advert_age_ms = 250,
          .is_resigned = false,
          .list_hash = 7,
          .list_size = 1,
          .havips = {"front"}};
}

// From p12 to p11: last packet to p12 1.5 s before the advert of p11, data moved 4.2 us after it, the first
// packet 0.9 ms after it; 3 dropped.
inline Failover sample_failover() {
  return {.sequence = 2,
          .at_unix_us = 1714564800'500111,
          .from = "p12",
          .to = "p11",
          .trigger = Trigger::kAdvert,
          .last_to_old_ns = -1'500'000'000,
          .decided_ns = 4'000,
          .moved_ns = 4'200,
          .first_to_new_ns = 900'000,
          .dropped = 3};
}

}  // namespace vipswitch::test
