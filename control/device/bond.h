#pragma once

// A bond: DPDK's net_bonding over several devices, of which one is active in mode 1 (active-backup). The
// driver follows the links of members whose devices interrupt; those of kernel interfaces are looked at here.
// Control thread only.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vipswitch {

inline constexpr std::string_view kBondDriver = "net_bonding";

struct BondMember {
  std::uint16_t id;  // DPDK port id
  std::string name;  // of the device
  bool is_up;
  bool is_active;  // what is sent goes out of it, and what it receives is taken
};

// `device` is a bond.
std::vector<BondMember> bond_members(std::uint16_t device);

// Members receive whatever the MAC: the bond turns this on for its active member only.
void make_members_promiscuous(std::uint16_t device);

struct DeviceLink {
  bool is_up;                      // of a bond: any member's
  std::string active_member = {};  // of a bond, empty while there is none
};

// Where the active member has no link and another one has: makes that the active one. What is then.
DeviceLink follow_bond(std::uint16_t device);

// Of a device of any kind: its own word, and that of the kernel interface under it.
bool is_link_up(std::uint16_t device);

}  // namespace vipswitch
