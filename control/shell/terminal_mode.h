#pragma once

// Puts a terminal into the mode a line editor needs (single keys, no echo, Ctrl-C as a key) for as long as
// this lives, and back afterwards. A descriptor that is no terminal is left alone.

#include <termios.h>

namespace vipswitch::shell {

class TerminalMode {
 public:
  explicit TerminalMode(int fd);
  ~TerminalMode();
  TerminalMode(const TerminalMode&) = delete;
  TerminalMode& operator=(const TerminalMode&) = delete;

  bool is_terminal() const noexcept { return is_terminal_; }

 private:
  int fd_;
  bool is_terminal_;
  termios before_{};
};

}  // namespace vipswitch::shell
