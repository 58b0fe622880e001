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
  termios before_{};  // filled while is_terminal_ is initialized, so it stands before it
  bool is_terminal_;
};

}  // namespace vipswitch::shell
