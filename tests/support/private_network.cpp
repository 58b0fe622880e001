#include "tests/support/private_network.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vipswitch::testing {

std::string enter_private_network() {
  if (unshare(CLONE_NEWNET) != 0) return fmt::format("unshare(CLONE_NEWNET): {}", std::strerror(errno));
  // Nothing but the test's own frames: no solicitations and reports of the kernel's.
  if (!run_command({"sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"})) return "sysctl failed";
  if (!run_command({"ip", "link", "set", "lo", "up"})) return "ip link set lo up failed";
  return "";
}

bool run_command(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace vipswitch::testing
