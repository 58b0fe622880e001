#pragma once

// The offline switch (control/offline) as tests and benches want it: ports by name, frames as literals,
// counters by name; what cannot be in a test throws std::runtime_error.

#include <string>
#include <string_view>
#include <vector>

#include "control/offline/offline_switch.h"
#include "dataplane/router_advertisement.h"
#include "tests/support/frame.h"

namespace vipswitch::testing {

// Starts EAL at the first call in the process, without hugepages and files, with so much memory, which costs
// nothing until it is used. Throws if it does not start.
void start_eal(unsigned memory_mb = 512);

using Sent = SentFrame;

class InProcessSwitch : public OfflineSwitch {
 public:
  // Starts EAL if nobody has yet.
  explicit InProcessSwitch(const Settings& settings = small_settings());

  static Settings small_settings();

  // One burst from the port. Returns what is sent because of it, in the order of sending for each port.
  std::vector<Sent> inject(std::string_view port, const std::vector<Frame>& frames);
  std::vector<Sent> inject(std::string_view port, const Frame& frame) {
    return inject(port, std::vector<Frame>{frame});
  }

  // Makes a batch of packets of the port, ready for run_pipeline(). The frames must fit into one mbuf each.
  void fill(Batch& batch, std::string_view port, const std::vector<Frame>& frames);

  std::uint64_t drops(DropReason reason);
  std::uint64_t drops();
  std::uint64_t learned(LearnCounter counter);
  // Name of the port that owns the HAVIP's address of the family, empty: nobody.
  std::string owner(std::string_view havip, Family family = Family::kIpv4);
};

// The world of the specification's examples: VPC shop with subnets web (10.77.0.0/24) and db (10.77.1.0/24),
// ports vm1-eth0, vm2-eth0, vm3-eth0 in web, db1-eth0 in db; HAVIP front 10.77.0.100 bound to vm1 and vm2,
// with EIP 203.0.113.10; EIP 203.0.113.11 for vm3's own address; uplink 198.51.100.2/24 with gateway
// 198.51.100.1, resolved.
enum class Stack : std::uint8_t { kIpv4, kDual };
struct ShopWorld {
  static constexpr Mac kVm1{0x52, 0x54, 0, 0x77, 0, 0x11}, kVm2{0x52, 0x54, 0, 0x77, 0, 0x12},
      kVm3{0x52, 0x54, 0, 0x77, 0, 0x13}, kDb1{0x52, 0x54, 0, 0x77, 1, 0x11};
  static constexpr Mac kUplinkMac{0x02, 0, 0x5e, 0x10, 0, 0x01}, kRouterMac{0x02, 0, 0x5e, 0x10, 0, 0xfe};
  static constexpr Ipv4 kVm1Ip{10, 77, 0, 11}, kVm2Ip{10, 77, 0, 12}, kVm3Ip{10, 77, 0, 13},
      kDb1Ip{10, 77, 1, 11};
  static constexpr Ipv4 kWebGateway{10, 77, 0, 1}, kDbGateway{10, 77, 1, 1};
  static constexpr Ipv4 kFront{10, 77, 0, 100}, kFrontEip{203, 0, 113, 10}, kVm3Eip{203, 0, 113, 11};
  static constexpr Ipv4 kUplinkIp{198, 51, 100, 2}, kRouterIp{198, 51, 100, 1};
  static constexpr Ipv4 kClient{192, 0, 2, 10};

  static void build(InProcessSwitch& vswitch, Stack stack = Stack::kIpv4);
};

// What its dual stack has beside that: subnet web 2001:db8:77::/64 with VMs ::11 to ::13 and front at ::100,
// db 2001:db8:78::/64, where db1 has the address that it would make itself; EIPs 2001:db8:ffff::10 and ::11;
// uplink 2001:db8:100::2/64 with gateway ::1, resolved.
constexpr Ipv6 v6(std::uint16_t subnet, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, subnet, 0, 0, 0, 0, host});
}
struct ShopWorld6 {
  static constexpr Ipv6Prefix kWebPrefix{v6(0x77, 0), 64}, kDbPrefix{v6(0x78, 0), 64};
  static constexpr Ipv6 kVm1Ip = v6(0x77, 0x11), kVm2Ip = v6(0x77, 0x12), kVm3Ip = v6(0x77, 0x13),
                        kDb1Ip = autonomous_address(kDbPrefix, ShopWorld::kDb1);
  static constexpr Ipv6 kWebGateway = v6(0x77, 1), kDbGateway = v6(0x78, 1);
  static constexpr Ipv6 kFront = v6(0x77, 0x100), kFrontEip = v6(0xffff, 0x10), kVm3Eip = v6(0xffff, 0x11);
  static constexpr Ipv6 kUplinkIp = v6(0x100, 2), kRouterIp = v6(0x100, 1);
  static constexpr Ipv6 kClient = v6(0x200, 0x10);
};

}  // namespace vipswitch::testing
