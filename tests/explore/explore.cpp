// Walks every order of inputs to the election, and to the prober beside it, for two and for three ports, and
// checks what must hold in any order. Of each walk its file tells the inputs and the checks:
//
//     claims    adverts, announcements and hints; links, bindings and pins     claims_walk.cpp
//     follow    adverts that do not list the address, hints of the operator    follow_walk.cpp
//     probing   the switch's own questions, and who answers                    probing_walk.cpp
//
// Exit status 1, with the inputs that lead there, if a check fails.
//
//     explore [--walk NAME] [--seconds S] [--states N]
//
// All walks, or the named one. S is for all of them together, two minutes unless said; N for each number of
// ports of each.

#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/explore/walks.h"

namespace vipswitch::owner {
namespace {

struct NamedWalk {
  std::string_view name;
  bool (*run)(unsigned ports, WalkLimits limits);
};
constexpr NamedWalk kWalks[] = {{"claims", walk_claims}, {"follow", walk_follow}, {"probing", walk_probing}};
constexpr unsigned kPortCounts[] = {2, 3};

struct Options {
  std::vector<NamedWalk> walks{std::begin(kWalks), std::end(kWalks)};
  double seconds = 120;
  std::size_t states = 3'000'000;
};

// False: there is no such option, or value of it.
bool set_option(Options& options, std::string_view option, const char* value) {
  if (option == "--seconds") {
    options.seconds = std::atof(value);
  } else if (option == "--states") {
    options.states = std::strtoull(value, nullptr, 10);
  } else if (option == "--walk") {
    std::erase_if(options.walks, [&](const NamedWalk& walk) { return walk.name != value; });
    return !options.walks.empty();
  } else {
    return false;
  }
  return true;
}

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && set_option(options, argv[i], argv[i + 1])) continue;
    fmt::print(stderr, "explore: \"{}\", expected --walk claims|follow|probing, --seconds S or --states N\n",
               argv[i]);
    return std::nullopt;
  }
  return options;
}

int explore(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) return 2;
  const double walks = static_cast<double>(options->walks.size() * std::size(kPortCounts));
  const WalkLimits limits{options->seconds / walks, options->states};
  for (const NamedWalk& walk : options->walks) {
    for (const unsigned ports : kPortCounts) {
      if (!walk.run(ports, limits)) return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace vipswitch::owner

int main(int argc, char** argv) {
  return vipswitch::owner::explore(argc, argv);
}
