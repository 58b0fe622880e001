#include "control/shell/json_form.h"

#include <fmt/format.h>

#include "control/model/words.h"
#include "control/shell/json_parts.h"

namespace vipswitch::shell {
namespace {

Json fields_of(const model::Dhcp& dhcp) {
  auto routes = Json::array();
  for (const auto& [to, via] : dhcp.routes) routes.push_back({{"to", word(to)}, {"via", word(via)}});
  return {{"lease_s", dhcp.lease_s}, {"routes", routes}};
}

template <class T>
Json words(const std::vector<T>& elements) {
  auto array = Json::array();
  for (const auto& element : elements) array.push_back(word(element));
  return array;
}

}  // namespace

Json to_json(const model::Uplink& uplink) {
  auto addresses = Json::array();
  for (const auto& interface : uplink.addresses) addresses.push_back(word(interface));
  for (const auto& interface : uplink.addresses6) addresses.push_back(word(interface));
  return {{"device", uplink.device},
          {"interface", uplink.interface ? Json(*uplink.interface) : Json()},
          {"mac", word(uplink.mac)},
          {"addresses", addresses},
          {"gateway", word_or_null(uplink.gateway)},
          {"gateway6", word_or_null(uplink.gateway6)},
          {"mtu", uplink.mtu},
          {"queues", uplink.queues}};
}

Json to_json(const model::Vpc& vpc) {
  return {{"name", vpc.name}, {"vni", vpc.vni.value()}, {"mtu", vpc.mtu}, {"clamp_mss", vpc.clamp_mss}};
}

Json to_json(const model::Subnet& subnet) {
  return {{"name", subnet.name},
          {"vpc", subnet.vpc},
          {"ipv4", word_or_null(subnet.ipv4)},
          {"gateway", word_or_null(subnet.gateway)},
          {"ipv6", word_or_null(subnet.ipv6)},
          {"gateway6", word_or_null(subnet.gateway6)},
          {"havip_quota", subnet.havip_quota},
          {"managed", subnet.managed},
          {"dns", words(subnet.dns)},
          {"dhcp", subnet.ipv4 && subnet.dhcp ? fields_of(*subnet.dhcp) : Json()}};
}

Json to_json(const model::Port& port) {
  return {{"name", port.name},
          {"instance", port.instance},
          {"nic", to_word(port.nic)},
          {"subnet", port.subnet},
          {"mac", word(port.mac)},
          {"ipv4", word_or_null(port.ipv4)},
          {"ipv6", word_or_null(port.ipv6)},
          {"device", port.device},
          {"interface", port.interface ? Json(*port.interface) : Json()},
          {"queues", port.queues},
          {"forwards", port.forwards},
          {"rate_mbps", number_or_null(port.rate_mbps)},
          {"burst_kb", number_or_null(port.burst_kb)},
          {"vrrp_filter", to_word(port.vrrp_filter)}};
}

Json to_json(const model::Havip& havip) {
  return {{"name", havip.name},
          {"subnet", havip.subnet},
          {"ipv4", word_or_null(havip.ipv4)},
          {"ipv6", word_or_null(havip.ipv6)},
          {"ports", havip.ports},
          {"pin", havip.pin ? Json(*havip.pin) : Json()},
          {"learn", word_or_null(havip.learn)},
          {"handover", to_word(havip.handover)},
          {"follow", havip.follow ? Json(*havip.follow) : Json()}};
}

Json to_json(const model::Eip& eip) {
  Json target;
  if (eip.target) target[std::string(to_word(eip.target->kind))] = eip.target->name;
  const auto is_ipv6 = family_of(eip.address) == Family::kIpv6;
  return {{"name", eip.name},
          {"ipv4", is_ipv6 ? Json() : Json(word(eip.address))},
          {"ipv6", is_ipv6 ? Json(word(eip.address)) : Json()},
          {"target", target},
          {"rate_in_mbps", number_or_null(eip.rates.in_mbps)},
          {"rate_out_mbps", number_or_null(eip.rates.out_mbps)},
          {"burst_kb", number_or_null(eip.rates.burst_kb)}};
}

Json to_json(const model::Route& route) {
  const auto& [kind, name] = route.via;
  return {{"vpc", route.vpc},
          {"to", model::to_text(route.to)},
          {"via", to_word(kind)},
          {"name", name.empty() ? Json() : Json(name)}};
}

Json to_json(const PortStatus& port) {
  return {{"name", port.name},           {"device", port.device},         {"driver", port.driver},
          {"mac", word(port.mac)},       {"link_up", port.link_up},       {"mtu", port.mtu},
          {"rx_queues", port.rx_queues}, {"tx_queues", port.tx_queues},   {"rx_packets", port.rx_packets},
          {"rx_bytes", port.rx_bytes},   {"tx_packets", port.tx_packets}, {"tx_bytes", port.tx_bytes},
          {"rx_missed", port.rx_missed}, {"drops", port.drops},           {"tx_drops", port.tx_drops}};
}

Json to_json(const UplinkStatus& uplink) {
  Json json{{"interface", uplink.interface.empty() ? Json() : Json(uplink.interface)}};
  json.update(to_json(uplink.port));
  json["rx_errors"] = uplink.rx_errors;
  json["tx_errors"] = uplink.tx_errors;
  json["members"] = Json::array();
  for (const BondMemberStatus& member : uplink.members)
    json["members"].push_back(
        {{"name", member.name}, {"link_up", member.is_up}, {"active", member.is_active}});
  json["filter"] = nullptr;
  if (!uplink.filter) return json;
  const UplinkFilterStatus& filter = *uplink.filter;
  auto verdicts = Json::array();
  for (const auto& verdict : filter.verdicts) {
    verdicts.push_back({{"verdict", verdict.name},
                        {"to", verdict.is_for_switch ? "switch" : "kernel"},
                        {"frames", verdict.frames},
                        {"without_socket", verdict.without_socket}});
  }
  json["filter"] = {
      {"attached", filter.is_attached},          {"mode", filter.is_native ? "native" : "generic"},
      {"program_id", filter.program_id},         {"tag", filter.tag},
      {"ipv4_addresses", filter.ipv4_addresses}, {"ipv4_capacity", filter.ipv4_capacity},
      {"ipv6_addresses", filter.ipv6_addresses}, {"ipv6_capacity", filter.ipv6_capacity},
      {"verdicts", std::move(verdicts)}};
  return json;
}

Json to_json(const WorkerStatus& worker) {
  return {{"lcore", worker.lcore},
          {"polls", worker.polls},
          {"empty_polls", worker.empty_polls},
          {"sleeps", worker.sleeps},
          {"busy_cycles", worker.busy_cycles},
          {"idle_cycles", worker.idle_cycles},
          {"rx", worker.rx},
          {"generated", worker.generated},
          {"replicated", worker.replicated},
          {"handed_in", worker.handed_in},
          {"tx", worker.tx},
          {"dropped", worker.dropped},
          {"consumed", worker.consumed},
          {"to_control", worker.to_control},
          {"handed_out", worker.handed_out},
          {"fragmented", worker.fragmented},
          {"errors_told", worker.errors_told},
          {"queues", worker.queues},
          {"load_percent", rounded(worker.load_percent)},
          {"packets_per_poll", rounded(worker.packets_per_poll)},
          {"stuck", worker.stuck},
          {"conserved", worker.conserved()}};
}

Json to_json(const NeighbourStatus& neighbour) {
  return {{"address", word(neighbour.address)},
          {"mac", neighbour.mac.is_zero() ? Json() : Json(word(neighbour.mac))},
          {"state", neighbour.state}};
}

Json to_json(const TableStatus& table) {
  return {
      {"name", table.name}, {"entries", table.entries}, {"capacity", table.capacity}, {"bytes", table.bytes}};
}

Json to_json(const std::vector<TraceStep>& steps) {
  auto array = Json::array();
  for (const auto& step : steps)
    array.push_back({{"stage", step.stage}, {"verdict", step.verdict}, {"says", step.says}});
  return array;
}

std::string tell_steps(const std::vector<TraceStep>& steps) {
  std::string text;
  for (const auto& step : steps) {
    text += fmt::format("{:<8} {}\n", step.stage, step.verdict);
    for (const auto& line : step.says) text += fmt::format("         {}\n", line);
  }
  return text;
}

std::string to_text(const Json& json) {
  return json.dump(2) + "\n";
}

}  // namespace vipswitch::shell
