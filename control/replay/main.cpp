// vipswitch-replay: what would the switch have done? Runs scripts of claims through the election of a HAVIP.

#include <cstdlib>
#include <fstream>
#include <getopt.h>
#include <iostream>
#include <string>
#include <vector>

#include "control/replay/script.h"
#include "version.h"

namespace {

using vipswitch::Error;
using vipswitch::ErrorCode;
using vipswitch::Result;
using vipswitch::replay::Replay;

constexpr char kUsage[] =
    R"(usage: vipswitch-replay [FILE...]

Runs a script of events, one a line, through the election of a HAVIP and prints every change of owner as
`TIME OWNER`, then the counters. Reads standard input if no FILE is named, or where it is `-`. With several FILEs
a line `==> FILE <==` precedes the outcome of each.

  bound A B C                     first line: the bound ports; their order is their port id, A lowest
  TIME advert PORT PRIO [INT]     VRRP advert; PRIO 0 resigns; INT in ms, default 1000
  TIME announce PORT              gratuitous ARP
  TIME weak PORT                  any unsolicited hint
  TIME answer PORT                an answer to the switch's own probe
  TIME down PORT | up PORT        port or vhost peer gone | back
  TIME unbind PORT | bind PORT    out of the HAVIP | into it
  TIME pin PORT | unpin           by the operator
  TIME tick                       let time pass

Times are whole milliseconds and never decrease. `#` starts a comment.

  -h, --help     print this and exit
  -V, --version  print the version and exit
)";

Result<Replay> run_file(const std::string& name) {
  if (name == "-") return vipswitch::replay::run_script(std::cin);
  std::ifstream file(name);
  if (!file) return Error{ErrorCode::io, name + ": cannot be opened"};
  Result<Replay> result = vipswitch::replay::run_script(file);
  if (!result) return Error{result.error().code, name + ": " + result.error().message};
  return result;
}

int run_files(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const Result<Replay> result = run_file(name);
    if (!result) {
      std::cerr << "vipswitch-replay: " << result.error().message << '\n';
      return EXIT_FAILURE;
    }
    if (names.size() > 1) std::cout << "==> " << name << " <==\n";
    print(std::cout, result.value());
  }
  if (std::cout.flush()) return EXIT_SUCCESS;
  std::cerr << "vipswitch-replay: standard output cannot be written\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  static constexpr option kOptions[] = {
      {"help", no_argument, nullptr, 'h'}, {"version", no_argument, nullptr, 'V'}, {}};
  for (int choice; (choice = getopt_long(argc, argv, "hV", kOptions, nullptr)) != -1;) {
    switch (choice) {
      case 'h':
        std::cout << kUsage;
        return EXIT_SUCCESS;
      case 'V':
        std::cout << "vipswitch-replay " << vipswitch::kVersion << '\n';
        return EXIT_SUCCESS;
      default:
        std::cerr << "try `vipswitch-replay --help`\n";
        return EXIT_FAILURE;
    }
  }
  std::vector<std::string> names(argv + optind, argv + argc);
  if (names.empty()) names.emplace_back("-");
  return run_files(names);
}
