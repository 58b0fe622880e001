// Every header that parse and snoop read is cut at every length, from a VM and from the uplink.

#include <rte_mbuf.h>

#include "dataplane/pipeline.h"
#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using W = ShopWorld;

constexpr std::size_t kEthernetSize = 14, kTagSize = 4, kIpv4Size = 20;

struct Cut {
  const char* name;
  Frame whole;
  std::size_t l3_offset = kEthernetSize;
  bool is_arp = false;
  std::size_t least_l4 = 0;  // bytes behind the IPv4 header that are enough to be sent on
};

void PrintTo(const Cut& cut, std::ostream* out) {
  *out << cut.name;
}

std::string name_of(const ::testing::TestParamInfo<Cut>& instance) {
  return instance.param.name;
}

Ipv4Fields to_vm3() {
  return {.source = W::kClient, .destination = W::kVm3Eip};
}
Ipv4Fields with_options(Ipv4Fields fields) {
  fields.options = std::vector<std::uint8_t>(12, 1);
  return fields;
}

std::vector<Cut> cuts_of_vm() {
  const Vrrp2Fields v2{.vrid = kVrid, .addresses = {W::kFront}};
  const Vrrp3Fields v3{.vrid = kVrid, .addresses = {W::kFront}};
  const Ipv4Fields multicast = vrrp_ipv4(kVm1.ip);
  return {
      {"Arp", announcement(kVm1), kEthernetSize, true},
      {"TaggedArp",
       from_vm(kVm1, Mac::broadcast()).vlan({}).gratuitous_arp_request(kVm1.mac, W::kFront).build(),
       kEthernetSize + kTagSize, true},
      {"Vrrp2", advert(kVm1, v2), kEthernetSize, false, 20},
      {"Vrrp3", from_vm(kVm1, kVrrpGroupMac).ipv4(multicast).vrrp3(v3).build(), kEthernetSize, false, 12},
      {"TaggedVrrp2", from_vm(kVm1, kVrrpGroupMac).vlan({}).ipv4(multicast).vrrp2(v2).build(),
       kEthernetSize + kTagSize, false, 20},
      {"Vrrp2BehindOptions", from_vm(kVm1, kVrrpGroupMac).ipv4(with_options(multicast)).vrrp2(v2).build(),
       kEthernetSize, false, 20},
      {"Vrrp2BehindAuthenticationHeader",
       from_vm(kVm1, kVrrpGroupMac)
           .ipv4(multicast)
           .authentication_header({})
           .vrrp2({.vrid = kVrid, .addresses = {W::kFront}, .auth_type = 2})
           .build(),
       kEthernetSize, false, 44},
  };
}

std::vector<Cut> cuts_of_uplink() {
  return {
      {"Arp",
       PacketBuilder()
           .ethernet({.destination = Mac::broadcast(), .source = W::kRouterMac})
           .arp_request(W::kRouterMac, W::kRouterIp, W::kVm3Eip)
           .build(),
       kEthernetSize, true},
      {"Udp", datagram_from_internet(W::kVm3Eip), kEthernetSize, false, 8},
      {"UdpBehindOptions", from_router().ipv4(with_options(to_vm3())).udp({}).counting_payload(9).build(),
       kEthernetSize, false, 8},
      {"Tcp", from_router().ipv4(to_vm3()).tcp({}).counting_payload(9).build(), kEthernetSize, false, 18},
      {"TaggedTcp", from_router().vlan({}).ipv4(to_vm3()).tcp({}).counting_payload(9).build(),
       kEthernetSize + kTagSize, false, 18},
      {"Icmp", from_router().ipv4(to_vm3()).icmp_echo_request(1, 1).build(), kEthernetSize, false, 0},
  };
}

// ARP does not say how long it is.
std::vector<Cut> without_arp(std::vector<Cut> cuts) {
  std::erase_if(cuts, [](const Cut& cut) { return cut.is_arp; });
  return cuts;
}

// What becomes of the frame's first `size` bytes.
DropReason reason_at(const Cut& cut, std::size_t size) {
  if (size < cut.l3_offset) return DropReason::truncated;
  if (cut.is_arp) return DropReason::arp_bad;
  return size < cut.l3_offset + kIpv4Size ? DropReason::truncated : DropReason::ipv4_bad_total_length;
}

// The packet cut to `total` bytes, by a sender that says so in a right header.
Frame shortened(const Cut& cut, std::size_t total) {
  Frame frame = cut.whole;
  frame.resize(cut.l3_offset + total);
  const std::span<std::uint8_t> ip(frame.data() + cut.l3_offset, frame.size() - cut.l3_offset);
  ip[2] = static_cast<std::uint8_t>(total >> 8);
  ip[3] = static_cast<std::uint8_t>(total);
  ip[10] = ip[11] = 0;
  const std::uint16_t checksum = internet_checksum(ip.first(std::size_t{ip[0] & 0xfu} * 4));
  ip[10] = static_cast<std::uint8_t>(checksum >> 8);
  ip[11] = static_cast<std::uint8_t>(checksum);
  return frame;
}

class CutFrame : public ShopTest, public ::testing::WithParamInterface<Cut> {
 protected:
  void expect_drop_at_every_length(std::string_view port) {
    for (std::size_t size = 0; size < GetParam().whole.size(); ++size) {
      SCOPED_TRACE(size);
      const Frame& whole = GetParam().whole;
      expect_drop(reason_at(GetParam(), size), port,
                  Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }

  std::size_t header_size() const { return std::size_t{GetParam().whole[GetParam().l3_offset] & 0xfu} * 4; }
};

class CutFrameOfVm : public CutFrame {};

TEST_P(CutFrameOfVm, IsDroppedAtEveryLength) {
  expect_drop_at_every_length(kVm1.port);
  EXPECT_EQ(vswitch.owner("front"), "");
}

class CutPacketOfVm : public CutFrame {};

TEST_P(CutPacketOfVm, ClaimsOnlyWhenWhole) {
  const std::size_t whole = header_size() + GetParam().least_l4;
  for (std::size_t total = header_size(); total < whole; ++total) {
    inject(kVm1, shortened(GetParam(), total));
    ASSERT_EQ(vswitch.owner("front"), "") << total;
  }
  inject(kVm1, shortened(GetParam(), whole));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

INSTANTIATE_TEST_SUITE_P(Parse, CutFrameOfVm, ::testing::ValuesIn(cuts_of_vm()), name_of);
INSTANTIATE_TEST_SUITE_P(Parse, CutPacketOfVm, ::testing::ValuesIn(without_arp(cuts_of_vm())), name_of);

class CutFrameOfUplink : public CutFrame {};

TEST_P(CutFrameOfUplink, IsDroppedAtEveryLength) {
  expect_drop_at_every_length(kUplink);
}

class CutPacketOfUplink : public CutFrame {};

TEST_P(CutPacketOfUplink, IsSentOnFromTheL4ChecksumOn) {
  const std::size_t whole = GetParam().whole.size() - GetParam().l3_offset;
  for (std::size_t total = header_size(); total <= whole; ++total) {
    SCOPED_TRACE(total);
    const Frame frame = shortened(GetParam(), total);
    if (total < header_size() + GetParam().least_l4) {
      expect_drop(DropReason::l4_truncated, kUplink, frame);
    } else {
      const auto sent = inject(kUplink, frame);
      ASSERT_EQ(sent.size(), 1u);
      EXPECT_EQ(sent[0].frame.size(), frame.size());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Parse, CutFrameOfUplink, ::testing::ValuesIn(cuts_of_uplink()), name_of);
INSTANTIATE_TEST_SUITE_P(Parse, CutPacketOfUplink, ::testing::ValuesIn(without_arp(cuts_of_uplink())),
                         name_of);

using Parse = ShopTest;

TEST_F(Parse, PaddingIsCarriedAndNotTakenForPayload) {
  const Frame frame = from_router().ipv4(to_vm3()).udp({.source_port = 1}).payload("x").pad_to(60).build();
  const auto sent = inject(kUplink, frame);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].frame.size(), 60u);
  EXPECT_THAT(verify_checksums(sent[0].frame).verified, ElementsAre("ipv4", "udp"));
  EXPECT_TRUE(verify_checksums(sent[0].frame).ok());
}

TEST_F(Parse, PaddingBehindAnAdvertIsNotPartOfIt) {
  inject(kVm1, from_vm(kVm1, kVrrpGroupMac)
                   .ipv4(vrrp_ipv4(kVm1.ip))
                   .vrrp3({.vrid = kVrid, .addresses = {W::kFront}})
                   .pad_to(60)
                   .build());
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(vswitch.learned(LearnCounter::vrrp_checksum_pseudo), 1u);
}

TEST_F(Parse, PriorityTagIsReadAsIfItWereNotThere) {
  const auto tagged = [](Ipv4Fields ip) {
    return from_vm(kVm1, kVm2.mac).vlan({.id = 0, .priority = 5}).ipv4(ip).udp({}).build();
  };
  EXPECT_THAT(inject(kVm1, tagged({.source = kVm1.ip, .destination = kVm2.ip})),
              ElementsAre(Sent{"vm2-eth0", tagged({.source = kVm1.ip, .destination = kVm2.ip})}));
  expect_drop(DropReason::spoofed_ip, kVm1, tagged({.source = {10, 77, 0, 50}, .destination = kVm2.ip}));
}

TEST_F(Parse, VlanOfVmIsForwardedByMacAlone) {
  const Frame frame = from_vm(kVm1, kVm2.mac)
                          .vlan({.id = 5})
                          .ipv4({.source = {192, 168, 0, 1}, .destination = W::kFront})
                          .udp({})
                          .build();
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm2-eth0", frame}));
}

TEST_F(Parse, ClaimInsideVlanIsNone) {
  inject(kVm1,
         from_vm(kVm1, Mac::broadcast()).vlan({.id = 5}).gratuitous_arp_request(kVm1.mac, W::kFront).build());
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(vswitch.learned(LearnCounter::vlan_mismatch), 1u);
}

TEST_F(Parse, UplinkCarriesPriorityTagToTheVm) {
  const auto sent =
      inject(kUplink, from_router().vlan({.id = 0, .priority = 3}).ipv4(to_vm3()).udp({}).build());
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].port, kVm3.port);
  EXPECT_TRUE(verify_checksums(sent[0].frame).ok());
}

// A frame in two segments, cut behind so many bytes.
class SegmentedFrame : public ShopTest {
 protected:
  std::vector<Sent> inject_in_two(const Frame& frame, std::size_t size_of_first) {
    const auto cut = frame.begin() + static_cast<std::ptrdiff_t>(size_of_first);
    Batch batch;
    fill_exactly(vswitch, batch, kVm1.port, {Frame(frame.begin(), cut), Frame(cut, frame.end())});
    EXPECT_EQ(rte_pktmbuf_chain(batch.packets[0].mbuf, batch.packets[1].mbuf), 0);
    batch.count = 1;
    begin_burst(vswitch, batch);
    run_pipeline(vswitch.worker(), batch);
    return vswitch.take_sent();
  }
};

TEST_F(SegmentedFrame, IsDroppedIfTheCutIsInAHeader) {
  const Frame frame =
      from_vm(kVm1, kVm2.mac).ipv4(with_options({.source = kVm1.ip, .destination = kVm2.ip})).udp({}).build();
  for (std::size_t cut = 1; cut < kEthernetSize + kIpv4Size + 12; ++cut) {
    EXPECT_THAT(inject_in_two(frame, cut), IsEmpty()) << cut;
  }
  EXPECT_EQ(vswitch.drops(DropReason::truncated), vswitch.drops());
}

TEST_F(SegmentedFrame, IsForwardedIfTheCutIsBehindTheHeaders) {
  EXPECT_THAT(inject_in_two(datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac), kEthernetSize + kIpv4Size + 8),
              SizeIs(1));
}

}  // namespace
}  // namespace vipswitch::testing
