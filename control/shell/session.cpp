#include "control/shell/session.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/shell/line_editor.h"
#include "control/text/make_error.h"
#include "control/text/read_file.h"

namespace vipswitch::shell {
namespace {

// What a pipe may send without a newline before the line is refused.
constexpr std::size_t kMaxPartialLine = 1 << 20;

std::vector<LineEditor::Offer> offers(const CommandSet& commands, std::string_view left,
                                      const model::Objects& objects) {
  std::vector<LineEditor::Offer> offers;
  for (const auto& completion : commands.complete(left, objects)) {
    const auto& label = completion.word.empty() ? completion.placeholder : completion.word;
    offers.push_back({completion.word,
                      completion.help.empty() ? label : fmt::format("{:<16} {}", label, completion.help)});
  }
  return offers;
}

}  // namespace

Session::Session(const CommandSet& commands, Service& service, RuntimeView& runtime, Sink sink,
                 std::string directory)
    : commands_(commands),
      service_(service),
      runtime_(runtime),
      sink_(std::move(sink)),
      directory_(std::move(directory)) {}

Session::~Session() = default;

Result<void> Session::run(std::string_view line) {
  const auto parsed = commands_.parse(line);
  if (!parsed) return parsed.error();
  if (!parsed.value()) return {};
  Context context{commands_, service_, runtime_, sink_, wishes_, directory_};
  is_executing_ = true;
  auto done = parsed.value()->command->handler(context, parsed.value()->arguments);
  is_executing_ = false;
  follow_events();
  return done;
}

void Session::follow_events() {
  if (std::exchange(followed_, wishes_.events) == wishes_.events) return;
  events_ = {};
  if (followed_ == EventForm::kNone) return;
  events_ = runtime_.events().subscribe([this](const OperatorEvent& event) {
    interject((followed_ == EventForm::kJson ? to_json(event).dump() : to_line(event)) + "\n");
  });
}

void Session::report(const Error& error) {
  sink_(fmt::format("error: {}\n", error.message));
}

Result<void> Session::execute(std::string_view line) {
  auto done = run(line);
  if (!done) report(done.error());
  return done;
}

Result<void> Session::execute_file(const std::string& path) {
  const auto text = text::read_file(path);
  if (!text) {
    report(text.error());
    return text.error();
  }
  unsigned line_number = 0;
  unsigned failed = 0;
  for (std::string_view rest = text.value(); !rest.empty() && !wishes_.quit;) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    ++line_number;
    if (auto done = run(rest.substr(0, end)); !done) {
      ++failed;
      report({done.error().code, fmt::format("{}:{}: {}", path, line_number, done.error().message)});
    }
    rest.remove_prefix(end);
  }
  if (failed == 0) return {};
  return make_error(ErrorCode::usage, "{}: {} of {} lines failed, expected none", path, failed, line_number);
}

void Session::start_interactive(InputKind kind) {
  if (kind == InputKind::kLines) {
    sink_(kPrompt);
    return;
  }
  editor_ = std::make_unique<LineEditor>(
      std::string(kPrompt), LineEditor::Callbacks{sink_,
                                                  [this](std::string_view line) {
                                                    (void)execute(line);
                                                    if (wishes_.quit) editor_->stop();
                                                  },
                                                  [this](std::string_view left) {
                                                    return offers(commands_, left, service_.objects());
                                                  }});
  editor_->start();
}

void Session::interject(std::string_view text) {
  if (editor_ && !is_executing_) {
    editor_->interject(text);
  } else {
    sink_(text);
  }
}

void Session::feed(std::string_view bytes) {
  if (wishes_.quit) return;
  if (!editor_) {
    feed_lines(bytes);
  } else if (editor_->feed(bytes) == LineEditor::State::kEnded) {
    wishes_.quit = true;
  }
}

void Session::feed_lines(std::string_view bytes) {
  while (!bytes.empty() && !wishes_.quit) {
    const auto newline = bytes.find('\n');
    partial_line_ += bytes.substr(0, newline);
    if (partial_line_.size() > kMaxPartialLine) {
      partial_line_.clear();
      partial_line_too_long_ = true;
    }
    if (newline == std::string_view::npos) return;
    bytes.remove_prefix(newline + 1);
    end_line();
    if (!wishes_.quit) sink_(kPrompt);
  }
}

void Session::end_line() {
  const auto line = std::exchange(partial_line_, {});
  if (std::exchange(partial_line_too_long_, false)) {
    report(make_error(ErrorCode::usage, "line is too long, expected at most {} characters", kMaxPartialLine));
  } else {
    (void)execute(line);
  }
}

void Session::end_of_input() {
  if (!editor_ && !wishes_.quit && !partial_line_.empty()) end_line();
  wishes_.quit = true;
}

}  // namespace vipswitch::shell
