#include "dataplane/icmp_error.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "dataplane/icmp_quote.h"
#include "dataplane/next_hop.h"
#include "dataplane/port_io.h"
#include "vipswitch/ipv4_header.h"
#include "vipswitch/ipv6_header.h"

namespace vipswitch {
namespace {

// Codes of unreachable: RFC 792, RFC 1191; RFC 4443 3.1.
constexpr std::uint8_t kNetUnreachable = 0, kHostUnreachable = 1, kFragmentationNeeded = 4;
constexpr std::uint8_t kNoRoute6 = 0, kBeyondScope6 = 2, kAddressUnreachable6 = 3;

struct Error {
  std::uint8_t type, code;
  std::uint32_t rest;
};

template <class Address>
inline constexpr bool kIsIpv4 = std::is_same_v<Address, Ipv4>;

template <class Address>
std::optional<Error> error_for(DropReason reason, bool from_vm, std::uint16_t mtu) noexcept {
  switch (reason) {
    case DropReason::ttl_exceeded:
      return Error{kIsIpv4<Address> ? wire::kIcmpTimeExceeded : wire::kIcmp6TimeExceeded, 0, 0};
    case DropReason::mtu_exceeded:
      return kIsIpv4<Address> ? Error{wire::kIcmpUnreachable, kFragmentationNeeded, mtu}
                              : Error{wire::kIcmp6PacketTooBig, 0, mtu};
    case DropReason::unknown_destination:
      if (!from_vm) return std::nullopt;
      return kIsIpv4<Address> ? Error{wire::kIcmpUnreachable, kHostUnreachable, 0}
                              : Error{wire::kIcmp6Unreachable, kAddressUnreachable6, 0};
    case DropReason::no_eip:
    case DropReason::unroutable:
    case DropReason::no_uplink:
      if (!from_vm) return std::nullopt;
      return kIsIpv4<Address> ? Error{wire::kIcmpUnreachable, kNetUnreachable, 0}
                              : Error{wire::kIcmp6Unreachable, kNoRoute6, 0};
    case DropReason::unroutable_source:  // IPv4 has nowhere to tell
      if (kIsIpv4<Address>) return std::nullopt;
      return Error{wire::kIcmp6Unreachable, kBeyondScope6, 0};
    default:
      return std::nullopt;
  }
}

constexpr bool is_host(Ipv4 address) noexcept {
  return !address.is_unspecified() && !address.is_loopback() && (address.host() >> 28) < 0xe;
}
constexpr bool is_host(const Ipv6& address) noexcept {
  return !address.is_unspecified() && !address.is_loopback() && !address.is_multicast();
}

// The broadcast address of its own subnet looks like a host's to the packet alone.
bool is_broadcast(const WorkerState& worker, const PortRow& ingress, Ipv4 address) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(ingress.subnet);
  return ingress.role == PortRole::kVm && subnet != nullptr && address == subnet->prefix.last();
}
bool is_broadcast(const WorkerState&, const PortRow&, const Ipv6&) noexcept {
  return false;
}

// Errors beget no errors (RFC 792, RFC 4443 2.4 e), and what ends before its type may be one.
bool may_be_error(const Packet& packet) noexcept {
  const bool is_ipv4 = packet.kind == PacketKind::kIpv4;
  if (packet.protocol != (is_ipv4 ? wire::kProtoIcmp : wire::kProtoIcmp6)) return false;
  const bool is_whole = packet.ip_view().header_at<wire::Icmp>(packet.l4_offset) != nullptr;
  return !is_whole || classify_icmp(packet) != IcmpClass::kNoError;
}

// NAT undone: which addresses of the dropped packet were others, and which.
template <class Address>
struct Undo {
  AddressRewrite<Address> source = {}, destination = {};  // is_set, if it was another one
};

// Only what is longer than the MTU is found out after NAT; the row of the VM at either end knows the pair.
template <class Address>
Undo<Address> undo_of(const WorkerState& worker, const Batch& batch, const Packet& packet,
                      DropReason reason) noexcept {
  Undo<Address> undo;
  if (reason != DropReason::mtu_exceeded) return undo;
  const bool from_vm = batch.ingress->role == PortRole::kVm;
  const Address source = packet.source_of<Address>(), destination = packet.destination_of<Address>();
  if (from_vm) {
    for (const PortSource<Address>& own : batch.ingress->of<Address>()) {
      if (own.eip.is_set() && own.eip.to == source)
        undo.source = AddressRewrite<Address>::between(source, own.address);
    }
  }
  const PortRow* receiver = from_vm && !packet.is_hairpin ? nullptr : worker.tables.ports.find(packet.egress);
  if (receiver == nullptr) return undo;
  for (const PortSource<Address>& own : receiver->of<Address>()) {
    if (own.eip.is_set() && own.address == destination)
      undo.destination = AddressRewrite<Address>::between(destination, own.eip.to);
  }
  return undo;
}

// Who tells whom.
template <class Address>
struct Teller {
  Address address;
  Mac mac;
  Address to;
  Mac to_mac;
};

template <class Address>
std::optional<Teller<Address>> teller_of(WorkerState& worker, const PortRow& ingress,
                                         const Address& sender) noexcept {
  if (ingress.role == PortRole::kVm) {
    const SubnetRow* subnet = worker.tables.subnets.find(ingress.subnet);
    if (subnet == nullptr) return std::nullopt;
    const Address gateway = subnet->gateway_of<Address>();
    if (gateway.is_unspecified()) return std::nullopt;
    return Teller<Address>{gateway, kGatewayMac, sender, ingress.mac};
  }
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  if (uplink == nullptr || !uplink->carries<Address>()) return std::nullopt;
  const std::uint64_t to_mac = next_hop_mac(worker, ingress.id, *uplink, sender);
  if (to_mac == 0) return std::nullopt;
  return Teller<Address>{uplink->of<Address>().addresses.front().address, uplink->mac, sender,
                         value_to_mac(to_mac)};
}

void write_header(std::uint8_t* at, const Teller<Ipv4>& teller, std::size_t payload_size) noexcept {
  constexpr std::uint8_t kInternetworkControl = 0xc0;  // RFC 1812 4.3.2.5
  constexpr std::uint8_t kTtl = 64;
  auto& ip = *new (at) wire::Ipv4Header(
      make_ipv4_header(teller.address, teller.to, wire::kProtoIcmp, kTtl, payload_size));
  ip.type_of_service = kInternetworkControl;
  ip.checksum = checksum(&ip, sizeof ip);
}

void write_header(std::uint8_t* at, const Teller<Ipv6>& teller, std::size_t payload_size) noexcept {
  constexpr std::uint8_t kHopLimit = 64;
  new (at) wire::Ipv6Header(
      make_ipv6_header(teller.address, teller.to, wire::kProtoIcmp6, kHopLimit, payload_size));
}

std::uint64_t pseudo_header_of(const Teller<Ipv4>&, std::size_t) noexcept {
  return 0;
}
std::uint64_t pseudo_header_of(const Teller<Ipv6>& teller, std::size_t size) noexcept {
  return sum_pseudo_header(teller.address, teller.to, wire::kProtoIcmp6, static_cast<std::uint32_t>(size));
}

// The whole answer in a packet of its own; null if the pool is empty.
template <class Address>
rte_mbuf* make_error(const WorkerState& worker, const Packet& packet, const Error& error,
                     const Teller<Address>& teller, const Undo<Address>& undo) noexcept {
  using Header = std::conditional_t<kIsIpv4<Address>, wire::Ipv4Header, wire::Ipv6Header>;
  constexpr std::size_t kLongest = kIsIpv4<Address> ? 576 : 1280;  // RFC 1812 4.3.2.3; RFC 4443 2.4 c
  constexpr std::size_t kL4 = sizeof(wire::Ethernet) + sizeof(Header);
  const std::size_t there = std::min<std::size_t>(packet.l3_size, packet.size - packet.l3_offset);
  const std::size_t quoted = std::min(there, kLongest - sizeof(Header) - sizeof(wire::Icmp));
  const std::size_t message_size = sizeof(wire::Icmp) + quoted;
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker.pool);
  if (mbuf == nullptr) return nullptr;
  rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(kL4 + message_size));
  auto* data = rte_pktmbuf_mtod(mbuf, std::uint8_t*);

  auto& ethernet = *new (data) wire::Ethernet{};
  ethernet.destination = teller.to_mac;
  ethernet.source = teller.mac;
  ethernet.type = Be16::from_host(kIsIpv4<Address> ? wire::kEtherIpv4 : wire::kEtherIpv6);
  write_header(data + sizeof(wire::Ethernet), teller, message_size);
  auto& icmp = *new (data + kL4) wire::Icmp{};
  icmp.type = error.type;
  icmp.code = error.code;
  icmp.rest = Be32::from_host(error.rest);
  std::memcpy(data + kL4 + sizeof icmp, packet.data + packet.l3_offset, quoted);

  if (undo.source.is_set() || undo.destination.is_set()) {
    Packet answer{};
    answer.data = data;
    answer.size = static_cast<std::uint16_t>(kL4 + message_size);
    answer.l3_offset = sizeof(wire::Ethernet);
    answer.l4_offset = kL4;
    answer.l3_size = static_cast<std::uint16_t>(sizeof(Header) + message_size);
    answer.kind = packet.kind;
    if (undo.source.is_set()) translate_quote(answer, Side::kSource, undo.source);
    if (undo.destination.is_set()) translate_quote(answer, Side::kDestination, undo.destination);
    icmp.checksum = 0;
  }
  icmp.checksum = static_cast<std::uint16_t>(
      ~fold(pseudo_header_of(teller, message_size) + sum_bytes(data + kL4, message_size)));
  return mbuf;
}

// Whose budget an answer takes. Behind the uplink is everybody: the VM that the packet was for pays, so that
// none of them silences the errors of all.
PortId payer_of(const WorkerState& worker, const PortRow& ingress, const Packet& packet) noexcept {
  if (ingress.role == PortRole::kVm) return ingress.id;
  if (packet.target.kind() == EndpointKind::kPort) return packet.target.port();
  if (packet.target.kind() == EndpointKind::kHavip) {
    const OwnerWord owner = worker.tables.havips.owner_word(packet.target.havip());
    if (owner.is_local()) return owner.port();
  }
  return ingress.id;
}

template <class Address>
void tell(WorkerState& worker, const Batch& batch, const Packet& packet, DropReason reason,
          std::uint16_t mtu_bytes) noexcept {
  const bool from_vm = batch.ingress->role == PortRole::kVm;
  const auto error = error_for<Address>(reason, from_vm, mtu_bytes);
  if (!error || packet.is_group || packet.fragment == Fragment::kLater || may_be_error(packet)) return;
  const Address destination = packet.destination_of<Address>();
  if (!is_host(destination) || is_broadcast(worker, *batch.ingress, destination)) return;
  const auto undo = undo_of<Address>(worker, batch, packet, reason);
  const Address sender = undo.source.is_set() ? undo.source.to : packet.source_of<Address>();
  if (!is_host(sender)) return;
  const auto teller = teller_of<Address>(worker, *batch.ingress, sender);
  PortLane* payer = worker.lane(payer_of(worker, *batch.ingress, packet));
  if (!teller || payer == nullptr || !payer->errors.take(worker.now_ms)) return;
  rte_mbuf* mbuf = make_error(worker, packet, *error, *teller, undo);
  if (mbuf == nullptr) return;
  worker.counters.generated.add(1);
  worker.counters.errors_told.add(1);
  send_later(worker, batch.ingress->id, mbuf);
}

}  // namespace

void tell_sender(WorkerState& worker, const Batch& batch, const Packet& packet, DropReason reason,
                 std::uint16_t mtu_bytes) noexcept {
  if (packet.kind == PacketKind::kIpv4) {
    tell<Ipv4>(worker, batch, packet, reason, mtu_bytes);
  } else if (packet.kind == PacketKind::kIpv6) {
    tell<Ipv6>(worker, batch, packet, reason, mtu_bytes);
  }
}

}  // namespace vipswitch
