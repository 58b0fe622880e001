#include "control/shell/commands.h"
#include "control/shell/json_form.h"
#include "control/shell/reenter.h"

namespace vipswitch::shell {
namespace {

Result<void> set_uplink(Context& context, const Arguments& arguments) {
  model::Uplink uplink;
  uplink.device = arguments.text("DEVICE");
  uplink.mac = arguments.get<Mac>("MAC");
  for (const auto& interface : arguments.get<std::vector<IpInterface>>("ADDRESSES")) uplink.add(interface);
  uplink.gateway = arguments.get_if<Ipv4>("GATEWAY");
  uplink.gateway6 = arguments.get_if<Ipv6>("GATEWAY6");
  uplink.mtu = static_cast<std::uint16_t>(arguments.get_or<std::uint64_t>("MTU", uplink.mtu));
  uplink.queues = static_cast<std::uint16_t>(arguments.get_or<std::uint64_t>("COUNT", uplink.queues));
  return context.service.set_uplink(uplink);
}

Result<void> del_uplink(Context& context, const Arguments&) {
  return context.service.remove_uplink();
}

Result<void> show_uplink(Context& context, const Arguments& arguments) {
  const auto& uplink = context.service.objects().uplink;
  if (arguments.has("json")) {
    context.print(to_text(uplink ? to_json(*uplink) : Json()));
  } else {
    context.print(uplink ? to_commands(*uplink) : "# no uplink is set\n");
  }
  return {};
}

}  // namespace

std::vector<Command> uplink_commands() {
  return {
      {"uplink set device DEVICE mac MAC addresses ADDRESSES [gateway GATEWAY] [gateway6 GATEWAY6] [mtu MTU] "
       "[queues COUNT]",
       "set the interface towards the provider network, or change it",
       {{"DEVICE", &value_type::kText, "DPDK device arguments, such as net_af_packet0,iface=sw-inet"},
        {"MAC", &value_type::kMac, "MAC that the uplink answers with"},
        {"ADDRESSES", &value_type::kInterfaces,
         "own addresses of either family with prefix lengths, comma-separated"},
        {"GATEWAY", &value_type::kIpv4, "next hop towards the internet over IPv4, in one of the prefixes"},
        {"GATEWAY6", &value_type::kIpv6, "next hop over IPv6, in one of the prefixes or link-local"},
        {"MTU", &value_type::kSmallCount, "longest IP packet, default 1500"},
        {"COUNT", &value_type::kSmallCount, "receive queues asked for, default 1"}},
       set_uplink},
      {"uplink del", "remove the uplink", {}, del_uplink},
      {"uplink show [json]", "print the uplink as a command", {}, show_uplink},
  };
}

}  // namespace vipswitch::shell
