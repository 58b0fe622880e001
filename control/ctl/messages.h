#pragma once

// What vipswitch-ctl says itself, and how it writes.

#include <string_view>

namespace vipswitch::ctl {

// Exit status if the switch cannot be reached or goes away.
inline constexpr int kFailure = 1;

inline constexpr std::string_view kConnectionLost =
    "the switch closed the connection; its log says why, if it still runs";

// `vipswitch-ctl: TEXT` on standard error.
void tell(std::string_view text);

// Waits until all is written; false if it cannot be.
bool write_all(int fd, std::string_view text);

}  // namespace vipswitch::ctl
