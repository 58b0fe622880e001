#pragma once

// The types of a command's arguments: how a word becomes a typed value, and which words can be offered for
// it.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/model/model.h"
#include "control/model/ranges.h"
#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/result.h"
#include "vipswitch/vrrp_filter.h"

namespace vipswitch::shell {

using Value = std::variant<std::string, std::uint64_t, Ipv4, Ipv6, IpAddress, Ipv4Prefix, Ipv6Prefix,
                           std::vector<IpInterface>, std::vector<IpAddress>, std::vector<model::DhcpRoute>,
                           bool, Mac, Vni, model::Nic, LearnMode, Handover, VrrpFilter>;

struct ValueType {
  // Errors: invalid_argument, naming `argument`.
  Result<Value> (*parse)(std::string_view argument, std::string_view word);
  // Every word worth offering, sorted; empty where there is nothing to choose from.
  std::vector<std::string> (*complete)(const model::Objects& objects);
};

Result<Value> parse_number_in(std::string_view argument, std::string_view word, const model::Range& range);
Result<Value> parse_limit_in(std::string_view argument, std::string_view word, const model::Range& range);
std::vector<std::string> complete_nothing(const model::Objects& objects);
std::vector<std::string> complete_none(const model::Objects& objects);

// The alternative of Value is in the comment.
namespace value_type {
extern const ValueType kText;     // std::string: a new name, a file, device arguments
extern const ValueType kVpcName;  // std::string: the name of a VPC, not yet looked up; so are the next four
extern const ValueType kSubnetName;
extern const ValueType kPortName;
extern const ValueType kHavipName;
extern const ValueType kEipName;
extern const ValueType kDevice;        // std::string: device arguments, or the word of a driver
extern const ValueType kAnyPortName;   // std::string: the name of a port, or uplink; not yet looked up
extern const ValueType kFrameKind;     // std::string: what trace packet makes, or a file
extern const ValueType kInstanceName;  // std::string: of a port, not yet looked for
extern const ValueType kCount;         // std::uint64_t up to 2^32 - 1
extern const ValueType kIpv4;          // Ipv4
extern const ValueType kIpv6;          // Ipv6
extern const ValueType kAddress;       // IpAddress
extern const ValueType kIpv4OrAuto;    // Ipv4, 0.0.0.0 for the word auto
extern const ValueType kIpv6OrAuto;    // Ipv6, :: for the word auto
extern const ValueType kPrefix;        // Ipv4Prefix
extern const ValueType kPrefix6;       // Ipv6Prefix
extern const ValueType kAnyPrefix;     // Ipv4Prefix or Ipv6Prefix
extern const ValueType kInterfaces;    // std::vector<IpInterface>, comma-separated
extern const ValueType kDns;           // std::vector<IpAddress>, comma-separated
extern const ValueType kDhcpRoutes;    // std::vector<model::DhcpRoute>, comma-separated
extern const ValueType kTruth;         // bool, of true and false
extern const ValueType kSwitch;        // bool, of on and off
extern const ValueType kMac;           // Mac
extern const ValueType kVni;           // Vni
extern const ValueType kNic;           // model::Nic
extern const ValueType kLearnChoice;   // std::string: the word of a LearnMode, or default
extern const ValueType kLearnMode;     // LearnMode
extern const ValueType kHandover;      // Handover
extern const ValueType kVrrpFilter;    // VrrpFilter

// std::uint64_t that the range's type holds. What is no such number is told the range; the rules refuse what
// is not in it.
template <model::Range range>
inline constexpr ValueType kNumberIn{
    [](std::string_view argument, std::string_view word) { return parse_number_in(argument, word, range); },
    complete_nothing};
// The same, or 0 for the word none.
template <model::Range range>
inline constexpr ValueType kLimitIn{
    [](std::string_view argument, std::string_view word) { return parse_limit_in(argument, word, range); },
    complete_none};
}  // namespace value_type

}  // namespace vipswitch::shell
