#include "control/shell/reenter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/model/words.h"
#include "control/shell/words.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

template <class T>
std::string all_commands(const model::ByName<T>& objects) {
  std::string commands;
  for (const auto& entry : objects) commands += to_commands(entry.second);
  return commands;
}

}  // namespace

std::string to_commands(const model::Uplink& uplink) {
  return fmt::format("uplink set device {} mac {} addresses {} gateway {} mtu {} queues {}\n",
                     quote_if_needed(uplink.device), uplink.mac, fmt::join(uplink.addresses, ","),
                     uplink.gateway, uplink.mtu, uplink.queues);
}

std::string to_commands(const model::Vpc& vpc) {
  return fmt::format("vpc add {} vni {}\n", vpc.name, vpc.vni);
}

std::string to_commands(const model::Subnet& subnet) {
  return fmt::format("subnet add {} vpc {} ipv4 {} gateway {} havip_quota {}\n", subnet.name, subnet.vpc,
                     subnet.ipv4, subnet.gateway, subnet.havip_quota);
}

std::string to_commands(const model::Port& port) {
  return fmt::format("port add {} instance {} nic {} subnet {} mac {} ipv4 {} device {} queues {}\n",
                     port.name, port.instance, to_word(port.nic), port.subnet, port.mac, port.ipv4,
                     quote_if_needed(port.device), port.queues);
}

std::string to_commands(const model::Havip& havip) {
  auto commands = fmt::format("havip add {} subnet {} ipv4 {}\n", havip.name, havip.subnet, havip.ipv4);
  for (const auto& port : havip.ports) commands += fmt::format("havip bind {} {}\n", havip.name, port);
  if (havip.pin) commands += fmt::format("havip pin {} {}\n", havip.name, *havip.pin);
  if (havip.learn) commands += fmt::format("havip learn {} {}\n", havip.name, *havip.learn);
  return commands;
}

std::string to_commands(const model::Eip& eip) {
  auto commands = fmt::format("eip add {} ipv4 {}\n", eip.name, eip.ipv4);
  if (eip.target)
    commands += fmt::format("eip bind {} {} {}\n", eip.name, to_word(eip.target->kind), eip.target->name);
  return commands;
}

std::string to_commands(const model::Objects& objects) {
  return fmt::format("learn {}\n", objects.learn) + (objects.uplink ? to_commands(*objects.uplink) : "") +
         all_commands(objects.vpcs) + all_commands(objects.subnets) + all_commands(objects.ports) +
         all_commands(objects.havips) + all_commands(objects.eips);
}

}  // namespace vipswitch::shell
