// IPv4 packets that are too long for where they go, and may be cut.

#include <algorithm>
#include <map>

#include "dataplane/pipeline.h"
#include "dataplane/stage/guard.h"
#include "dataplane/stage/nat.h"
#include "dataplane/stage/parse.h"
#include "dataplane/stage/resolve.h"
#include "dataplane/stage/tx.h"
#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

constexpr std::size_t kMtu = 1500, kEthernet = 14, kHeader = 20;

class Fragments : public CustomerTest {
 protected:
  // What the fragments carry, put together; each must be right by itself, and all have the same addresses.
  Frame joined(const std::vector<Sent>& sent, std::string_view port) {
    std::map<std::size_t, Frame> pieces;
    std::size_t whole = 0;
    for (const Sent& piece : sent) {
      EXPECT_EQ(piece.port, port);
      const Frame& f = piece.frame;
      EXPECT_LE(f.size(), kEthernet + kMtu);
      EXPECT_TRUE(verify_checksums(f).ok()) << verify_checksums(f);
      EXPECT_TRUE(std::equal(f.begin(), f.begin() + kEthernet, sent[0].frame.begin()));
      EXPECT_TRUE(std::equal(f.begin() + 26, f.begin() + 34, sent[0].frame.begin() + 26)) << "addresses";
      EXPECT_TRUE(std::equal(f.begin() + 18, f.begin() + 20, sent[0].frame.begin() + 18)) << "identification";
      const unsigned flags = f[20] * 256U + f[21];
      const std::size_t offset = (flags & 0x1fff) * 8;
      pieces[offset] = Frame(f.begin() + kEthernet + kHeader, f.end());
      if ((flags & 0x2000) == 0) whole = offset + pieces[offset].size();
    }
    Frame all;
    for (const auto& [offset, bytes] : pieces) {
      EXPECT_EQ(offset, all.size());
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    EXPECT_EQ(all.size(), whole);
    return all;
  }
};

PacketBuilder datagram_of(PacketBuilder ethernet, Ipv4 source, Ipv4 destination, std::size_t payload_size) {
  return ethernet.ipv4({.source = source, .destination = destination, .identification = 77})
      .udp({.source_port = 9, .destination_port = 10})
      .counting_payload(payload_size);
}

TEST_P(Fragments, OfWhatGoesOutCarryTheTranslatedDatagram) {
  for (const std::size_t size : {1473u, 1900u, 3000u, 4000u}) {
    const auto sent =
        inject(vm(), datagram_of(from_vm(vm(), kGatewayMac), inner(), W::kClient, size).build());
    ASSERT_GE(sent.size(), 2u);
    const Frame expected = datagram_of(PacketBuilder().ethernet({}), eip(), W::kClient, size).build();
    EXPECT_EQ(joined(sent, kUplink), Frame(expected.begin() + kEthernet + kHeader, expected.end()));
  }
}

TEST_P(Fragments, OfWhatComesInCarryTheTranslatedDatagram) {
  const auto sent = inject(kUplink, datagram_of(from_router(), W::kClient, eip(), 2000).build());
  const Frame expected = datagram_of(PacketBuilder().ethernet({}), W::kClient, inner(), 2000).build();
  EXPECT_EQ(joined(sent, vm().port), Frame(expected.begin() + kEthernet + kHeader, expected.end()));
  EXPECT_EQ(vswitch.worker().counters.fragmented.get(), 1u);
}

TEST_P(Fragments, OfAFragmentContinueIt) {
  const Frame middle = from_vm(vm(), kGatewayMac)
                           .ipv4({.source = inner(),
                                  .destination = W::kClient,
                                  .more_fragments = true,
                                  .fragment_offset = 3200,
                                  .protocol = 17})
                           .counting_payload(1600)
                           .build();
  const auto sent = inject(vm(), middle);
  ASSERT_EQ(sent.size(), 2u);
  std::size_t offset = 3200;
  for (const Sent& piece : sent) {
    const unsigned flags = piece.frame[20] * 256U + piece.frame[21];
    EXPECT_EQ((flags & 0x1fff) * 8, offset);
    EXPECT_NE(flags & 0x2000, 0u) << "the datagram goes on behind it";
    offset += piece.frame.size() - kEthernet - kHeader;
  }
  EXPECT_EQ(offset, 4800u);
}

TEST_P(Fragments, OfAPaddedFrameLeaveThePaddingOut) {
  Frame frame = datagram_of(from_vm(vm(), kGatewayMac), inner(), W::kClient, 1600).build();
  frame.resize(frame.size() + 7);
  const auto sent = inject(vm(), frame);
  const Frame expected = datagram_of(PacketBuilder().ethernet({}), eip(), W::kClient, 1600).build();
  EXPECT_EQ(joined(sent, kUplink), Frame(expected.begin() + kEthernet + kHeader, expected.end()));
}

INSTANTIATE_FOR_CUSTOMERS(Fragments);

using FragmentsAtTheirEnd = ShopTest;

// Resolved before the owner changed, sent after: another worker's commit came between.
TEST_F(FragmentsAtTheirEnd, ThatReachTheOldOwnerAreCounted) {
  elect(kVm1);
  const PortRow& vm1 = *vswitch.tables().ports.find(PortId(1));
  ASSERT_EQ(vm1.mac, kVm1.mac);
  const HavipId front = vm1.ipv4[1].havip;
  Batch batch;
  fill_exactly(vswitch, batch, kVm3.port,
               {datagram_of(from_vm(kVm3, stable_mac(W::kFront)), kVm3.ip, W::kFront, 1600).build()});
  begin_burst(vswitch, batch);
  stage::parse(vswitch.worker(), batch);
  stage::guard(vswitch.worker(), batch);
  stage::nat(vswitch.worker(), batch);
  stage::resolve(vswitch.worker(), batch);
  elect(kVm2, 200);
  stage::tx(vswitch.worker(), batch);
  EXPECT_EQ(vswitch.take_sent().size(), 2u);
  count_delivered_to_old_owner(vswitch.worker(), batch);
  EXPECT_EQ(vswitch.tables().havips.warm(front).delivered_to_old.load(), 1u);
}

TEST_F(FragmentsAtTheirEnd, OfAPacketWithAnEmptyPoolAreNotMade) {
  std::vector<rte_mbuf*> taken;
  const Frame frame = datagram_of(from_vm(kVm3, kGatewayMac), kVm3.ip, W::kClient, 1600).build();
  Batch batch;
  fill_exactly(vswitch, batch, kVm3.port, {frame});
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(vswitch.worker().pool)) taken.push_back(mbuf);
  begin_burst(vswitch, batch);
  run_pipeline(vswitch.worker(), batch);
  EXPECT_EQ(vswitch.drops(DropReason::no_mbuf), 1u);
  EXPECT_THAT(vswitch.take_sent(), ::testing::IsEmpty());
  for (rte_mbuf* mbuf : taken) rte_pktmbuf_free(mbuf);
}

}  // namespace
}  // namespace vipswitch::testing
