#include "dataplane/owner/neighbour_discovery.h"

#include <gtest/gtest.h>
#include <vector>

#include "tests/support/packet_builder.h"
#include "vipswitch/wire.h"

namespace vipswitch::testing {
namespace {

using owner::NdForm;
using owner::NdMessage;

constexpr std::size_t kMessage = 14 + 40;  // behind Ethernet and IPv6
constexpr std::uint8_t kSolicitation = 135, kAdvertisement = 136;
constexpr Ipv6 kHost = Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, 0, 0x11});
constexpr Ipv6 kTarget = Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, 0, 0x100});
constexpr Ipv6 kGroup = Ipv6::from_groups({0xff02, 0, 0, 0, 0, 0, 0, 0x12});
constexpr Mac kMac{0x52, 0x54, 0, 0x77, 0, 0x11};

NdMessage parse(const Ipv6Fields& ip, const Frame& frame) {
  // A buffer of the message's exact size: a byte too many shows under AddressSanitizer.
  const std::vector<std::uint8_t> message(frame.begin() + kMessage, frame.end());
  return owner::parse_nd({ip.source, ip.destination, ip.hop_limit, message});
}

NdMessage parse(const Ipv6Fields& ip, const NeighbourFields& fields,
                const std::vector<std::uint8_t>& behind = {}) {
  return parse(ip, PacketBuilder().ethernet({}).ipv6(ip).neighbour(fields).payload(behind).build());
}

NdForm form_of(const Ipv6Fields& ip, const NeighbourFields& fields,
               const std::vector<std::uint8_t>& behind = {}) {
  return parse(ip, fields, behind).form;
}

const Ipv6Fields kToAll{.source = kHost, .destination = Ipv6::all_nodes(), .hop_limit = 255};
const Ipv6Fields kToGroupOfTarget{.source = kHost, .destination = kTarget.solicited_node(), .hop_limit = 255};
const NeighbourFields kAnnounce{
    .type = kAdvertisement, .target = kTarget, .flags = wire::kNdOverride, .mac = kMac};
const NeighbourFields kAsk{.type = kSolicitation, .target = kTarget, .mac = kMac};

TEST(NeighbourDiscovery, AnnouncementNamesTargetAndMac) {
  const NdMessage message = parse(kToAll, kAnnounce);
  EXPECT_EQ(message.form, NdForm::kAnnouncement);
  EXPECT_EQ(message.target, kTarget);
  EXPECT_EQ(message.mac, kMac);
  EXPECT_EQ(message.mac_offset, 26u);
  EXPECT_FALSE(message.is_solicited);
}

TEST(NeighbourDiscovery, RouterFlagMakesNoDifference) {
  NeighbourFields fields = kAnnounce;
  fields.flags |= wire::kNdRouter;
  EXPECT_EQ(form_of(kToAll, fields), NdForm::kAnnouncement);
}

TEST(NeighbourDiscovery, WithoutOverrideOrMacOrToOneItOnlyHints) {
  NeighbourFields no_override = kAnnounce, no_mac = kAnnounce;
  no_override.flags = 0;
  no_mac.mac.reset();
  EXPECT_EQ(form_of(kToAll, no_override), NdForm::kAdvertisement);
  EXPECT_EQ(form_of(kToAll, no_mac), NdForm::kAdvertisement);
  const Ipv6Fields to_one{.source = kTarget, .destination = kHost, .hop_limit = 255};
  EXPECT_EQ(form_of(to_one, kAnnounce), NdForm::kAdvertisement);
}

TEST(NeighbourDiscovery, SolicitedAnswerIsTold) {
  NeighbourFields fields = kAnnounce;
  fields.flags |= wire::kNdSolicited;
  const NdMessage message = parse({.source = kTarget, .destination = kHost, .hop_limit = 255}, fields);
  EXPECT_EQ(message.form, NdForm::kAdvertisement);
  EXPECT_TRUE(message.is_solicited);
}

TEST(NeighbourDiscovery, SolicitationAndProbe) {
  EXPECT_EQ(form_of(kToGroupOfTarget, kAsk), NdForm::kSolicitation);
  const Ipv6Fields from_nobody{.destination = kTarget.solicited_node(), .hop_limit = 255};
  EXPECT_EQ(form_of(from_nobody, {.type = kSolicitation, .target = kTarget}), NdForm::kProbe);
}

TEST(NeighbourDiscovery, ProbeWithMacOrToAnotherGroupIsBad) {
  EXPECT_EQ(form_of({.destination = kTarget.solicited_node(), .hop_limit = 255}, kAsk), NdForm::kBad);
  EXPECT_EQ(form_of({.destination = Ipv6::all_nodes(), .hop_limit = 255},
                    {.type = kSolicitation, .target = kTarget}),
            NdForm::kBad);
}

TEST(NeighbourDiscovery, WhatRfc4861RefusesIsBad) {
  Ipv6Fields far = kToAll;
  far.hop_limit = 254;
  EXPECT_EQ(form_of(far, kAnnounce), NdForm::kBad);
  NeighbourFields code = kAnnounce, sum = kAnnounce, target = kAnnounce, solicited = kAnnounce;
  code.code = 1;
  sum.checksum = Checksum::kWrong;
  target.target = kGroup;
  solicited.flags |= wire::kNdSolicited;
  for (const NeighbourFields& fields : {code, sum, target, solicited}) {
    EXPECT_EQ(form_of(kToAll, fields), NdForm::kBad);
  }
  EXPECT_EQ(form_of(kToGroupOfTarget, {.type = kSolicitation, .target = kGroup, .mac = kMac}), NdForm::kBad);
}

TEST(NeighbourDiscovery, MacThatIsNoUnicastAddressIsBad) {
  NeighbourFields fields = kAnnounce;
  fields.mac = Mac::broadcast();
  EXPECT_EQ(form_of(kToAll, fields), NdForm::kBad);
  fields.mac = Mac();
  EXPECT_EQ(form_of(kToAll, fields), NdForm::kBad);
}

TEST(NeighbourDiscovery, OptionsAreWalkedToTheEnd) {
  const NeighbourFields bare{.type = kAdvertisement, .target = kTarget, .flags = wire::kNdOverride};
  const std::vector<std::uint8_t> unknown{200, 1, 0, 0, 0, 0, 0, 0};
  std::vector<std::uint8_t> both = unknown;
  both.insert(both.end(), {wire::kNdTargetMac, 1});
  both.insert(both.end(), kMac.bytes().begin(), kMac.bytes().end());
  const NdMessage message = parse(kToAll, bare, both);
  EXPECT_EQ(message.form, NdForm::kAnnouncement);
  EXPECT_EQ(message.mac_offset, 34u);
  // Without length, longer than the message, cut off inside.
  EXPECT_EQ(form_of(kToAll, bare, {200, 0, 0, 0, 0, 0, 0, 0}), NdForm::kBad);
  EXPECT_EQ(form_of(kToAll, bare, {200, 2, 0, 0, 0, 0, 0, 0}), NdForm::kBad);
  EXPECT_EQ(form_of(kToAll, bare, {200}), NdForm::kBad);
}

TEST(NeighbourDiscovery, EveryTypeHasALeastSize) {
  struct Least {
    std::uint8_t type;
    std::size_t size;
    NdForm form;
  };
  const Least kinds[] = {{133, 8, NdForm::kRouterSolicitation},
                         {134, 16, NdForm::kRouterAdvertisement},
                         {135, 24, NdForm::kSolicitation},
                         {136, 24, NdForm::kAdvertisement},
                         {137, 40, NdForm::kRedirect}};
  for (const Least& kind : kinds) {
    for (std::size_t size = 0; size <= kind.size; ++size) {
      const Frame whole = PacketBuilder()
                              .ethernet({})
                              .ipv6(kToGroupOfTarget)
                              .icmp6({.type = kind.type})
                              .payload(std::vector<std::uint8_t>(size > 8 ? size - 8 : 0))
                              .build();
      const Frame cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kMessage + size));
      EXPECT_EQ(parse(kToGroupOfTarget, cut).form, size < kind.size ? NdForm::kBad : kind.form)
          << unsigned{kind.type} << ", " << size << " bytes";
    }
  }
  EXPECT_EQ(form_of(kToAll, {.type = 138, .target = kTarget}), NdForm::kBad);
}

TEST(NeighbourDiscovery, RouterSolicitationFromNobodyHasNoMac) {
  const Ipv6Fields from_nobody{.destination = Ipv6::all_nodes(), .hop_limit = 255};
  const auto ask = [&](const std::vector<std::uint8_t>& options) {
    return parse(from_nobody,
                 PacketBuilder().ethernet({}).ipv6(from_nobody).icmp6({.type = 133}).payload(options).build())
        .form;
  };
  EXPECT_EQ(ask({}), NdForm::kRouterSolicitation);
  EXPECT_EQ(ask({wire::kNdSourceMac, 1, 0x52, 0x54, 0, 0x77, 0, 0x11}), NdForm::kBad);
}

}  // namespace
}  // namespace vipswitch::testing
