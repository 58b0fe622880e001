#include "dataplane/owner_word.h"

#include <gtest/gtest.h>

#include "dataplane/endpoint_ref.h"
#include "dataplane/tables.h"

namespace vipswitch {
namespace {

TEST(OwnerWord, ZeroIsUnknown) {
  EXPECT_EQ(OwnerWord().location(), OwnerLocation::kUnknown);
  EXPECT_FALSE(OwnerWord().is_local());
  EXPECT_EQ(OwnerWord().sequence(), 0u);
}

TEST(OwnerWord, LocalKeepsPortAndSequence) {
  const OwnerWord word = OwnerWord::local(PortId(0xabcdef), 7);
  EXPECT_TRUE(word.is_local());
  EXPECT_EQ(word.port(), PortId(0xabcdef));
  EXPECT_TRUE(word.is_port(PortId(0xabcdef)));
  EXPECT_FALSE(word.is_port(PortId(0xabcdee)));
  EXPECT_FALSE(word.has_virtual_mac());
  EXPECT_EQ(word.vrid(), 0);
  EXPECT_EQ(word.sequence(), 7u);
}

TEST(OwnerWord, VirtualMacKeepsEveryFieldAtItsLargestValue) {
  const OwnerWord word = OwnerWord::local_virtual_mac(PortId(0xffffff), 255, 0xffffff);
  EXPECT_TRUE(word.is_port(PortId(0xffffff)));
  EXPECT_TRUE(word.has_virtual_mac());
  EXPECT_EQ(word.vrid(), 255);
  EXPECT_EQ(word.sequence(), 0xffffffu);
}

TEST(OwnerWord, NobodyIsNoPort) {
  const OwnerWord word = OwnerWord::nobody(OwnerLocation::kReleased, 3);
  EXPECT_EQ(word.location(), OwnerLocation::kReleased);
  EXPECT_FALSE(word.is_port(PortId(0)));
  EXPECT_EQ(word.sequence(), 3u);
}

TEST(OwnerWord, SequenceCountsModulo24Bits) {
  EXPECT_EQ(OwnerWord::local(PortId(1), 0x1000002).sequence(), 2u);
  EXPECT_EQ(OwnerWord::local(PortId(1), 0x1000002).port(), PortId(1));
}

TEST(OwnerWord, SamePlaceLeavesOnlyTheSequenceOut) {
  const OwnerWord word = OwnerWord::local(PortId(1), 1);
  EXPECT_TRUE(word.same_place(OwnerWord::local(PortId(1), 2)));
  EXPECT_FALSE(word.same_place(OwnerWord::local(PortId(2), 1)));
  EXPECT_FALSE(word.same_place(OwnerWord::local_virtual_mac(PortId(1), 51, 1)));
  EXPECT_FALSE(word.same_place(OwnerWord::nobody(OwnerLocation::kUnknown, 1)));
  EXPECT_FALSE(OwnerWord::local_virtual_mac(PortId(1), 51, 1)
                   .same_place(OwnerWord::local_virtual_mac(PortId(1), 52, 1)));
}

TEST(EndpointRef, KeepsKindAndIndex) {
  const EndpointRef port(PortId(0xfffffffe)), havip(HavipId(3)), gateway = EndpointRef::gateway(SubnetId(0));
  EXPECT_EQ(port.kind(), EndpointKind::kPort);
  EXPECT_EQ(port.port(), PortId(0xfffffffe));
  EXPECT_EQ(havip.kind(), EndpointKind::kHavip);
  EXPECT_EQ(havip.havip(), HavipId(3));
  EXPECT_EQ(gateway.kind(), EndpointKind::kGateway);
  EXPECT_EQ(gateway.subnet(), SubnetId(0));
}

// A lookup's 0 means that nothing was found, so nothing that is found may be 0.
TEST(EndpointRef, OfIndexZeroIsNotZero) {
  EXPECT_FALSE(EndpointRef().exists());
  for (const auto ref :
       {EndpointRef(PortId(0)), EndpointRef(HavipId(0)), EndpointRef::gateway(SubnetId(0))}) {
    EXPECT_TRUE(ref.exists());
    EXPECT_NE(ref.raw(), 0u);
  }
}

TEST(MacValue, LeadsBackToTheMacAndIsNeverZero) {
  for (const Mac& mac : {Mac(), Mac::broadcast(), Mac(1, 2, 3, 4, 5, 6), Mac(0x80, 0, 0, 0, 0, 1)}) {
    EXPECT_NE(mac_to_value(mac), 0u);
    EXPECT_EQ(value_to_mac(mac_to_value(mac)), mac);
  }
}

TEST(OwnerWord, PlainLocalIsALocalPortAndNothingElse) {
  for (const std::uint32_t sequence : {0u, 1u, OwnerWord::kSequences - 1}) {
    for (const std::uint32_t port : {0u, 7u, 0xfffffeu}) {
      const OwnerWord local = OwnerWord::local(PortId(port), sequence);
      EXPECT_TRUE(local.is_plain_local());
      EXPECT_FALSE(local.watched().is_plain_local());
      EXPECT_TRUE(local.watched().unwatched().is_plain_local());
      EXPECT_FALSE(OwnerWord::local_virtual_mac(PortId(port), 0, sequence).is_plain_local());
      EXPECT_FALSE(OwnerWord::local_virtual_mac(PortId(port), 255, sequence).is_plain_local());
    }
    for (const auto location :
         {OwnerLocation::kUnknown, OwnerLocation::kReleased, OwnerLocation::kRemoteHost}) {
      EXPECT_FALSE(OwnerWord::nobody(location, sequence).is_plain_local());
      EXPECT_FALSE(OwnerWord::nobody(location, sequence).is_port(PortId(0)));
    }
  }
}

}  // namespace
}  // namespace vipswitch
