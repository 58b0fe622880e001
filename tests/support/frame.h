#pragma once

// A frame as tests hold it: the bytes from the Ethernet destination on, without the frame check sequence, in
// the order in which they stand on the wire.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vipswitch::testing {

using Frame = std::vector<std::uint8_t>;

// Two lower-case digits a byte, nothing between them: the notation of literal frames in tests.
std::string to_hex(std::span<const std::uint8_t> bytes);

// The reverse; blanks and line ends are skipped. Throws std::invalid_argument on anything else.
Frame from_hex(std::string_view text);

}  // namespace vipswitch::testing
