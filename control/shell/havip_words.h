#pragma once

// The parts of a HAVIP's story that several of its tables and sentences share.

#include <string>
#include <string_view>

#include "vipswitch/evidence.h"

namespace vipswitch::shell {

// What a word of the JSON document means, as a clause.
std::string_view meaning(OwnerState state);
std::string_view meaning(Rule rule);
std::string_view meaning(Trigger trigger);

// `vrrp, priority 150, VRID 51`.
std::string evidence_text(EvidenceClass evidence, unsigned priority, unsigned vrid);

// A port, or "nobody" where the name is empty.
std::string name_or_nobody(const std::string& name);

}  // namespace vipswitch::shell
