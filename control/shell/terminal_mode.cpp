#include "control/shell/terminal_mode.h"

namespace vipswitch::shell {

TerminalMode::TerminalMode(int fd) : fd_(fd), is_terminal_(tcgetattr(fd, &before_) == 0) {
  if (!is_terminal_) return;
  termios single_keys = before_;
  single_keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  tcsetattr(fd_, TCSANOW, &single_keys);
}

TerminalMode::~TerminalMode() {
  if (is_terminal_) tcsetattr(fd_, TCSANOW, &before_);
}

}  // namespace vipswitch::shell
