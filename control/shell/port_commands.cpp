#include "control/shell/commands.h"
#include "control/shell/device_argument.h"
#include "control/shell/limit_argument.h"
#include "control/shell/object_show.h"

namespace vipswitch::shell {
namespace {

Result<void> add_port(Context& context, const Arguments& arguments) {
  model::Port port;
  port.name = arguments.text("NAME");
  port.instance = arguments.text("INSTANCE");
  port.nic = arguments.get_or("NIC", model::Nic::kPrimary);
  port.subnet = arguments.text("SUBNET");
  port.mac = arguments.get<Mac>("MAC");
  port.ipv4 = arguments.get_if<Ipv4>("ADDRESS");
  port.ipv6 = arguments.get_if<Ipv6>("ADDRESS6");
  port.device = arguments.text("DEVICE");
  port.interface = arguments.get_if<std::string>("INTERFACE");
  port.queues = static_cast<std::uint16_t>(arguments.get_or<std::uint64_t>("COUNT", 1));
  port.forwards = arguments.get_or<bool>("FORWARDS", false);
  port.rate_mbps = limit_of(arguments, "MBPS").value_or(std::nullopt);
  port.burst_kb = limit_of(arguments, "KB").value_or(std::nullopt);
  port.vrrp_filter = arguments.get_or("FILTER", VrrpFilter::kNone);
  return context.service.add(port);
}

Result<void> set_port(Context& context, const Arguments& arguments) {
  return context.service.set_port(arguments.text("PORT"),
                                  {arguments.get_if<bool>("FORWARDS"), limit_of(arguments, "MBPS"),
                                   limit_of(arguments, "KB"), arguments.get_if<VrrpFilter>("FILTER")});
}

template <VrrpFilter direction>
Result<void> filter_vrrp(Context& context, const Arguments& arguments) {
  const auto& name = arguments.text("PORT");
  const auto& ports = context.service.objects().ports;
  const auto at = ports.find(name);
  const auto before = at == ports.end() ? VrrpFilter::kNone : at->second.vrrp_filter;
  return context.service.set_port(name,
                                  {.vrrp_filter = with(before, direction, arguments.get<bool>("STATE"))});
}

Result<void> del_port(Context& context, const Arguments& arguments) {
  return context.service.remove_port(arguments.text("PORT"));
}

Result<void> show_port(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().ports, "PORT", "port");
}

const Argument kPort{"PORT", &value_type::kPortName, "name of a port"};
const Argument kForwards{
    "FORWARDS", &value_type::kTruth,
    "true: it may send from addresses that are not its own, as routers, firewalls and NAT do; default false"};
const Argument kRate{"MBPS", &value_type::kLimitIn<model::kMbpsRange>,
                     "10^6 bit/s of IP packets that it may send, 1 to 400000, or none"};
const Argument kBurst{"KB", &value_type::kLimitIn<model::kBurstKbRange>, kBurstHelp};
const Argument kVrrpFilter{"FILTER", &value_type::kVrrpFilter,
                           "VRRP adverts that are dropped, to drill a partition: in, those that it sends; "
                           "out, those bound for it; both; none, the default"};
const Argument kVrrpFilterState{"STATE", &value_type::kSwitch,
                                "on: VRRP adverts are dropped; off: they pass"};

}  // namespace

std::vector<Command> port_commands() {
  return {
      {"port add NAME instance INSTANCE subnet SUBNET mac MAC device DEVICE [interface INTERFACE] [ipv4 "
       "ADDRESS] [ipv6 ADDRESS6] [nic NIC] [queues COUNT] [forwards FORWARDS] [rate MBPS] [burst KB] "
       "[vrrp_filter FILTER]",
       "plug a vNIC of an instance into a subnet",
       {{"NAME", &value_type::kText, "name of the new port"},
        {"INSTANCE", &value_type::kText, "name of the instance (VM) that has the vNIC"},
        {"SUBNET", &value_type::kSubnetName, "subnet that it belongs to"},
        {"MAC", &value_type::kMac, "MAC of the vNIC, unique in the VPC"},
        {"ADDRESS", &value_type::kIpv4,
         "IPv4 address of the vNIC, free in the subnet; it needs one of either family"},
        {"ADDRESS6", &value_type::kIpv6, "IPv6 address of the vNIC, free in the subnet"},
        kDevice,
        kInterface,
        {"NIC", &value_type::kNic, "primary (default, one an instance) or secondary"},
        {"COUNT", &value_type::kNumberIn<model::kQueueRange>, "receive queues asked for, default 1"},
        kForwards,
        kRate,
        kBurst,
        kVrrpFilter},
       add_port},
      {"port set PORT [forwards FORWARDS] [rate MBPS] [burst KB] [vrrp_filter FILTER]",
       "change what a port may send, and whether it is cut off from VRRP",
       {kPort, kForwards, kRate, kBurst, kVrrpFilter},
       set_port,
       Shortening::kAllowed,
       Least::kOneKeyword},
      {"port PORT vrrp-filter in STATE",
       "drop the VRRP adverts that a port sends, to drill a partition",
       {kPort, kVrrpFilterState},
       filter_vrrp<VrrpFilter::kIn>},
      {"port PORT vrrp-filter out STATE",
       "drop the VRRP adverts that are bound for a port, to drill a partition",
       {kPort, kVrrpFilterState},
       filter_vrrp<VrrpFilter::kOut>},
      {"port del PORT", "unplug a port without HAVIPs, EIP and routes", {kPort}, del_port},
      {"port show [json]", "print all ports as commands", {}, show_port},
      {"port show PORT [json]", "print one port as a command", {kPort}, show_port},
  };
}

}  // namespace vipswitch::shell
