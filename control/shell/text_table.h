#pragma once

// Rows aligned into columns for people.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vipswitch::shell {

enum class Align { kLeft, kRight };

struct Column {
  std::string_view heading;
  Align align = Align::kLeft;
};

class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const noexcept { return rows_.empty(); }

  // Headings and rows, two blanks between columns, none at the end of a line, each behind `indent` blanks.
  std::string text(std::size_t indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace vipswitch::shell
