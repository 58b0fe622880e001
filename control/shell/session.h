#pragma once

// One user of the shell: executes command lines, from a file, a pipe or a terminal, and writes what they
// print to a sink.
//
// Nothing here reads a descriptor or waits: whoever owns the descriptors (an epoll loop) feeds the bytes that
// came and sends what the sink gets. Any number of sessions live on the control thread.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "control/runtime/runtime_view.h"
#include "control/service/service.h"
#include "control/shell/command_set.h"
#include "vipswitch/result.h"

namespace vipswitch::shell {

inline constexpr std::string_view kPrompt = "vipswitch> ";

// kTerminal: single keys with echo, history and completion. kLines: whole lines, no echo, as from a pipe.
enum class InputKind { kTerminal, kLines };

class LineEditor;

class Session {
 public:
  using Sink = std::function<void(std::string_view)>;

  // `directory` is where the user's relative file names start; empty: where the switch was started.
  Session(const CommandSet& commands, Service& service, RuntimeView& runtime, Sink sink,
          std::string directory = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Executes one line of any length. What it printed has reached the sink when this returns; why it failed is
  // for the caller to tell. Empty lines and comments succeed.
  Result<void> run(std::string_view line);
  // The same, and prints why it failed behind "error: ".
  Result<void> execute(std::string_view line);

  // Executes a file line by line up to its end or `quit`. A failing line is reported as `FILE:LINE: ...` and
  // the next one is executed; the error at the end counts them.
  Result<void> execute_file(const std::string& path);

  // Prints the first prompt; from here on feed() takes input.
  void start_interactive(InputKind kind);
  // Bytes as they came, cut anywhere. Ctrl-D on an empty line ends a terminal's session, Ctrl-C clears the
  // line.
  void feed(std::string_view bytes);
  // The input has ended: executes a last line without a newline, then wants_quit().
  void end_of_input();

  // Prints what no command asked for, such as an event: above the line that is being edited.
  void interject(std::string_view text);

  bool wants_quit() const noexcept { return wishes_.quit; }
  bool wants_shutdown() const noexcept { return wishes_.shutdown; }

 private:
  void follow_events();
  void feed_lines(std::string_view bytes);
  void end_line();
  void report(const Error& error);

  const CommandSet& commands_;
  Service& service_;
  RuntimeView& runtime_;
  Sink sink_;
  std::string directory_;
  std::unique_ptr<LineEditor> editor_;  // terminals only
  std::string partial_line_;
  bool partial_line_too_long_ = false;
  bool is_executing_ = false;
  EventForm followed_ = EventForm::kNone;
  EventJournal::Subscription events_;
  Wishes wishes_;
};

}  // namespace vipswitch::shell
