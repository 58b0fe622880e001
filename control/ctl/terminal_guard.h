#pragma once

// A terminal in the mode of a line editor (control/shell/terminal_mode.h) that also a signal leaves as it
// was. One at a time.

#include "control/shell/terminal_mode.h"

namespace vipswitch::ctl {

class TerminalGuard {
 public:
  explicit TerminalGuard(int fd);
  ~TerminalGuard();
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;

 private:
  shell::TerminalMode mode_;
};

}  // namespace vipswitch::ctl
