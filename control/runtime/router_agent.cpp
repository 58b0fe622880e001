#include "control/runtime/router_agent.h"

#include <cstring>
#include <span>

#include "vipswitch/checksum.h"
#include "vipswitch/ipv6_header.h"
#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

struct Head {
  wire::Ethernet ethernet;
  wire::Ipv6Header ip;
};

Head make_head(std::size_t message_size) {
  Head head{};
  head.ethernet.destination = Mac::of_multicast(Ipv6::all_nodes());
  head.ethernet.source = kGatewayMac;
  head.ethernet.type = Be16::from_host(wire::kEtherIpv6);
  head.ip = make_ipv6_header(kGatewayLinkLocal, Ipv6::all_nodes(), wire::kProtoIcmp6, wire::kNdHopLimit,
                             message_size);
  return head;
}

}  // namespace

RouterAgent::RouterAgent(DataplaneHost& host, TablePublisher& publisher)
    : host_(host),
      publisher_(publisher),
      random_(std::random_device{}()),
      schedule_(
          [this](const std::string& port) { advertise(port); },
          [this](TimeMs limit) { return std::uniform_int_distribution<TimeMs>(0, limit - 1)(random_); }) {}

void RouterAgent::follow(const model::ChangeSet& changes) {
  for (const auto& change : changes.vpcs) {
    const auto vpc = publisher_.registry().vpcs.find(change.after ? change.after->name : change.before->name);
    if (vpc == publisher_.registry().vpcs.end() || !change.before) continue;
    for (const auto& subnet : vpc->second.subnets) follow_subnet(subnet);
  }
  for (const auto& change : changes.subnets) {
    if (change.before && change.before->ipv6 && change.after && !change.after->ipv6) end(*change.before);
    if (change.after) follow_subnet(change.after->name);
  }
  for (const auto& change : changes.ports)
    follow_port(change.after ? change.after->name : change.before->name);
}

void RouterAgent::follow_subnet(const std::string& name) {
  const auto& subnets = publisher_.registry().subnets;
  if (const auto subnet = subnets.find(name); subnet != subnets.end()) {
    for (const auto& port : subnet->second.ports) follow_port(port);
  }
}

void RouterAgent::follow_port(const std::string& name) {
  const Registry& registry = publisher_.registry();
  const auto port = registry.ports.find(name);
  const bool has_router =
      port != registry.ports.end() && registry.subnets.find(port->second.spec.subnet)->second.spec.ipv6;
  if (has_router) {
    schedule_.start(name, host_.now_ms());
  } else {
    schedule_.stop(name);
  }
}

void RouterAgent::advertise(const std::string& name) {
  const Registry& registry = publisher_.registry();
  const PortEntry& port = registry.ports.find(name)->second;
  const SubnetRow* subnet = host_.tables().subnets.find(registry.subnets.find(port.spec.subnet)->second.id);
  const PortRow* row = host_.tables().ports.find(port.id);
  if (subnet != nullptr && row != nullptr) send(port.id, subnet->advertisement_to(*row));
}

void RouterAgent::end(const model::Subnet& before) {
  const auto& registry = publisher_.registry();
  RouterAdvertisement last;
  last.prefix = *before.ipv6;
  last.lifetime_s = 0;
  for (const auto& port : registry.subnets.find(before.name)->second.ports)
    send(registry.ports.find(port)->second.id, last);
}

void RouterAgent::send(PortId port, const RouterAdvertisement& advertisement) {
  std::uint8_t message[kMaxRouterAdvertisement];
  const std::size_t size = write_router_advertisement(message, advertisement);
  const std::uint64_t sum = sum_pseudo_header(kGatewayLinkLocal, Ipv6::all_nodes(), wire::kProtoIcmp6,
                                              static_cast<std::uint32_t>(size)) +
                            sum_bytes(message, size);
  const auto checksum = static_cast<std::uint16_t>(~fold(sum));
  std::memcpy(message + offsetof(wire::Icmp, checksum), &checksum, sizeof checksum);

  const Head head = make_head(size);
  host_.send(port, {std::as_bytes(std::span(&head, 1)), std::as_bytes(std::span(message, size))});
}

}  // namespace vipswitch
