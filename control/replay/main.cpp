// vipswitch-replay: what would the switch have done? Runs captures through it, or scripts of claims through
// the election of one HAVIP.

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "control/config/config.h"
#include "control/offline/offline_eal.h"
#include "control/publish/registry.h"
#include "control/replay/options.h"
#include "control/replay/replay_report.h"
#include "control/replay/script.h"
#include "control/shell/json_form.h"
#include "control/shell/suggest.h"
#include "control/text/make_error.h"
#include "version.h"

namespace {

using vipswitch::Config;
using vipswitch::Error;
using vipswitch::ErrorCode;
using vipswitch::Result;
using namespace vipswitch::replay;

Result<Replay> run_file(const std::string& name) {
  if (name == "-") return run_script(std::cin);
  std::ifstream file(name);
  if (!file) return Error{ErrorCode::io, name + ": cannot be opened"};
  Result<Replay> result = run_script(file);
  if (!result) return Error{result.error().code, name + ": " + result.error().message};
  return result;
}

Result<void> run_scripts(std::vector<std::string> names) {
  if (names.empty()) names.emplace_back("-");
  for (const std::string& name : names) {
    const Result<Replay> result = run_file(name);
    if (!result) return result.error();
    if (names.size() > 1) std::cout << "==> " << name << " <==\n";
    print(std::cout, result.value());
  }
  return {};
}

Result<void> check_port(const CaptureSource& source, const vipswitch::model::Objects& objects) {
  if (source.port.empty()) return {};
  std::vector<std::string_view> names;
  for (const auto& entry : objects.ports) names.push_back(entry.first);
  if (objects.uplink) names.push_back(vipswitch::kUplinkName);
  if (std::find(names.begin(), names.end(), source.port) != names.end()) return {};
  const auto near = vipswitch::shell::suggest(source.port, names);
  return vipswitch::make_error(
      ErrorCode::not_found, "--pcap {}={}: port \"{}\" is not in the configuration, {}expected one of {}",
      source.port, source.path, source.port, near ? fmt::format("did you mean \"{}\"? ", *near) : "",
      fmt::join(names, ", "));
}

Result<void> run_captures(const Options& options) {
  auto config = vipswitch::load_config(*options.config);
  if (!config) return config.error();
  if (auto room = vipswitch::check_capacities(config.value(), *options.config); !room) return room;
  for (const CaptureSource& source : options.captures) {
    if (auto checked = check_port(source, config.value().objects); !checked) return checked;
  }
  const auto eal = vipswitch::start_offline_eal(config.value().settings.memory_mb);
  if (!eal) return eal.error();
  const auto report = replay_captures(
      {std::move(config).value(), options.captures, options.after_ms.value_or(kDefaultAfterMs)});
  if (!report) return report.error();
  std::cout << (options.json ? vipswitch::shell::to_text(to_json(report.value())) : to_text(report.value()));
  return {};
}

int fail(const Error& error) {
  std::cerr << "vipswitch-replay: " << error.message << '\n';
  return error.code == ErrorCode::usage ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) return fail(options.error());
  if (options.value().help) {
    std::cout << kHelp;
    return 0;
  }
  if (options.value().version) {
    std::cout << "vipswitch-replay " << vipswitch::kVersion << '\n';
    return 0;
  }
  const bool has_captures = !options.value().captures.empty();
  const auto done = has_captures ? run_captures(options.value()) : run_scripts(options.value().scripts);
  if (!done) return fail(done.error());
  if (std::cout.flush()) return 0;
  return fail({ErrorCode::io, "standard output cannot be written"});
}
