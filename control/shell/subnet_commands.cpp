#include "control/shell/commands.h"
#include "control/shell/object_show.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

bool changes_dhcp(const Arguments& arguments) {
  return arguments.has("DHCP") || arguments.has("SECONDS") || arguments.has("ROUTES");
}

// What the arguments make of `dhcp`: a lease or routes mean that it is on.
Result<std::optional<model::Dhcp>> change_dhcp(const Arguments& arguments, std::optional<model::Dhcp> dhcp) {
  const bool has_details = arguments.has("SECONDS") || arguments.has("ROUTES");
  if (!arguments.get_or<bool>("DHCP", true)) {
    if (!has_details) return std::optional<model::Dhcp>();
    return make_error(ErrorCode::invalid_argument,
                      "dhcp: off is given with dhcp_lease or dhcp_routes, expected on");
  }
  if (!dhcp && (has_details || arguments.has("DHCP"))) dhcp.emplace();
  if (const auto lease_s = arguments.get_if<std::uint64_t>("SECONDS"))
    dhcp->lease_s = static_cast<std::uint32_t>(*lease_s);
  if (auto routes = arguments.get_if<std::vector<model::DhcpRoute>>("ROUTES"))
    dhcp->routes = *std::move(routes);
  return dhcp;
}

Result<void> add_subnet(Context& context, const Arguments& arguments) {
  model::Subnet subnet;
  subnet.name = arguments.text("NAME");
  subnet.vpc = arguments.text("VPC");
  subnet.ipv4 = arguments.get_if<Ipv4Prefix>("PREFIX");
  subnet.gateway = arguments.get_if<Ipv4>("ADDRESS");
  subnet.ipv6 = arguments.get_if<Ipv6Prefix>("PREFIX6");
  subnet.gateway6 = arguments.get_if<Ipv6>("ADDRESS6");
  subnet.havip_quota =
      static_cast<unsigned>(arguments.get_or<std::uint64_t>("COUNT", model::kDefaultHavipQuota));
  subnet.managed = arguments.get_or<bool>("MANAGED", false);
  subnet.dns = arguments.get_or<std::vector<IpAddress>>("SERVERS", {});
  auto dhcp = change_dhcp(arguments, subnet.dhcp);
  if (!dhcp) return dhcp.error();
  subnet.dhcp = std::move(dhcp).value();
  return context.service.add(subnet);
}

Result<void> set_subnet(Context& context, const Arguments& arguments) {
  model::SubnetChange change;
  if (const auto quota = arguments.get_if<std::uint64_t>("COUNT"))
    change.havip_quota = static_cast<unsigned>(*quota);
  change.managed = arguments.get_if<bool>("MANAGED");
  change.dns = arguments.get_if<std::vector<IpAddress>>("SERVERS");
  const auto& subnets = context.service.objects().subnets;
  const auto subnet = subnets.find(arguments.text("SUBNET"));
  if (changes_dhcp(arguments) && subnet != subnets.end()) {
    auto dhcp = change_dhcp(arguments, subnet->second.dhcp);
    if (!dhcp) return dhcp.error();
    change.dhcp = std::move(dhcp).value();
  }
  return context.service.set_subnet(arguments.text("SUBNET"), change);
}

Result<void> del_subnet(Context& context, const Arguments& arguments) {
  return context.service.remove_subnet(arguments.text("SUBNET"));
}

Result<void> show_subnet(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().subnets, "SUBNET", "subnet");
}

const Argument kSubnet{"SUBNET", &value_type::kSubnetName, "name of a subnet"};
const Argument kManaged{"MANAGED", &value_type::kTruth,
                        "true: guests ask DHCPv6 for addresses; default false"};
const Argument kServers{"SERVERS", &value_type::kDns,
                        "DNS servers that guests are told, such as 10.77.0.2,2001:db8:77::2, or none"};
const Argument kDhcp{"DHCP", &value_type::kSwitch, "off: the switch does not answer DHCPv4; default on"};
const Argument kSeconds{"SECONDS", &value_type::kNumberIn<model::kLeaseSecondsRange>,
                        "lease time that guests are told, default 86400"};
const Argument kRoutes{"ROUTES", &value_type::kDhcpRoutes,
                       "routes that guests are told, such as 10.9.0.0/16=10.77.0.5, or none"};

}  // namespace

std::vector<Command> subnet_commands() {
  return {
      {"subnet add NAME vpc VPC [ipv4 PREFIX] [gateway ADDRESS] [ipv6 PREFIX6] [gateway6 ADDRESS6] "
       "[havip_quota COUNT] [managed MANAGED] [dns SERVERS] [dhcp DHCP] [dhcp_lease SECONDS] [dhcp_routes "
       "ROUTES]",
       "make a subnet of a VPC, with a range and a gateway of one family or of both",
       {{"NAME", &value_type::kText, "name of the new subnet"},
        {"VPC", &value_type::kVpcName, "VPC that it belongs to"},
        {"PREFIX", &value_type::kPrefix,
         "its IPv4 range, such as 10.77.0.0/24, length 8 to 29, free in the VPC"},
        {"ADDRESS", &value_type::kIpv4, "IPv4 address of its gateway, answered by the switch"},
        {"PREFIX6", &value_type::kPrefix6,
         "its IPv6 range, such as 2001:db8:77::/64, length 16 to 120, free in the VPC"},
        {"ADDRESS6", &value_type::kIpv6, "IPv6 address of its gateway, answered by the switch"},
        {"COUNT", &value_type::kCount, "HAVIPs that it may have, default 10"},
        kManaged,
        kServers,
        kDhcp,
        kSeconds,
        kRoutes},
       add_subnet},
      {"subnet set SUBNET [havip_quota COUNT] [managed MANAGED] [dns SERVERS] [dhcp DHCP] [dhcp_lease "
       "SECONDS] [dhcp_routes ROUTES]",
       "change how many HAVIPs a subnet may have, and what its guests are told",
       {kSubnet,
        {"COUNT", &value_type::kCount, "HAVIPs, not less than it has"},
        kManaged,
        kServers,
        kDhcp,
        kSeconds,
        kRoutes},
       set_subnet,
       Shortening::kAllowed,
       Least::kOneKeyword},
      {"subnet del SUBNET", "delete a subnet without ports and HAVIPs", {kSubnet}, del_subnet},
      {"subnet show [json]", "print all subnets as commands", {}, show_subnet},
      {"subnet show SUBNET [json]", "print one subnet as a command", {kSubnet}, show_subnet},
  };
}

}  // namespace vipswitch::shell
