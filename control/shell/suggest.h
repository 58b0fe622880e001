#pragma once

// "Did you mean": the candidate that a mistyped word was probably meant to be.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vipswitch::shell {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest candidate, if it is near: at most one edit for every three characters, rounded up. The first
// one wins a tie.
std::optional<std::string_view> suggest(std::string_view word,
                                        const std::vector<std::string_view>& candidates);

}  // namespace vipswitch::shell
