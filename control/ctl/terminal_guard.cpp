#include "control/ctl/terminal_guard.h"

#include <csignal>
#include <termios.h>

namespace vipswitch::ctl {
namespace {

constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM};

// A signal's handler finds nothing but globals. Written before the handlers are installed.
struct {
  int fd = -1;
  termios before{};
} restored;

// Everything called here may be called in a handler (signal-safety(7)).
void restore_and_end(int number) {
  tcsetattr(restored.fd, TCSANOW, &restored.before);
  std::signal(number, SIG_DFL);
  raise(number);  // ends the program once this returns and the signal is no longer blocked
}

void handle_with(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  for (const int number : kEndingSignals) sigaction(number, &action, nullptr);
}

// Before the mode changes.
int remember(int fd) {
  restored.fd = fd;
  if (tcgetattr(fd, &restored.before) == 0) handle_with(restore_and_end);
  return fd;
}

}  // namespace

TerminalGuard::TerminalGuard(int fd) : mode_(remember(fd)) {}

TerminalGuard::~TerminalGuard() {
  if (mode_.is_terminal()) handle_with(SIG_DFL);
}

}  // namespace vipswitch::ctl
