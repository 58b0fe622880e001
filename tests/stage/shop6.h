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
// An advert of version 3 from the VM's link-local address to the group: the link-local virtual address and
// then `addresses`, as keepalived sends it.
Frame advert6(const Vm& vm, std::uint8_t priority = 150,
              const std::vector<Ipv6>& addresses = {ShopWorld6::kFront});
Frame advert6(const Vm& vm, const Vrrp3Fields& fields, const Ipv6Fields& ip);
Ipv6Fields advert6_header(const Vm& vm);
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

// An address with EIPs, and the VM that has it: what a port's own address can do, a HAVIP can.
struct Customer {
  std::string_view name;
  std::string_view eip_name;
  Vm vm;
  Ipv4 inner, eip;
  Ipv6 inner6, eip6;
};
inline constexpr Customer kOwnAddress{"own_address",      "vm3-public",       kVm3,
                                      ShopWorld::kVm3Ip,  ShopWorld::kVm3Eip, ShopWorld6::kVm3Ip,
                                      ShopWorld6::kVm3Eip};
inline constexpr Customer kHavip{"havip",
                                 "front-public",
                                 kVm1,
                                 ShopWorld::kFront,
                                 ShopWorld::kFrontEip,
                                 ShopWorld6::kFront,
                                 ShopWorld6::kFrontEip};
void PrintTo(const Customer& customer, std::ostream* out);

class Shop6Test : public ::testing::Test, protected Shop6 {
 protected:
  // The one frame that is sent because of `frame`, its checksums proven.
  Sent sent_for(std::string_view port, const Frame& frame);
  void TearDown() override { EXPECT_TRUE(is_conserved()); }
};

// The same tests for both, instantiated by INSTANTIATE_FOR_CUSTOMERS(suite).
class CustomerTest : public Shop6Test, public ::testing::WithParamInterface<Customer> {
 protected:
  void SetUp() override;

  const Vm& vm() const { return GetParam().vm; }
  Ipv4 inner() const { return GetParam().inner; }
  Ipv4 eip() const { return GetParam().eip; }
  const Ipv6& inner6() const { return GetParam().inner6; }
  const Ipv6& eip6() const { return GetParam().eip6; }
};

#define INSTANTIATE_FOR_CUSTOMERS(suite)                                            \
  INSTANTIATE_TEST_SUITE_P(Customer, suite, ::testing::Values(kOwnAddress, kHavip), \
                           [](const auto& instance) { return std::string(instance.param.name); })

}  // namespace vipswitch::testing
