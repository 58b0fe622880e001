#include "dataplane/owner/arp_claim.h"

#include <cstring>
#include <gtest/gtest.h>
#include <initializer_list>

#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
#include "tests/unit/owner/vectors.h"

namespace vipswitch::owner {
namespace {

using vipswitch::testing::ArpFields;
using vipswitch::testing::Frame;
using vipswitch::testing::from_hex;
using vipswitch::testing::PacketBuilder;

constexpr Mac kSender{0x02, 0, 0, 0, 0, 0x0a}, kAsker{0x02, 0, 0, 0, 0, 0x0b};
constexpr Ipv4 kClaimed{10, 9, 0, 100}, kOther{10, 9, 0, 2};

ArpForm form_of(const Frame& frame) {
  constexpr std::size_t kEthernetSize = 14;
  Mac destination;
  wire::Arp arp;
  std::memcpy(static_cast<void*>(&destination), frame.data(), sizeof destination);
  std::memcpy(static_cast<void*>(&arp), frame.data() + kEthernetSize, sizeof arp);
  return classify_arp(arp, destination);
}

ArpForm form_of(const ArpFields& arp, const Mac& destination = Mac::broadcast()) {
  return form_of(PacketBuilder().ethernet({.destination = destination, .source = kSender}).arp(arp).build());
}

TEST(ArpClaim, GratuitousRequestIsAnAnnouncement) {
  EXPECT_EQ(form_of(from_hex(vectors::kGratuitousRequest)), ArpForm::kAnnouncement);
}

TEST(ArpClaim, BroadcastReplyIsAnAnnouncement) {
  EXPECT_EQ(form_of(from_hex(vectors::kGratuitousReply)), ArpForm::kAnnouncement);
}

TEST(ArpClaim, VirtualMacOnlyInsideIsAnAnnouncement) {
  EXPECT_EQ(form_of(from_hex(vectors::kGratuitousVirtualMac)), ArpForm::kAnnouncement);
}

TEST(ArpClaim, TargetMacDoesNotMatter) {
  for (const Mac& target : {Mac(), Mac::broadcast(), kSender, kAsker}) {
    EXPECT_EQ(form_of({.operation = 1,
                       .sender_mac = kSender,
                       .sender_ip = kClaimed,
                       .target_mac = target,
                       .target_ip = kClaimed}),
              ArpForm::kAnnouncement);
  }
}

TEST(ArpClaim, UnicastReplyIsWeak) {
  const ArpForm form = form_of({.operation = 2,
                                .sender_mac = kSender,
                                .sender_ip = kClaimed,
                                .target_mac = kAsker,
                                .target_ip = kOther},
                               kAsker);
  EXPECT_EQ(form, ArpForm::kReply);
  EXPECT_EQ(evidence_of(form), EvidenceClass::kWeak);
}

TEST(ArpClaim, RequestForAnotherAddressIsWeak) {
  const ArpForm form =
      form_of({.operation = 1, .sender_mac = kSender, .sender_ip = kClaimed, .target_ip = kOther});
  EXPECT_EQ(form, ArpForm::kRequest);
  EXPECT_EQ(evidence_of(form), EvidenceClass::kWeak);
}

TEST(ArpClaim, ProbeClaimsNothing) {
  EXPECT_EQ(form_of(from_hex(vectors::kArpProbe)), ArpForm::kProbe);
  EXPECT_EQ(evidence_of(ArpForm::kProbe), EvidenceClass::kNone);
}

TEST(ArpClaim, ReplyWithoutSenderAddressClaimsNothing) {
  EXPECT_EQ(form_of({.operation = 2, .sender_mac = kSender, .target_ip = kClaimed}), ArpForm::kProbe);
}

TEST(ArpClaim, AnnouncementsAreOfThatClass) {
  EXPECT_EQ(evidence_of(ArpForm::kAnnouncement), EvidenceClass::kAnnouncement);
}

TEST(ArpClaim, OtherHardwareProtocolLengthOrOperationIsBad) {
  const ArpFields good{.operation = 1, .sender_mac = kSender, .sender_ip = kClaimed, .target_ip = kClaimed};
  ArpFields arp = good;
  arp.hardware_type = 6;
  EXPECT_EQ(form_of(arp), ArpForm::kBad);
  arp = good;
  arp.protocol_type = 0x86dd;
  EXPECT_EQ(form_of(arp), ArpForm::kBad);
  arp = good;
  arp.hardware_length = 8;
  EXPECT_EQ(form_of(arp), ArpForm::kBad);
  arp = good;
  arp.protocol_length = 16;
  EXPECT_EQ(form_of(arp), ArpForm::kBad);
  arp = good;
  for (const std::uint16_t operation : std::initializer_list<std::uint16_t>{0, 3, 4, 256}) {
    arp.operation = operation;
    EXPECT_EQ(form_of(arp), ArpForm::kBad) << operation;
  }
  EXPECT_EQ(evidence_of(ArpForm::kBad), EvidenceClass::kNone);
}

TEST(ArpClaim, SenderMacThatIsNoUnicastAddressIsBad) {
  for (const Mac& sender : {Mac(), Mac::broadcast(), Mac(0x01, 0, 0x5e, 0, 0, 0x12)}) {
    EXPECT_EQ(form_of({.operation = 1, .sender_mac = sender, .sender_ip = kClaimed, .target_ip = kClaimed}),
              ArpForm::kBadSenderMac);
  }
  EXPECT_EQ(evidence_of(ArpForm::kBadSenderMac), EvidenceClass::kNone);
}

}  // namespace
}  // namespace vipswitch::owner
