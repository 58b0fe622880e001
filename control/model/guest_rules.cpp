#include <algorithm>
#include <iterator>
#include <variant>

#include "control/model/rules.h"
#include "vipswitch/limits.h"

namespace vipswitch::model {
namespace {

template <class T>
bool is_repeated(const std::vector<T>& list, std::size_t index) {
  return std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(index), list[index]) !=
         list.begin() + static_cast<std::ptrdiff_t>(index);
}

std::string special_use(Ipv4 address) {
  return special_range(Ipv4Prefix{address, 32});
}
std::string special_use(const Ipv6& address) {
  return special_range(Ipv6Prefix{address, 128});
}

bool has_family(const Subnet& subnet, Family family) {
  return family == Family::kIpv6 ? subnet.ipv6.has_value() : subnet.ipv4.has_value();
}

Result<void> check_dns(const Subnet& subnet) {
  if (subnet.dns.size() > kMaxSubnetDns) {
    return make_error(ErrorCode::invalid_argument, "dns: {} addresses are given, expected at most {}",
                      subnet.dns.size(), kMaxSubnetDns);
  }
  for (std::size_t i = 0; i < subnet.dns.size(); ++i) {
    const IpAddress& address = subnet.dns[i];
    if (!has_family(subnet, family_of(address))) {
      return make_error(ErrorCode::invalid_argument,
                        "dns: {} is given, but the subnet has no range of its family", address);
    }
    const auto special = std::visit([](const auto& held) { return special_use(held); }, address);
    if (!special.empty()) {
      return make_error(ErrorCode::invalid_argument, "dns: {} is in {}, expected the address of a host",
                        address, special);
    }
    if (is_repeated(subnet.dns, i)) {
      return make_error(ErrorCode::invalid_argument, "dns: {} is given twice, expected it once", address);
    }
  }
  return {};
}

Result<void> check_route(const Subnet& subnet, const std::vector<DhcpRoute>& routes, std::size_t index) {
  const DhcpRoute& route = routes[index];
  if (auto checked = check_no_host_bits("dhcp_routes", route.to); !checked) return checked;
  const auto is_same = [&](const DhcpRoute& other) { return other.to == route.to; };
  if (std::any_of(routes.begin(), routes.begin() + static_cast<std::ptrdiff_t>(index), is_same)) {
    return make_error(ErrorCode::invalid_argument, "dhcp_routes: {} is given twice, expected it once",
                      route.to);
  }
  return check_host_in_prefix("dhcp_routes", route.via, *subnet.ipv4);
}

}  // namespace

Result<void> check_guest_settings(const Subnet& subnet) {
  if (auto checked = check_dns(subnet); !checked) return checked;
  if (!subnet.dhcp || *subnet.dhcp == Dhcp()) return {};
  if (!subnet.ipv4) {
    return make_error(ErrorCode::invalid_argument, "dhcp: is given without ipv4, expected both or neither");
  }
  const auto& [lease_s, routes] = *subnet.dhcp;
  if (auto checked = check_range("dhcp_lease", lease_s, kLeaseSecondsRange); !checked) return checked;
  if (routes.size() > kMaxDhcpRoutes) {
    return make_error(ErrorCode::invalid_argument, "dhcp_routes: {} are given, expected at most {}",
                      routes.size(), kMaxDhcpRoutes);
  }
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (auto checked = check_route(subnet, routes, i); !checked) return checked;
  }
  return {};
}

}  // namespace vipswitch::model
