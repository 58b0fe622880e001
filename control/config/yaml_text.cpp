#include "control/config/yaml_text.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

namespace vipswitch::config {
namespace {

constexpr std::uint32_t kInvalid = ~std::uint32_t{0};

// Takes one character off the text; kInvalid for bytes that are none.
std::uint32_t take_character(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || text.size() < more) return kInvalid;
  std::uint32_t value = first & (0x3fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80) return kInvalid;
    value = (value << 6) | (next & 0x3fu);
  }
  text.remove_prefix(more);
  constexpr std::uint32_t kShortest[] = {0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  return value < kShortest[more] || value > 0x10ffff || is_surrogate ? kInvalid : value;
}

constexpr bool is_allowed(std::uint32_t character) {
  if (character < 0x20) return character == '\t' || character == '\n' || character == '\r';
  if (character == 0xfffe || character == 0xffff) return false;
  return character != 0x7f && (character < 0x80 || character > 0x9f || character == 0x85);
}

constexpr bool is_printable_ascii(char byte) {
  return byte >= 0x20 && byte < 0x7f;
}

}  // namespace

std::optional<TextFault> find_text_fault(std::string_view text) {
  for (std::string_view rest = text; !rest.empty();) {
    // Most texts are nearly all of these.
    if (is_printable_ascii(rest.front())) {
      rest.remove_prefix(1);
      continue;
    }
    const auto at = text.size() - rest.size();
    const auto character = take_character(rest);
    if (is_allowed(character) && character != kInvalid) continue;
    const auto before = text.substr(0, at);
    const int line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    if (character != kInvalid)
      return TextFault{line, fmt::format("the control character U+{:04X}", character)};
    return TextFault{
        line, fmt::format("the byte 0x{:02X}, which is not UTF-8", static_cast<std::uint8_t>(text[at]))};
  }
  return std::nullopt;
}

}  // namespace vipswitch::config
