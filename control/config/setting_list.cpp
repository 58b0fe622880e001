#include "control/config/setting_list.h"

#include <fmt/format.h>
#include <optional>

#include "control/text/format.h"

namespace vipswitch::config {
namespace {

constexpr std::string_view kRoot{};

SettingValue number(std::uint64_t value) {
  return value;
}

std::string listen_text(const std::optional<ListenAddress>& listen) {
  return listen ? fmt::format("{}:{}", listen->address, listen->port) : "none";
}

}  // namespace

std::string Setting::path() const {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

std::vector<Setting> list_settings(const Settings& settings) {
  const auto& workers = settings.worker_cores;
  const auto& tables = settings.tables;
  return {
      {kRoot, "eal", settings.eal},
      {"cores", "control", number(settings.control_core)},
      {"cores", "workers", std::vector<std::uint64_t>(workers.begin(), workers.end())},
      {"tables", "eips", number(tables.eips)},
      {"tables", "eips6", number(tables.eips6)},
      {"tables", "havips", number(tables.havips)},
      {"tables", "endpoints", number(tables.endpoints)},
      {"tables", "endpoints6", number(tables.endpoints6)},
      {"tables", "ports", number(tables.ports)},
      {"tables", "subnets", number(tables.subnets)},
      {"tables", "vpcs", number(tables.vpcs)},
      {"idle", "spin_polls", number(settings.idle.spin_polls)},
      {"idle", "sleep_us", number(settings.idle.sleep_us)},
      {kRoot, "memory_mb", number(settings.memory_mb)},
      {kRoot, "mbufs", number(settings.mbufs)},
      {kRoot, "flood_pps", number(settings.flood_pps)},
      {kRoot, "history", number(settings.history)},
      {"control", "socket", settings.control.socket.empty() ? "none" : settings.control.socket},
      {"metrics", "listen", listen_text(settings.metrics.listen)},
      {"metrics", "per_havip", settings.metrics.per_havip},
  };
}

}  // namespace vipswitch::config
