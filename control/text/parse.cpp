#include "control/text/parse.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "control/text/format.h"
#include "control/text/make_error.h"

namespace vipswitch::text {
namespace {

std::optional<std::uint64_t> to_number(std::string_view text, std::uint64_t max) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

std::optional<Ipv4> to_ipv4(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const auto dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto number = to_number(text.substr(0, dot), 255);
    if (!number) return std::nullopt;
    value = (value << 8) | static_cast<std::uint32_t>(*number);
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  return Ipv4::from_host(value);
}

std::optional<Ipv6> to_ipv6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) return std::nullopt;
  return Ipv6(bytes);
}

template <class Interface, class Address>
std::optional<Interface> to_interface(std::string_view text,
                                      std::optional<Address> (*to_address)(std::string_view),
                                      std::uint64_t max_length) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = to_address(text.substr(0, slash));
  const auto length = to_number(text.substr(slash + 1), max_length);
  if (!address || !length) return std::nullopt;
  return Interface{*address, static_cast<std::uint8_t>(*length)};
}

std::optional<Ipv4Interface> to_interface4(std::string_view text) {
  return to_interface<Ipv4Interface>(text, to_ipv4, 32);
}

std::optional<Ipv6Interface> to_interface6(std::string_view text) {
  return to_interface<Ipv6Interface>(text, to_ipv6, 128);
}

std::optional<IpInterface> to_any_interface(std::string_view text) {
  if (const auto ipv4 = to_interface4(text)) return *ipv4;
  if (const auto ipv6 = to_interface6(text)) return *ipv6;
  return std::nullopt;
}

template <class Prefix, class Interface>
Parsed<Prefix> to_prefix(const std::optional<Interface>& interface, const Mismatch& otherwise) {
  if (!interface) return otherwise;
  const auto prefix = interface->prefix();
  if (prefix.address == interface->address) return prefix;
  return Mismatch{"not a prefix: it has host bits set", fmt::to_string(prefix)};
}

std::optional<std::uint8_t> to_hex_byte(std::string_view text) {
  std::uint8_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Mac> to_mac(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  std::array<std::uint8_t, 6> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = to_hex_byte(text.substr(i * 3, 2));
    if (!byte || (i > 0 && text[i * 3 - 1] != ':')) return std::nullopt;
    bytes[i] = *byte;
  }
  return Mac(bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
}

const Mismatch kNotPrefix{"not an IPv4 prefix", "an address and a length such as 10.77.0.0/24"};
const Mismatch kNotPrefix6{"not an IPv6 prefix", "an address and a length such as 2001:db8:77::/64"};
const Mismatch kNotInterface{"not an interface address",
                             "an address and a length such as 198.51.100.2/24 or 2001:db8::2/64"};
const Mismatch kNotInterfaces{"not a list of interface addresses",
                              "comma-separated ones such as 198.51.100.2/24 or 2001:db8::2/64"};

}  // namespace

Parsed<Ipv4> parse_ipv4(std::string_view text) {
  if (const auto address = to_ipv4(text)) return *address;
  return Mismatch{"not an IPv4 address", "four numbers such as 10.77.0.1"};
}

Parsed<Ipv6> parse_ipv6(std::string_view text) {
  if (const auto address = to_ipv6(text)) return *address;
  return Mismatch{"not an IPv6 address", "groups of hexadecimal digits such as 2001:db8:77::1"};
}

Parsed<IpAddress> parse_address(std::string_view text) {
  if (const auto ipv4 = to_ipv4(text)) return *ipv4;
  if (const auto ipv6 = to_ipv6(text)) return *ipv6;
  return Mismatch{"not an IP address", "one such as 10.77.0.1 or 2001:db8:77::1"};
}

Parsed<Ipv4Prefix> parse_prefix(std::string_view text) {
  return to_prefix<Ipv4Prefix>(to_interface4(text), kNotPrefix);
}

Parsed<Ipv6Prefix> parse_prefix6(std::string_view text) {
  return to_prefix<Ipv6Prefix>(to_interface6(text), kNotPrefix6);
}

Parsed<IpInterface> parse_interface(std::string_view text) {
  if (const auto interface = to_any_interface(text)) return *interface;
  return kNotInterface;
}

Parsed<std::vector<IpInterface>> parse_interfaces(std::string_view text) {
  std::vector<IpInterface> interfaces;
  while (true) {
    const auto comma = text.find(',');
    const auto interface = to_any_interface(text.substr(0, comma));
    if (!interface) return kNotInterfaces;
    interfaces.push_back(*interface);
    if (comma == std::string_view::npos) return interfaces;
    text.remove_prefix(comma + 1);
  }
}

Parsed<Mac> parse_mac(std::string_view text) {
  if (const auto mac = to_mac(text)) return *mac;
  return Mismatch{"not a MAC address", "six bytes such as 52:54:00:77:00:11"};
}

Parsed<Vni> parse_vni(std::string_view text) {
  const auto number = to_number(text, Vni::kMax);
  if (number && *number > 0) return Vni(static_cast<std::uint32_t>(*number));
  return Mismatch{"not a VNI", fmt::format("a number from 1 to {}", Vni::kMax)};
}

Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  const auto number = to_number(text, max);
  if (number && *number >= min) return *number;
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  return Mismatch{is_number ? "out of range" : "not a number",
                  fmt::format("a number from {} to {}", min, max)};
}

Error mismatch_error(std::string_view argument, std::string_view text, const Mismatch& mismatch) {
  return make_error(ErrorCode::invalid_argument, "{}: \"{}\" is {}, expected {}", argument, text,
                    mismatch.complaint, mismatch.expected);
}

}  // namespace vipswitch::text
