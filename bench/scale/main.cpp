// scale-bench SUBJECT ROUNDS full|small: see scale.h. --list prints the subjects.

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <stdexcept>

#include "bench/micro/ways.h"
#include "bench/scale/scale.h"

namespace vipswitch::bench {
namespace {

struct Subject {
  const char* name;
  void (*measure)(const Effort&);
};
constexpr Subject kSubjects[] = {{"memory", measure_memory},
                                 {"forwarding", measure_forwarding},
                                 {"adverts", measure_adverts},
                                 {"failover", measure_failover},
                                 {"two-workers", measure_two_workers}};

const Subject* find_subject(const char* name) {
  for (const Subject& each : kSubjects) {
    if (std::strcmp(each.name, name) == 0) return &each;
  }
  return nullptr;
}

}  // namespace

void tell(std::string_view id, double value, std::string_view unit, std::optional<double> floor) {
  fmt::print("{} {:.4f} {}", id, value, unit);
  if (floor) fmt::print(" {:.4f}", *floor);
  fmt::print("\n");
}

void require(bool condition, std::string_view what) {
  if (!condition) throw std::runtime_error(fmt::format("it is not so that {}", what));
}

}  // namespace vipswitch::bench

int main(int argc, char** argv) {
  using namespace vipswitch::bench;
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const Subject& each : kSubjects) fmt::print("{}\n", each.name);
    return 0;
  }
  const Subject* subject = argc == 4 ? find_subject(argv[1]) : nullptr;
  if (subject == nullptr) {
    fmt::print(stderr, "usage: scale-bench SUBJECT ROUNDS full|small | --list\n");
    return 2;
  }
  const Effort effort{static_cast<unsigned>(std::atoi(argv[2])), std::strcmp(argv[3], "small") == 0};
  try {
    start_eal_for_ways(true);
    subject->measure(effort);
  } catch (const std::exception& error) {
    fmt::print(stderr, "scale-bench: {}\n", error.what());
    return 1;
  }
}
