// Real keepalived and FRR on the wire: every advert is used, and the election follows the failovers of the
// capture.

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "dataplane/owner/arp_claim.h"
#include "dataplane/owner/neighbour_discovery.h"
#include "dataplane/owner/standalone_election.h"
#include "dataplane/owner/vrrp.h"
#include "tests/support/frame.h"
#include "tests/support/pcap_file.h"
#include "tests/unit/owner/ip_packet.h"
#include "vipswitch/wire.h"

namespace vipswitch::owner {
namespace {

using ::testing::ElementsAre;
using vipswitch::testing::CapturedPacket;
using vipswitch::testing::Frame;
using vipswitch::testing::read_pcap;

constexpr std::size_t kEthernetSize = 14;
constexpr Ipv4 kCapturedHavip{10, 77, 0, 100};
constexpr Ipv6 kCapturedHavip6 = Ipv6::from_groups({0xfd00, 0x77, 0, 0, 0, 0, 0, 0x100});

std::uint16_t ether_type(const Frame& frame) {
  return static_cast<std::uint16_t>(frame[12] << 8 | frame[13]);
}

bool carries_vrrp(const Frame& frame) {
  const std::uint8_t protocol = frame[kEthernetSize + 9];
  return ether_type(frame) == wire::kEtherIpv4 &&
         (protocol == wire::kProtoVrrp || protocol == wire::kProtoAh);
}

bool carries_vrrp6(const Frame& frame) {
  return ether_type(frame) == wire::kEtherIpv6 && frame[kEthernetSize + 6] == wire::kProtoVrrp;
}

// Neighbour discovery, as parse_nd() takes it.
std::optional<NdPacket> nd_packet(const Frame& frame) {
  const Ip6Packet packet(frame);
  const auto message = packet.get().payload;
  if (packet.get().protocol != wire::kProtoIcmp6 || message.empty() || !is_nd_type(message[0])) return {};
  const auto* begin = frame.data() + kEthernetSize + sizeof(wire::Ipv6Header);
  return NdPacket{
      packet.get().source, packet.get().destination, packet.get().hop_limit, {begin, message.size()}};
}

// Numbers as tcpdump counts them.
struct Capture {
  const char* name;
  std::size_t adverts;
  std::uint8_t version;
  std::uint32_t interval_ms;
};

void PrintTo(const Capture& capture, std::ostream* out) {
  *out << capture.name;
}

class CapturedAdverts : public ::testing::TestWithParam<Capture> {};

TEST_P(CapturedAdverts, AreAllUsed) {
  std::size_t adverts = 0, resignations = 0;
  for (const CapturedPacket& captured :
       read_pcap(std::string(VIPSWITCH_CAPTURES "/") + GetParam().name + ".pcap")) {
    if (!carries_vrrp(captured.frame)) continue;
    const IpPacket packet(captured.frame);
    VrrpAdvert<Ipv4> advert;
    const std::optional<LearnCounter> failure = parse_vrrp(packet.get(), advert);
    ASSERT_EQ(failure, std::nullopt) << info(*failure).name;
    ++adverts;
    resignations += advert.priority == 0;
    EXPECT_EQ(advert.version, GetParam().version);
    EXPECT_EQ(advert.vrid, 51);
    EXPECT_EQ(advert.interval_ms, GetParam().interval_ms);
    ASSERT_EQ(advert.addresses.size(), 1u);
    EXPECT_EQ(advert.addresses[0], kCapturedHavip);
  }
  EXPECT_EQ(adverts, GetParam().adverts);
  EXPECT_EQ(resignations, 2u);
}

INSTANTIATE_TEST_SUITE_P(
    Routers, CapturedAdverts,
    ::testing::Values(Capture{"vrrp2_mcast", 26, 2, 1000}, Capture{"vrrp2_auth_pass", 23, 2, 1000},
                      Capture{"vrrp2_auth_ah", 27, 2, 1000}, Capture{"vrrp2_unicast", 26, 2, 1000},
                      Capture{"vrrp2_vmac", 28, 2, 1000}, Capture{"vrrp2_garp_opts", 28, 2, 1000},
                      Capture{"vrrp3_mcast", 58, 3, 500}, Capture{"vrrp3_unicast", 24, 3, 1000},
                      Capture{"vrrp3_vmac", 24, 3, 1000}, Capture{"vrrp3_frr", 29, 3, 1000}),
    [](const auto& instance) { return std::string(instance.param.name); });

struct Capture6 {
  const char* name;
  std::size_t adverts;
};

void PrintTo(const Capture6& capture, std::ostream* out) {
  *out << capture.name;
}

class CapturedIpv6Adverts : public ::testing::TestWithParam<Capture6> {};

TEST_P(CapturedIpv6Adverts, AreAllUsed) {
  std::size_t adverts = 0, resignations = 0;
  for (const CapturedPacket& captured :
       read_pcap(std::string(VIPSWITCH_CAPTURES "/") + GetParam().name + ".pcap")) {
    if (!carries_vrrp6(captured.frame)) continue;
    const Ip6Packet packet(captured.frame);
    VrrpAdvert<Ipv6> advert;
    const std::optional<LearnCounter> failure = parse_vrrp(packet.get(), advert);
    ASSERT_EQ(failure, std::nullopt) << info(*failure).name;
    ++adverts;
    resignations += advert.priority == 0;
    EXPECT_EQ(advert.vrid, 51);
    EXPECT_EQ(advert.interval_ms, 1000u);
    ASSERT_EQ(advert.addresses.size(), 2u);
    EXPECT_TRUE(advert.addresses[0].is_link_local());
    EXPECT_EQ(advert.addresses[1], kCapturedHavip6);
  }
  EXPECT_EQ(adverts, GetParam().adverts);
  EXPECT_EQ(resignations, 2u);
}

INSTANTIATE_TEST_SUITE_P(Routers, CapturedIpv6Adverts,
                         ::testing::Values(Capture6{"vrrp3_ipv6", 24}, Capture6{"vrrp3_ipv6_vmac", 27}),
                         [](const auto& instance) { return std::string(instance.param.name); });

// The captures come from a bridge. A VM's port is told by its MAC, which these setups use for everything.
constexpr Mac kVm11Mac{0x52, 0x54, 0, 0x77, 0, 0x11}, kVm12Mac{0x52, 0x54, 0, 0x77, 0, 0x12};
constexpr PortId kVm11{11}, kVm12{12}, kNobody;

class Observer {
 public:
  Observer() {
    election_.bind(kVm11, LinkState::kUp, 0);
    election_.bind(kVm12, LinkState::kUp, 0);
  }

  void see(const Frame& frame, TimeMs now) {
    Mac destination, source;
    std::memcpy(static_cast<void*>(&destination), frame.data(), sizeof destination);
    std::memcpy(static_cast<void*>(&source), frame.data() + sizeof destination, sizeof source);
    const PortId port = source == kVm11Mac ? kVm11 : source == kVm12Mac ? kVm12 : kNobody;
    if (!port.is_valid()) return;
    if (carries_vrrp(frame)) see_advert<Ipv4>(IpPacket(frame), port, now);
    if (carries_vrrp6(frame)) see_advert<Ipv6>(Ip6Packet(frame), port, now);
    if (ether_type(frame) == wire::kEtherIpv6) see_nd(frame, port, now);
    if (ether_type(frame) == wire::kEtherArp) see_arp(frame, destination, port, now);
  }

  const std::vector<PortId>& owners() const { return owners_; }

 private:
  template <class Address>
  void see_advert(const BasicIpPacket<Address>& packet, PortId port, TimeMs now) {
    VrrpAdvert<Address> advert;
    ASSERT_EQ(parse_vrrp(packet.get(), advert), std::nullopt);
    record(election_.advert(port,
                            {.primary_ip = packet.get().source,
                             .interval_ms = advert.interval_ms,
                             .priority = advert.priority,
                             .vrid = advert.vrid,
                             .delivery = Delivery::port_mac()},
                            now));
  }

  void see_arp(const Frame& frame, const Mac& destination, PortId port, TimeMs now) {
    wire::Arp arp;
    std::memcpy(static_cast<void*>(&arp), frame.data() + kEthernetSize, sizeof arp);
    if (arp.sender_ip.get() != kCapturedHavip) return;
    const EvidenceClass evidence = evidence_of(classify_arp(arp, destination));
    if (evidence == EvidenceClass::kAnnouncement) record(election_.announce(port, Delivery::port_mac(), now));
    if (evidence == EvidenceClass::kWeak) record(election_.weak(port, now));
  }

  void see_nd(const Frame& frame, PortId port, TimeMs now) {
    const std::optional<NdPacket> packet = nd_packet(frame);
    if (!packet) return;
    const NdMessage message = parse_nd(*packet);
    if (message.target != kCapturedHavip6) return;
    if (message.form == NdForm::kAnnouncement) record(election_.announce(port, Delivery::port_mac(), now));
    if (message.form == NdForm::kAdvertisement) record(election_.weak(port, now));
  }

  void record(const Outcome& outcome) {
    for (const OwnerChange& change : outcome.changes()) owners_.push_back(change.to);
  }

  StandaloneElection election_;
  std::vector<PortId> owners_;
};

class CapturedFailovers : public ::testing::TestWithParam<const char*> {};

// vm11 crashes and comes back, then stops, then vm12 stops. Who comes first at the start differs.
TEST_P(CapturedFailovers, AreFollowed) {
  Observer observer;
  const auto packets = read_pcap(std::string(VIPSWITCH_CAPTURES "/") + GetParam() + ".pcap");
  ASSERT_FALSE(packets.empty());
  for (const CapturedPacket& captured : packets)
    observer.see(captured.frame, (captured.time_us - packets.front().time_us) / 1000);
  std::vector<PortId> owners = observer.owners();
  ASSERT_GE(owners.size(), 6u);
  owners.erase(owners.begin(), owners.end() - 6);
  EXPECT_THAT(owners, ElementsAre(kVm11, kVm12, kVm11, kNobody, kVm12, kNobody));
}

INSTANTIATE_TEST_SUITE_P(Routers, CapturedFailovers,
                         ::testing::Values("vrrp2_mcast", "vrrp2_auth_pass", "vrrp2_auth_ah", "vrrp2_unicast",
                                           "vrrp2_garp_opts", "vrrp3_mcast", "vrrp3_unicast", "vrrp3_ipv6"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace vipswitch::owner
