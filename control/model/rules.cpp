#include "control/model/rules.h"

#include <algorithm>
#include <cstddef>

#include "control/model/address_runs.h"

namespace vipswitch::model {
namespace {

constexpr std::size_t kMaxNameLength = 63;

constexpr bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

template <class Prefix>
struct SpecialRange {
  Prefix prefix;
  std::string_view purpose;
};

constexpr SpecialRange<Ipv4Prefix> kSpecialRanges[] = {
    {{Ipv4(0, 0, 0, 0), 8}, "this network"},     // RFC 1122 3.2.1.3
    {{Ipv4(127, 0, 0, 0), 8}, "loopback"},       // RFC 1122 3.2.1.3
    {{Ipv4(169, 254, 0, 0), 16}, "link-local"},  // RFC 3927
    {{Ipv4(224, 0, 0, 0), 4}, "multicast"},      // RFC 5771
    {{Ipv4(240, 0, 0, 0), 4}, "reserved"},       // RFC 1112 section 4
};

constexpr SpecialRange<Ipv6Prefix> kSpecialRanges6[] = {
    {{Ipv6::from_groups({0, 0, 0, 0, 0, 0, 0, 1}), 128}, "loopback"},         // RFC 4291 2.5.3
    {{Ipv6(), 96}, "unspecified and IPv4-compatible"},                        // RFC 4291 2.5.2, 2.5.5.1
    {{Ipv6::from_groups({0, 0, 0, 0, 0, 0xffff, 0, 0}), 96}, "IPv4-mapped"},  // RFC 4291 2.5.5.2
    {{Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 0}), 10}, "link-local"},   // RFC 4291 2.5.6
    {{Ipv6::from_groups({0xff00, 0, 0, 0, 0, 0, 0, 0}), 8}, "multicast"},     // RFC 4291 2.7
};

template <class Prefix, std::size_t N>
std::string find_range(const SpecialRange<Prefix> (&ranges)[N], const Prefix& prefix) {
  for (const auto& range : ranges) {
    if (range.prefix.overlaps(prefix)) return fmt::format("{} ({})", range.prefix, range.purpose);
  }
  return {};
}

template <class Address, class Prefix>
Result<void> check_host(std::string_view argument, const Address& address, const Prefix& prefix,
                        const Address& last_host) {
  const auto complaint = prefix.contains(address) ? reserved_use(address, prefix) : "outside";
  if (complaint.empty()) return {};
  return make_error(ErrorCode::invalid_argument, "{}: {} is {} {}, expected {} to {}", argument, address,
                    complaint, prefix, next_address(prefix.first()), last_host);
}

}  // namespace

Error unknown_name(std::string_view argument, std::string_view name, std::string_view kind) {
  return make_error(ErrorCode::not_found, "{}: \"{}\" does not exist, expected the name of {} {}", argument,
                    name, kind == "EIP" ? "an" : "a", kind);
}

Result<void> check_name(std::string_view argument, std::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameLength &&
      std::all_of(name.begin(), name.end(), is_name_character)) {
    return {};
  }
  return make_error(ErrorCode::invalid_argument,
                    "{}: \"{}\" is not a name, expected 1 to {} letters, digits, '-', '_' or '.'", argument,
                    name, kMaxNameLength);
}

Result<void> check_interface_mac(const Mac& mac) {
  std::string_view complaint;
  if (mac.is_zero()) {
    complaint = "no address at all";
  } else if (mac.is_group()) {
    complaint = "a group address";
  } else if (mac.is_vrrp_virtual()) {
    complaint = "a virtual router's (00:00:5e:00:00:00 to 00:00:5e:00:02:ff)";
  } else if (is_switch_mac(mac)) {
    complaint = "the switch's own (0e:00 and 0e:06)";
  } else {
    return {};
  }
  return make_error(ErrorCode::invalid_argument, "mac: {} is {}, expected the unicast MAC of the interface",
                    mac, complaint);
}

std::optional<IpAddress> address_of(const Objects& objects, const EipTarget& target, Family family) {
  return target.kind == TargetKind::kPort ? address_of(*find(objects.ports, target.name), family)
                                          : address_of(*find(objects.havips, target.name), family);
}

Result<void> check_queues(std::uint16_t queues) {
  return check_range("queues", queues, kQueueRange);
}

Result<void> check_mtu(std::uint16_t mtu, bool has_ipv6) {
  return check_range("mtu", mtu, has_ipv6 ? Range{kMinMtu6, kMtuRange.max} : kMtuRange);
}

std::string special_range(const Ipv4Prefix& prefix) {
  return find_range(kSpecialRanges, prefix);
}
std::string special_range(const Ipv6Prefix& prefix) {
  return find_range(kSpecialRanges6, prefix);
}

std::string_view reserved_use(Ipv4 address, const Ipv4Prefix& prefix) {
  if (address == prefix.first()) return "the network address of";
  return address == prefix.last() ? "the broadcast address of" : "";
}
std::string_view reserved_use(const Ipv6& address, const Ipv6Prefix& prefix) {
  return address == prefix.first() ? "the subnet-router anycast address of" : "";
}

Result<void> check_host_in_prefix(std::string_view argument, Ipv4 address, const Ipv4Prefix& prefix) {
  return check_host(argument, address, prefix, previous_address(prefix.last()));
}
Result<void> check_host_in_prefix(std::string_view argument, const Ipv6& address, const Ipv6Prefix& prefix) {
  return check_host(argument, address, prefix, prefix.last());
}

void Users::add(std::string_view kind, std::string_view name) {
  ++count_;
  if (count_ > kNamed) return;
  if (count_ > 1) list_ += ", ";
  list_ += fmt::format("{} \"{}\"", kind, name);
}

Error Users::error(std::string_view argument, std::string_view name, std::string_view expected) const {
  return make_error(ErrorCode::in_use, "{}: \"{}\" is used by {}{}, expected {}", argument, name, list_,
                    full() ? " and more" : "", expected);
}

}  // namespace vipswitch::model
