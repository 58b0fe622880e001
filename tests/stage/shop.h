#pragma once

// The world of the stage tests: ShopWorld in a switch of its own, its VMs, and the frames that they and the
// provider's router send. Frames go in as exact_frames.h makes them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "tests/stage/exact_frames.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {

void PrintTo(const Sent& sent, std::ostream* out);

struct Vm {
  std::string_view port;
  Mac mac;
  Ipv4 ip;
};
inline constexpr Vm kVm1{"vm1-eth0", ShopWorld::kVm1, ShopWorld::kVm1Ip};
inline constexpr Vm kVm2{"vm2-eth0", ShopWorld::kVm2, ShopWorld::kVm2Ip};
inline constexpr Vm kVm3{"vm3-eth0", ShopWorld::kVm3, ShopWorld::kVm3Ip};
inline constexpr Vm kDb1{"db1-eth0", ShopWorld::kDb1, ShopWorld::kDb1Ip};
inline constexpr std::string_view kUplink = "uplink";

inline constexpr std::uint8_t kVrid = 51;
inline constexpr Mac kVrrpGroupMac{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};

// The Ethernet header of what a VM sends.
PacketBuilder from_vm(const Vm& vm, const Mac& destination);
// The Ethernet header of what the provider's router sends to the switch.
PacketBuilder from_router();

// Of VRRP group 51 for HAVIP front; the primary master has priority 150.
Frame advert(const Vm& vm, std::uint8_t priority = 150,
             const std::vector<Ipv4>& addresses = {ShopWorld::kFront});
Frame advert(const Vm& vm, const Vrrp2Fields& fields);
Frame announcement(const Vm& vm, Ipv4 address = ShopWorld::kFront);
Frame arp_request(const Vm& vm, Ipv4 target);
Frame arp_reply_to_gateway(const Vm& vm, Ipv4 address);

// A small datagram; `source` is an address that the VM has or claims.
Frame datagram(const Vm& vm, Ipv4 source, Ipv4 destination, const Mac& destination_mac = kGatewayMac);
// From the client on the internet.
Frame datagram_from_internet(Ipv4 destination);

// ShopWorld in a switch.
class Shop {
 public:
  explicit Shop(Stack stack = Stack::kIpv4, const Settings& settings = InProcessSwitch::small_settings())
      : vswitch(settings) {
    ShopWorld::build(vswitch, stack);
  }

  std::vector<Sent> inject(std::string_view port, const std::vector<Frame>& frames) {
    return inject_exactly(vswitch, port, frames);
  }
  std::vector<Sent> inject(std::string_view port, const Frame& frame) {
    return inject(port, std::vector<Frame>{frame});
  }
  std::vector<Sent> inject(const Vm& vm, const Frame& frame) { return inject(vm.port, frame); }
  std::vector<Sent> inject(const Vm& vm, const std::vector<Frame>& frames) { return inject(vm.port, frames); }

  HavipId slot(std::string_view havip, Family family = Family::kIpv4);
  // What the worker knows of an address of the HAVIP at the moment.
  HavipSnapshot snapshot(std::string_view havip, Family family = Family::kIpv4);
  // The ports that an advert of the VM is sent to; it must be as it came.
  std::vector<std::string> receivers(const Vm& vm, const Frame& advert);
  // Makes the VM the owner of front by its advert.
  void elect(const Vm& vm, std::uint8_t priority = 150);
  // Data for front follows adverts, without waiting for an announcement.
  void hand_over_at_once();

  // The frame is dropped for this reason and no other, and nothing is sent because of it but an ICMP error
  // that tells its sender.
  void expect_drop(DropReason reason, std::string_view port, const Frame& frame);
  void expect_drop(DropReason reason, const Vm& vm, const Frame& frame) {
    expect_drop(reason, vm.port, frame);
  }
  // How often the counter is counted because of the frame.
  std::uint64_t learned_from(LearnCounter counter, const Vm& vm, const Frame& frame);

  // Once what control has posted is handled, too: it may hold a packet.
  bool is_conserved() {
    vswitch.settle();
    return vswitch.is_conserved();
  }

  InProcessSwitch vswitch;
};

class ShopTest : public ::testing::Test, protected Shop {
 protected:
  void TearDown() override { EXPECT_TRUE(is_conserved()); }
};

}  // namespace vipswitch::testing
