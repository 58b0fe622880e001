#include "control/shell/commands.h"
#include "control/shell/limit_argument.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

template <class Address>
Result<void> add_eip(Context& context, const Arguments& arguments) {
  return context.service.add(
      model::Eip{arguments.text("NAME"), arguments.get<Address>("ADDRESS"), std::nullopt});
}

Result<void> set_eip(Context& context, const Arguments& arguments) {
  return context.service.set_eip_rates(
      arguments.text("EIP"),
      {limit_of(arguments, "IN"), limit_of(arguments, "OUT"), limit_of(arguments, "KB")});
}

Result<void> del_eip(Context& context, const Arguments& arguments) {
  return context.service.remove_eip(arguments.text("EIP"));
}

Result<void> bind_eip_to_havip(Context& context, const Arguments& arguments) {
  return context.service.bind_eip(arguments.text("EIP"),
                                  {model::TargetKind::kHavip, arguments.text("HAVIP")});
}

Result<void> bind_eip_to_port(Context& context, const Arguments& arguments) {
  return context.service.bind_eip(arguments.text("EIP"), {model::TargetKind::kPort, arguments.text("PORT")});
}

Result<void> unbind_eip(Context& context, const Arguments& arguments) {
  return context.service.unbind_eip(arguments.text("EIP"));
}

Result<void> show_eip(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().eips, "EIP", "eip");
}

const Argument kEip{"EIP", &value_type::kEipName, "name of an EIP"};

}  // namespace

std::vector<Command> eip_commands() {
  return {
      {"eip add NAME ipv4 ADDRESS",
       "make an EIP, a public address, of IPv4",
       {{"NAME", &value_type::kText, "name of the new EIP"},
        {"ADDRESS", &value_type::kIpv4, "the public address, unique"}},
       add_eip<Ipv4>},
      {"eip add NAME ipv6 ADDRESS",
       "make an EIP of IPv6",
       {{"NAME", &value_type::kText, "name of the new EIP"},
        {"ADDRESS", &value_type::kIpv6, "the public address, unique"}},
       add_eip<Ipv6>},
      {"eip set EIP [rate_in IN] [rate_out OUT] [burst KB]",
       "limit what an EIP carries in each direction, or no longer",
       {kEip,
        {"IN", &value_type::kLimitIn<model::kMbpsRange>,
         "10^6 bit/s of IP packets from the internet, 1 to 400000, or none"},
        {"OUT", &value_type::kLimitIn<model::kMbpsRange>,
         "10^6 bit/s of IP packets towards it, 1 to 400000, or none"},
        {"KB", &value_type::kLimitIn<model::kBurstKbRange>, kBurstHelp}},
       set_eip,
       Shortening::kAllowed,
       Least::kOneKeyword},
      {"eip del EIP", "delete an EIP that is not bound", {kEip}, del_eip},
      {"eip bind EIP havip HAVIP",
       "map an EIP to the HAVIP's address of its family, so that it follows the owner",
       {kEip, {"HAVIP", &value_type::kHavipName, "name of the HAVIP, without EIP of that family so far"}},
       bind_eip_to_havip},
      {"eip bind EIP port PORT",
       "map an EIP to a port's own address of its family",
       {kEip, {"PORT", &value_type::kPortName, "name of the port, without EIP of that family so far"}},
       bind_eip_to_port},
      {"eip unbind EIP", "end the mapping of an EIP", {kEip}, unbind_eip},
      {"eip show [json]", "print all EIPs as commands", {}, show_eip},
      {"eip show EIP [json]", "print one EIP as commands", {kEip}, show_eip},
  };
}

}  // namespace vipswitch::shell
