#include "control/shell/text_table.h"

#include <algorithm>
#include <fmt/format.h>

namespace vipswitch::shell {

std::string TextTable::text(std::size_t indent) const {
  std::vector<std::string> headings;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    headings.emplace_back(columns_[i].heading);
    std::size_t width = headings.back().size();
    for (const auto& row : rows_) width = std::max(width, row[i].size());
    widths.push_back(width);
  }
  std::string text;
  const auto append = [&](const std::vector<std::string>& row) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::kRight ? fmt::format("{:>{}}", row[i], widths[i])
                                                 : fmt::format("{:<{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  append(headings);
  for (const auto& row : rows_) append(row);
  return text;
}

}  // namespace vipswitch::shell
