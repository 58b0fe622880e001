#include <algorithm>
#include <type_traits>
#include <variant>

#include "control/model/families.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {
namespace {

// Room for two hosts and the reserved addresses.
template <class Address>
constexpr unsigned kMaxPrefixLength = FamilyOf<Address>::kBits - 2;
constexpr unsigned kMinPrefixLength = 1;

template <class Address>
using InterfaceOf = typename FamilyOf<Address>::Interface;

template <class Address>
Result<void> check_address(const Uplink& uplink, const InterfaceOf<Address>& interface) {
  if (interface.length < kMinPrefixLength || interface.length > kMaxPrefixLength<Address>) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} has length {}, expected {} to {}",
                      interface, interface.length, kMinPrefixLength, kMaxPrefixLength<Address>);
  }
  if (auto checked = check_host_in_prefix("addresses", interface.address, interface.prefix()); !checked)
    return checked;
  const typename FamilyOf<Address>::Prefix alone{interface.address, FamilyOf<Address>::kBits};
  if (const auto range = special_range(alone); !range.empty()) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} lies in {}, expected a unicast address",
                      interface, range);
  }
  const auto& all = interfaces_of<Address>(uplink);
  const auto times = std::count_if(all.begin(), all.end(),
                                   [&](const auto& other) { return other.address == interface.address; });
  if (times > 1) {
    return make_error(ErrorCode::invalid_argument, "addresses: {} is listed {} times, expected once",
                      interface, times);
  }
  return {};
}

// Every link has it (RFC 4291 2.5.6).
constexpr Ipv6Prefix kLinkLocal{Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 0}), 64};

template <class Address>
Result<void> check_gateway(const Uplink& uplink) {
  constexpr auto kGateway = FamilyOf<Address>::kGateway;
  const auto& interfaces = interfaces_of<Address>(uplink);
  const Address& gateway = *gateway_of<Address>(uplink);
  if constexpr (std::is_same_v<Address, Ipv6>) {
    // Routers are commonly known by their link-local address (RFC 4861 section 8).
    if (gateway.is_link_local()) return check_host_in_prefix(kGateway, gateway, kLinkLocal);
  }
  const auto on_link = std::find_if(interfaces.begin(), interfaces.end(), [&](const auto& interface) {
    return interface.prefix().contains(gateway);
  });
  if (on_link == interfaces.end()) {
    return make_error(ErrorCode::invalid_argument, "{}: {} is in no prefix of addresses, expected one in {}",
                      kGateway, gateway, interfaces.front().prefix());
  }
  for (const auto& interface : interfaces) {
    if (interface.address != gateway) continue;
    return make_error(ErrorCode::invalid_argument,
                      "{}: {} is the uplink's own address, expected another host's", kGateway, gateway);
  }
  return check_host_in_prefix(kGateway, gateway, on_link->prefix());
}

template <class Address>
Result<void> check_family(const Uplink& uplink) {
  constexpr auto kGateway = FamilyOf<Address>::kGateway;
  const auto& interfaces = interfaces_of<Address>(uplink);
  const auto& gateway = gateway_of<Address>(uplink);
  if (interfaces.empty() && !gateway) return {};
  if (interfaces.empty()) {
    return make_error(ErrorCode::invalid_argument,
                      "{}: {} is given without {} addresses, expected both or neither", kGateway, *gateway,
                      FamilyOf<Address>::kWord);
  }
  for (const auto& interface : interfaces) {
    if (auto checked = check_address<Address>(uplink, interface); !checked) return checked;
  }
  if (gateway) return check_gateway<Address>(uplink);
  return make_error(ErrorCode::invalid_argument,
                    "{}: none is given, expected a host in {}, because addresses lists {}", kGateway,
                    interfaces.front().prefix(), interfaces.front());
}

// The EIPs that the uplink would take away.
template <class Address>
Result<void> check_eips(const Indexes& indexes, const Uplink& uplink) {
  const auto check = [&](std::string_view argument, const Address& address) -> Result<void> {
    const auto* eip = find(indexes.eip_by_address, IpAddress(address));
    const auto use = eip ? uplink_use(uplink, address) : std::string();
    if (use.empty()) return {};
    return make_error(ErrorCode::rule,
                      "{}: EIP \"{}\" has {}, which would be {}, expected addresses that are no EIPs",
                      argument, *eip, address, use);
  };
  for (const auto& interface : interfaces_of<Address>(uplink)) {
    for (const auto& address : {interface.address, interface.prefix().first(), interface.prefix().last()}) {
      if (auto checked = check("addresses", address); !checked) return checked;
    }
  }
  const auto& gateway = gateway_of<Address>(uplink);
  return gateway ? check(FamilyOf<Address>::kGateway, *gateway) : Result<void>();
}

template <class Address>
std::string use_of(const Uplink& uplink, const Address& address) {
  if (address == gateway_of<Address>(uplink)) return "the uplink's gateway";
  for (const auto& interface : interfaces_of<Address>(uplink)) {
    const auto prefix = interface.prefix();
    if (address == interface.address) return "the uplink's own address";
    const auto reserved = reserved_use(address, prefix);
    if (!reserved.empty()) return fmt::format("{} {} on the uplink", reserved, prefix);
  }
  return {};
}

}  // namespace

std::string uplink_use(const Uplink& uplink, const IpAddress& address) {
  return std::visit([&](const auto& held) { return use_of(uplink, held); }, address);
}

Result<void> Transaction::set_uplink(const Uplink& uplink) {
  if (auto checked = check_device(indexes(), uplink); !checked) return checked;
  if (auto checked = check_interface_mac(uplink.mac); !checked) return checked;
  if (uplink.addresses.empty() && uplink.addresses6.empty()) {
    return make_error(ErrorCode::invalid_argument, "addresses: none is given, expected at least one");
  }
  if (auto checked = check_family<Ipv4>(uplink); !checked) return checked;
  if (auto checked = check_family<Ipv6>(uplink); !checked) return checked;
  if (auto checked = check_mtu(uplink.mtu, !uplink.addresses6.empty()); !checked) return checked;
  if (auto checked = check_queues(uplink.queues); !checked) return checked;
  if (auto checked = check_eips<Ipv4>(indexes(), uplink); !checked) return checked;
  if (auto checked = check_eips<Ipv6>(indexes(), uplink); !checked) return checked;
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
