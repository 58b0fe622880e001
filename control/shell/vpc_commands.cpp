#include "control/shell/commands.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

Result<void> add_vpc(Context& context, const Arguments& arguments) {
  return context.service.add(model::Vpc{arguments.text("NAME"), arguments.get<Vni>("VNI")});
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
      {"vpc add NAME vni VNI",
       "make a VPC, an isolated address space",
       {{"NAME", &value_type::kText, "name of the new VPC"},
        {"VNI", &value_type::kVni, "its VXLAN network identifier, 1 to 16777215, unique"}},
       add_vpc},
      {"vpc del VPC", "delete a VPC without subnets", {kVpc}, del_vpc},
      {"vpc show [json]", "print all VPCs as commands", {}, show_vpc},
      {"vpc show VPC [json]", "print one VPC as a command", {kVpc}, show_vpc},
  };
}

}  // namespace vipswitch::shell
