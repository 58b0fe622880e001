#include "control/shell/commands.h"
#include "control/shell/device_argument.h"
#include "control/shell/json_form.h"
#include "control/shell/print.h"
#include "control/shell/reenter.h"
#include "control/shell/text_table.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

Result<void> set_uplink(Context& context, const Arguments& arguments) {
  model::Uplink uplink;
  uplink.device = arguments.text("DEVICE");
  uplink.interface = arguments.get_if<std::string>("INTERFACE");
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

Result<void> show_uplink_object(Context& context, const Arguments& arguments) {
  const auto& uplink = context.service.objects().uplink;
  if (arguments.has("json")) {
    context.print(to_text(uplink ? to_json(*uplink) : Json()));
  } else {
    context.print(uplink ? to_commands(*uplink) : "# no uplink is set\n");
  }
  return {};
}

std::string tell(const UplinkFilterStatus& filter) {
  std::string text = fmt::format("XDP program {}, tag {}, {} mode{}\n", filter.program_id, filter.tag,
                                 filter.is_native ? "native" : "generic",
                                 filter.is_attached ? "" : "; NOT on the interface any more");
  text += fmt::format("addresses of the switch: IPv4 {} of {}, IPv6 {} of {}\n", filter.ipv4_addresses,
                      filter.ipv4_capacity, filter.ipv6_addresses, filter.ipv6_capacity);
  TextTable table(
      {{"VERDICT"}, {"TO"}, {"FRAMES", Align::kRight}, {"WITHOUT_SOCKET", Align::kRight}, {"MEANING"}});
  for (const auto& verdict : filter.verdicts) {
    table.add({verdict.name, verdict.is_for_switch ? "switch" : "kernel", fmt::to_string(verdict.frames),
               verdict.is_for_switch ? fmt::to_string(verdict.without_socket) : "-", verdict.help});
  }
  return text + table.text();
}

std::string tell(const UplinkStatus& uplink) {
  const PortStatus& port = uplink.port;
  std::string text = fmt::format("device {}, driver {}{}\n", port.device, port.driver,
                                 uplink.filter ? ", shared with the host" : "");
  text += fmt::format("link {}, MAC {}, MTU {}, {} rx and {} tx queues\n", port.link_up ? "up" : "down",
                      port.mac, port.mtu, port.rx_queues, port.tx_queues);
  text += fmt::format("received {} packets, {} bytes; {} missed, {} errors\n", port.rx_packets, port.rx_bytes,
                      port.rx_missed, uplink.rx_errors);
  text +=
      fmt::format("sent {} packets, {} bytes; {} errors\n", port.tx_packets, port.tx_bytes, uplink.tx_errors);
  for (const BondMemberStatus& member : uplink.members) {
    text += fmt::format("member {}: link {}{}\n", member.name, member.is_up ? "up" : "down",
                        member.is_active ? ", active" : "");
  }
  return text + (uplink.filter ? tell(*uplink.filter) : "");
}

Result<void> show_uplink(Context& context, const Arguments& arguments) {
  const auto uplink = context.runtime.uplink();
  print(context, arguments, uplink ? to_json(*uplink) : Json(),
        uplink ? tell(*uplink) : "no uplink is set\n");
  return {};
}

}  // namespace

std::vector<Command> uplink_commands() {
  return {
      {"uplink set device DEVICE [interface INTERFACE] mac MAC addresses ADDRESSES [gateway GATEWAY] "
       "[gateway6 GATEWAY6] [mtu MTU] "
       "[queues COUNT]",
       "set the interface towards the provider network, or change it",
       {kDevice,
        kInterface,
        {"MAC", &value_type::kMac, "MAC that the uplink answers with"},
        {"ADDRESSES", &value_type::kInterfaces,
         "own addresses of either family with prefix lengths, comma-separated"},
        {"GATEWAY", &value_type::kIpv4, "next hop towards the internet over IPv4, in one of the prefixes"},
        {"GATEWAY6", &value_type::kIpv6, "next hop over IPv6, in one of the prefixes or link-local"},
        {"MTU", &value_type::kNumberIn<model::kMtuRange>, "longest IP packet, default 1500"},
        {"COUNT", &value_type::kNumberIn<model::kQueueRange>, "receive queues asked for, default 1"}},
       set_uplink},
      {"uplink del", "remove the uplink", {}, del_uplink},
      {"uplink show [json]", "print the uplink as a command", {}, show_uplink_object},
      {"show uplink [json]",
       "describe the uplink's device, the members of a bond, and on an interface shared with the host whose "
       "frames are whose",
       {},
       show_uplink},
  };
}

}  // namespace vipswitch::shell
