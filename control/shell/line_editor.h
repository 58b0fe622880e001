#pragma once

// A line on a terminal: editing keys, history and completion, by DPDK's rdline. Feeds on bytes and never
// waits.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct rdline;

namespace vipswitch::shell {

class LineEditor {
 public:
  // A word that may stand at the end of the text left of the cursor, and the line that lists it.
  struct Offer {
    std::string word;  // empty: listed, but never inserted
    std::string line;
  };

  struct Callbacks {
    std::function<void(std::string_view)> write;    // echo and redraws
    std::function<void(std::string_view)> execute;  // a line was entered
    std::function<std::vector<Offer>(std::string_view left)> complete;
  };

  // rdline's buffer has one byte more: a line that fills it may have been cut, so it is refused.
  static constexpr std::size_t kMaxLineSize = 511;

  LineEditor(std::string prompt, Callbacks callbacks);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // Prints the prompt for a first line.
  void start();

  enum class State { kReading, kEnded };
  // kEnded: Ctrl-D on an empty line, or stop() was called; the rest of the bytes is ignored.
  State feed(std::string_view bytes);
  // Ends the input; may be called from within execute().
  void stop();
  // Prints whole lines above the line that is being edited.
  void interject(std::string_view lines);

 private:
  friend struct RdlineCallbacks;
  void flush();
  void enter(std::string_view line);
  int next_offer(std::string_view left, char* into, std::size_t size, int& state);

  std::string prompt_;
  Callbacks callbacks_;
  std::string echo_;  // what rdline wrote since the last flush
  std::vector<Offer> offers_;
  bool is_stopped_ = false;
  std::unique_ptr<rdline, void (*)(rdline*)> rdline_;
};

}  // namespace vipswitch::shell
