#include "control/replay/options.h"

#include <charconv>
#include <fmt/format.h>
#include <getopt.h>
#include <string_view>

#include "control/text/wrong_option.h"

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

  bound A B C                     first line: the bound ports; their order is their port id, A lowest
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
Result<CaptureSource> parse_source(std::string_view text) {
  const std::size_t sign = text.find('=');
  const bool has_port = sign != text.npos && text.substr(0, sign).find('/') == text.npos;
  CaptureSource source{has_port ? std::string(text.substr(0, sign)) : std::string(),
                       std::string(has_port ? text.substr(sign + 1) : text)};
  if (source.path.empty() || (has_port && source.port.empty()))
    return usage_error(fmt::format("--pcap \"{}\", expected PORT=FILE or FILE", text));
  return source;
}

Result<TimeMs> parse_after(std::string_view text) {
  unsigned seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size() || seconds > kLongestAfterS)
    return usage_error(fmt::format("--after \"{}\", expected seconds, 0 to {}", text, kLongestAfterS));
  return TimeMs{seconds} * 1000;
}

// Captures need a configuration and the other way round, and scripts know neither.
Result<Options> checked(Options options) {
  if (options.help || options.version) return options;
  if (options.captures.empty() && (options.config || options.json))
    return usage_error(
        fmt::format("{} without --pcap, expected a capture", options.config ? "--config" : "--json"));
  if (options.captures.empty()) return options;
  if (!options.config) return usage_error("--pcap without --config, expected the switch's configuration");
  if (!options.scripts.empty())
    return usage_error(
        fmt::format("unexpected word \"{}\", captures stand behind --pcap", options.scripts.front()));
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
  optind = 0;  // begins anew, wherever a former call has stopped (getopt(3), GNU)
  opterr = 0;
  for (int letter; (letter = getopt_long(argc, argv, kLetters, kOptions, nullptr)) != -1;) {
    switch (letter) {
      case 'c':
        options.config = optarg;
        break;
      case 'p': {
        auto source = parse_source(optarg);
        if (!source) return source.error();
        options.captures.push_back(std::move(source).value());
        break;
      }
      case 'j':
        options.json = true;
        break;
      case kAfter: {
        const auto after = parse_after(optarg);
        if (!after) return after.error();
        options.after_ms = after.value();
        break;
      }
      case 'h':
        options.help = true;
        break;
      case 'V':
        options.version = true;
        break;
      default:
        return usage_error(text::option_complaint(letter, argv, kLetters));
    }
  }
  options.scripts.assign(argv + optind, argv + argc);
  return checked(std::move(options));
}

}  // namespace vipswitch::replay
