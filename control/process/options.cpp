#include "control/process/options.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "control/text/read_options.h"

namespace vipswitch {

namespace {

constexpr int kCheckConfig = 256;  // beyond every letter

}  // namespace

const char kHelp[] =
    R"(usage: vipswitch [EAL options] -- [options]
       vipswitch [options]

The data plane of a virtual switch: VPC forwarding, HAVIPs whose owner it learns from VRRP and gratuitous ARP,
EIPs as stateless 1:1 NAT.

  -i, --interactive        shell on standard input; its end, or `quit`, ends the switch. vipswitch-ctl attaches one
                           to a switch that runs
  -c, --config FILE        declarative configuration (YAML, see docs/configuration.md)
      --check-config FILE  read and check a configuration, print what it holds and end: 0, or 1 with the error; needs
                           neither root nor devices, and starts nothing
  -f, --cmdline-file FILE  shell commands to run once the configuration is in force; one that fails is reported, and
                           the next one follows
  -e, --event-log FILE     append every event (owner changes, links, stuck workers ...) as a line of JSON
  -s, --state-dir DIR      keep the owners of HAVIPs there, so that a restart moves no data
  -h, --help               this text
  -V, --version            the version

EAL options may also stand in the file, under `eal:`; those of the command line come after them. Without -i the
switch runs until SIGINT, SIGTERM or `vipswitch-ctl shutdown`. It needs root, or the rights that its devices and
hugepages ask for, and a core for each worker beside the control thread's. Exit status: 0 after a clean stop, 1 if it
could not start.
)";

Result<Options> parse_options(int argc, char** argv) {
  Options options;
  char** end = argv + argc;
  char** separator = std::find_if(argv, end, [](const char* word) { return std::strcmp(word, "--") == 0; });
  std::vector<char*> own{argv[0]};
  if (separator == end) {
    own.insert(own.end(), argv + 1, end);
  } else {
    options.eal.assign(argv + 1, separator);
    own.insert(own.end(), separator + 1, end);
  }
  own.push_back(nullptr);

  static constexpr option kOptions[] = {{"interactive", no_argument, nullptr, 'i'},
                                        {"config", required_argument, nullptr, 'c'},
                                        {"check-config", required_argument, nullptr, kCheckConfig},
                                        {"cmdline-file", required_argument, nullptr, 'f'},
                                        {"event-log", required_argument, nullptr, 'e'},
                                        {"state-dir", required_argument, nullptr, 's'},
                                        {"help", no_argument, nullptr, 'h'},
                                        {"version", no_argument, nullptr, 'V'},
                                        {nullptr, 0, nullptr, 0}};
  static constexpr char kLetters[] = ":ic:f:e:s:hV";
  const auto usage = [](const std::string& message) {
    return Error{ErrorCode::usage, message + ", see vipswitch --help"};
  };
  const auto take = [&](int letter, const char* value) -> Result<void> {
    switch (letter) {
      case 'i':
        options.interactive = true;
        break;
      case 'c':
        options.config = value;
        break;
      case kCheckConfig:
        options.check_config = value;
        break;
      case 'f':
        options.cmdline_file = value;
        break;
      case 'e':
        options.event_log = value;
        break;
      case 's':
        options.state_dir = value;
        break;
    }
    return {};
  };
  const int count = static_cast<int>(own.size()) - 1;
  const text::OptionSet set{kLetters, kOptions, {}, "; EAL options stand before \"--\""};
  const auto read = text::read_options(count, own.data(), set, take);
  if (!read) return usage(read.error().message);
  options.help = read.value().help;
  options.version = read.value().version;
  if (const int word = read.value().first_word; word < count)
    return usage(fmt::format("unexpected word \"{}\"", own[static_cast<std::size_t>(word)]));
  return options;
}

}  // namespace vipswitch
