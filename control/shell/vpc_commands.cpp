#include "control/shell/commands.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

std::uint16_t mtu_of(const Arguments& arguments) {
  return static_cast<std::uint16_t>(arguments.get_or<std::uint64_t>("MTU", model::kDefaultVpcMtu));
}

Result<void> add_vpc(Context& context, const Arguments& arguments) {
  return context.service.add(
      model::Vpc{arguments.text("NAME"), arguments.get<Vni>("VNI"), mtu_of(arguments)});
}

Result<void> set_vpc(Context& context, const Arguments& arguments) {
  return context.service.set_vpc_mtu(arguments.text("VPC"), mtu_of(arguments));
}

Result<void> del_vpc(Context& context, const Arguments& arguments) {
  return context.service.remove_vpc(arguments.text("VPC"));
}

Result<void> show_vpc(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().vpcs, "VPC", "vpc");
}

const Argument kVpc{"VPC", &value_type::kVpcName, "name of a VPC"};

}  // namespace

std::vector<Command> vpc_commands() {
  return {
      {"vpc add NAME vni VNI [mtu MTU]",
       "make a VPC, an isolated address space",
       {{"NAME", &value_type::kText, "name of the new VPC"},
        {"VNI", &value_type::kVni, "its VXLAN network identifier, 1 to 16777215, unique"},
        {"MTU", &value_type::kSmallCount, "bytes of its longest IP packet, 576 to 9600, default 1500"}},
       add_vpc},
      {"vpc set VPC mtu MTU",
       "change the longest IP packet of a VPC",
       {kVpc, {"MTU", &value_type::kSmallCount, "bytes, 576 to 9600, with IPv6 not below 1280"}},
       set_vpc},
      {"vpc del VPC", "delete a VPC without subnets and routes", {kVpc}, del_vpc},
      {"vpc show [json]", "print all VPCs as commands", {}, show_vpc},
      {"vpc show VPC [json]", "print one VPC as a command", {kVpc}, show_vpc},
  };
}

}  // namespace vipswitch::shell
