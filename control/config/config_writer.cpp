#include "control/config/config_writer.h"

#include <algorithm>
#include <concepts>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "control/config/setting_list.h"
#include "control/model/words.h"
#include "control/text/format.h"
#include "control/text/words.h"

namespace vipswitch {
namespace {

using YAML::Emitter;

constexpr char kHeading[] = "# Written by vipswitch. The keys are explained in docs/configuration.md.\n";

// Words that YAML 1.1 or 1.2 takes for something other than a text, in lower case.
constexpr std::string_view kReserved[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whether every reader of YAML takes the text for itself without quotes: it begins with a letter, or as an
// option does, and is none of the words above.
bool is_plain(std::string_view text) {
  const auto body = text.substr(std::min(text.find_first_not_of('-'), text.size()));
  if (body.empty() || !is_letter(body.front()) || text.size() - body.size() > 2) return false;
  const auto is_safe = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("-_./=+").find(c) != std::string::npos;
  };
  std::string lower;
  for (const char c : body) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::all_of(body.begin(), body.end(), is_safe) &&
         std::find(std::begin(kReserved), std::end(kReserved), lower) == std::end(kReserved);
}

void put(Emitter& out, const std::string& text) {
  if (!is_plain(text)) out << YAML::DoubleQuoted;
  out << text;
}

template <std::integral T>
void put(Emitter& out, T value) {
  out << value;
}
// Digits and colons could be a number of base 60 to other readers.
void put(Emitter& out, const Mac& mac) {
  out << YAML::DoubleQuoted << fmt::to_string(mac);
}
void put(Emitter& out, const Ipv4& address) {
  out << fmt::to_string(address);
}
void put(Emitter& out, const Ipv4Prefix& prefix) {
  out << fmt::to_string(prefix);
}
void put(Emitter& out, const Ipv4Interface& interface) {
  out << fmt::to_string(interface);
}
// A colon at an end could be a key's to other readers, and digits with colons a number of base 60.
void put(Emitter& out, const Ipv6& address) {
  out << YAML::DoubleQuoted << fmt::to_string(address);
}
void put(Emitter& out, const Ipv6Prefix& prefix) {
  out << YAML::DoubleQuoted << fmt::to_string(prefix);
}
void put(Emitter& out, const Ipv6Interface& interface) {
  out << YAML::DoubleQuoted << fmt::to_string(interface);
}
void put(Emitter& out, const IpAddress& address) {
  std::visit([&](const auto& held) { put(out, held); }, address);
}
template <class T>
void put(Emitter& out, const std::vector<T>& elements) {
  out << YAML::Flow << YAML::BeginSeq;
  for (const auto& element : elements) put(out, element);
  out << YAML::EndSeq;
}

template <class T>
void put_entry(Emitter& out, std::string_view key, const T& value) {
  out << YAML::Key << std::string(key) << YAML::Value;
  put(out, value);
}
// Words of enumerations are never quoted, not even `off`: the reader takes the text.
void put_word(Emitter& out, std::string_view key, std::string_view word) {
  out << YAML::Key << std::string(key) << YAML::Value << std::string(word);
}
template <class Choice>
requires std::is_enum_v<Choice>
void put_word(Emitter& out, std::string_view key, Choice choice) {
  put_word(out, key, to_word(choice));
}
template <class T>
void put_if_any(Emitter& out, std::string_view key, const std::optional<T>& value) {
  if (value) put_entry(out, key, *value);
}
// The address of a HAVIP that is still to be allocated is `auto`.
template <class T>
void put_or_auto(Emitter& out, std::string_view key, const std::optional<T>& address) {
  if (!address) return;
  if (address->is_unspecified()) {
    put_entry(out, key, std::string(model::kAuto));
  } else {
    put_entry(out, key, *address);
  }
}
template <class T, class Default>
void put_unless(Emitter& out, std::string_view key, const T& value, const Default& otherwise) {
  if (value != otherwise) put_entry(out, key, value);
}

void put_setting(Emitter& out, const config::Setting& setting) {
  std::visit(
      [&](const auto& value) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
          put_entry(out, setting.key, value);
      },
      setting.value);
}

// The settings worth writing: sections and keys of the file in which something differs from its default, and
// cores, which everybody looks for.
std::vector<config::Setting> worth_writing(const Settings& settings) {
  const auto defaults = config::list_settings(Settings());
  const auto list = config::list_settings(settings);
  std::set<std::string_view> sections{"cores"};
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].section.empty() && !(list[i] == defaults[i])) sections.insert(list[i].section);
  }
  std::vector<config::Setting> worth;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool differs =
        list[i].section.empty() ? !(list[i] == defaults[i]) : sections.contains(list[i].section);
    if (differs && !std::holds_alternative<std::monostate>(list[i].value)) worth.push_back(list[i]);
  }
  return worth;
}

void put_settings(Emitter& out, const Settings& settings) {
  const auto list = worth_writing(settings);
  for (std::size_t i = 0; i < list.size();) {
    const auto section = list[i].section;
    if (section.empty()) {
      put_setting(out, list[i++]);
      continue;
    }
    out << YAML::Key << std::string(section) << YAML::Value << YAML::Flow << YAML::BeginMap;
    for (; i < list.size() && list[i].section == section; ++i) put_setting(out, list[i]);
    out << YAML::EndMap;
  }
}

void put_keys(Emitter& out, const model::Uplink& uplink) {
  const model::Uplink defaults;
  put_entry(out, "device", uplink.device);
  put_if_any(out, "interface", uplink.interface);
  put_entry(out, "mac", uplink.mac);
  out << YAML::Key << "addresses" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const auto& interface : uplink.addresses) put(out, interface);
  for (const auto& interface : uplink.addresses6) put(out, interface);
  out << YAML::EndSeq;
  put_if_any(out, "gateway", uplink.gateway);
  put_if_any(out, "gateway6", uplink.gateway6);
  put_unless(out, "mtu", uplink.mtu, defaults.mtu);
  put_unless(out, "queues", uplink.queues, defaults.queues);
}

void put_keys(Emitter& out, const model::Vpc& vpc) {
  put_entry(out, "name", vpc.name);
  put_entry(out, "vni", vpc.vni.value());
  put_unless(out, "mtu", vpc.mtu, model::kDefaultVpcMtu);
  put_unless(out, "clamp_mss", vpc.clamp_mss, false);
}

void put_dhcp(Emitter& out, const model::Dhcp& dhcp) {
  out << YAML::Key << "dhcp" << YAML::Value << YAML::Flow << YAML::BeginMap;
  put_unless(out, "lease_s", dhcp.lease_s, model::kDefaultLeaseSeconds);
  if (!dhcp.routes.empty()) {
    out << YAML::Key << "routes" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const auto& [to, via] : dhcp.routes) {
      out << YAML::Flow << YAML::BeginMap;
      put_entry(out, "to", to);
      put_entry(out, "via", via);
      out << YAML::EndMap;
    }
    out << YAML::EndSeq;
  }
  out << YAML::EndMap;
}

void put_keys(Emitter& out, const model::Subnet& subnet) {
  put_entry(out, "name", subnet.name);
  put_entry(out, "vpc", subnet.vpc);
  put_if_any(out, "ipv4", subnet.ipv4);
  put_if_any(out, "gateway", subnet.gateway);
  put_if_any(out, "ipv6", subnet.ipv6);
  put_if_any(out, "gateway6", subnet.gateway6);
  put_unless(out, "havip_quota", subnet.havip_quota, model::kDefaultHavipQuota);
  if (subnet.managed) put_word(out, "managed", "true");
  if (!subnet.dns.empty()) put_entry(out, "dns", subnet.dns);
  if (!subnet.dhcp) put_word(out, "dhcp", "off");
  if (subnet.dhcp && *subnet.dhcp != model::Dhcp()) put_dhcp(out, *subnet.dhcp);
}

void put_keys(Emitter& out, const model::Port& port) {
  put_entry(out, "name", port.name);
  put_entry(out, "instance", port.instance);
  put_entry(out, "nic", std::string(to_word(port.nic)));
  put_entry(out, "subnet", port.subnet);
  put_entry(out, "mac", port.mac);
  put_if_any(out, "ipv4", port.ipv4);
  put_if_any(out, "ipv6", port.ipv6);
  put_entry(out, "device", port.device);
  put_if_any(out, "interface", port.interface);
  put_unless(out, "queues", port.queues, model::Port().queues);
  put_unless(out, "forwards", port.forwards, false);
  put_if_any(out, "rate_mbps", port.rate_mbps);
  put_if_any(out, "burst_kb", port.burst_kb);
  if (port.vrrp_filter != VrrpFilter::kNone) put_word(out, "vrrp_filter", port.vrrp_filter);
}

void put_keys(Emitter& out, const model::Havip& havip) {
  put_entry(out, "name", havip.name);
  put_entry(out, "subnet", havip.subnet);
  put_or_auto(out, "ipv4", havip.ipv4);
  put_or_auto(out, "ipv6", havip.ipv6);
  if (!havip.ports.empty()) put_entry(out, "ports", havip.ports);
  if (havip.pin) put_entry(out, "pin", *havip.pin);
  if (havip.learn) put_word(out, "learn", *havip.learn);
  if (havip.handover != model::Havip().handover) put_word(out, "handover", havip.handover);
  if (havip.follow) put_entry(out, "follow", *havip.follow);
}

void put_keys(Emitter& out, const model::Eip& eip) {
  put_entry(out, "name", eip.name);
  std::visit([&](const auto& address) { put_entry(out, to_word(family_of(address)), address); }, eip.address);
  if (eip.target) {
    out << YAML::Key << "target" << YAML::Value << YAML::Flow << YAML::BeginMap;
    put_entry(out, to_word(eip.target->kind), eip.target->name);
    out << YAML::EndMap;
  }
  put_if_any(out, "rate_in_mbps", eip.rates.in_mbps);
  put_if_any(out, "rate_out_mbps", eip.rates.out_mbps);
  put_if_any(out, "burst_kb", eip.rates.burst_kb);
}

void put_keys(Emitter& out, const model::Route& route) {
  put_entry(out, "vpc", route.vpc);
  std::visit([&](const auto& to) { put_entry(out, "to", to); }, route.to);
  if (!route.via.target()) return put_entry(out, "via", std::string(to_word(route.via.kind)));
  out << YAML::Key << "via" << YAML::Value << YAML::Flow << YAML::BeginMap;
  put_entry(out, to_word(route.via.kind), route.via.name);
  out << YAML::EndMap;
}

template <class T>
void put_object(Emitter& out, const T& object) {
  out << YAML::Flow << YAML::BeginMap;
  put_keys(out, object);
  out << YAML::EndMap;
}

// A key of the file with what stands below it, behind a blank line.
template <class Fill>
void append_block(std::string& text, Fill&& fill) {
  Emitter out;
  out << YAML::BeginMap;
  fill(out);
  out << YAML::EndMap;
  text += fmt::format("\n{}\n", out.c_str());
}

template <class Objects>
void append_all(std::string& text, const char* section, const Objects& objects) {
  if (objects.empty()) return;
  append_block(text, [&](Emitter& out) {
    out << YAML::Key << section << YAML::Value << YAML::BeginSeq;
    for (const auto& entry : objects) put_object(out, entry.second);
    out << YAML::EndSeq;
  });
}

}  // namespace

std::string write_config(const Settings& settings, const model::Objects& objects) {
  std::string text = kHeading;
  append_block(text, [&](Emitter& out) { put_settings(out, settings); });
  if (objects.learn != model::Objects().learn)
    append_block(text, [&](Emitter& out) { put_word(out, "learn", objects.learn); });
  if (objects.uplink) {
    append_block(text, [&](Emitter& out) {
      out << YAML::Key << "uplink" << YAML::Value;
      put_object(out, *objects.uplink);
    });
  }
  append_all(text, "vpcs", objects.vpcs);
  append_all(text, "subnets", objects.subnets);
  append_all(text, "ports", objects.ports);
  append_all(text, "havips", objects.havips);
  append_all(text, "eips", objects.eips);
  append_all(text, "routes", objects.routes);
  return text;
}

std::string count_objects(const model::Objects& objects) {
  std::vector<std::string> parts;
  if (objects.uplink) parts.emplace_back("an uplink");
  const auto add = [&](std::size_t count, std::string_view kind) {
    if (count > 0) parts.push_back(fmt::format("{} {}{}", count, kind, count == 1 ? "" : "s"));
  };
  add(objects.vpcs.size(), "VPC");
  add(objects.subnets.size(), "subnet");
  add(objects.ports.size(), "port");
  add(objects.havips.size(), "HAVIP");
  add(objects.eips.size(), "EIP");
  add(objects.routes.size(), "route");
  return parts.empty() ? "no objects" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace vipswitch
