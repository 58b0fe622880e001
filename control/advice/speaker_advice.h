#pragma once

// What ports that speak VRRP for one address say differently, in sentences of the advisor.

#include <span>
#include <string>
#include <vector>

#include "control/advice/advisor.h"

namespace vipswitch::advice {

// The last adverts of one address, one a port: the owner's first, then by age. None older than kComparedMs.
using Members = std::vector<const VrrpSpeaker*>;

// `subnet`: the speakers of the HAVIP's subnet.
Members members_of(const HavipStatus& havip, std::span<const VrrpSpeaker> subnet);

// Each member that differs from the first one.
std::vector<Advice> compare(const HavipStatus& havip, const Members& members);

// Why the one, who is outranked, does not hear the other; null: it is not known what it said.
std::string likely_cause(const VrrpSpeaker* one, const VrrpSpeaker* other);

}  // namespace vipswitch::advice
