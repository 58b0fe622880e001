#include "control/publish/dhcp_options.h"

#include <algorithm>
#include <string>

#include "dataplane/dhcp_wire.h"

namespace vipswitch {
namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint32_t number, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

void add_option(Bytes& options, wire::DhcpOption code, const Bytes& value) {
  if (value.empty()) return;
  options.push_back(code);
  options.push_back(static_cast<std::uint8_t>(value.size()));
  options.insert(options.end(), value.begin(), value.end());
}

void add_number(Bytes& options, wire::DhcpOption code, std::uint32_t number) {
  Bytes value;
  put(value, number, sizeof number);
  add_option(options, code, value);
}

// RFC 3442: of a destination only the bytes that its length covers.
void put_route(Bytes& bytes, const Ipv4Prefix& to, Ipv4 via) {
  bytes.push_back(to.length);
  const int significant = (to.length + 7) / 8;
  if (significant > 0) put(bytes, to.address.host() >> (32 - 8 * significant), significant);
  put(bytes, via.host(), 4);
}

Bytes routes_of(const model::Subnet& subnet) {
  Bytes bytes;
  const auto& routes = subnet.dhcp->routes;
  if (routes.empty()) return bytes;
  const auto is_default = [](const model::DhcpRoute& route) { return route.to.length == 0; };
  if (std::none_of(routes.begin(), routes.end(), is_default)) put_route(bytes, Ipv4Prefix{}, *subnet.gateway);
  for (const auto& route : routes) put_route(bytes, route.to, route.via);
  return bytes;
}

// The router option of clients that know no routes.
Ipv4 default_router(const model::Subnet& subnet) {
  for (const auto& route : subnet.dhcp->routes) {
    if (route.to.length == 0) return route.via;
  }
  return *subnet.gateway;
}

}  // namespace

std::vector<std::uint8_t> build_dhcp_options(const model::Subnet& subnet) {
  if (!subnet.ipv4 || !subnet.dhcp) return {};
  Bytes options, dns;
  const std::uint32_t lease_s = subnet.dhcp->lease_s;
  add_number(options, wire::kDhcpServer, subnet.gateway->host());
  add_number(options, wire::kDhcpLease, lease_s);
  add_number(options, wire::kDhcpRenewal, lease_s / 2);
  add_number(options, wire::kDhcpRebinding, lease_s - lease_s / 8);
  add_number(options, wire::kDhcpMask, subnet.ipv4->mask());
  add_option(options, wire::kDhcpRoutes, routes_of(subnet));
  add_number(options, wire::kDhcpRouter, default_router(subnet).host());
  for (const Ipv4 server : model::dns_of<Ipv4>(subnet)) put(dns, server.host(), 4);
  add_option(options, wire::kDhcpDns, dns);
  return options;
}

}  // namespace vipswitch
