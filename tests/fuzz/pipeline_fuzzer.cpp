// The whole pipeline, in a world where every feature is on; what every packet has to keep: it ends once, and
// nothing of the tenants' addresses shows on the provider network.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

#include "tests/fuzz/fuzzer.h"
#include "tests/stage/exact_frames.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

void require(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "this does not hold: " << what << "\n";
  std::abort();
}

struct World {
  World() {
    auto& service = shop.vswitch.service();
    const auto done = [&](const Result<void>& result) {
      require(result.ok(), result ? "" : result.error().message.c_str());
      shop.vswitch.settle();
    };
    done(service.set_vpc("shop", {.mtu = 1280, .clamp_mss = true}));
    done(service.set_eip_rates("front-public", {.in_mbps = 10, .out_mbps = 10}));
    done(service.set_eip_rates("vm3-public6", {.in_mbps = 10, .out_mbps = 10}));
    done(service.set_port("vm1-eth0", {.forwards = true, .rate_mbps = 100}));
    done(service.add(
        model::Route{"shop", Ipv4Prefix{{172, 16, 0, 0}, 12}, {model::ViaKind::kHavip, "front"}}));
    done(service.add(
        model::Route{"shop", Ipv6Prefix{v6(0x5555, 0), 48}, {model::ViaKind::kPort, "vm3-eth0"}}));
    shop.elect(kVm1);
    shop.elect6(kVm1);
  }
  Shop6 shop;
  unsigned bursts = 0;
};

// Whether what leaves by the uplink is from an address that is the switch's there.
bool shows_no_tenant(const Frame& frame) {
  if (!std::equal(frame.begin() + 6, frame.begin() + 12, W::kUplinkMac.bytes().begin())) return false;
  const std::size_t type_at = frame[12] == 0x81 ? 16 : 12, ip = type_at + 2;
  if (frame[type_at] == 0x08 && frame[type_at + 1] == 0) {
    const Ipv4 source(frame[ip + 12], frame[ip + 13], frame[ip + 14], frame[ip + 15]);
    return source == W::kFrontEip || source == W::kVm3Eip || source == W::kUplinkIp;
  }
  if (frame[type_at] != 0x86 || frame[type_at + 1] != 0xdd) return true;
  std::array<std::uint8_t, 16> bytes;
  std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(ip) + 8, bytes.size(), bytes.begin());
  const Ipv6 source(bytes);
  return source == W6::kFrontEip || source == W6::kVm3Eip || source == W6::kUplinkIp;
}

}  // namespace
}  // namespace vipswitch::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vipswitch::testing;
  static World world;
  auto& vswitch = world.shop.vswitch;
  const FuzzInput input = read_input(data, size);
  for (const Sent& sent : inject_exactly(vswitch, input.port, input.frames))
    require(sent.port != kUplink || shows_no_tenant(sent.frame), "no tenant's address leaves by the uplink");
  vswitch.advance_to(vswitch.now() + 1);
  if (++world.bursts % 64 == 0) require(world.shop.is_conserved(), "every packet has ended once");
  return 0;
}
