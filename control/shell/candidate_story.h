#pragma once

// The lines of a HAVIP's story about what could be otherwise: why a bound port is not the owner, what would
// change that, and what the switch does meanwhile. Each is empty where there is nothing to say.

#include <string>

#include "control/runtime/havip_status.h"

namespace vipswitch::shell {

// A line for each reason for which bound ports are not the owner.
std::string why_not_text(const HavipStatus& havip);

// What would make another port, or any, the owner.
std::string lasts_until_text(const HavipStatus& havip);

// The group whose adverts count for the address though they do not list it.
std::string follows_text(const HavipStatus& havip);

// What the switch asks the ports.
std::string asking_text(const HavipStatus& havip);

// How far announcements may move the address, where that is less than usual.
std::string damping_text(const HavipStatus& havip);

}  // namespace vipswitch::shell
