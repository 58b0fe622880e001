// vipswitch-ctl: the shell of a running vipswitch, for people and for scripts.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "control/ctl/ctl_options.h"
#include "control/ctl/messages.h"
#include "control/ctl/run_commands.h"
#include "control/ctl/run_shell.h"
#include "version.h"

namespace {

using vipswitch::ctl::CtlOptions;
using vipswitch::ctl::kFailure;
using vipswitch::ctl::SwitchConnection;
using vipswitch::ctl::tell;
using vipswitch::remote::SessionMode;

int run_file(SwitchConnection& connection, const CtlOptions& options, int fd, const std::string& name) {
  using vipswitch::ctl::OnFailure;
  return run_lines(connection, fd, name, options.keep_going ? OnFailure::kGoOn : OnFailure::kStop);
}

int run(const CtlOptions& options) {
  int input = STDIN_FILENO;
  std::string name = "stdin";
  if (options.file && *options.file != "-") {
    name = *options.file;
    input = open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (input < 0) {
      tell(fmt::format("error: {}: {}, expected a readable file", name, std::strerror(errno)));
      return kFailure;
    }
  }
  const bool is_shell = !options.command && !options.file && isatty(STDIN_FILENO) == 1;
  std::error_code error;
  const auto connection = SwitchConnection::open(
      options.socket, {.mode = is_shell ? SessionMode::kTerminal : SessionMode::kCommands,
                       .directory = std::filesystem::current_path(error).string()});
  if (!connection) {
    tell("error: " + connection.error().message);
    return kFailure;
  }
  if (is_shell) return run_shell(*connection.value());
  if (options.command) return run_command(*connection.value(), *options.command);
  return run_file(*connection.value(), options, input, name);
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = vipswitch::ctl::parse_ctl_options(argc, argv, std::getenv("VIPSWITCH_SOCKET"));
  if (!options) {
    tell("error: " + options.error().message);
    return static_cast<int>(options.error().code);
  }
  if (options.value().help) {
    std::fputs(vipswitch::ctl::kCtlHelp, stdout);
    return 0;
  }
  if (options.value().version) {
    fmt::print("vipswitch-ctl {}\n", vipswitch::kVersion);
    return 0;
  }
  return run(options.value());
}
