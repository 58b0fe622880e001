// parse alone, on frames in memory of exactly their size: what it says of a packet it must have proven.

#include <cstdlib>
#include <iostream>

#include "dataplane/stage/parse.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/stage/exact_frames.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "parse let a packet through of which this does not hold: " << what << "\n";
  std::abort();
}

void judge(const Packet& packet) {
  if (!packet.is_pending()) return;
  require(packet.size <= packet.mbuf->data_len, "what lies in one piece lies in the mbuf");
  require(packet.l3_offset >= sizeof(wire::Ethernet), "layer 3 stands behind Ethernet");
  if (packet.kind == PacketKind::kArp)
    require(packet.view().header_at<wire::Arp>(packet.l3_offset) != nullptr, "ARP is whole");
  if (!packet.is_ip()) return;
  const bool is_ipv4 = packet.kind == PacketKind::kIpv4;
  const std::size_t least = is_ipv4 ? sizeof(wire::Ipv4Header) : sizeof(wire::Ipv6Header);
  require(packet.l3_offset + least <= packet.size, "the IP header lies in one piece");
  require(packet.ip_end() <= packet.mbuf->pkt_len, "the IP packet ends in the frame");
  require(packet.l4_offset >= packet.l3_offset + least, "layer 4 stands behind the IP header");
  require(packet.l4_offset <= packet.ip_end(), "layer 4 begins in the IP packet");
}

}  // namespace
}  // namespace vipswitch::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vipswitch::testing;
  static Shop6 shop;
  const FuzzInput input = read_input(data, size);
  vipswitch::Batch batch;
  fill_exactly(shop.vswitch, batch, input.port, input.frames);
  begin_burst(shop.vswitch, batch);
  vipswitch::stage::parse(shop.vswitch.worker(), batch);
  for (const vipswitch::Packet& packet : batch) {
    judge(packet);
    rte_pktmbuf_free(packet.mbuf);
  }
  return 0;
}
