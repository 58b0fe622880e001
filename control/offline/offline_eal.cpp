#include "control/offline/offline_eal.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <system_error>
#include <vector>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

constexpr char kRuntimeDirectory[] = "RUNTIME_DIRECTORY";

// EAL makes a directory for what processes share, even if nothing is; below this one (systemd.exec(5), which
// EAL follows) it goes with it.
class PrivateRuntimeDirectory {
 public:
  static Result<PrivateRuntimeDirectory> make() {
    std::error_code no_directory;
    std::string path =
        (std::filesystem::temp_directory_path(no_directory) / "vipswitch-offline-XXXXXX").string();
    if (no_directory || mkdtemp(path.data()) == nullptr) {
      return make_error(ErrorCode::io, "{}: {}, expected a directory for temporary files (TMPDIR)", path,
                        std::strerror(no_directory ? no_directory.value() : errno));
    }
    setenv(kRuntimeDirectory, path.c_str(), 1);
    return PrivateRuntimeDirectory(std::move(path));
  }
  ~PrivateRuntimeDirectory() {
    if (path_.empty()) return;
    std::error_code stays;
    std::filesystem::remove_all(path_, stays);
    unsetenv(kRuntimeDirectory);
  }
  PrivateRuntimeDirectory(PrivateRuntimeDirectory&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }

 private:
  explicit PrivateRuntimeDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// One lcore that may run wherever the process may: several at once are dealt out by the kernel.
std::string floating_lcore() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &allowed)) cores.push_back(core);
    }
  }
  return cores.empty() ? "0" : fmt::format("0@({})", fmt::join(cores, ","));
}

}  // namespace

Result<std::unique_ptr<Eal>> start_offline_eal(unsigned memory_mb, OfflineMemory memory) {
  const auto directory = PrivateRuntimeDirectory::make();
  if (!directory) return directory.error();
  EalPlan plan;
  plan.arguments = {memory == OfflineMemory::kHugepages ? "--in-memory" : "--no-huge",
                    "--no-shconf",
                    "--no-pci",
                    "--no-telemetry",
                    "-m",
                    std::to_string(memory_mb),
                    "--lcores",
                    floating_lcore(),
                    "--log-level=critical"};
  return Eal::start(plan);
}

}  // namespace vipswitch
