#include "tests/support/frame.h"

#include <optional>
#include <stdexcept>

namespace vipswitch::testing {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::uint8_t digit_value(char digit) {
  const auto position = kDigits.find(digit);
  if (position == std::string_view::npos) {
    throw std::invalid_argument(std::string("not a lower-case hexadecimal digit: '") + digit + "'");
  }
  return static_cast<std::uint8_t>(position);
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

Frame from_hex(std::string_view text) {
  Frame frame;
  std::optional<std::uint8_t> high;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const auto value = digit_value(c);
    if (!high) {
      high = value;
      continue;
    }
    frame.push_back(static_cast<std::uint8_t>(*high << 4 | value));
    high.reset();
  }
  if (high) throw std::invalid_argument("odd number of hexadecimal digits");
  return frame;
}

}  // namespace vipswitch::testing
