#include "control/shell/commands.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

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
  return context.service.add(subnet);
}

Result<void> set_subnet(Context& context, const Arguments& arguments) {
  return context.service.set_havip_quota(arguments.text("SUBNET"),
                                         static_cast<unsigned>(arguments.get<std::uint64_t>("COUNT")));
}

Result<void> del_subnet(Context& context, const Arguments& arguments) {
  return context.service.remove_subnet(arguments.text("SUBNET"));
}

Result<void> show_subnet(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().subnets, "SUBNET", "subnet");
}

const Argument kSubnet{"SUBNET", &value_type::kSubnetName, "name of a subnet"};

}  // namespace

std::vector<Command> subnet_commands() {
  return {
      {"subnet add NAME vpc VPC [ipv4 PREFIX] [gateway ADDRESS] [ipv6 PREFIX6] [gateway6 ADDRESS6] "
       "[havip_quota COUNT]",
       "make a subnet of a VPC, with a range and a gateway of one family or of both",
       {{"NAME", &value_type::kText, "name of the new subnet"},
        {"VPC", &value_type::kVpcName, "VPC that it belongs to"},
        {"PREFIX", &value_type::kPrefix,
         "its IPv4 range, such as 10.77.0.0/24, length 8 to 29, free in the VPC"},
        {"ADDRESS", &value_type::kIpv4, "IPv4 address of its gateway, answered by the switch"},
        {"PREFIX6", &value_type::kPrefix6,
         "its IPv6 range, such as 2001:db8:77::/64, length 16 to 120, free in the VPC"},
        {"ADDRESS6", &value_type::kIpv6, "IPv6 address of its gateway, answered by the switch"},
        {"COUNT", &value_type::kCount, "HAVIPs that it may have, default 10"}},
       add_subnet},
      {"subnet set SUBNET havip_quota COUNT",
       "change how many HAVIPs a subnet may have",
       {kSubnet, {"COUNT", &value_type::kCount, "not less than it has"}},
       set_subnet},
      {"subnet del SUBNET", "delete a subnet without ports and HAVIPs", {kSubnet}, del_subnet},
      {"subnet show [json]", "print all subnets as commands", {}, show_subnet},
      {"subnet show SUBNET [json]", "print one subnet as a command", {kSubnet}, show_subnet},
  };
}

}  // namespace vipswitch::shell
