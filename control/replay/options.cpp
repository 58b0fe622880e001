#include "control/replay/options.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "control/text/make_error.h"
#include "control/text/read_options.h"

namespace vipswitch::replay {

const char kHelp[] =
    R"(usage: vipswitch-replay --config FILE --pcap [PORT=]FILE... [--json] [--after SECONDS]
       vipswitch-replay [FILE...]

With --config and --pcap: runs captures through the parser, the guard and the election of the switch that the configuration
describes, and prints every decision about the owner of a HAVIP, who owns it at the end, and what was counted. Time is
that of the captures; the same input gives the same output, byte by byte. No root, no hugepages, no devices and no
running switch are needed, and nothing is left behind.

  -c, --config FILE    the switch's configuration; the devices in it are not opened
  -p, --pcap PORT=FILE
                       a capture (pcap or pcapng, Ethernet) made at a port of the configuration, or at uplink; can be
                       repeated, the frames of all files go in by time. Frames that the switch sent to the port are
                       left out
      --pcap FILE      a capture that holds frames of several ports: one of the switch's own, or of a bridge. Ports
                       are told by the names of interfaces (pcapng) or the frames' source MACs, for virtual MACs by
                       the address of the sender or else by the port whose advert of the VRID came last. A FILE with
                       = in its name: ./FILE
  -j, --json           the report as a JSON document (docs/json.md)
      --after SECONDS  how long the clock goes on behind the last frame while something is due (10)
  -h, --help           this text
  -V, --version        the version

Without them: runs a script of events, one a line, through the election of one HAVIP and prints every change of owner
as `TIME OWNER`, then the counters. Reads standard input if no FILE is named, or where it is `-`. With several FILEs
a line `==> FILE <==` precedes the outcome of each.

  bound A B C                     first line: the bound ports; their order is their port id, A lowest. A second
                                  one begins anew, and only what comes behind it is told
  TIME advert PORT PRIO [INT]     VRRP advert of VRID 1; PRIO 0 resigns; INT in ms, default 1000
  TIME group PORT VRID PRIO [INT] [new] [empty]
                                  advert of VRID that does not list the address. new: with it the port begins
                                  to speak for the group, and lately for no other; empty: it lists none
  TIME announce PORT [VRID]       gratuitous ARP; VRID: of the group that the port has lately begun to speak
                                  for, if it is one
  TIME weak PORT                  any unsolicited hint
  TIME answer PORT                an answer to the switch's own probe
  TIME down PORT | up PORT        port or vhost peer gone | back
  TIME unbind PORT | bind PORT    out of the HAVIP | into it
  TIME pin PORT | unpin           by the operator
  TIME hint VRID                  by the operator: the address follows that group; 0: as learned
  TIME tick                       let time pass

Times are whole milliseconds and never decrease. `#` starts a comment.

Exit status: 0 if all was replayed, 1 if a file cannot be used, 2 for wrong options.
)";

namespace {

constexpr int kAfter = 256;  // beyond every letter
constexpr unsigned kLongestAfterS = 86'400;

Error usage_error(std::string message) {
  return {ErrorCode::usage, std::move(message) + ", see vipswitch-replay --help"};
}

// What stands before the first = is a port, unless it is the beginning of a path.
Result<void> add_source(Options& options, std::string_view text) {
  const std::size_t sign = text.find('=');
  const bool has_port = sign != text.npos && text.substr(0, sign).find('/') == text.npos;
  CaptureSource source{has_port ? std::string(text.substr(0, sign)) : std::string(),
                       std::string(has_port ? text.substr(sign + 1) : text)};
  if (source.path.empty() || (has_port && source.port.empty()))
    return make_error(ErrorCode::usage, "--pcap \"{}\", expected PORT=FILE or FILE", text);
  const bool is_known = std::any_of(options.captures.begin(), options.captures.end(),
                                    [&](const CaptureSource& known) { return known.path == source.path; });
  if (is_known)
    return make_error(ErrorCode::usage, "--pcap \"{}\", whose file is given before, expected each once",
                      text);
  options.captures.push_back(std::move(source));
  return {};
}

Result<void> set_after(Options& options, std::string_view text) {
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size() || seconds > kLongestAfterS)
    return make_error(ErrorCode::usage, "--after \"{}\", expected seconds, 0 to {}", text, kLongestAfterS);
  options.after_ms = TimeMs{seconds} * 1000;
  return {};
}

// Captures need a configuration and the other way round, and scripts know neither.
Result<Options> checked(Options options) {
  if (options.help || options.version) return options;
  if (options.captures.empty() && (options.config || options.json || options.after_ms))
    return make_error(ErrorCode::usage, "{} without --pcap, expected a capture",
                      options.config ? "--config"
                      : options.json ? "--json"
                                     : "--after");
  if (options.captures.empty()) return options;
  if (!options.config)
    return make_error(ErrorCode::usage, "--pcap without --config, expected the switch's configuration");
  if (!options.scripts.empty())
    return make_error(ErrorCode::usage, "unexpected word \"{}\", captures stand behind --pcap",
                      options.scripts.front());
  return options;
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  static constexpr option kOptions[] = {{"config", required_argument, nullptr, 'c'},
                                        {"pcap", required_argument, nullptr, 'p'},
                                        {"json", no_argument, nullptr, 'j'},
                                        {"after", required_argument, nullptr, kAfter},
                                        {"help", no_argument, nullptr, 'h'},
                                        {"version", no_argument, nullptr, 'V'},
                                        {nullptr, 0, nullptr, 0}};
  static constexpr char kLetters[] = ":c:p:jhV";
  Options options;
  const auto take = [&](int letter, const char* value) -> Result<void> {
    switch (letter) {
      case 'c':
        options.config = value;
        break;
      case 'p':
        return add_source(options, value);
      case 'j':
        options.json = true;
        break;
      case kAfter:
        return set_after(options, value);
    }
    return {};
  };
  const auto read = text::read_options(argc, argv, {kLetters, kOptions, "p"}, take);
  if (!read) return usage_error(read.error().message);
  options.help = read.value().help;
  options.version = read.value().version;
  options.scripts.assign(argv + read.value().first_word, argv + argc);
  auto result = checked(std::move(options));
  return result ? std::move(result) : usage_error(result.error().message);
}

}  // namespace vipswitch::replay
