#pragma once

// Text -> typed values, for the shell and the configuration file alike. Pure; nothing is read from elsewhere.
//
// What does not fit is described in two parts, so that each front end can say it in its own words: the shell
// `gateway: "10.77.0" is not an IPv4 address, expected four numbers such as 10.77.0.1`, the file `found ...,
// expected ...`.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/ids.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/result.h"

namespace vipswitch::text {

struct Mismatch {
  std::string complaint;  // continues "... is "
  std::string expected;   // continues ", expected "
};

template <class T>
using Parsed = std::variant<T, Mismatch>;

// Read whole: surplus characters, signs, blanks and leading zeros (which some read as octal) do not fit.
Parsed<Ipv4> parse_ipv4(std::string_view text);
Parsed<Ipv6> parse_ipv6(std::string_view text);  // every spelling of RFC 4291 2.2, without a zone
Parsed<IpAddress> parse_address(std::string_view text);
// A prefix with host bits set does not fit; the expectation is the prefix that was probably meant.
Parsed<Ipv4Prefix> parse_prefix(std::string_view text);
Parsed<Ipv6Prefix> parse_prefix6(std::string_view text);
Parsed<IpInterface> parse_interface(std::string_view text);
Parsed<std::vector<IpInterface>> parse_interfaces(std::string_view text);  // comma-separated
Parsed<Mac> parse_mac(std::string_view text);
Parsed<Vni> parse_vni(std::string_view text);
Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max);

// `argument: "text" is COMPLAINT, expected EXPECTED`, as invalid_argument.
Error mismatch_error(std::string_view argument, std::string_view text, const Mismatch& mismatch);

template <class T>
Result<T> to_result(std::string_view argument, std::string_view text, Parsed<T> parsed) {
  if (const auto* mismatch = std::get_if<Mismatch>(&parsed)) return mismatch_error(argument, text, *mismatch);
  return std::get<T>(std::move(parsed));
}

}  // namespace vipswitch::text
