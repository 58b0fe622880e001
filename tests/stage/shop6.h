#pragma once

// Shop with IPv6 beside its IPv4: subnet web has 2001:db8:77::/64, its VMs ::11 to ::13, HAVIP front ::100,
// and db 2001:db8:78::/64; EIP 2001:db8:ffff::10 is front's, ::11 vm3's; the uplink has 2001:db8:100::2/64
// with gateway
// ::1, resolved.

#include "tests/stage/shop.h"

namespace vipswitch::testing {

constexpr Ipv6 v6(std::uint16_t subnet, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, subnet, 0, 0, 0, 0, host});
}

struct ShopWorld6 {
  static constexpr Ipv6 kVm1Ip = v6(0x77, 0x11), kVm2Ip = v6(0x77, 0x12), kVm3Ip = v6(0x77, 0x13),
                        kDb1Ip = v6(0x78, 0x11);
  static constexpr Ipv6 kWebGateway = v6(0x77, 1), kDbGateway = v6(0x78, 1);
  static constexpr Ipv6 kFront = v6(0x77, 0x100), kFrontEip = v6(0xffff, 0x10), kVm3Eip = v6(0xffff, 0x11);
  static constexpr Ipv6 kUplinkIp = v6(0x100, 2), kRouterIp = v6(0x100, 1);
  static constexpr Ipv6 kClient = v6(0x200, 0x10);
};

// A neighbour solicitation of the VM for the target, as the kernel sends it.
Frame solicitation(const Vm& vm, const Ipv6& source, const Ipv6& target);
// Duplicate address detection.
Frame probe6(const Vm& vm, const Ipv6& target);
// An unsolicited neighbour advertisement, as keepalived sends it.
Frame announcement6(const Vm& vm, const Ipv6& source, const Ipv6& target = ShopWorld6::kFront);
Frame router_solicitation(const Vm& vm);
Frame datagram6(const Vm& vm, const Ipv6& source, const Ipv6& destination,
                const Mac& destination_mac = kGatewayMac);
Frame datagram6_from_internet(const Ipv6& destination);

// Front's IPv6 address has a slot of its own.
class Shop6 : public Shop {
 public:
  Shop6();
  ~Shop6();

  // The owner of front's IPv6 address: name of its port, empty: nobody.
  std::string owner6() const;
  // Makes the VM the owner by its announcement.
  void elect6(const Vm& vm);
  // One more address of the VM's port.
  void add_address(const Vm& vm, const Ipv6& address) { add_port(vm.mac, address, {}); }
  // The VM's subnet has IPv4 only from now on.
  void remove_subnet_ipv6(const Vm& vm);

 private:
  // Publishes a changed copy of the row in its place.
  template <class Table, class Id, class Edit>
  void edit_row(Table& table, Id id, Edit&& edit);
  PortId port_of(const Mac& mac) const;
  void add_port(const Mac& mac, const Ipv6& address, const Ipv6& eip);
  void add_front();
  void add_eip(const Ipv6& address, const Ipv6& inner, EndpointRef target);
  void add_uplink();

  HavipRow front_;
  std::uint32_t eip_count_ = 0;
};

class Shop6Test : public ::testing::Test, protected Shop6 {
 protected:
  void TearDown() override { EXPECT_TRUE(is_conserved()); }
};

}  // namespace vipswitch::testing
