#pragma once

// The parts of a HAVIP's story that several of its tables and sentences share.

#include <string>

#include "control/runtime/havip_status.h"
#include "vipswitch/evidence.h"

namespace vipswitch::shell {

// What its state means for its data, as a clause.
std::string meaning(const HavipStatus& havip);

// What made the election decide anew: a clause that a time can follow. `family` is that of the address.
std::string cause_of(const Decision& decision, Family family);

// What the rule that decided says, as a clause. `pinned`: the port that the operator pinned, if any.
std::string reason_for(const Decision& decision, const std::string& pinned);

// `vrrp, priority 150, VRID 51`.
std::string evidence_text(EvidenceClass evidence, unsigned priority, unsigned vrid);

// A port, or "nobody" where the name is empty.
std::string name_or_nobody(const std::string& name);

}  // namespace vipswitch::shell
