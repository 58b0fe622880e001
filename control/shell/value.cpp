#include "control/shell/value.h"

#include <fmt/core.h>
#include <set>
#include <utility>

#include "control/model/device.h"
#include "control/model/words.h"
#include "control/text/any_prefix.h"
#include "control/text/parse.h"

namespace vipswitch::shell {
namespace {

template <class T>
Result<Value> to_value(std::string_view argument, std::string_view word, text::Parsed<T> parsed) {
  if (const auto* mismatch = std::get_if<text::Mismatch>(&parsed)) {
    return text::mismatch_error(argument, word, *mismatch);
  }
  return Value(std::get<T>(std::move(parsed)));
}

template <auto parse>
Result<Value> parse_with(std::string_view argument, std::string_view word) {
  return to_value(argument, word, parse(word));
}

Result<Value> parse_word(std::string_view, std::string_view word) {
  return Value(std::string(word));
}

std::vector<std::string> complete_any_port(const model::Objects& objects) {
  std::set<std::string> names;
  for (const auto& entry : objects.ports) names.insert(entry.first);
  if (objects.uplink) names.insert("uplink");
  return {names.begin(), names.end()};
}

std::vector<std::string> complete_device(const model::Objects&) {
  return {std::string(model::kAfPacket), std::string(model::kAfXdp)};
}

std::vector<std::string> complete_frame_kind(const model::Objects&) {
  return {"announce", "arp", "icmp", "nd", "tcp", "udp", "vrrp"};
}

std::vector<std::string> complete_auto(const model::Objects&) {
  return {std::string(model::kAuto)};
}

std::vector<std::string> complete_truth(const model::Objects&) {
  return {"false", "true"};
}

std::vector<std::string> complete_switch(const model::Objects&) {
  return {"off", "on"};
}

std::vector<std::string> complete_nic(const model::Objects&) {
  return {std::string(to_word(model::Nic::kPrimary)), std::string(to_word(model::Nic::kSecondary))};
}

std::vector<std::string> complete_learn_mode(const model::Objects&) {
  return {"enforce", "observe", "off"};
}

std::vector<std::string> complete_handover(const model::Objects&) {
  return {"announced", "at-once"};
}

std::vector<std::string> complete_vrrp_filter(const model::Objects&) {
  return {"both", "in", "none", "out"};
}

Result<Value> parse_learn_choice(std::string_view argument, std::string_view word) {
  if (word == "default") return Value(std::string(word));
  auto mode = model::parse_learn_mode(word);
  if (auto* mismatch = std::get_if<text::Mismatch>(&mode)) {
    mismatch->expected = "off, observe, enforce or default";
    return text::mismatch_error(argument, word, *mismatch);
  }
  return Value(std::string(word));
}

Result<Value> parse_any_prefix(std::string_view argument, std::string_view word) {
  auto to = text::parse_any_prefix(word);
  if (const auto* mismatch = std::get_if<text::Mismatch>(&to))
    return text::mismatch_error(argument, word, *mismatch);
  return std::visit([](const auto& prefix) { return Value(prefix); }, std::get<IpPrefix>(to));
}

std::vector<std::string> complete_learn_choice(const model::Objects&) {
  return {"default", "enforce", "observe", "off"};
}

template <auto member>
std::vector<std::string> complete_names(const model::Objects& objects) {
  std::vector<std::string> names;
  for (const auto& entry : objects.*member) names.push_back(entry.first);
  return names;
}

std::vector<std::string> complete_instances(const model::Objects& objects) {
  std::set<std::string> instances;
  for (const auto& entry : objects.ports) instances.insert(entry.second.instance);
  return {instances.begin(), instances.end()};
}

}  // namespace

Result<Value> parse_number_in(std::string_view argument, std::string_view word, const model::Range& range) {
  return to_value(argument, word, text::parse_number_in(word, range));
}

Result<Value> parse_limit_in(std::string_view argument, std::string_view word, const model::Range& range) {
  if (word == model::kNone) return Value(std::uint64_t{0});
  auto number = text::parse_number_in(word, range);
  if (const auto* value = std::get_if<std::uint64_t>(&number); value != nullptr && *value == 0)
    number = text::Mismatch{"out of range", fmt::format("a number from {} to {}", range.min, range.max)};
  if (auto* mismatch = std::get_if<text::Mismatch>(&number)) mismatch->expected += ", or none";
  return to_value(argument, word, std::move(number));
}

std::vector<std::string> complete_nothing(const model::Objects&) {
  return {};
}

std::vector<std::string> complete_none(const model::Objects&) {
  return {std::string(model::kNone)};
}

namespace value_type {

const ValueType kText{parse_word, complete_nothing};
const ValueType kVpcName{parse_word, complete_names<&model::Objects::vpcs>};
const ValueType kSubnetName{parse_word, complete_names<&model::Objects::subnets>};
const ValueType kPortName{parse_word, complete_names<&model::Objects::ports>};
const ValueType kHavipName{parse_word, complete_names<&model::Objects::havips>};
const ValueType kEipName{parse_word, complete_names<&model::Objects::eips>};
const ValueType kInstanceName{parse_word, complete_instances};
const ValueType kDevice{parse_word, complete_device};
const ValueType kAnyPortName{parse_word, complete_any_port};
const ValueType kFrameKind{parse_word, complete_frame_kind};
const ValueType kCount = kNumberIn<model::Range{0, UINT32_MAX}>;
const ValueType kIpv4{parse_with<text::parse_ipv4>, complete_nothing};
const ValueType kIpv6{parse_with<text::parse_ipv6>, complete_nothing};
const ValueType kAddress{parse_with<text::parse_address>, complete_nothing};
const ValueType kIpv4OrAuto{parse_with<model::parse_ipv4_or_auto>, complete_auto};
const ValueType kIpv6OrAuto{parse_with<model::parse_ipv6_or_auto>, complete_auto};
const ValueType kPrefix{parse_with<text::parse_prefix>, complete_nothing};
const ValueType kPrefix6{parse_with<text::parse_prefix6>, complete_nothing};
const ValueType kAnyPrefix{parse_any_prefix, complete_nothing};
const ValueType kInterfaces{parse_with<text::parse_interfaces>, complete_nothing};
const ValueType kDns{parse_with<model::parse_dns>, complete_none};
const ValueType kDhcpRoutes{parse_with<model::parse_dhcp_routes>, complete_none};
const ValueType kTruth{parse_with<model::parse_truth>, complete_truth};
const ValueType kSwitch{parse_with<model::parse_switch>, complete_switch};
const ValueType kMac{parse_with<text::parse_mac>, complete_nothing};
const ValueType kVni{parse_with<text::parse_vni>, complete_nothing};
const ValueType kNic{parse_with<model::parse_nic>, complete_nic};
const ValueType kLearnChoice{parse_learn_choice, complete_learn_choice};
const ValueType kLearnMode{parse_with<model::parse_learn_mode>, complete_learn_mode};
const ValueType kHandover{parse_with<model::parse_handover>, complete_handover};
const ValueType kVrrpFilter{parse_with<model::parse_vrrp_filter>, complete_vrrp_filter};

}  // namespace value_type
}  // namespace vipswitch::shell
