#include "control/shell/commands.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

std::optional<std::uint16_t> mtu_of(const Arguments& arguments) {
  const auto mtu = arguments.get_if<std::uint64_t>("MTU");
  return mtu ? std::optional(static_cast<std::uint16_t>(*mtu)) : std::nullopt;
}

Result<void> add_vpc(Context& context, const Arguments& arguments) {
  model::Vpc vpc{arguments.text("NAME"), arguments.get<Vni>("VNI")};
  vpc.mtu = mtu_of(arguments).value_or(vpc.mtu);
  vpc.clamp_mss = arguments.get_or<bool>("CLAMP", false);
  return context.service.add(vpc);
}

Result<void> set_vpc(Context& context, const Arguments& arguments) {
  return context.service.set_vpc(arguments.text("VPC"), {mtu_of(arguments), arguments.get_if<bool>("CLAMP")});
}

Result<void> del_vpc(Context& context, const Arguments& arguments) {
  return context.service.remove_vpc(arguments.text("VPC"));
}

Result<void> show_vpc(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().vpcs, "VPC", "vpc");
}

const Argument kVpc{"VPC", &value_type::kVpcName, "name of a VPC"};
const Argument kClamp{"CLAMP", &value_type::kTruth,
                      "true: TCP through its ports is told segments that fit the MTU; default false"};

}  // namespace

std::vector<Command> vpc_commands() {
  return {
      {"vpc add NAME vni VNI [mtu MTU] [clamp_mss CLAMP]",
       "make a VPC, an isolated address space",
       {{"NAME", &value_type::kText, "name of the new VPC"},
        {"VNI", &value_type::kVni, "its VXLAN network identifier, 1 to 16777215, unique"},
        {"MTU", &value_type::kNumberIn<model::kMtuRange>,
         "bytes of its longest IP packet, 576 to 9600, default 1500"},
        kClamp},
       add_vpc},
      {"vpc set VPC [mtu MTU] [clamp_mss CLAMP]",
       "change how long the packets of a VPC may be",
       {kVpc,
        {"MTU", &value_type::kNumberIn<model::kMtuRange>,
         "bytes of an IP packet, 576 to 9600, with IPv6 not below 1280"},
        kClamp},
       set_vpc,
       Shortening::kAllowed,
       Least::kOneKeyword},
      {"vpc del VPC", "delete a VPC without subnets and routes", {kVpc}, del_vpc},
      {"vpc show [json]", "print all VPCs as commands", {}, show_vpc},
      {"vpc show VPC [json]", "print one VPC as a command", {kVpc}, show_vpc},
  };
}

}  // namespace vipswitch::shell
