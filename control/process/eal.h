#pragma once

// DPDK's environment: what it is started with, made from the settings and what the machine has, and its life.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "control/config/settings.h"
#include "vipswitch/result.h"

namespace vipswitch {

// What matters of the machine; a value, so that the arguments can be tested for machines that are not there.
struct Machine {
  unsigned cores = 1;
  std::uint64_t free_hugepages_mb = 0;

  static Machine here();
};

struct EalPlan {
  std::vector<std::string> arguments;  // without the program's name
  std::vector<std::string> notices;    // what the operator should know, a line each
  std::vector<unsigned> worker_lcores;
};

// Where the operator says nothing: the control core as main lcore, the workers' cores, --in-memory on
// hugepages, and
// --no-huge with a notice where none are free. `from_file` and `from_command_line` are EAL options in that
// order. Errors: invalid_argument for a core that is not there.
Result<EalPlan> plan_eal(const Settings& settings, const std::vector<std::string>& from_command_line,
                         const Machine& machine);

// EAL is up as long as this lives.
class Eal {
 public:
  // Errors: internal, with EAL's own reason.
  static Result<std::unique_ptr<Eal>> start(const EalPlan& plan);
  ~Eal();
  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;

 private:
  Eal() = default;
};

}  // namespace vipswitch
