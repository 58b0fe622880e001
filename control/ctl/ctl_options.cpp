#include "control/ctl/ctl_options.h"

#include <fmt/format.h>

#include "control/config/settings.h"
#include "control/shell/words.h"
#include "control/text/read_options.h"

namespace vipswitch::ctl {

const char kCtlHelp[] =
    R"(usage: vipswitch-ctl [options]                   the shell of the switch, on a terminal
       vipswitch-ctl [options] COMMAND [WORD...]  one command
       vipswitch-ctl [options] -f FILE            the commands of a file, a line each
       ... | vipswitch-ctl [options]              those of standard input

Works on a running vipswitch through its control socket. `vipswitch-ctl help` lists the commands.

  -s, --socket PATH   the control socket; without it $VIPSWITCH_SOCKET, else /run/vipswitch/control.sock
  -j, --json          the command answers with a JSON document; may also stand behind it: show havip --json
  -f, --file FILE     commands from FILE; - is standard input
  -k, --keep-going    go on after a line that fails
  -h, --help          this text
  -V, --version       the version

COMMAND may be a whole line of the shell, 'show havip front'; each further WORD is one word of it, whatever blanks are
in it. Relative names of files start where vipswitch-ctl was started. In the shell, quit or
Ctrl-D ends vipswitch-ctl and not the switch, which shutdown ends.

Output goes to standard output, messages to standard error: `error: ...`, from files `FILE:LINE: error: ...`. Lines are
executed one after the other up to the first that fails.

Exit status: 0 if every command succeeded, else the number of the first error (docs/errors.md); 1 also if the switch
cannot be reached or goes away, 2 also for wrong options.
)";

namespace {

Error usage_error(std::string message) {
  return {ErrorCode::usage, std::move(message) + ", see vipswitch-ctl --help"};
}

// The first word may be a whole line, each other one is a word of it.
std::string to_line(const std::vector<std::string>& words) {
  std::string line = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) line += ' ' + shell::quote_if_needed(words[i]);
  return line;
}

}  // namespace

Result<CtlOptions> parse_ctl_options(int argc, char** argv, const char* environment_socket) {
  static constexpr option kOptions[] = {{"socket", required_argument, nullptr, 's'},
                                        {"json", no_argument, nullptr, 'j'},
                                        {"file", required_argument, nullptr, 'f'},
                                        {"keep-going", no_argument, nullptr, 'k'},
                                        {"help", no_argument, nullptr, 'h'},
                                        {"version", no_argument, nullptr, 'V'},
                                        {nullptr, 0, nullptr, 0}};
  // "+": what stands behind the first word of the command belongs to the command.
  static constexpr char kLetters[] = "+:s:jf:khV";
  CtlOptions options;
  options.socket = environment_socket && *environment_socket ? environment_socket : ControlSettings().socket;
  bool json = false;
  const auto take = [&](int letter, const char* value) -> Result<void> {
    switch (letter) {
      case 's':
        options.socket = value;
        break;
      case 'j':
        json = true;
        break;
      case 'f':
        options.file = value;
        break;
      case 'k':
        options.keep_going = true;
        break;
    }
    return {};
  };
  const auto read = text::read_options(argc, argv, {kLetters, kOptions}, take);
  if (!read) return usage_error(read.error().message);
  options.help = read.value().help;
  options.version = read.value().version;
  const std::vector<std::string> words(argv + read.value().first_word, argv + argc);
  if (!words.empty()) options.command = to_line(words);
  if (options.command && options.file) {
    return usage_error(
        fmt::format("command \"{}\" beside -f {}, expected one of them", *options.command, *options.file));
  }
  if (json && !options.command) return usage_error("--json without a command, expected one behind it");
  if (json) *options.command += " --json";
  return options;
}

}  // namespace vipswitch::ctl
