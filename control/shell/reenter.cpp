#include "control/shell/reenter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <string_view>
#include <vector>

#include "control/model/words.h"
#include "control/shell/words.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

template <class T>
std::string all_commands(const model::ByName<T>& objects) {
  std::string commands;
  for (const auto& entry : objects) commands += to_commands(entry.second);
  return commands;
}

// ` KEY VALUE`, or nothing.
template <class T>
std::string option(std::string_view key, const std::optional<T>& value) {
  return value ? fmt::format(" {} {}", key, *value) : "";
}

// What guests are told, where it is not the default.
std::string guest_options(const model::Subnet& subnet) {
  std::string text;
  if (!subnet.dns.empty()) text += fmt::format(" dns {}", fmt::join(subnet.dns, ","));
  if (!subnet.dhcp) return text + " dhcp off";
  const auto& [lease_s, routes] = *subnet.dhcp;
  if (lease_s != model::kDefaultLeaseSeconds) text += fmt::format(" dhcp_lease {}", lease_s);
  std::vector<std::string> list;
  list.reserve(routes.size());
  for (const auto& [to, via] : routes) list.push_back(fmt::format("{}={}", to, via));
  if (!list.empty()) text += fmt::format(" dhcp_routes {}", fmt::join(list, ","));
  return text;
}

template <class Holder>
std::string interface_option(const Holder& holder) {
  return holder.interface ? " interface " + quote_if_needed(*holder.interface) : "";
}

}  // namespace

std::string to_commands(const model::Uplink& uplink) {
  std::vector<std::string> addresses;
  for (const auto& interface : uplink.addresses) addresses.push_back(fmt::to_string(interface));
  for (const auto& interface : uplink.addresses6) addresses.push_back(fmt::to_string(interface));
  return fmt::format("uplink set device {}{} mac {} addresses {}{}{} mtu {} queues {}\n",
                     quote_if_needed(uplink.device), interface_option(uplink), uplink.mac,
                     fmt::join(addresses, ","), option("gateway", uplink.gateway),
                     option("gateway6", uplink.gateway6), uplink.mtu, uplink.queues);
}

std::string to_commands(const model::Vpc& vpc) {
  const bool has_default = vpc.mtu == model::kDefaultVpcMtu;
  return fmt::format("vpc add {} vni {}{}{}\n", vpc.name, vpc.vni,
                     has_default ? "" : fmt::format(" mtu {}", vpc.mtu),
                     vpc.clamp_mss ? " clamp_mss true" : "");
}

std::string to_commands(const model::Subnet& subnet) {
  return fmt::format("subnet add {} vpc {}{}{}{}{} havip_quota {}{}{}\n", subnet.name, subnet.vpc,
                     option("ipv4", subnet.ipv4), option("gateway", subnet.gateway),
                     option("ipv6", subnet.ipv6), option("gateway6", subnet.gateway6), subnet.havip_quota,
                     subnet.managed ? " managed true" : "", guest_options(subnet));
}

std::string to_commands(const model::Port& port) {
  return fmt::format(
      "port add {} instance {} nic {} subnet {} mac {}{}{} device {}{} queues {}{}{}{}{}\n", port.name,
      port.instance, to_word(port.nic), port.subnet, port.mac, option("ipv4", port.ipv4),
      option("ipv6", port.ipv6), quote_if_needed(port.device), interface_option(port), port.queues,
      port.forwards ? " forwards true" : "", option("rate", port.rate_mbps), option("burst", port.burst_kb),
      port.vrrp_filter == VrrpFilter::kNone ? "" : fmt::format(" vrrp_filter {}", port.vrrp_filter));
}

std::string to_commands(const model::Havip& havip) {
  auto commands = fmt::format("havip add {} subnet {}{}{}\n", havip.name, havip.subnet,
                              option("ipv4", havip.ipv4), option("ipv6", havip.ipv6));
  for (const auto& port : havip.ports) commands += fmt::format("havip bind {} {}\n", havip.name, port);
  if (havip.pin) commands += fmt::format("havip pin {} {}\n", havip.name, *havip.pin);
  if (havip.learn) commands += fmt::format("havip learn {} {}\n", havip.name, *havip.learn);
  if (havip.handover != model::Havip().handover)
    commands += fmt::format("havip handover {} {}\n", havip.name, havip.handover);
  if (havip.follow) commands += fmt::format("havip follow {} {}\n", havip.name, *havip.follow);
  return commands;
}

std::string to_commands(const model::Eip& eip) {
  auto commands = fmt::format("eip add {} {} {}\n", eip.name, family_of(eip.address), eip.address);
  if (eip.rates != model::Rates()) {
    commands += fmt::format("eip set {}{}{}{}\n", eip.name, option("rate_in", eip.rates.in_mbps),
                            option("rate_out", eip.rates.out_mbps), option("burst", eip.rates.burst_kb));
  }
  if (eip.target)
    commands += fmt::format("eip bind {} {} {}\n", eip.name, to_word(eip.target->kind), eip.target->name);
  return commands;
}

std::string to_commands(const model::Route& route) {
  return fmt::format("route add {} via {}{}{}\n", model::title_of(route), to_word(route.via.kind),
                     route.via.name.empty() ? "" : " ", route.via.name);
}

std::string to_commands(const model::Objects& objects) {
  std::string routes;
  for (const auto& entry : objects.routes) routes += to_commands(entry.second);
  return fmt::format("learn {}\n", objects.learn) + (objects.uplink ? to_commands(*objects.uplink) : "") +
         all_commands(objects.vpcs) + all_commands(objects.subnets) + all_commands(objects.ports) +
         all_commands(objects.havips) + all_commands(objects.eips) + routes;
}

}  // namespace vipswitch::shell
