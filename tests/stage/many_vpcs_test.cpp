// A thousand VPCs with the same subnets, routes and addresses: each sees only its own. Those that have ports
// are as many as DPDK has room for devices.

#include <fmt/format.h>

#include "tests/stage/exact_frames.h"
#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

constexpr unsigned kVpcs = 1000, kRoutes = 50, kWithPorts = 10;
constexpr Ipv4 kFirst{10, 0, 0, 11}, kSecond{10, 0, 0, 12}, kAbsent{10, 0, 0, 13}, kOffice{172, 16, 5, 5},
    kElsewhere{172, 17, 5, 5}, kClient{192, 0, 2, 10};
constexpr Ipv6 kFirst6 = v6(0x77, 0x11), kSecond6 = v6(0x77, 0x12);
constexpr Mac kUplinkMac = ShopWorld::kUplinkMac, kRouterMac = ShopWorld::kRouterMac;

Settings settings_for_many() {
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.vpcs = settings.tables.subnets = kVpcs;
  settings.tables.endpoints = settings.tables.endpoints6 = 4 * kVpcs;
  return settings;
}

// VPCs with ports lie all over the range of their identifiers.
unsigned number_of(unsigned which) {
  return which * (kVpcs / kWithPorts) + which;
}
Mac mac_of(unsigned which, std::uint8_t port) {
  return {0x52, 0x54, 0, static_cast<std::uint8_t>(which), 0, port};
}
Ipv4 eip_of(unsigned which) {
  return {203, 0, 113, static_cast<std::uint8_t>(10 + which)};
}
std::string port_of(unsigned which, unsigned port) {
  return fmt::format("p{}-{}", which, port);
}
Vm vm_of(const std::string& name, unsigned which, std::uint8_t port) {
  return {name, mac_of(which, port), port == 1 ? kFirst : kSecond};
}

class ManyVpcs : public ::testing::Test {
 protected:
  ManyVpcs() : vswitch_(settings_for_many()) {
    model::Objects world;
    world.uplink = model::Uplink{.device = vswitch_.next_device(),
                                 .mac = kUplinkMac,
                                 .addresses = {{ShopWorld::kUplinkIp, 24}},
                                 .gateway = ShopWorld::kRouterIp};
    for (unsigned i = 0; i < kVpcs; ++i) add_vpc(world, i);
    for (unsigned which = 0; which < kWithPorts; ++which) {
      add_port(world, which, 1, kFirst, kFirst6);
      add_port(world, which, 2, kSecond, kSecond6);
      const std::string eip = fmt::format("eip{}", which);
      world.eips[eip] = {eip, eip_of(which), model::EipTarget{model::TargetKind::kPort, port_of(which, 1)}};
      // Where the offices are differs: by the second port, or nowhere.
      const std::string vpc = fmt::format("vpc{}", number_of(which));
      add_route(world, vpc, Ipv4Prefix{{172, 16, 0, 0}, 16},
                which % 2 == 0 ? model::RouteVia{model::ViaKind::kPort, port_of(which, 2)}
                               : model::RouteVia{model::ViaKind::kBlackhole});
    }
    const auto applied = vswitch_.service().apply(world);
    EXPECT_TRUE(applied) << applied.error().message;
    vswitch_.settle();
    Event answered{};
    answered.kind = EventKind::kNextHopLearned;
    answered.address = Ipv6::mapped(ShopWorld::kRouterIp);
    answered.mac = kRouterMac;
    vswitch_.worker().emit(answered);
    vswitch_.settle();
  }

  static void add_route(model::Objects& world, const std::string& vpc, const IpPrefix& to,
                        const model::RouteVia& via) {
    const model::Route route{vpc, to, via};
    world.routes[key_of(route)] = route;
  }
  static void add_vpc(model::Objects& world, unsigned number) {
    const std::string vpc = fmt::format("vpc{}", number), subnet = fmt::format("subnet{}", number);
    world.vpcs[vpc] = {vpc, Vni(number + 1)};
    world.subnets[subnet] = {.name = subnet,
                             .vpc = vpc,
                             .ipv4 = Ipv4Prefix{{10, 0, 0, 0}, 24},
                             .gateway = Ipv4(10, 0, 0, 1),
                             .ipv6 = Ipv6Prefix{v6(0x77, 0), 64},
                             .gateway6 = v6(0x77, 1)};
    for (unsigned i = 0; i < kRoutes; ++i)
      add_route(world, vpc, Ipv4Prefix{{172, 17, static_cast<std::uint8_t>(i), 0}, 24},
                {model::ViaKind::kBlackhole});
  }
  void add_port(model::Objects& world, unsigned which, std::uint8_t number, Ipv4 address,
                const Ipv6& address6) {
    model::Port port;
    port.name = port_of(which, number);
    port.instance = port.name;
    port.subnet = fmt::format("subnet{}", number_of(which));
    port.mac = mac_of(which, number);
    port.ipv4 = address;
    port.ipv6 = address6;
    port.device = vswitch_.next_device();
    world.ports[port.name] = port;
  }
  std::vector<Sent> inject(const Vm& vm, const Frame& frame) {
    return inject_exactly(vswitch_, vm.port, {frame});
  }

  InProcessSwitch vswitch_;
};

TEST_F(ManyVpcs, AreApart) {
  for (unsigned which = 0; which < kWithPorts; ++which) {
    SCOPED_TRACE(which);
    const std::string name1 = port_of(which, 1), name2 = port_of(which, 2);
    const Vm vm = vm_of(name1, which, 1), other = vm_of(name2, which, 2);

    // The neighbour with everybody's address is this VPC's, by whatever MAC it is sent to.
    const std::vector<Frame> inside{datagram(vm, kFirst, kSecond, mac_of((which + 1) % kWithPorts, 2)),
                                    datagram6(vm, kFirst6, kSecond6, other.mac)};
    for (const Frame& frame : inside) {
      const auto sent = inject(vm, frame);
      ASSERT_EQ(sent.size(), 1u);
      EXPECT_EQ(sent[0].port, name2);
      EXPECT_TRUE(std::equal(other.mac.bytes().begin(), other.mac.bytes().end(), sent[0].frame.begin()));
    }

    auto drops = vswitch_.drops(DropReason::unknown_destination);
    inject(vm, datagram(vm, kFirst, kAbsent));
    EXPECT_EQ(vswitch_.drops(DropReason::unknown_destination), drops + 1);

    // Its own routes.
    drops = vswitch_.drops(DropReason::blackhole);
    const auto sent = inject(vm, datagram(vm, kFirst, kOffice));
    if (which % 2 == 0) {
      ASSERT_EQ(sent.size(), 1u);
      EXPECT_EQ(sent[0].port, name2);
    } else {
      EXPECT_EQ(vswitch_.drops(DropReason::blackhole), drops + 1);
    }
    drops = vswitch_.drops(DropReason::blackhole);
    inject(vm, datagram(vm, kFirst, kElsewhere));
    EXPECT_EQ(vswitch_.drops(DropReason::blackhole), drops + 1);

    // Its own EIP, both ways.
    const auto out = inject(vm, datagram(vm, kFirst, kClient));
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].port, kUplink);
    const Ipv4 eip = eip_of(which);
    EXPECT_EQ(to_hex({out[0].frame.data() + 26, 4}), fmt::format("cb0071{:02x}", eip.host() & 0xff));
    const auto in = inject_exactly(vswitch_, kUplink, {datagram_from_internet(eip)});
    ASSERT_EQ(in.size(), 1u);
    EXPECT_EQ(in[0].port, name1);
    for (const auto* translated : {&out[0].frame, &in[0].frame})
      EXPECT_TRUE(verify_checksums(*translated).ok()) << verify_checksums(*translated);
  }
  vswitch_.settle();
  EXPECT_TRUE(vswitch_.is_conserved());
}

}  // namespace
}  // namespace vipswitch::testing
