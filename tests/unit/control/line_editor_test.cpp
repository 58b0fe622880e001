#include "control/shell/line_editor.h"

#include <gtest/gtest.h>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

constexpr char kCtrlC[] = "\x03";
constexpr char kCtrlD[] = "\x04";
constexpr char kUp[] = "\x1b[A";
constexpr char kLeft[] = "\x1b[D";

// What remains on the screen: without the sequence that clears the rest of the line.
std::string visible(std::string text) {
  const std::string clear = "\x1b[0K";
  for (auto at = text.find(clear); at != std::string::npos; at = text.find(clear))
    text.erase(at, clear.size());
  return text;
}

class LineEditorTest : public testing::Test {
 protected:
  void SetUp() override { editor_.start(); }

  std::vector<std::string> executed_;
  std::string written_;
  std::vector<LineEditor::Offer> offers_;
  std::string asked_;
  LineEditor editor_{"> ",
                     {[this](std::string_view text) { written_ += text; },
                      [this](std::string_view line) { executed_.emplace_back(line); },
                      [this](std::string_view left) {
                        asked_ = left;
                        return offers_;
                      }}};
};

using Lines = std::vector<std::string>;

TEST_F(LineEditorTest, PromptComesFirst) {
  EXPECT_EQ(written_, "> ");
}

TEST_F(LineEditorTest, KeysAreEchoedAndEnterExecutes) {
  editor_.feed("vpc show");
  EXPECT_EQ(written_, "> vpc show");
  EXPECT_EQ(editor_.feed("\r"), LineEditor::State::kReading);
  EXPECT_EQ(executed_, Lines{"vpc show"});
  EXPECT_EQ(written_, "> vpc show\r\n> ");
}

TEST_F(LineEditorTest, CursorCanMoveBeforeEnter) {
  editor_.feed(std::string("vpc sow") + kLeft + kLeft + "h\n");
  EXPECT_EQ(executed_, Lines{"vpc show"});
}

TEST_F(LineEditorTest, HistoryBringsLinesBack) {
  editor_.feed(std::string("one\ntwo\ntwo\n") + kUp + kUp + "\n");
  EXPECT_EQ(executed_, (Lines{"one", "two", "two", "one"}));
}

TEST_F(LineEditorTest, CtrlCClearsTheLine) {
  EXPECT_EQ(editor_.feed(std::string("havip del front") + kCtrlC + "quit\n"), LineEditor::State::kReading);
  EXPECT_EQ(executed_, Lines{"quit"});
}

TEST_F(LineEditorTest, CtrlDOnAnEmptyLineEnds) {
  EXPECT_EQ(editor_.feed(std::string(kCtrlD) + "vpc show\n"), LineEditor::State::kEnded);
  EXPECT_EQ(executed_, Lines{});
}

TEST_F(LineEditorTest, TabInsertsTheOnlyWord) {
  offers_ = {{"havip", "havip"}};
  editor_.feed("ha\t");
  EXPECT_EQ(asked_, "ha");
  EXPECT_EQ(visible(written_), "> havip ");
}

TEST_F(LineEditorTest, TabInsertsWhatAllWordsShare) {
  offers_ = {{"start", "start"}, {"stop", "stop"}};
  editor_.feed("s\t");
  EXPECT_EQ(visible(written_), "> st");
}

TEST_F(LineEditorTest, TabListsWhereNothingCanBeInserted) {
  offers_ = {{"start", "start it"}, {"stop", "stop it"}};
  editor_.feed("st\t");
  EXPECT_NE(written_.find(" start it\r\n stop it\r\n"), std::string::npos) << written_;
  editor_.feed("art\n");
  EXPECT_EQ(executed_, Lines{"start"});
}

TEST_F(LineEditorTest, QuestionMarkListsEvenTheOnlyWord) {
  offers_ = {{"", "VNI  its number"}};
  editor_.feed("vpc add x vni ?");
  EXPECT_EQ(asked_, "vpc add x vni ");
  EXPECT_NE(written_.find(" VNI  its number\r\n"), std::string::npos) << written_;
}

TEST_F(LineEditorTest, LongListIsCut) {
  for (int i = 0; i < 1000; ++i) offers_.push_back({"p" + std::to_string(i), "port" + std::to_string(i)});
  editor_.feed("p\t");
  EXPECT_NE(written_.find(" port99\r\n ...\r\n"), std::string::npos);
  EXPECT_EQ(written_.find("port100\r\n"), std::string::npos);
}

TEST_F(LineEditorTest, LineThatMayHaveBeenCutIsNotExecuted) {
  editor_.feed(std::string(511, 'x') + "\n");
  ASSERT_EQ(executed_.size(), 1u);
  EXPECT_EQ(executed_[0].size(), 511u);
  editor_.feed(std::string(600, 'x') + "\n");
  EXPECT_EQ(executed_.size(), 1u);
  EXPECT_NE(written_.find("error: line is too long for the terminal, expected at most 511 characters\n"),
            std::string::npos);
  editor_.feed("vpc show\n");
  EXPECT_EQ(executed_.back(), "vpc show");
}

TEST_F(LineEditorTest, WhatNobodyAskedForStandsAboveTheLine) {
  editor_.feed("vpc sh");
  written_.clear();
  editor_.interject("owner_changed front\n");
  EXPECT_TRUE(written_.starts_with("\r\x1b[Kowner_changed front\n")) << written_;
  EXPECT_NE(written_.find("> vpc sh", 20), std::string::npos) << written_;
  editor_.feed("ow\n");
  EXPECT_EQ(executed_, Lines{"vpc show"});
}

class TerminalSession : public test::SessionTest {
 protected:
  void SetUp() override {
    test::SessionTest::SetUp();
    session_.start_interactive(InputKind::kTerminal);
    output_.clear();
  }
};

TEST_F(TerminalSession, TabCompletesNamesOfTheModel) {
  session_.feed("eip unb\tpu\t");
  EXPECT_EQ(visible(output_), "eip unbind public ");
  session_.feed("\n");
  EXPECT_FALSE(service_.objects().eips.at("public").target);
}

TEST_F(TerminalSession, OutputStandsBetweenEchoAndPrompt) {
  session_.feed("vpc show\n");
  EXPECT_EQ(output_, "vpc show\r\nvpc add shop vni 1001\nvipswitch> ");
}

TEST_F(TerminalSession, QuitAndCtrlDEndTheSession) {
  session_.feed("quit\nvpc show\n");
  EXPECT_TRUE(session_.wants_quit());
  EXPECT_EQ(output_, "quit\r\n\r\n");
  Session other(commands_, service_, runtime_, [](std::string_view) {});
  other.start_interactive(InputKind::kTerminal);
  other.feed(kCtrlD);
  EXPECT_TRUE(other.wants_quit());
}

TEST_F(TerminalSession, SessionsDoNotDisturbEachOther) {
  std::string other_output;
  Session other(commands_, service_, runtime_, [&](std::string_view text) { other_output += text; });
  other.start_interactive(InputKind::kTerminal);
  session_.feed("vpc ");
  other.feed("uplink ");
  session_.feed("show\n");
  other.feed("del\n");
  EXPECT_NE(output_.find("vpc add shop"), std::string::npos);
  EXPECT_FALSE(service_.objects().uplink);
}

}  // namespace
}  // namespace vipswitch::shell
