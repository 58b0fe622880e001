// The program on every kind of frame: one row each, at every length that it can be cut to.

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <linux/bpf.h>
#include <sys/socket.h>

#include "tests/support/packet_builder.h"
#include "tests/unit/xdp/xdp_bed.h"

namespace vipswitch::testing {
namespace {

constexpr Mac kOurs{0x02, 0, 0x5e, 0x10, 0, 1}, kTheirs{0x02, 0, 0, 0, 0, 9}, kElse{0x02, 0, 0, 0, 0, 7};
constexpr Ipv4 kEip{203, 0, 113, 10}, kUplinkIp{198, 51, 100, 2}, kHost{198, 51, 100, 3},
    kPeer{198, 51, 100, 1}, kVtep{198, 51, 100, 4};
constexpr Ipv6 kEip6 = Ipv6::from_groups({0x2001, 0xdb8, 0, 1, 0, 0, 0, 0x10});
constexpr Ipv6 kHost6 = Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0, 3});
constexpr Ipv6 kPeer6 = Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1});
constexpr Ipv6 kVtep6 = Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0, 4});
constexpr std::uint8_t kUdp = 17, kHopByHop = 0, kRouting = 43, kDestinationOptions = 60;

struct Row {
  std::string description;
  PacketBuilder frame;
  uplink_verdict verdict;
  std::size_t decided_at;  // bytes from which on it has this verdict; truncated below
};

PacketBuilder frame(const Mac& destination = kOurs) {
  return PacketBuilder().ethernet({.destination = destination, .source = kTheirs});
}
PacketBuilder ip(Ipv4 destination, const Mac& mac = kOurs) {
  return frame(mac).ipv4({.source = kPeer, .destination = destination});
}
PacketBuilder ip(const Ipv6& destination) {
  return frame().ipv6({.source = kPeer6, .destination = destination});
}
PacketBuilder solicitation(const Ipv6& destination, const Ipv6& target) {
  return frame(Mac::of_multicast(destination))
      .ipv6({.source = kPeer6, .destination = destination, .hop_limit = 255})
      .neighbour({.target = target, .mac = kTheirs});
}
PacketBuilder advertisement(const Ipv6& destination, const Ipv6& target) {
  return frame()
      .ipv6({.source = target, .destination = destination, .hop_limit = 255})
      .neighbour({.type = 136, .target = target, .flags = 0x20000000, .mac = kTheirs});
}

std::vector<Row> rows_of_ipv4() {
  using B = PacketBuilder;
  const auto error = ip(kEip).icmp({.type = 3, .code = 4}).payload("quote");
  return {
      {"TCP to an EIP", B(ip(kEip)).tcp({.destination_port = 80}), UPLINK_VERDICT_ipv4, 34},
      {"TCP to the uplink's own address", B(ip(kUplinkIp)).tcp({}), UPLINK_VERDICT_ipv4, 34},
      {"echo request to an EIP", B(ip(kEip)).icmp_echo_request(1, 1), UPLINK_VERDICT_ipv4, 34},
      {"ICMP error to an EIP", error, UPLINK_VERDICT_ipv4, 34},
      {"ICMP error to the host", B(ip(kHost)).icmp({.type = 3}).payload("quote of an EIP's packet"),
       UPLINK_VERDICT_other_ipv4, 34},
      {"protocol 250 to an EIP", frame().ipv4({.destination = kEip, .protocol = 250}), UPLINK_VERDICT_ipv4,
       34},
      {"first fragment to an EIP",
       frame().ipv4({.destination = kEip, .more_fragments = true}).udp({}).counting_payload(8),
       UPLINK_VERDICT_ipv4, 34},
      {"later fragment to an EIP",
       frame().ipv4({.destination = kEip, .fragment_offset = 64, .protocol = kUdp}).counting_payload(8),
       UPLINK_VERDICT_ipv4, 34},
      {"with options to an EIP",
       frame().ipv4({.destination = kEip, .options = {7, 3, 4, 0}}).udp({.destination_port = 53}),
       UPLINK_VERDICT_ipv4, 34},
      {"header length of 4 words to an EIP", frame().ipv4({.destination = kEip, .header_length = 16}),
       UPLINK_VERDICT_ipv4, 34},
      {"to an EIP at another MAC", B(ip(kEip, kElse)).udp({}), UPLINK_VERDICT_ipv4, 34},
      {"to an EIP by broadcast", B(ip(kEip, Mac::broadcast())).udp({}), UPLINK_VERDICT_ipv4, 34},
      {"TCP to the host", B(ip(kHost)).tcp({.destination_port = 22}), UPLINK_VERDICT_other_ipv4, 34},
      {"from an EIP to the host", frame().ipv4({.source = kEip, .destination = kHost}).udp({}),
       UPLINK_VERDICT_other_ipv4, 34},
      {"DHCP by broadcast",
       frame(Mac::broadcast()).ipv4({.destination = Ipv4::broadcast()}).udp({.destination_port = 68}),
       UPLINK_VERDICT_other_ipv4, 34},
      {"VRRP of the provider's routers", frame().ipv4({.destination = Ipv4(224, 0, 0, 18), .protocol = 112}),
       UPLINK_VERDICT_other_ipv4, 34},
      {"version 6 in IPv4", frame().ipv4({.destination = kEip, .version = 6}), UPLINK_VERDICT_malformed, 34},
      {"priority tag, TCP to an EIP", frame().vlan({.id = 0}).ipv4({.destination = kEip}).tcp({}),
       UPLINK_VERDICT_ipv4, 38},
      {"priority tag of priority 5, TCP to an EIP",
       frame().vlan({.id = 0, .priority = 5}).ipv4({.destination = kEip}).tcp({}), UPLINK_VERDICT_ipv4, 38},
      {"two priority tags, TCP to an EIP",
       frame().vlan({.id = 0, .tag_type = 0x88a8}).vlan({.id = 0}).ipv4({.destination = kEip}).tcp({}),
       UPLINK_VERDICT_ipv4, 42},
  };
}

std::vector<Row> rows_of_vxlan() {
  using B = PacketBuilder;
  const UdpFields vxlan{.source_port = 55555, .destination_port = 4789};
  return {
      {"VXLAN to the tunnel endpoint", B(ip(kVtep)).udp(vxlan).counting_payload(50), UPLINK_VERDICT_vxlan,
       42},
      {"VXLAN behind options",
       frame().ipv4({.destination = kVtep, .options = {1, 1, 1, 0}}).udp(vxlan).counting_payload(50),
       UPLINK_VERDICT_vxlan, 46},
      {"VXLAN to the host", B(ip(kHost)).udp(vxlan).counting_payload(50), UPLINK_VERDICT_other_ipv4, 34},
      {"VXLAN to an EIP", B(ip(kEip)).udp(vxlan).counting_payload(50), UPLINK_VERDICT_ipv4, 34},
      {"another port of the tunnel endpoint", B(ip(kVtep)).udp({.destination_port = 4790}),
       UPLINK_VERDICT_other_ipv4, 42},
      {"from the port of VXLAN", B(ip(kVtep)).udp({.source_port = 4789, .destination_port = 53}),
       UPLINK_VERDICT_other_ipv4, 42},
      {"TCP to the tunnel endpoint", B(ip(kVtep)).tcp({.destination_port = 4789}), UPLINK_VERDICT_other_ipv4,
       34},
      {"ICMP error to the tunnel endpoint", B(ip(kVtep)).icmp({.type = 3, .code = 4}).payload("quote"),
       UPLINK_VERDICT_other_ipv4, 34},
      {"first fragment of VXLAN", frame().ipv4({.destination = kVtep, .more_fragments = true}).udp(vxlan),
       UPLINK_VERDICT_other_ipv4, 34},
      {"later fragment of VXLAN",
       frame().ipv4({.destination = kVtep, .fragment_offset = 8, .protocol = kUdp}).counting_payload(8),
       UPLINK_VERDICT_other_ipv4, 34},
      {"header length of 4 words to the tunnel endpoint",
       frame().ipv4({.destination = kVtep, .protocol = kUdp, .header_length = 16}).counting_payload(16),
       UPLINK_VERDICT_malformed, 34},
      {"VXLAN to the tunnel endpoint of IPv6", B(ip(kVtep6)).udp(vxlan).counting_payload(50),
       UPLINK_VERDICT_vxlan, 62},
      {"VXLAN of IPv6 behind destination options",
       B(ip(kVtep6)).ipv6_extension({.type = kDestinationOptions}).udp(vxlan).counting_payload(50),
       UPLINK_VERDICT_vxlan, 70},
      {"another port of the tunnel endpoint of IPv6", B(ip(kVtep6)).udp({.destination_port = 53}),
       UPLINK_VERDICT_other_ipv6, 62},
      {"fragment of VXLAN of IPv6", B(ip(kVtep6)).ipv6_fragment({.more_fragments = true}).udp(vxlan),
       UPLINK_VERDICT_other_ipv6, 54},
      {"VXLAN of IPv6 to the host", B(ip(kHost6)).udp(vxlan), UPLINK_VERDICT_other_ipv6, 54},
      {"neighbour solicitation for the tunnel endpoint", solicitation(kVtep6.solicited_node(), kVtep6),
       UPLINK_VERDICT_other_ipv6, 78},
  };
}

std::vector<Row> rows_of_arp() {
  const auto broadcast = frame(Mac::broadcast());
  const auto with = [&](const ArpFields& fields) { return PacketBuilder(broadcast).arp(fields); };
  using B = PacketBuilder;
  return {
      {"request for an EIP", B(broadcast).arp_request(kTheirs, kPeer, kEip), UPLINK_VERDICT_arp_target, 42},
      {"request for an EIP by unicast", frame().arp_request(kTheirs, kPeer, kEip), UPLINK_VERDICT_arp_target,
       42},
      {"request for the uplink's own address", B(broadcast).arp_request(kTheirs, kPeer, kUplinkIp),
       UPLINK_VERDICT_arp_target, 42},
      {"probe for an EIP", B(broadcast).arp_probe(kTheirs, kEip), UPLINK_VERDICT_arp_target, 42},
      {"a next hop answers the switch", frame().arp_reply(kTheirs, kPeer, kOurs, kUplinkIp),
       UPLINK_VERDICT_arp_target, 42},
      {"an EIP announced by somebody else", B(broadcast).gratuitous_arp_request(kTheirs, kEip),
       UPLINK_VERDICT_arp_target, 42},
      {"the same as a reply", B(broadcast).gratuitous_arp_reply(kTheirs, kEip), UPLINK_VERDICT_arp_target,
       42},
      {"the host asked from an EIP", B(broadcast).arp_request(kTheirs, kEip, kHost),
       UPLINK_VERDICT_arp_sender, 42},
      {"the host answered from an EIP", frame().arp_reply(kTheirs, kEip, kOurs, kHost),
       UPLINK_VERDICT_arp_sender, 42},
      {"request for the host", B(broadcast).arp_request(kTheirs, kPeer, kHost), UPLINK_VERDICT_other_arp, 42},
      {"a next hop answers the host", frame().arp_reply(kTheirs, kPeer, kOurs, kHost),
       UPLINK_VERDICT_other_arp, 42},
      {"the gateway announces itself", B(broadcast).gratuitous_arp_request(kTheirs, kPeer),
       UPLINK_VERDICT_other_arp, 42},
      {"request for the tunnel endpoint", B(broadcast).arp_request(kTheirs, kPeer, kVtep),
       UPLINK_VERDICT_other_arp, 42},
      {"hardware of another kind", with({.target_ip = kEip, .hardware_type = 6}), UPLINK_VERDICT_other_arp,
       42},
      {"protocol of another kind", with({.target_ip = kEip, .protocol_type = 0x86dd}),
       UPLINK_VERDICT_other_arp, 42},
      {"hardware addresses of another length", with({.target_ip = kEip, .hardware_length = 8}),
       UPLINK_VERDICT_other_arp, 42},
      {"protocol addresses of another length", with({.target_ip = kEip, .protocol_length = 16}),
       UPLINK_VERDICT_other_arp, 42},
      {"padded request for an EIP", B(broadcast).arp_request(kTheirs, kPeer, kEip).pad_to(60),
       UPLINK_VERDICT_arp_target, 42},
      {"priority tag, request for an EIP",
       frame(Mac::broadcast()).vlan({.id = 0}).arp_request(kTheirs, kPeer, kEip), UPLINK_VERDICT_arp_target,
       46},
  };
}

// Eight headers of eight bytes and what follows: as many as are looked through.
PacketBuilder behind_extensions(unsigned count, const Ipv6& target) {
  auto builder = frame().ipv6({.source = kPeer6, .destination = target.solicited_node(), .hop_limit = 255});
  for (unsigned i = 0; i < count; ++i)
    builder.ipv6_extension({.type = i == 0 ? kHopByHop : kDestinationOptions});
  return builder.neighbour({.target = target});
}

std::vector<Row> rows_of_ipv6() {
  using B = PacketBuilder;
  const Ipv6 group = kEip6.solicited_node();
  return {
      {"TCP to an EIP of IPv6", B(ip(kEip6)).tcp({}), UPLINK_VERDICT_ipv6, 54},
      {"ICMPv6 error to an EIP", B(ip(kEip6)).icmp6({.type = 2}).payload("quote"), UPLINK_VERDICT_ipv6, 54},
      {"fragment to an EIP", B(ip(kEip6)).ipv6_fragment({.offset = 64}).counting_payload(8),
       UPLINK_VERDICT_ipv6, 54},
      {"no next header to an EIP", frame().ipv6({.destination = kEip6, .next_header = 59}),
       UPLINK_VERDICT_ipv6, 54},
      {"unicast solicitation for an EIP", solicitation(kEip6, kEip6), UPLINK_VERDICT_ipv6, 54},
      {"solicited advertisement to an address of the switch", advertisement(kEip6, kPeer6),
       UPLINK_VERDICT_ipv6, 54},
      {"solicitation for an EIP", solicitation(group, kEip6), UPLINK_VERDICT_nd_target, 78},
      {"probe for an EIP",
       frame(Mac::of_multicast(group))
           .ipv6({.destination = group, .hop_limit = 255})
           .neighbour({.target = kEip6}),
       UPLINK_VERDICT_nd_target, 78},
      {"an EIP announced by somebody else", advertisement(Ipv6::all_nodes(), kEip6), UPLINK_VERDICT_nd_target,
       78},
      {"solicitation behind an extension header", behind_extensions(1, kEip6), UPLINK_VERDICT_nd_target, 86},
      {"solicitation behind eight extension headers", behind_extensions(8, kEip6), UPLINK_VERDICT_nd_target,
       142},
      {"solicitation behind nine extension headers", behind_extensions(9, kEip6), UPLINK_VERDICT_other_ipv6,
       112},
      {"solicitation behind a long extension header",
       frame()
           .ipv6({.destination = group})
           .ipv6_extension({.type = kRouting, .size = 1024})
           .neighbour({.target = kEip6}),
       UPLINK_VERDICT_nd_target, 1102},
      {"solicitation in a fragment",
       frame()
           .ipv6({.destination = group})
           .ipv6_fragment({.more_fragments = true})
           .neighbour({.target = kEip6}),
       UPLINK_VERDICT_other_ipv6, 54},
      {"solicitation for another of the same group",
       solicitation(group, Ipv6::from_groups({0x2001, 0xdb8, 0, 9, 0, 0, 0, 0x10})),
       UPLINK_VERDICT_other_ipv6, 78},
      {"solicitation for the host", solicitation(kHost6.solicited_node(), kHost6), UPLINK_VERDICT_other_ipv6,
       78},
      {"the gateway announces itself", advertisement(Ipv6::all_nodes(), kPeer6), UPLINK_VERDICT_other_ipv6,
       78},
      {"router advertisement",
       frame().ipv6({.destination = Ipv6::all_nodes()}).icmp6({.type = 134}).counting_payload(16),
       UPLINK_VERDICT_other_ipv6, 55},
      {"ICMPv6 error to the host", B(ip(kHost6)).icmp6({.type = 1}).payload("quote of an EIP's packet"),
       UPLINK_VERDICT_other_ipv6, 55},
      {"TCP to the host", B(ip(kHost6)).tcp({}), UPLINK_VERDICT_other_ipv6, 54},
      {"version 4 in IPv6", frame().ipv6({.destination = kEip6, .version = 4}), UPLINK_VERDICT_malformed, 54},
  };
}

std::vector<Row> rows_of_other_frames() {
  return {
      {"LLDP", PacketBuilder().ethernet({.type = 0x88cc}).counting_payload(46), UPLINK_VERDICT_other_type,
       14},
      {"length instead of a type (STP)", PacketBuilder().ethernet({.type = 38}).counting_payload(46),
       UPLINK_VERDICT_other_type, 14},
      {"VLAN 5, TCP to an EIP", frame().vlan({.id = 5}).ipv4({.destination = kEip}).tcp({}),
       UPLINK_VERDICT_tagged, 18},
      {"VLAN 256, TCP to an EIP", frame().vlan({.id = 256}).ipv4({.destination = kEip}).tcp({}),
       UPLINK_VERDICT_tagged, 18},
      {"service tag 5, TCP to an EIP",
       frame().vlan({.id = 5, .tag_type = 0x88a8}).ipv4({.destination = kEip}).tcp({}), UPLINK_VERDICT_tagged,
       18},
      {"VLAN 5 behind a priority tag, request for an EIP",
       frame().vlan({.id = 0}).vlan({.id = 5}).arp_request(kTheirs, kPeer, kEip), UPLINK_VERDICT_tagged, 22},
      {"three priority tags, TCP to an EIP",
       frame().vlan({.id = 0}).vlan({.id = 0}).vlan({.id = 0}).ipv4({.destination = kEip}).tcp({}),
       UPLINK_VERDICT_tagged, 22},
      {"priority tag before LLDP", frame().vlan({.id = 0, .type = 0x88cc}).counting_payload(46),
       UPLINK_VERDICT_other_type, 18},
  };
}

class Program : public XdpBed {
 protected:
  void SetUp() override {
    XdpBed::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    filter = attach();
    ASSERT_NE(filter, nullptr);
    ASSERT_TRUE(filter->add(std::vector{kEip, kUplinkIp}).ok());
    ASSERT_TRUE(filter->add(std::vector{kEip6}).ok());
    ASSERT_TRUE(filter->set_tunnel_endpoint(std::optional(kVtep)).ok());
    ASSERT_TRUE(filter->set_tunnel_endpoint(std::optional(kVtep6)).ok());
  }
  xdp::VerdictCounts counts() const { return filter->status().value().counts; }

  void expect(const std::string& description, const Frame& frame, uplink_verdict verdict) {
    SCOPED_TRACE(fmt::format("{}, {} bytes", description, frame.size()));
    const auto before = counts();
    const auto outcome = run_program(*filter, frame);
    const auto after = counts();
    const auto& name = xdp::kVerdicts[verdict];
    EXPECT_EQ(difference(before, after), fmt::format("{} 1", name.name));
    EXPECT_EQ(outcome.after, frame);
    const bool is_ours = name.side == xdp::VerdictSide::kSwitch;
    EXPECT_EQ(outcome.action, is_ours && has_socket ? XDP_REDIRECT : XDP_PASS);
    EXPECT_EQ(after[verdict].without_socket - before[verdict].without_socket, is_ours && !has_socket ? 1 : 0);
  }
  void expect_all(const std::vector<Row>& rows) {
    for (const auto& row : rows) expect(row.description, row.frame.build(), row.verdict);
  }
  void expect_at_every_length(const std::vector<Row>& rows) {
    for (const auto& row : rows) {
      const Frame whole = row.frame.build();
      ASSERT_GE(whole.size(), row.decided_at) << row.description;
      for (std::size_t size = 14; size < whole.size(); ++size) {
        const bool is_decided = size >= row.decided_at;
        expect(row.description, Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
               is_decided ? row.verdict : UPLINK_VERDICT_truncated);
      }
    }
  }
  // Of queue 0, which is where frames of BPF_PROG_TEST_RUN come from. It need not be bound to be in the map.
  void open_socket() {
    socket_fd = xdp::Descriptor(socket(AF_XDP, SOCK_RAW, 0));
    const std::uint32_t queue = 0;
    const int fd = socket_fd.get();
    ASSERT_EQ(bpf_map_update_elem(filter->sockets_map(), &queue, &fd, BPF_ANY), 0);
    has_socket = true;
  }

  std::unique_ptr<xdp::UplinkFilter> filter;
  xdp::Descriptor socket_fd;
  bool has_socket = false;
};

TEST_F(Program, Ipv4GoesByDestination) {
  expect_all(rows_of_ipv4());
}
TEST_F(Program, VxlanGoesByEndpointAndPort) {
  expect_all(rows_of_vxlan());
}
TEST_F(Program, ArpGoesByTargetOrSender) {
  expect_all(rows_of_arp());
}
TEST_F(Program, Ipv6GoesByDestinationOrTarget) {
  expect_all(rows_of_ipv6());
}
TEST_F(Program, OtherFramesAreTheKernels) {
  expect_all(rows_of_other_frames());
}

TEST_F(Program, CutIpv4IsTheKernels) {
  expect_at_every_length(rows_of_ipv4());
}
TEST_F(Program, CutVxlanIsTheKernels) {
  expect_at_every_length(rows_of_vxlan());
}
TEST_F(Program, CutArpIsTheKernels) {
  expect_at_every_length(rows_of_arp());
}
TEST_F(Program, CutIpv6IsTheKernels) {
  expect_at_every_length(rows_of_ipv6());
}
TEST_F(Program, CutOtherFramesAreTheKernels) {
  expect_at_every_length(rows_of_other_frames());
}

TEST_F(Program, SocketGetsTheSwitchsFrames) {
  open_socket();
  for (const auto& rows :
       {rows_of_ipv4(), rows_of_vxlan(), rows_of_arp(), rows_of_ipv6(), rows_of_other_frames()}) {
    expect_all(rows);
  }
}

TEST_F(Program, ClosedSocketLeavesFramesToTheKernel) {
  open_socket();
  socket_fd.reset();
  has_socket = false;
  expect("TCP to an EIP", ip(kEip).tcp({}).build(), UPLINK_VERDICT_ipv4);
}

TEST_F(Program, RemovedAddressIsTheKernels) {
  const Frame frame = ip(kEip).tcp({}).build();
  expect("before", frame, UPLINK_VERDICT_ipv4);
  ASSERT_TRUE(filter->remove(std::vector{kEip}).ok());
  expect("after", frame, UPLINK_VERDICT_other_ipv4);
}

TEST_F(Program, EveryVerdictHasARow) {
  for (const auto& rows :
       {rows_of_ipv4(), rows_of_vxlan(), rows_of_arp(), rows_of_ipv6(), rows_of_other_frames()}) {
    for (const auto& row : rows) run_program(*filter, row.frame.build());
  }
  run_program(*filter, Frame(14, 0x08));
  run_program(*filter, ip(kEip).build());
  Frame cut = ip(kEip).build();
  cut.resize(20);
  run_program(*filter, cut);
  const auto seen = counts();
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_GT(seen[i].frames, 0U) << xdp::kVerdicts[i].name;
}

}  // namespace
}  // namespace vipswitch::testing
