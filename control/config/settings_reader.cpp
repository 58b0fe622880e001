#include "control/config/settings_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <sys/un.h>

#include "control/model/words.h"

namespace vipswitch::config {
namespace {

// RTE_MAX_LCORE of the Debian package is 128: core numbers beyond it cannot be used.
constexpr NumberParser kCore{0, 127};
constexpr NumberParser kCapacity{1, TableCapacities::kMost};

void read_workers(const YamlNode& node, YamlSource& source, Settings& settings) {
  settings.worker_cores.clear();
  std::set<unsigned> taken{settings.control_core};
  for (const auto& element : read_list(source, node, "workers")) {
    unsigned core = 0;
    read_value(source, element, "worker core", kCore, core);
    if (source.ok() && !taken.insert(core).second) {
      source.fail_found(element.line(), fmt::format("worker core {} again", core),
                        "distinct cores, none of them the control core");
    }
    settings.worker_cores.push_back(core);
  }
  if (source.ok() && settings.worker_cores.empty()) {
    source.fail_found(node.line(), "no worker core", "at least one");
  }
}

void read_cores(const Mapping& root, Settings& settings) {
  const auto node = root.get("cores", Presence::kOptional);
  if (!node) return;
  const Mapping cores(root.source(), *node, "cores", {"control", "workers"});
  cores.read("control", Presence::kOptional, kCore, settings.control_core);
  if (const auto workers = cores.get("workers", Presence::kRequired)) {
    read_workers(*workers, root.source(), settings);
  }
}

void read_tables(const Mapping& root, TableCapacities& tables) {
  const auto node = root.get("tables", Presence::kOptional);
  if (!node) return;
  const Mapping mapping(root.source(), *node, "tables",
                        {"eips", "eips6", "havips", "endpoints", "endpoints6", "ports", "subnets", "vpcs"});
  mapping.read("eips", Presence::kOptional, kCapacity, tables.eips);
  tables.eips6 = tables.eips;
  mapping.read("eips6", Presence::kOptional, kCapacity, tables.eips6);
  mapping.read("havips", Presence::kOptional, kCapacity, tables.havips);
  mapping.read("endpoints", Presence::kOptional, kCapacity, tables.endpoints);
  tables.endpoints6 = tables.endpoints;
  mapping.read("endpoints6", Presence::kOptional, kCapacity, tables.endpoints6);
  mapping.read("ports", Presence::kOptional, kCapacity, tables.ports);
  mapping.read("subnets", Presence::kOptional, kCapacity, tables.subnets);
  mapping.read("vpcs", Presence::kOptional, kCapacity, tables.vpcs);
}

void read_idle(const Mapping& root, IdlePolicy& idle) {
  const auto node = root.get("idle", Presence::kOptional);
  if (!node) return;
  const Mapping mapping(root.source(), *node, "idle", {"spin_polls", "sleep_us"});
  mapping.read("spin_polls", Presence::kOptional, NumberParser{0, 1'000'000'000}, idle.spin_polls);
  mapping.read("sleep_us", Presence::kOptional, NumberParser{0, 1000}, idle.sleep_us);
}

// A path that fits into the address of a Unix socket.
text::Parsed<std::string> parse_socket_path(std::string_view path) {
  constexpr std::size_t kMaxSize = sizeof(sockaddr_un::sun_path) - 1;
  const auto expected = fmt::format("none or the path of a socket, at most {} bytes long", kMaxSize);
  if (path.empty()) return text::Mismatch{"no path", expected};
  if (path.size() > kMaxSize) return text::Mismatch{fmt::format("{} bytes long", path.size()), expected};
  return path == "none" ? std::string() : std::string(path);
}

void read_control(const Mapping& root, ControlSettings& control) {
  const auto node = root.get("control", Presence::kOptional);
  if (!node) return;
  const Mapping mapping(root.source(), *node, "control", {"socket"});
  mapping.read("socket", Presence::kOptional, parse_socket_path, control.socket);
}

text::Parsed<std::optional<ListenAddress>> parse_listen(std::string_view text) {
  if (text == "none") return std::optional<ListenAddress>();
  const auto colon = std::min(text.find(':'), text.size());
  const auto address = text::parse_ipv4(text.substr(0, colon));
  const auto port = text::parse_number(text.substr(std::min(colon + 1, text.size())), 1, 65535);
  if (!std::holds_alternative<Ipv4>(address) || !std::holds_alternative<std::uint64_t>(port)) {
    return text::Mismatch{"not an IPv4 address and a port", "ADDRESS:PORT such as 127.0.0.1:9469, or none"};
  }
  return std::optional(
      ListenAddress{std::get<Ipv4>(address), static_cast<std::uint16_t>(std::get<std::uint64_t>(port))});
}

void read_metrics(const Mapping& root, MetricsSettings& metrics) {
  const auto node = root.get("metrics", Presence::kOptional);
  if (!node) return;
  const Mapping mapping(root.source(), *node, "metrics", {"listen", "per_havip"});
  metrics.listen = ListenAddress();
  mapping.read("listen", Presence::kOptional, parse_listen, metrics.listen);
  mapping.read("per_havip", Presence::kOptional, model::parse_truth, metrics.per_havip);
}

}  // namespace

Settings read_settings(const Mapping& root) {
  Settings settings;
  if (const auto eal = root.get("eal", Presence::kOptional)) {
    for (const auto& element : read_list(root.source(), *eal, "eal")) {
      read_value(root.source(), element, "EAL argument", any_text, settings.eal.emplace_back());
    }
  }
  read_cores(root, settings);
  read_tables(root, settings.tables);
  read_idle(root, settings.idle);
  root.read("memory_mb", Presence::kOptional, NumberParser{64, 1u << 20}, settings.memory_mb);
  root.read("mbufs", Presence::kOptional, NumberParser{1024, 1u << 24}, settings.mbufs);
  root.read("flood_pps", Presence::kOptional, NumberParser{1, 100'000'000}, settings.flood_pps);
  root.read("history", Presence::kOptional, NumberParser{1, 65536}, settings.history);
  read_control(root, settings.control);
  read_metrics(root, settings.metrics);
  return settings;
}

}  // namespace vipswitch::config
