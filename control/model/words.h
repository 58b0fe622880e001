#pragma once

// The stable words for the model's enumerations: in the shell, the configuration file and JSON.

#include <string>
#include <string_view>
#include <variant>

#include "control/model/objects.h"
#include "control/text/format.h"
#include "control/text/parse.h"
#include "control/text/words.h"

namespace vipswitch::model {

inline constexpr std::string_view kAuto = "auto";

constexpr std::string_view to_word(Nic nic) noexcept {
  return nic == Nic::kPrimary ? "primary" : "secondary";
}

constexpr std::string_view to_word(TargetKind kind) noexcept {
  return kind == TargetKind::kPort ? "port" : "havip";
}

constexpr std::string_view to_word(ViaKind kind) noexcept {
  constexpr std::string_view kWords[] = {"internet", "blackhole", "port", "havip"};
  return kWords[static_cast<std::size_t>(kind)];
}

inline std::string to_text(const IpPrefix& prefix) {
  return std::visit([](const auto& held) { return fmt::to_string(held); }, prefix);
}

// How messages and plans call an object: its name; `VPC PREFIX` for a route.
template <class T>
const std::string& title_of(const T& object) {
  return object.name;
}
inline std::string title_of(const Route& route) {
  return fmt::format("{} {}", route.vpc, to_text(route.to));
}

inline text::Parsed<Nic> parse_nic(std::string_view text) {
  for (const auto nic : {Nic::kPrimary, Nic::kSecondary}) {
    if (text == to_word(nic)) return nic;
  }
  return text::Mismatch{"not a kind of vNIC", "primary or secondary"};
}

inline text::Parsed<bool> parse_truth(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return text::Mismatch{"neither true nor false", "true or false"};
}
inline text::Parsed<bool> parse_switch(std::string_view text) {
  if (text == "on") return true;
  if (text == "off") return false;
  return text::Mismatch{"neither on nor off", "on or off"};
}

inline constexpr std::string_view kNone = "none";

// Comma-separated addresses, or `none`.
text::Parsed<std::vector<IpAddress>> parse_dns(std::string_view text);
// Comma-separated routes as TO=VIA, such as 10.9.0.0/16=10.77.0.5, or `none`.
text::Parsed<std::vector<DhcpRoute>> parse_dhcp_routes(std::string_view text);

// The address of a HAVIP: `auto` for one that is to be allocated.
template <class Address>
text::Parsed<Address> or_auto(std::string_view text, text::Parsed<Address> (*parse)(std::string_view)) {
  if (text == kAuto) return Address();
  auto parsed = parse(text);
  if (auto* mismatch = std::get_if<text::Mismatch>(&parsed)) mismatch->expected += ", or auto";
  return parsed;
}
inline text::Parsed<Ipv4> parse_ipv4_or_auto(std::string_view text) {
  return or_auto(text, text::parse_ipv4);
}
inline text::Parsed<Ipv6> parse_ipv6_or_auto(std::string_view text) {
  return or_auto(text, text::parse_ipv6);
}

inline text::Parsed<LearnMode> parse_learn_mode(std::string_view text) {
  for (const auto mode : {LearnMode::kOff, LearnMode::kObserve, LearnMode::kEnforce}) {
    if (text == to_word(mode)) return mode;
  }
  return text::Mismatch{"not a learning mode", "off, observe or enforce"};
}

inline text::Parsed<Handover> parse_handover(std::string_view text) {
  for (const auto handover : {Handover::kAnnounced, Handover::kAtOnce}) {
    if (text == to_word(handover)) return handover;
  }
  return text::Mismatch{"not a kind of handover", "announced or at-once"};
}

inline text::Parsed<VrrpFilter> parse_vrrp_filter(std::string_view text) {
  for (const auto filter : {VrrpFilter::kNone, VrrpFilter::kIn, VrrpFilter::kOut, VrrpFilter::kBoth}) {
    if (text == to_word(filter)) return filter;
  }
  return text::Mismatch{"not a VRRP filter", "none, in, out or both"};
}

}  // namespace vipswitch::model
