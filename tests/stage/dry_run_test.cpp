// A dry run says what the pipeline then does, and leaves no trace of its own.

#include <algorithm>
#include <tuple>

#include "control/trace/packet_tracer.h"
#include "dataplane/owner_decision.h"
#include "tests/stage/random_frames.h"
#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using W = ShopWorld;
using W6 = ShopWorld6;

class DryRunTest : public ::testing::Test, protected Shop {
 protected:
  explicit DryRunTest(Stack stack = Stack::kIpv4) : Shop(stack) {}

  void TearDown() override { EXPECT_TRUE(is_conserved()); }

  PacketTracer tracer{vswitch.control().host(), vswitch.control().tables().registry(),
                      [this](const HavipEntry& havip, Family family) {
                        return Result<HavipSnapshot>(look_at(havip.slots.of(family)->id));
                      }};

  HavipSnapshot look_at(HavipId havip) {
    HavipSnapshot snapshot;
    take_snapshot(vswitch.worker(), havip, snapshot);
    return snapshot;
  }
  PacketTrace trace(const TraceRequest& request) {
    vswitch.worker().now_ms = vswitch.now();
    auto traced = tracer.trace(request);
    EXPECT_TRUE(traced.ok()) << (traced.ok() ? "" : traced.error().message);
    return traced.ok() ? std::move(traced).value() : PacketTrace{};
  }
  PacketTrace trace(std::string_view port, const Frame& frame) {
    return trace({std::string(port), frame, {}});
  }
  PacketTrace trace(const Vm& vm, const Frame& frame) { return trace(vm.port, frame); }
  PacketTrace trace(const Vm& vm, const FrameSpec& spec, std::string as_owner = {}) {
    return trace({std::string(vm.port), spec, std::move(as_owner)});
  }
  static std::vector<std::string> stages(const PacketTrace& trace) {
    std::vector<std::string> names;
    for (const auto& step : trace.steps) names.push_back(step.stage);
    return names;
  }
  // Everything of one stage in one text.
  static std::string says(const PacketTrace& trace, std::string_view stage) {
    std::string text;
    for (const auto& step : trace.steps) {
      if (step.stage != stage) continue;
      for (const auto& line : step.says) text += line + "\n";
    }
    return text;
  }
};

// What VMs and the internet send, some of it damaged.
std::pair<std::string_view, Frame> next_frame(RandomFrames& random) {
  const Vm vm = random.one_of(std::vector<Vm>{kVm1, kVm2, kVm3, kDb1});
  const std::vector<Frame> of_vm{advert(vm, static_cast<std::uint8_t>(random.number(0, 255))),
                                 announcement(vm),
                                 announcement(vm, vm.ip),
                                 arp_request(vm, W::kFront),
                                 arp_request(vm, kVm2.ip),
                                 arp_request(vm, W::kWebGateway),
                                 arp_reply_to_gateway(vm, W::kFront),
                                 datagram(vm, vm.ip, W::kClient),
                                 datagram(vm, W::kFront, W::kClient),
                                 datagram(vm, vm.ip, W::kFront, stable_mac(W::kFront)),
                                 datagram(vm, vm.ip, kDb1.ip),
                                 datagram(vm, vm.ip, kVm2.ip, kVm2.mac)};
  const std::vector<Frame> of_uplink{datagram_from_internet(W::kFrontEip), datagram_from_internet(W::kVm3Eip),
                                     datagram_from_internet(W::kUplinkIp)};
  const bool is_uplink = random.one_in(4);
  const Frame frame = random.one_of(is_uplink ? of_uplink : of_vm);
  return {is_uplink ? kUplink : vm.port,
          random.one_in(2) ? random.mutated(frame, random.one_of(of_vm)) : frame};
}

std::vector<Sent> in_order(std::vector<Sent> sent) {
  std::sort(sent.begin(), sent.end(), [](const Sent& a, const Sent& b) {
    return std::tie(a.port, a.frame) < std::tie(b.port, b.frame);
  });
  return sent;
}

TEST_F(DryRunTest, SaysWhatThePipelineThenDoes) {
  RandomFrames random(7);
  hand_over_at_once();  // else the pipeline sends later what a trace tells
  elect(kVm1);
  for (int i = 0; i < 2000; ++i) {
    vswitch.advance_to(vswitch.now() + random.number(0, 300));
    const auto [port, frame] = next_frame(random);
    const PacketTrace told = trace(port, frame);
    std::vector<Sent> told_sent;
    for (const auto& sent : told.sent) told_sent.push_back({sent.port, sent.bytes});
    const std::uint64_t drops_before = vswitch.drops();
    const auto sent = inject(port, frame);
    EXPECT_EQ(in_order(told_sent), in_order(sent)) << told.frame;
    EXPECT_EQ(told.verdict == "drop", vswitch.drops() != drops_before) << told.frame << " " << told.reason;
    if (HasFailure()) return;
  }
}

TEST_F(DryRunTest, ChangesNothing) {
  elect(kVm1);
  const auto before = look_at(HavipId(0));
  const auto learned = vswitch.learned(LearnCounter::advert);
  const auto drops = vswitch.drops();
  const auto told = trace(kVm2, advert(kVm2, 200));
  EXPECT_THAT(says(told, "snoop"), HasSubstr("HAVIP front goes from vm1-eth0 to vm2-eth0: trigger advert"));
  trace(kVm1, Frame(10));
  EXPECT_EQ(vswitch.owner("front"), "vm1-eth0");
  const auto after = look_at(HavipId(0));
  EXPECT_EQ(after.owner, before.owner);
  EXPECT_EQ(after.sequence, before.sequence);
  EXPECT_EQ(after.election.generation(), before.election.generation());
  EXPECT_EQ(vswitch.learned(LearnCounter::advert), learned);
  EXPECT_EQ(vswitch.drops(), drops);
  EXPECT_THAT(vswitch.take_sent(), IsEmpty());
}

TEST_F(DryRunTest, PacketToAHavipIsToldByNames) {
  elect(kVm1);
  const auto told = trace(kVm3, FrameSpec{.kind = FrameKind::kTcp, .destination = W::kFront});
  EXPECT_THAT(stages(told), ElementsAre("parse", "guard", "snoop", "nat", "resolve", "tx"));
  EXPECT_THAT(says(told, "parse"), HasSubstr("IPv4 10.77.0.13 -> 10.77.0.100, TCP 40000 -> 80, TTL 64"));
  EXPECT_THAT(says(told, "guard"), HasSubstr("source 10.77.0.13 is vm3-eth0's own address"));
  EXPECT_THAT(says(told, "nat"), HasSubstr("inside VPC shop: nothing to translate"));
  EXPECT_THAT(says(told, "resolve"), HasSubstr("the destination is HAVIP front, owned by vm1-eth0"));
  EXPECT_THAT(says(told, "tx"), HasSubstr("54 bytes would leave vm1-eth0"));
  EXPECT_EQ(told.verdict, "sent");
  EXPECT_EQ(told.reason, "");
  ASSERT_EQ(told.sent.size(), 1u);
  EXPECT_EQ(told.sent[0].port, "vm1-eth0");
}

TEST_F(DryRunTest, DropSaysWhereAndWhy) {
  const auto told = trace(kVm3, FrameSpec{.destination = W::kFront});
  EXPECT_EQ(told.verdict, "drop");
  EXPECT_EQ(told.reason, "havip_no_owner");
  EXPECT_EQ(stages(told).back(), "resolve");
  EXPECT_THAT(says(told, "resolve"), HasSubstr("the HAVIP has no owner at the moment"));
  const auto spoofed = trace(kVm3, FrameSpec{.source = W::kVm1Ip, .destination = W::kVm2Ip});
  EXPECT_EQ(spoofed.reason, "spoofed_ip");
  EXPECT_THAT(says(spoofed, "guard"), HasSubstr("source 10.77.0.11 is vm1-eth0's own address"));
}

TEST_F(DryRunTest, AsOwnerAnswersWhatIf) {
  const FrameSpec spec{.destination = W::kFront};
  EXPECT_EQ(trace(kVm3, spec).reason, "havip_no_owner");
  const auto told = trace(kVm3, spec, "vm2-eth0");
  EXPECT_THAT(told.assumed, ElementsAre("vm2-eth0 owns HAVIP front"));
  ASSERT_EQ(told.sent.size(), 1u);
  EXPECT_EQ(told.sent[0].port, "vm2-eth0");
  EXPECT_EQ(vswitch.owner("front"), "");
  // As the sender: what leaves through the EIP.
  const FrameSpec out{.source = W::kFront, .destination = W::kClient};
  elect(kVm2);
  EXPECT_EQ(trace(kVm1, out).reason, "eip_not_owner");
  EXPECT_THAT(says(trace(kVm1, out, "vm1-eth0"), "nat"),
              HasSubstr("source 10.77.0.100 becomes 203.0.113.10: EIP front-public of HAVIP front"));
}

TEST_F(DryRunTest, AdvertThatNeverCameIsNoGroupOfItsPort) {
  trace(kVm1.port, advert(kVm1));
  EXPECT_THAT(vswitch.runtime().vrrp_speakers(), IsEmpty());
}

TEST_F(DryRunTest, WhatIsTooLongIsCutOrItsSenderTold) {
  const auto packet = [](bool dont_fragment) {
    return from_vm(kVm3, kGatewayMac)
        .ipv4({.source = kVm3.ip, .destination = W::kClient, .dont_fragment = dont_fragment})
        .udp({})
        .counting_payload(1600)
        .build();
  };
  const auto refused = trace(kVm3, packet(true));
  EXPECT_EQ(refused.verdict, "drop");
  EXPECT_EQ(refused.reason, "mtu_exceeded");
  EXPECT_THAT(says(refused, "nat"), HasSubstr("out of uplink"));
  EXPECT_THAT(says(refused, "tx"), HasSubstr("bytes would leave vm3-eth0: its sender is told"));
  const auto cut = trace(kVm3, packet(false));
  EXPECT_EQ(cut.verdict, "sent");
  EXPECT_EQ(cut.sent.size(), 2u);
  EXPECT_EQ(says(cut, "tx").find("its sender is told"), std::string::npos);
}

TEST_F(DryRunTest, EipIsTranslatedInWords) {
  const auto told = trace({"uplink", FrameSpec{.destination = W::kVm3Eip}, {}});
  EXPECT_THAT(says(told, "nat"), HasSubstr("destination 203.0.113.11 is EIP vm3-public of port vm3-eth0"));
  EXPECT_THAT(says(told, "nat"), HasSubstr("destination 203.0.113.11 becomes 10.77.0.13"));
  ASSERT_EQ(told.sent.size(), 1u);
  EXPECT_EQ(told.sent[0].port, "vm3-eth0");
}

TEST_F(DryRunTest, ArpIsAnsweredInWords) {
  const auto told = trace(kVm3, FrameSpec{.kind = FrameKind::kQuestion, .destination = W::kVm1Ip});
  EXPECT_THAT(says(told, "parse"), HasSubstr("ARP: who has 10.77.0.11, asks 10.77.0.13"));
  EXPECT_THAT(says(told, "snoop"), HasSubstr("answered: 10.77.0.11 is at 52:54:00:77:00:11"));
}

TEST_F(DryRunTest, MadeUpAdvertsAreGoodAdverts) {
  for (const std::uint8_t version : {std::uint8_t{2}, std::uint8_t{3}}) {
    FrameSpec spec;
    spec.kind = FrameKind::kVrrp;
    spec.vrid = 51;
    spec.version = version;
    spec.addresses = {W::kFront};
    const auto told = trace(kVm1, spec);
    EXPECT_THAT(says(told, "snoop"), HasSubstr("counted as advert"));
    EXPECT_THAT(says(told, "snoop"), HasSubstr("HAVIP front goes from nobody to vm1-eth0"));
    EXPECT_EQ(told.sent.size(), 1u);
  }
  const auto announced = trace(kVm1, FrameSpec{.kind = FrameKind::kAnnouncement, .destination = W::kFront});
  EXPECT_THAT(says(announced, "snoop"), HasSubstr("neighbours see the stable MAC"));
}

TEST_F(DryRunTest, MadeUpChecksumsAreRight) {
  for (const FrameKind kind : {FrameKind::kTcp, FrameKind::kUdp, FrameKind::kEcho}) {
    FrameSpec spec{.kind = kind, .destination = W::kVm2Ip, .payload_bytes = 33};
    const auto told = trace(kVm1, spec);
    ASSERT_EQ(told.sent.size(), 1u);
    const ChecksumReport report = verify_checksums(told.sent[0].bytes);
    EXPECT_TRUE(report.ok()) << report;
    EXPECT_EQ(report.verified.size(), 2u);
  }
}

TEST_F(DryRunTest, Ipv6IsToldToo) {
  const auto udp = trace(kVm1, FrameSpec{.source = v6(0, 0x11), .destination = v6(0, 0x99)});
  EXPECT_THAT(says(udp, "parse"),
              HasSubstr("IPv6 2001:db8::11 -> 2001:db8::99, UDP 40000 -> 80, hop limit 64"));
  EXPECT_THAT(says(udp, "guard"), HasSubstr("source 2001:db8::11 is nobody's address"));
  EXPECT_EQ(udp.verdict, "drop");
  EXPECT_EQ(stages(udp).back(), "guard");
  const auto nd = trace(kVm1, FrameSpec{.kind = FrameKind::kQuestion,
                                        .destination = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 1})});
  EXPECT_THAT(says(nd, "parse"), HasSubstr("neighbour solicitation for fe80::1"));
  EXPECT_EQ(nd.verdict, "drop");
}

class DryRun6Test : public DryRunTest {
 protected:
  DryRun6Test() : DryRunTest(Stack::kDual) {}
};

// RFC 4861 4.3: without the MAC of who asks.
TEST_F(DryRun6Test, QuestionFromNowhereIsADuplicateAddressProbe) {
  const auto probe = trace(
      kVm1, FrameSpec{.kind = FrameKind::kQuestion, .source = Ipv6(), .destination = ShopWorld6::kVm2Ip});
  EXPECT_EQ(probe.verdict, "sent");
  EXPECT_THAT(says(probe, "snoop"), HasSubstr("answered from"));
  EXPECT_THAT(says(probe, "snoop"), ::testing::Not(HasSubstr("nd_bad")));
}

TEST_F(DryRun6Test, QuestionsOfTheProviderAreAboutEips) {
  for (const IpAddress& eip : {IpAddress(W::kFrontEip), IpAddress(ShopWorld6::kFrontEip)}) {
    const auto told =
        trace({std::string(kUplink), FrameSpec{.kind = FrameKind::kQuestion, .destination = eip}, {}});
    EXPECT_THAT(says(told, "snoop"), HasSubstr("is EIP front-public"));
  }
}

TEST_F(DryRun6Test, PortWithoutAnAddressOfTheFamilyNeedsASource) {
  model::Port port;
  port.name = port.instance = "bare";
  port.subnet = "web";
  port.mac = {0x52, 0x54, 0, 0x77, 0, 0x19};
  port.ipv6 = v6(0x77, 0x19);
  port.device = vswitch.next_device();
  ASSERT_TRUE(vswitch.service().add(port));
  vswitch.settle();
  const auto traced = tracer.trace({"bare", FrameSpec{.destination = W::kVm2Ip}, {}});
  ASSERT_FALSE(traced.ok());
  EXPECT_EQ(traced.error().message,
            "from: port \"bare\" has no IPv4 address of its own, expected from SOURCE");
  EXPECT_EQ(trace({"bare", FrameSpec{.source = Ipv4(), .destination = W::kVm2Ip}, {}}).port, "bare");
}

TEST_F(DryRun6Test, MadeUpPacketsAreThoseOfTheGuestAndTheRouter) {
  inject(kVm2, announcement6(kVm2, W6::kVm2Ip));
  for (const FrameKind kind : {FrameKind::kTcp, FrameKind::kUdp, FrameKind::kEcho}) {
    const auto out = trace(kVm3, FrameSpec{.kind = kind, .destination = W6::kClient, .payload_bytes = 33});
    ASSERT_EQ(out.sent.size(), 1u);
    EXPECT_EQ(out.sent[0].port, kUplink);
    EXPECT_TRUE(verify_checksums(out.sent[0].bytes).ok()) << verify_checksums(out.sent[0].bytes);
    const auto in = trace({"uplink", FrameSpec{.kind = kind, .destination = W6::kFrontEip}, {}});
    ASSERT_EQ(in.sent.size(), 1u);
    EXPECT_EQ(in.sent[0].port, kVm2.port);
    EXPECT_TRUE(verify_checksums(in.sent[0].bytes).ok()) << verify_checksums(in.sent[0].bytes);
    const auto bridged = trace(kVm3, FrameSpec{.kind = kind, .destination = W6::kFront});
    ASSERT_EQ(bridged.sent.size(), 1u);
    EXPECT_EQ(bridged.sent[0].port, kVm2.port);
  }
}

TEST_F(DryRun6Test, MadeUpNeighbourDiscoveryIsGood) {
  const auto asked = trace(kVm3, FrameSpec{.kind = FrameKind::kQuestion, .destination = W6::kVm1Ip});
  EXPECT_THAT(says(asked, "snoop"), HasSubstr("answered"));
  EXPECT_EQ(asked.sent.size(), 1u);
  const auto of_router =
      trace({"uplink", FrameSpec{.kind = FrameKind::kQuestion, .destination = W6::kVm3Eip}, {}});
  ASSERT_EQ(of_router.sent.size(), 1u);
  EXPECT_EQ(of_router.sent[0].port, kUplink);
  const auto announced = trace(kVm1, FrameSpec{.kind = FrameKind::kAnnouncement, .destination = W6::kFront});
  EXPECT_THAT(says(announced, "snoop"), HasSubstr("HAVIP front goes from nobody to vm1-eth0"));
}

TEST_F(DryRun6Test, MadeUpAdvertOverIpv6GoesToItsGroup) {
  const auto told = trace(
      kVm1,
      FrameSpec{.kind = FrameKind::kVrrp, .destination = W6::kFront, .vrid = 51, .addresses = {W6::kFront}});
  EXPECT_THAT(told.frame,
              HasSubstr("33:33:00:00:00:12, IPv6 fe80::5054:ff:fe77:11 -> ff02::12, VRRPv3 of group 51"));
}

TEST_F(DryRunTest, RejectedAdvertSaysHowItWasCounted) {
  Vrrp2Fields fields{.vrid = kVrid, .addresses = {W::kFront}};
  fields.checksum = VrrpChecksum::kWrong;
  EXPECT_THAT(says(trace(kVm1, advert(kVm1, fields)), "snoop"), HasSubstr("counted as vrrp_bad_checksum"));
}

TEST_F(DryRunTest, RefusalsNameWhatIsWrong) {
  const auto error_of = [&](const TraceRequest& request) {
    const auto traced = tracer.trace(request);
    return traced.ok() ? "ok" : traced.error().message;
  };
  EXPECT_THAT(error_of({"vm9", FrameSpec{}, {}}), HasSubstr("port: \"vm9\" does not exist"));
  EXPECT_THAT(error_of({"vm1-eth0", FrameSpec{}, "vm3-eth0"}),
              HasSubstr("as-owner: \"vm3-eth0\" is bound to no HAVIP"));
  EXPECT_THAT(error_of({"vm1-eth0", FrameSpec{}, "vm9"}), HasSubstr("as-owner: \"vm9\" does not exist"));
  EXPECT_THAT(error_of({"vm1-eth0", FrameBytes(5000), {}}),
              HasSubstr("packet: 5000 bytes, expected at most"));
}

}  // namespace
}  // namespace vipswitch::testing
