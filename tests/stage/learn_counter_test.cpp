// Every learn counter is triggered once, by the function that has its name: without one this does not
// compile.

#include <ostream>

#include "control/publish/registry.h"
#include "dataplane/mailbox.h"
#include "tests/stage/dhcp_frames.h"
#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

namespace trigger {

constexpr std::uint8_t kProtocolVrrp = 112;

Vrrp2Fields front2() {
  return {.vrid = kVrid, .priority = 150, .addresses = {W::kFront}};
}

Frame advert3(const Vrrp3Fields& fields, Ipv4 destination = {224, 0, 0, 18}) {
  return from_vm(kVm1, destination.is_multicast() ? kVrrpGroupMac : kVm2.mac)
      .ipv4(vrrp_ipv4(kVm1.ip, destination))
      .vrrp3(fields)
      .build();
}

Vrrp3Fields front3(VrrpChecksum checksum) {
  return {.vrid = kVrid, .priority = 150, .addresses = {W::kFront}, .checksum = checksum};
}

Frame advert_with_ip(Ipv4Fields ip) {
  return from_vm(kVm1, kVrrpGroupMac).ipv4(ip).vrrp2(front2()).build();
}

// Protocol 112 with these bytes.
Frame advert_of_bytes(std::vector<std::uint8_t> bytes) {
  Ipv4Fields ip = vrrp_ipv4(kVm1.ip);
  ip.protocol = kProtocolVrrp;
  return from_vm(kVm1, kVrrpGroupMac).ipv4(ip).payload(std::move(bytes)).build();
}

Frame weak_request(const Vm& vm) {
  return from_vm(vm, Mac::broadcast()).arp_request(vm.mac, W::kFront, kVm3.ip).build();
}

std::uint64_t advert(Shop& shop) {
  return shop.learned_from(LearnCounter::advert, kVm1, testing::advert(kVm1));
}
std::uint64_t announcement(Shop& shop) {
  return shop.learned_from(LearnCounter::announcement, kVm1, testing::announcement(kVm1));
}
std::uint64_t weak(Shop& shop) {
  return shop.learned_from(LearnCounter::weak, kVm1, weak_request(kVm1));
}
std::uint64_t resigned(Shop& shop) {
  shop.elect(kVm1);
  return shop.learned_from(LearnCounter::resigned, kVm1, testing::advert(kVm1, 0));
}
std::uint64_t resign_ignored(Shop& shop) {
  return shop.learned_from(LearnCounter::resign_ignored, kVm1, testing::advert(kVm1, 0));
}
std::uint64_t refreshed(Shop& shop) {
  shop.elect(kVm1);
  return shop.learned_from(LearnCounter::refreshed, kVm1, testing::announcement(kVm1));
}
std::uint64_t shadowed(Shop& shop) {
  shop.elect(kVm1);
  return shop.learned_from(LearnCounter::shadowed, kVm2, testing::announcement(kVm2));
}
std::uint64_t damped(Shop& shop) {
  // The first owner is free, the burst of three moves is used up.
  for (const Vm& vm : {kVm1, kVm2, kVm1, kVm2}) shop.inject(vm, testing::announcement(vm));
  return shop.learned_from(LearnCounter::damped, kVm1, testing::announcement(kVm1));
}
std::uint64_t claim_rate(Shop& shop) {
  for (int i = 0; i < 200; ++i) {
    shop.inject(kVm1, testing::advert(kVm1, 150));
    shop.inject(kVm1, testing::advert(kVm1, 151));
  }
  return shop.learned_from(LearnCounter::claim_rate, kVm1, testing::advert(kVm1, 150));
}
std::uint64_t weak_ignored(Shop& shop) {
  shop.elect(kVm1);
  return shop.learned_from(LearnCounter::weak_ignored, kVm2, weak_request(kVm2));
}
std::uint64_t unbound(Shop& shop) {
  // The port's row says so already; the message to the election is still under way.
  EXPECT_TRUE(shop.vswitch.service().bind_havip("front", kVm3.port));
  const std::uint64_t count = shop.learned_from(LearnCounter::unbound, kVm3, testing::advert(kVm3));
  shop.vswitch.settle();
  return count;
}
std::uint64_t pin_refused(Shop& shop) {
  const Registry& registry = shop.vswitch.control().tables().registry();
  Message pin{};
  pin.kind = Message::Kind::kSteer;
  pin.mode = LearnMode::kEnforce;
  pin.havip = registry.havips.find("front")->second.slots.ipv4->id;
  pin.port = registry.ports.find(kVm3.port)->second.id;
  EXPECT_TRUE(shop.vswitch.control().host().workers().front()->post(pin));
  shop.vswitch.settle();
  return shop.vswitch.learned(LearnCounter::pin_refused);
}
std::uint64_t followed(Shop& shop) {
  EXPECT_TRUE(shop.vswitch.service().set_havip_follow("front", std::uint16_t{kVrid}));
  shop.vswitch.settle();
  return shop.learned_from(LearnCounter::followed, kVm1, testing::advert(kVm1, 150, {}));
}
std::uint64_t probe(Shop& shop) {
  shop.vswitch.advance_to(200);
  EXPECT_EQ(shop.vswitch.learned(LearnCounter::probe), 2u) << "one for each bound port";
  return shop.vswitch.learned(LearnCounter::probe) / 2;
}
std::uint64_t rx_rarp(Shop& shop) {
  const Frame rarp = PacketBuilder()
                         .ethernet({.destination = Mac::broadcast(), .source = kVm1.mac, .type = 0x8035})
                         .counting_payload(28)
                         .build();
  return shop.learned_from(LearnCounter::rx_rarp, kVm1, rarp);
}
std::uint64_t vlan_mismatch(Shop& shop) {
  const auto learn = [&shop](const Frame& frame) {
    return shop.learned_from(LearnCounter::vlan_mismatch, kVm1, frame);
  };
  const auto tagged = [](const VlanFields& tag) {
    return from_vm(kVm1, kVrrpGroupMac).vlan(tag).ipv4(vrrp_ipv4(kVm1.ip)).vrrp2(front2()).build();
  };
  EXPECT_EQ(learn(tagged({.id = 5, .tag_type = wire::kEtherQinq})), 1u);
  return learn(tagged({.id = 5}));
}
std::uint64_t vrrp_frag(Shop& shop) {
  Ipv4Fields ip = vrrp_ipv4(kVm1.ip);
  ip.more_fragments = true;
  return shop.learned_from(LearnCounter::vrrp_frag, kVm1, advert_with_ip(ip));
}
std::uint64_t rx_carp(Shop& shop) {
  std::vector<std::uint8_t> carp(36);
  carp[0] = 0x21;
  carp[3] = 7;
  return shop.learned_from(LearnCounter::rx_carp, kVm1, advert_of_bytes(carp));
}
std::uint64_t vrrp6_exthdr(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp6_exthdr, kVm1,
                           from_vm(kVm1, Mac::of_multicast(kVrrpGroup6))
                               .ipv6(vrrp_ipv6(link_local_of(kVm1.mac)))
                               .ipv6_extension({})
                               .vrrp3({.vrid = kVrid, .addresses6 = {ShopWorld6::kFront}})
                               .build());
}
std::uint64_t vrrp6_first_not_ll(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp6_first_not_ll, kVm1,
                           from_vm(kVm1, Mac::of_multicast(kVrrpGroup6))
                               .ipv6(vrrp_ipv6(link_local_of(kVm1.mac)))
                               .vrrp3({.vrid = kVrid, .addresses6 = {ShopWorld6::kFront}})
                               .build());
}
std::uint64_t vrrp_bad_len(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_bad_len, kVm1, advert_of_bytes({0x21, kVrid, 150, 1, 0, 1, 0}));
}
std::uint64_t ah_bad(Shop& shop) {
  constexpr std::uint8_t kTcp = 6;
  const Frame frame = from_vm(kVm1, kVrrpGroupMac)
                          .ipv4(vrrp_ipv4(kVm1.ip))
                          .authentication_header({.next_header = kTcp})
                          .vrrp2(front2())
                          .build();
  return shop.learned_from(LearnCounter::ah_bad, kVm1, frame);
}
std::uint64_t vrrp_bad_version(Shop& shop) {
  Vrrp3Fields fields = front3(VrrpChecksum::kPseudoHeader);
  fields.version = 4;
  return shop.learned_from(LearnCounter::vrrp_bad_version, kVm1, advert3(fields));
}
std::uint64_t vrrp_bad_type(Shop& shop) {
  Vrrp2Fields fields = front2();
  fields.type = 2;
  return shop.learned_from(LearnCounter::vrrp_bad_type, kVm1, testing::advert(kVm1, fields));
}
std::uint64_t vrrp_bad_ttl(Shop& shop) {
  Ipv4Fields ip = vrrp_ipv4(kVm1.ip);
  ip.ttl = 254;
  return shop.learned_from(LearnCounter::vrrp_bad_ttl, kVm1, advert_with_ip(ip));
}
std::uint64_t vrrp_bad_dst(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_bad_dst, kVm1,
                           advert_with_ip(vrrp_ipv4(kVm1.ip, {224, 0, 0, 19})));
}
std::uint64_t vrrp_bad_checksum(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_bad_checksum, kVm1, advert3(front3(VrrpChecksum::kWrong)));
}
std::uint64_t vrrp_bad_vrid(Shop& shop) {
  Vrrp2Fields fields = front2();
  fields.vrid = 0;
  return shop.learned_from(LearnCounter::vrrp_bad_vrid, kVm1, testing::advert(kVm1, fields));
}
std::uint64_t vrrp_bad_interval(Shop& shop) {
  Vrrp2Fields fields = front2();
  fields.interval_s = 0;
  return shop.learned_from(LearnCounter::vrrp_bad_interval, kVm1, testing::advert(kVm1, fields));
}
std::uint64_t vrrp_bad_auth(Shop& shop) {
  Vrrp2Fields fields = front2();
  fields.auth_type = 3;
  return shop.learned_from(LearnCounter::vrrp_bad_auth, kVm1, testing::advert(kVm1, fields));
}
std::uint64_t vrrp_no_address(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_no_address, kVm1, testing::advert(kVm1, 150, {}));
}
std::uint64_t vrrp_addr_unbound(Shop& shop) {
  constexpr Ipv4 kBack{10, 77, 0, 101};
  EXPECT_TRUE(shop.vswitch.service().add(model::Havip{"back", "web", kBack, {}, {std::string(kVm2.port)}}));
  return shop.learned_from(LearnCounter::vrrp_addr_unbound, kVm1,
                           testing::advert(kVm1, 150, {W::kFront, kBack}));
}
std::uint64_t vrrp_checksum_plain(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_checksum_plain, kVm1, advert3(front3(VrrpChecksum::kPlain)));
}
std::uint64_t vrrp_checksum_pseudo(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_checksum_pseudo, kVm1,
                           advert3(front3(VrrpChecksum::kPseudoHeader)));
}
std::uint64_t vrrp_checksum_pseudo_multicast(Shop& shop) {
  return shop.learned_from(LearnCounter::vrrp_checksum_pseudo_multicast, kVm1,
                           advert3(front3(VrrpChecksum::kPseudoHeaderMulticast), kVm2.ip));
}
std::uint64_t vrrp_checksum_whole_payload(Shop& shop) {
  const Frame frame = from_vm(kVm1, kVrrpGroupMac)
                          .ipv4(vrrp_ipv4(kVm1.ip))
                          .vrrp3(front3(VrrpChecksum::kPlainWholePayload))
                          .payload("trailer!")
                          .build();
  return shop.learned_from(LearnCounter::vrrp_checksum_whole_payload, kVm1, frame);
}
std::uint64_t na_bad(Shop& shop) {
  return shop.learned_from(LearnCounter::na_bad, kVm1,
                           from_vm(kVm1, Mac::of_multicast(Ipv6::all_nodes()))
                               .ipv6({.source = link_local_of(kVm1.mac), .destination = Ipv6::all_nodes()})
                               .neighbour({.type = wire::kIcmp6NeighbourAdvertisement,
                                           .target = link_local_of(kVm1.mac),
                                           .mac = kVm1.mac})
                               .build());
}
std::uint64_t arp_sha_bad(Shop& shop) {
  const Frame frame =
      from_vm(kVm1, Mac::broadcast()).gratuitous_arp_request(kVrrpGroupMac, W::kFront).build();
  return shop.learned_from(LearnCounter::arp_sha_bad, kVm1, frame);
}
std::uint64_t learn_off(Shop& shop) {
  EXPECT_TRUE(shop.vswitch.service().set_learn(LearnMode::kOff));
  shop.vswitch.settle();
  return shop.learned_from(LearnCounter::learn_off, kVm1, testing::advert(kVm1));
}
std::uint64_t observe_disagreed(Shop& shop) {
  EXPECT_TRUE(shop.vswitch.service().pin_havip("front", kVm2.port));
  EXPECT_TRUE(shop.vswitch.service().set_havip_learn("front", LearnMode::kObserve));
  shop.vswitch.settle();
  return shop.learned_from(LearnCounter::observe_disagreed, kVm1, testing::advert(kVm1));
}
std::uint64_t handover_announced(Shop& shop) {
  shop.elect(kVm2, 100);
  shop.inject(kVm1, testing::advert(kVm1, 150));
  return shop.learned_from(LearnCounter::handover_announced, kVm1, testing::announcement(kVm1));
}
std::uint64_t handover_expired(Shop& shop) {
  shop.elect(kVm2, 100);
  shop.inject(kVm1, testing::advert(kVm1, 150));
  const std::uint64_t before = shop.vswitch.learned(LearnCounter::handover_expired);
  shop.vswitch.advance_to(shop.vswitch.now() + kHandoverMs);
  return shop.vswitch.learned(LearnCounter::handover_expired) - before;
}
std::uint64_t dhcp_offered(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_offered, kVm1, dhcp_broadcast(kVm1, {}));
}
std::uint64_t dhcp_acked(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_acked, kVm1, dhcp_request(kVm1, {{50, bytes_of(kVm1.ip)}}));
}
std::uint64_t dhcp_refused(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_refused, kVm1, dhcp_request(kVm1, {{50, bytes_of(kVm2.ip)}}));
}
std::uint64_t dhcp_declined(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_declined, kVm1,
                           dhcp_broadcast(kVm1, {.type = wire::kDhcpDecline}));
}
std::uint64_t dhcp_released(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_released, kVm1,
                           dhcp_broadcast(kVm1, {.type = wire::kDhcpRelease, .client = kVm1.ip}));
}
std::uint64_t dhcp_other_server(Shop& shop) {
  return shop.learned_from(LearnCounter::dhcp_other_server, kVm1,
                           dhcp_request(kVm1, {{50, bytes_of(kVm1.ip)}, {54, bytes_of(kVm2.ip)}}));
}
std::uint64_t owner_changes(Shop& shop) {
  return shop.learned_from(LearnCounter::owner_changes, kVm1, testing::advert(kVm1));
}
std::uint64_t events_lost(Shop& shop) {
  Event of_no_havip{};
  of_no_havip.kind = EventKind::kOwnerChanged;
  while (shop.vswitch.worker().emit(of_no_havip)) {
  }
  const std::uint64_t lost = shop.learned_from(LearnCounter::events_lost, kVm1, testing::advert(kVm1));
  EXPECT_EQ(lost, 2u) << "the decision, and that data follows it";
  return lost / 2;
}

}  // namespace trigger

struct Case {
  LearnCounter counter;
  std::uint64_t (*trigger)(Shop&);
};

constexpr Case kCases[] = {
#define LEARN_COUNTER(name, help) {LearnCounter::name, trigger::name},
#include "vipswitch/learn_counters.def"
#undef LEARN_COUNTER
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << vipswitch::info(one.counter).name;
}

class EveryLearnCounter : public ::testing::TestWithParam<Case> {};

TEST_P(EveryLearnCounter, CountsOncePerFrame) {
  Shop shop;
  EXPECT_EQ(GetParam().trigger(shop), 1u);
  EXPECT_TRUE(shop.is_conserved());
}

INSTANTIATE_TEST_SUITE_P(Pipeline, EveryLearnCounter, ::testing::ValuesIn(kCases), [](const auto& instance) {
  return std::string(vipswitch::info(instance.param.counter).name);
});

}  // namespace
}  // namespace vipswitch::testing
