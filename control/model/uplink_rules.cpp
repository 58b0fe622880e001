#include <algorithm>

#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

// Room for a subnet number, two hosts and the broadcast address.
constexpr unsigned kMinPrefixLength = 1;
constexpr unsigned kMaxPrefixLength = 30;

// Every host must accept 576 bytes (RFC 791 section 3.1); the upper end is that of common jumbo frames.
constexpr std::uint16_t kMinMtu = 576;
constexpr std::uint16_t kMaxMtu = 9600;

Result<void> check_address(const Uplink& uplink, const Ipv4Interface& interface) {
  if (interface.length < kMinPrefixLength || interface.length > kMaxPrefixLength) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} has length {}, expected {} to {}",
                      interface, interface.length, kMinPrefixLength, kMaxPrefixLength);
  }
  if (auto checked = check_host_in_prefix("addresses", interface.address, interface.prefix()); !checked)
    return checked;
  if (const auto range = special_range({interface.address, 32}); !range.empty()) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} lies in {}, expected a unicast address",
                      interface, range);
  }
  const auto times = std::count_if(uplink.addresses.begin(), uplink.addresses.end(),
                                   [&](const auto& other) { return other.address == interface.address; });
  if (times > 1) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} is listed {} times, expected once",
                      interface, times);
  }
  return {};
}

Result<void> check_gateway(const Uplink& uplink) {
  const auto on_link =
      std::find_if(uplink.addresses.begin(), uplink.addresses.end(),
                   [&](const auto& interface) { return interface.prefix().contains(uplink.gateway); });
  if (on_link == uplink.addresses.end()) {
    return make_error(ErrorCode::invalid_argument,
                      "gateway: {} is in no prefix of addresses, expected one in {}", uplink.gateway,
                      uplink.addresses.front().prefix());
  }
  for (const auto& interface : uplink.addresses) {
    if (interface.address != uplink.gateway) continue;
    return make_error(ErrorCode::invalid_argument,
                      "gateway: {} is the uplink's own address, expected another host's", uplink.gateway);
  }
  return check_host_in_prefix("gateway", uplink.gateway, on_link->prefix());
}

// The EIPs that the uplink would take away.
Result<void> check_eips(const Indexes& indexes, const Uplink& uplink) {
  const auto check = [&](std::string_view argument, Ipv4 address) -> Result<void> {
    const auto* eip = find(indexes.eip_by_address, address);
    if (!eip) return {};
    return make_error(ErrorCode::rule,
                      "{}: EIP \"{}\" has {}, which would be {}, expected addresses that are no EIPs",
                      argument, *eip, address, uplink_use(uplink, address));
  };
  for (const auto& interface : uplink.addresses) {
    for (const auto address : {interface.address, interface.prefix().first(), interface.prefix().last()}) {
      if (auto checked = check("addresses", address); !checked) return checked;
    }
  }
  return check("gateway", uplink.gateway);
}

}  // namespace

std::string uplink_use(const Uplink& uplink, Ipv4 address) {
  if (address == uplink.gateway) return "the uplink's gateway";
  for (const auto& interface : uplink.addresses) {
    const auto prefix = interface.prefix();
    if (address == interface.address) return "the uplink's own address";
    if (address == prefix.first()) return fmt::format("the network address of {} on the uplink", prefix);
    if (address == prefix.last()) return fmt::format("the broadcast address of {} on the uplink", prefix);
  }
  return {};
}

Result<void> Transaction::set_uplink(const Uplink& uplink) {
  if (auto checked = check_device(indexes(), uplink.device, kUplinkName); !checked) return checked;
  if (auto checked = check_interface_mac(uplink.mac); !checked) return checked;
  if (uplink.addresses.empty()) {
    return make_error(ErrorCode::invalid_argument, "addresses: none is given, expected at least one");
  }
  for (const auto& interface : uplink.addresses) {
    if (auto checked = check_address(uplink, interface); !checked) return checked;
  }
  if (auto checked = check_gateway(uplink); !checked) return checked;
  if (uplink.mtu < kMinMtu || uplink.mtu > kMaxMtu) {
    return make_error(ErrorCode::invalid_argument, "mtu: {} is out of range, expected {} to {}", uplink.mtu,
                      kMinMtu, kMaxMtu);
  }
  if (auto checked = check_queues(uplink.queues); !checked) return checked;
  if (auto checked = check_eips(indexes(), uplink); !checked) return checked;
  put_uplink(uplink);
  return {};
}

Result<void> Transaction::remove_uplink() {
  if (!objects().uplink)
    return make_error(ErrorCode::not_found, "uplink: none is set, expected one to remove");
  put_uplink(std::nullopt);
  return {};
}

}  // namespace vipswitch::model
