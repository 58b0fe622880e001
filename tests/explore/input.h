#pragma once

// What can happen to an election, in any order: the inputs from which the walks choose.

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/owner/standalone_election.h"

namespace vipswitch::owner {

constexpr std::uint32_t kIntervalMs = 1000;
constexpr TimeMs kWaitingLifetimeMs = 10'000;
constexpr std::uint8_t kHigh = 150, kLow = 100;
constexpr std::uint8_t kVrid = 51, kOtherVrid = 52;

enum class Kind : std::uint8_t {
  // Of a port.
  kAdvert,    // that lists the address; priority 0 resigns
  kAnnounce,  // vrid: the group that the port has just begun to speak for
  kWeak,
  kDown,
  kUp,
  kUnbind,
  kBind,
  kPin,
  kGroup,    // an advert of the group `vrid` that does not list the address
  kAcquire,  // likewise; with it the port begins to speak for the group
  kEmpty,    // likewise, and it lists nothing at all
  kAnswer,   // to a question of the switch
  kAnswerVirtual,
  kRestore,
  // Of none.
  kUnpin,
  kHint,    // that the address follows the group `vrid`; 0: taken back
  kPass,    // `passed` of time
  kDue,     // until the next deadline, which is kept
  kLate,    // until a moment after the next deadline, which is not kept yet
  kPutOff,  // until the next deadline, at which it is no question's turn
};

struct Input {
  Kind kind;
  PortId port{};
  std::uint8_t priority = 0;
  std::uint8_t vrid = 0;
  TimeMs passed = 0;

  std::string text() const;
  VrrpGroup group() const noexcept { return {Family::kIpv4, vrid}; }
};

inline Input pass(TimeMs passed) {
  return {.kind = Kind::kPass, .passed = passed};
}

AdvertEvidence advert(PortId port, std::uint8_t priority, std::uint8_t vrid = kVrid);

// Kinds up to kUnbind and kUnpin, kHint and kPass; the others are for whoever has a prober.
Outcome apply(StandaloneElection& election, const Input& input, TimeMs now);

// One input of each kind for each of the ports 1 to `ports`.
void add_for_each_port(std::vector<Input>& inputs, unsigned ports, const std::vector<Input>& of_a_port);

StandaloneElection make_election(unsigned ports);

}  // namespace vipswitch::owner
