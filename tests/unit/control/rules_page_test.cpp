// docs/rules.md says what the service says: every row's request to the page's network gets the row's answer.

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using test::succeeded;

struct Row {
  int line;
  std::string error, request, answer;
};

struct Page {
  std::vector<std::string> network;
  std::vector<Row> rows;
};

std::string trimmed(std::string text, std::string_view characters) {
  text.erase(0, std::min(text.find_first_not_of(characters), text.size()));
  text.erase(text.find_last_not_of(characters) + 1);
  return text;
}

// The cells of a row of a table, without blanks and code quotes.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = 1; at < line.size();) {
    const auto end = line.find('|', at);
    cells.push_back(trimmed(trimmed(line.substr(at, end - at), " "), "`"));
    at = end + 1;
  }
  return cells;
}

Page read_page() {
  std::ifstream file(VIPSWITCH_SOURCE_DIR "/docs/rules.md");
  Page page;
  bool is_code = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("```")) {
      is_code = !is_code;
    } else if (is_code) {
      page.network.push_back(line);
    } else if (line.starts_with("| ") && !line.starts_with("| rule |")) {
      const auto row = cells(line);
      EXPECT_EQ(row.size(), 4u) << "docs/rules.md:" << number;
      if (row.size() == 4) page.rows.push_back({number, row[1], row[2], row[3]});
    }
  }
  return page;
}

ErrorCode error_code(const std::string& word) {
  static const std::map<std::string, ErrorCode> kCodes = {
#define ERROR_CODE(name, number, help) {#name, ErrorCode::name},
#include "vipswitch/errors.def"
#undef ERROR_CODE
  };
  return kCodes.at(word);
}

class RulesPage : public testing::Test {
 protected:
  // Each request meets the network as it was made.
  struct Switch {
    test::RecordingPublisher publisher;
    Service service{publisher};
    test::CannedRuntime runtime;
    std::string output;
    Session session;
    explicit Switch(const CommandSet& commands)
        : session(commands, service, runtime, [this](std::string_view text) { output += text; }) {}
  };
  CommandSet commands_;
  const Page page_ = read_page();
};

TEST_F(RulesPage, EveryAnswerIsWhatTheServiceSays) {
  ASSERT_GT(page_.rows.size(), 40u);
  for (const auto& row : page_.rows) {
    Switch vswitch(commands_);
    for (const auto& command : page_.network)
      ASSERT_TRUE(succeeded(vswitch.session.execute(command))) << command;
    const auto before = vswitch.service.objects();
    vswitch.output.clear();
    const auto done = vswitch.session.execute(row.request);
    const auto where = "docs/rules.md:" + std::to_string(row.line) + ": " + row.request;
    if (row.error == "none") {
      EXPECT_TRUE(succeeded(done)) << where;
      EXPECT_EQ(vswitch.output, row.answer.empty() ? "" : row.answer + "\n") << where;
    } else {
      EXPECT_TRUE(test::refused(done, error_code(row.error), row.answer)) << where;
      EXPECT_EQ(vswitch.service.objects(), before) << where;
    }
  }
}

}  // namespace
}  // namespace vipswitch::shell
