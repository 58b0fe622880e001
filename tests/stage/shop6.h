#pragma once

// The dual stack of ShopWorld in a switch, and what its VMs and the internet send over IPv6.

#include "tests/stage/shop.h"

namespace vipswitch::testing {

// A neighbour solicitation of the VM for the target, as the kernel sends it.
Frame solicitation(const Vm& vm, const Ipv6& source, const Ipv6& target);
// One of the provider's router, for an address of the switch's.
Frame solicitation_of_router(const Ipv6& target);
// Duplicate address detection.
Frame probe6(const Vm& vm, const Ipv6& target);
// An unsolicited neighbour advertisement, as keepalived sends it.
Frame announcement6(const Vm& vm, const Ipv6& source, const Ipv6& target = ShopWorld6::kFront);
// What the switch answers a solicitation with (RFC 4861 4.4).
Frame advertisement(const Mac& to, const Ipv6& destination, const Ipv6& target, const Mac& mac,
                    std::uint32_t flags);
Frame router_solicitation(const Vm& vm);
Frame datagram6(const Vm& vm, const Ipv6& source, const Ipv6& destination,
                const Mac& destination_mac = kGatewayMac);
Frame datagram6_from_internet(const Ipv6& destination);

class Shop6 : public Shop {
 public:
  Shop6() : Shop(Stack::kDual) {}

  // The port that owns front's IPv6 address, empty: nobody.
  std::string owner6() { return vswitch.owner("front", Family::kIpv6); }
  // Makes the VM the owner by its announcement.
  void elect6(const Vm& vm);
};

class Shop6Test : public ::testing::Test, protected Shop6 {
 protected:
  // The one frame that is sent because of `frame`, its checksums proven.
  Sent sent_for(std::string_view port, const Frame& frame);
  void TearDown() override { EXPECT_TRUE(is_conserved()); }
};

}  // namespace vipswitch::testing
