#include "control/process/eal.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <thread>

namespace vipswitch {
namespace {

bool has_option(const std::vector<std::string>& arguments, std::initializer_list<std::string_view> names) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      const bool is_short = name.size() == 2;
      return argument == name || argument.starts_with(std::string(name) + "=") ||
             (is_short && argument.starts_with(name) && !argument.starts_with("--"));
    });
  });
}

std::uint64_t read_number(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? number : 0;
}

// Free hugepages of every size, in megabytes.
std::uint64_t free_hugepages_mb() {
  std::uint64_t total_kb = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
    // hugepages-2048kB
    const std::string name = entry.path().filename();
    const std::uint64_t size_kb =
        std::strtoull(name.c_str() + std::string_view("hugepages-").size(), nullptr, 10);
    total_kb += size_kb * read_number(entry.path() / "free_hugepages");
  }
  return total_kb / 1024;
}

Result<void> check_cores(const Settings& settings, const Machine& machine) {
  const auto check = [&](const char* what, unsigned core) -> Result<void> {
    if (core < machine.cores) return {};
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("{} core {} does not exist: this machine has cores 0-{}", what, core, machine.cores - 1)};
  };
  if (auto checked = check("control", settings.control_core); !checked) return checked;
  for (const unsigned core : settings.worker_cores) {
    if (auto checked = check("worker", core); !checked) return checked;
  }
  return {};
}

// The lcores that the operator did not choose by EAL options.
void add_cores(const Settings& settings, EalPlan& plan) {
  std::vector<unsigned> cores{settings.control_core};
  cores.insert(cores.end(), settings.worker_cores.begin(), settings.worker_cores.end());
  std::sort(cores.begin(), cores.end());
  plan.arguments.insert(plan.arguments.end(), {"-l", fmt::format("{}", fmt::join(cores, ","))});
}

void add_memory(const Settings& settings, const Machine& machine, EalPlan& plan) {
  auto& arguments = plan.arguments;
  if (!has_option(arguments, {"--no-huge"}) && machine.free_hugepages_mb < settings.memory_mb) {
    plan.notices.push_back(fmt::format(
        "{} MB of free hugepages, {} wanted: running with --no-huge, which is slower; reserve some with "
        "\"echo {} > /proc/sys/vm/nr_hugepages\"",
        machine.free_hugepages_mb, settings.memory_mb, settings.memory_mb / 2));
    arguments.push_back("--no-huge");
  }
  if (has_option(arguments, {"--no-huge"})) {
    // The two exclude each other in EAL.
    std::erase(arguments, "--in-memory");
    if (!has_option(arguments, {"--no-shconf"})) arguments.push_back("--no-shconf");
  } else if (!has_option(arguments,
                         {"--in-memory", "--huge-dir", "--huge-unlink", "--file-prefix", "--legacy-mem"})) {
    arguments.push_back("--in-memory");
  }
  if (!has_option(arguments, {"-m", "--socket-mem"})) {
    arguments.insert(arguments.end(), {"-m", std::to_string(settings.memory_mb)});
  }
}

// DPDK removes the last of its files, the telemetry socket, when the process exits, but never their
// directory. Called before DPDK registers its exit handler, so that ours runs after it. The default directory
// is everybody's and stays.
void remove_runtime_directory_at_exit() {
  std::atexit([] {
    const std::filesystem::path directory = rte_eal_get_runtime_dir();
    std::error_code not_empty;
    if (directory.has_filename() && directory.filename() != "rte")
      std::filesystem::remove(directory, not_empty);
  });
}

}  // namespace

Machine Machine::here() {
  return {.cores = std::max(std::thread::hardware_concurrency(), 1u),
          .free_hugepages_mb = vipswitch::free_hugepages_mb()};
}

Result<EalPlan> plan_eal(const Settings& settings, const std::vector<std::string>& from_command_line,
                         const Machine& machine) {
  EalPlan plan;
  plan.arguments = settings.eal;
  plan.arguments.insert(plan.arguments.end(), from_command_line.begin(), from_command_line.end());
  if (!has_option(plan.arguments, {"-l", "-c", "--lcores"})) {
    if (auto checked = check_cores(settings, machine); !checked) return checked.error();
    add_cores(settings, plan);
  }
  if (!has_option(plan.arguments, {"--main-lcore"})) {
    plan.arguments.insert(plan.arguments.end(), {"--main-lcore", std::to_string(settings.control_core)});
  }
  add_memory(settings, machine, plan);
  // What goes wrong is said once, in our words; --log-level=error adds DPDK's.
  if (!has_option(plan.arguments, {"--log-level"})) plan.arguments.push_back("--log-level=critical");
  plan.worker_lcores = settings.worker_cores;
  return plan;
}

Result<std::unique_ptr<Eal>> Eal::start(const EalPlan& plan) {
  std::vector<std::string> words{"vipswitch"};
  words.insert(words.end(), plan.arguments.begin(), plan.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (auto& word : words) argv.push_back(word.data());
  remove_runtime_directory_at_exit();
  if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
    return Error{ErrorCode::internal, fmt::format("DPDK cannot start: {}; its options were: {}",
                                                  rte_strerror(rte_errno), fmt::join(plan.arguments, " "))};
  }
  return std::unique_ptr<Eal>(new Eal());
}

Eal::~Eal() {
  rte_eal_cleanup();
}

}  // namespace vipswitch
