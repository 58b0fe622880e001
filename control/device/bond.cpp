#include "control/device/bond.h"

#include <algorithm>
#include <functional>
#include <rte_eth_bond.h>
#include <rte_ethdev.h>

#include "control/device/kernel_interface.h"

namespace vipswitch {
namespace {

std::string device_name(std::uint16_t device) {
  char name[RTE_ETH_NAME_MAX_LEN] = {};
  return rte_eth_dev_get_name_by_port(device, name) == 0 ? name : "";
}

}  // namespace

std::vector<BondMember> bond_members(std::uint16_t device) {
  std::uint16_t ids[RTE_MAX_ETHPORTS];
  const int count = rte_eth_bond_slaves_get(device, ids, RTE_MAX_ETHPORTS);
  const int active = rte_eth_bond_primary_get(device);
  std::vector<BondMember> members;
  members.reserve(RTE_MAX_ETHPORTS);
  for (int i = 0; i < count; ++i)
    members.push_back({ids[i], device_name(ids[i]), is_link_up(ids[i]), ids[i] == active});
  return members;
}

void make_members_promiscuous(std::uint16_t device) {
  for (const BondMember& member : bond_members(device)) {
    rte_eth_promiscuous_enable(member.id);
    rte_eth_allmulticast_enable(member.id);
  }
}

DeviceLink follow_bond(std::uint16_t device) {
  const auto members = bond_members(device);
  const auto active = std::find_if(members.begin(), members.end(), std::mem_fn(&BondMember::is_active));
  const auto first_up = std::find_if(members.begin(), members.end(), std::mem_fn(&BondMember::is_up));
  const bool is_active_up = active != members.end() && active->is_up;
  const bool is_moved = !is_active_up && first_up != members.end() &&
                        rte_eth_bond_mode_get(device) == BONDING_MODE_ACTIVE_BACKUP &&
                        rte_eth_bond_primary_set(device, first_up->id) == 0;
  const auto now_active = is_moved ? first_up : active;
  return {first_up != members.end(), now_active == members.end() ? "" : now_active->name};
}

bool is_link_up(std::uint16_t device) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(device, &info) != 0) return false;
  if (info.if_index != 0 && !is_interface_running(info.if_index)) return false;
  rte_eth_link link{};
  return rte_eth_link_get_nowait(device, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

}  // namespace vipswitch
