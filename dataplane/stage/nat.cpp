#include "dataplane/stage/nat.h"

#include <algorithm>
#include <atomic>
#include <rte_prefetch.h>

#include "dataplane/burst_lookup.h"
#include "dataplane/echo.h"
#include "dataplane/icmp_quote.h"
#include "dataplane/martian.h"
#include "dataplane/mss_clamp.h"
#include "dataplane/next_hop.h"
#include "dataplane/rewrite.h"

namespace vipswitch::stage {
namespace {

// What is to be done to the packet that an ICMP error quotes.
template <class Address>
struct QuoteRewrite {
  Side side;
  const AddressRewrite<Address>* rewrite = nullptr;  // null: nothing

  void apply(Packet& packet) const noexcept {
    if (rewrite != nullptr) [[unlikely]]
      translate_quote(packet, side, *rewrite);
  }
};

// Finds it out; what else is ICMP passes, unless it must not leave its link. `rewrite_of` finds the rewrite
// of the quoted address, null if it has none.
template <class Address, class RewriteOf>
[[gnu::noinline]] std::optional<DropReason> examine_icmp(const Packet& packet, QuoteRewrite<Address>& quote,
                                                         RewriteOf&& rewrite_of) noexcept {
  switch (classify_icmp(packet)) {
    case IcmpClass::kNoError:
      return std::nullopt;
    case IcmpClass::kLinkScoped:
      return DropReason::icmp_link_scoped;
    case IcmpClass::kError:
      break;
  }
  const auto address = quoted_address<Address>(packet, quote.side);
  quote.rewrite = address ? rewrite_of(*address) : nullptr;
  return quote.rewrite != nullptr ? std::nullopt : std::optional(DropReason::icmp_bad_quote);
}

// Whether the rate, if there is one, lets the packet pass.
[[gnu::always_inline]] inline bool is_within(RateLimiter* rate, const WorkerState& worker,
                                             const Packet& packet) noexcept {
  return rate == nullptr || rate->take(worker.id, packet.l3_size, worker.now_ms);
}

// Translates the packet if the rate lets it pass; else false, and the packet is dropped.
template <class Address>
[[gnu::always_inline]] inline bool translate_within(const WorkerState& worker, Packet& packet, Side side,
                                                    const AddressRewrite<Address>& rewrite,
                                                    RateLimiter* rate) noexcept {
  if (!is_within(rate, worker, packet)) [[unlikely]] {
    packet.drop(DropReason::eip_rate);
    return false;
  }
  if (translate(packet, side, rewrite)) [[likely]]
    return true;
  packet.drop(DropReason::l4_truncated);
  return false;
}

// The same of ICMP, and of the packet that an error quotes, whose address on the other side is translated
// too.
template <class Address, class RewriteOf>
[[gnu::noinline]] bool translate_icmp_within(const WorkerState& worker, Packet& packet, Side side,
                                             const AddressRewrite<Address>& rewrite, RateLimiter* rate,
                                             RewriteOf&& rewrite_of) noexcept {
  QuoteRewrite<Address> quote{side == Side::kSource ? Side::kDestination : Side::kSource};
  if (const auto wrong = examine_icmp(packet, quote, rewrite_of)) {
    packet.drop(*wrong);
    return false;
  }
  if (!translate_within(worker, packet, side, rewrite, rate)) return false;
  quote.apply(packet);
  return true;
}

template <class Address>
inline constexpr std::uint8_t kProtoIcmpOf =
    std::is_same_v<Address, Ipv4> ? wire::kProtoIcmp : wire::kProtoIcmp6;

// Whether the source cannot come from the provider network. An answer to what the target's VPC has itself
// would never leave it.
template <class Address>
[[gnu::noinline]] bool is_martian(const Tables& tables, Address source, const EipRow<Address>* eip) noexcept {
  if (is_unroutable(source)) return true;
  if (eip == nullptr || !eip->has_target()) return false;
  const VpcRow* vpc = tables.vpcs.find(eip->vpc);
  return vpc != nullptr && vpc->contains(source);
}

// What is for the switch itself, or for nobody.
template <class Address>
[[gnu::noinline]] void end_at_uplink(const UplinkRow& uplink, Packet& packet) noexcept {
  if (!uplink.of<Address>().is_own_address(packet.destination_of<Address>()))
    return packet.drop(DropReason::unknown_eip);
  if (!answer_echo(packet, uplink.mac)) return packet.drop(DropReason::not_for_uplink);
  packet.verdict = Verdict::kAnswer;
}

template <class Address>
[[gnu::always_inline]] inline void translate_in(const WorkerState& worker, const UplinkRow& uplink,
                                                const std::atomic<std::uint64_t>* owners, Packet& packet,
                                                const EipRow<Address>* eip) noexcept {
  if (const Address source = packet.source_of<Address>(); may_be_martian(source)) [[unlikely]] {
    if (is_martian(worker.tables, source, eip)) return packet.drop(DropReason::martian_source);
  }
  if (eip == nullptr) [[unlikely]]
    return end_at_uplink<Address>(uplink, packet);
  const EndpointRef target = eip->target;
  if (!target.exists()) [[unlikely]]
    return packet.drop(DropReason::eip_unbound);
  packet.target = target;
  if (target.kind() == EndpointKind::kHavip) [[likely]]  // for resolve
    rte_prefetch0(owners + target.havip().value());
  if (hop_limit_of<Address>(packet) <= 1) [[unlikely]]
    return packet.drop(DropReason::ttl_exceeded);
  if (packet.protocol == kProtoIcmpOf<Address>) [[unlikely]] {
    translate_icmp_within(
        worker, packet, Side::kDestination, eip->inner, eip->rate,
        [eip](const Address& quoted) { return quoted == eip->address ? &eip->inner : nullptr; });
  } else {
    translate_within(worker, packet, Side::kDestination, eip->inner, eip->rate);
  }
}

template <class Address>
void from_uplink(const WorkerState& worker, const UplinkRow& uplink, Batch& batch) noexcept {
  const EipTable<Address>& eips = worker.tables.of<Address>().eips;
  BurstLookup lookup(eips);
  for (Packet& packet : batch) {
    if (packet.is_pending_unicast_of<Address>()) lookup.add(packet, packet.destination_of<Address>());
  }
  const auto* const owners = worker.tables.havips.owners();
  lookup.finish([&](Packet& packet, const EipRow<Address>& candidate) {
    translate_in(worker, uplink, owners, packet, eips.row(packet.destination_of<Address>(), candidate));
  });
}

// Guests reach their gateway by its link-local address; resolve knows it.
constexpr bool is_on_link(Ipv4) noexcept {
  return false;
}
constexpr bool is_on_link(const Ipv6& destination) noexcept {
  return destination.is_link_local();
}

// The EIP of one of the port's addresses, null if it has none.
template <class Address>
const AddressRewrite<Address>* eip_of(const PortRow& port, const Address& address) noexcept {
  const PortSources<Address>& sources = port.of<Address>();
  const std::uint8_t index = sources.index_of(address);
  return index != kNoSource && sources[index].eip.is_set() ? &sources[index].eip : nullptr;
}

// From one EIP of the switch to another, or to itself: out and in at once, with one hop. Resolve delivers it.
template <class Address>
[[gnu::noinline]] void translate_hairpin(const WorkerState& worker, const PortRow& port,
                                         const PortSource<Address>& source, const EipRow<Address>& eip,
                                         Packet& packet) noexcept {
  if (!eip.has_target()) return packet.drop(DropReason::eip_unbound);
  QuoteRewrite<Address> quote_out{Side::kDestination}, quote_in{Side::kSource};
  if (packet.protocol == kProtoIcmpOf<Address>) {
    auto wrong =
        examine_icmp(packet, quote_out, [&port](const Address& quoted) { return eip_of(port, quoted); });
    if (wrong) return packet.drop(*wrong);
    wrong = examine_icmp(packet, quote_in, [&eip](const Address& quoted) {
      return quoted == eip.address ? &eip.inner : nullptr;
    });
    if (wrong) return packet.drop(*wrong);
  }
  if (!is_within(source.eip_rate, worker, packet)) return packet.drop(DropReason::eip_rate);
  if (!is_within(eip.rate, worker, packet)) {
    if (source.eip_rate != nullptr) source.eip_rate->give_back(worker.id, packet.l3_size);
    return packet.drop(DropReason::eip_rate);
  }
  if (!translate_both(packet, source.eip, eip.inner)) return packet.drop(DropReason::l4_truncated);
  quote_out.apply(packet);
  quote_in.apply(packet);
  packet.target = eip.target;
  packet.is_hairpin = true;
}

// Whether the port lost the address so lately that it may answer what it got.
[[gnu::noinline]] bool may_still_answer(const WorkerState& worker, HavipId havip,
                                        const PortRow& port) noexcept {
  return worker.tables.havips.warm(havip).has_predecessor(port.id, worker.now_ms);
}

// Inlined for the common way, that nothing but the internet is a next hop.
template <class Address>
[[gnu::always_inline]] inline void translate_out(WorkerState& worker, const PortRow& port,
                                                 Packet& packet) noexcept {
  const Address destination = packet.destination_of<Address>();
  if (is_unroutable(destination)) return packet.drop(DropReason::unroutable);
  const AddressTables<Address>& tables = worker.tables.of<Address>();
  const bool may_be_eip = tables.eip_filter.may_hold(destination);
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  if (uplink == nullptr && !may_be_eip) [[unlikely]]
    return packet.drop(DropReason::no_uplink);
  if (packet.source_index == kNoSource) return packet.drop(DropReason::no_eip);
  const PortSource<Address>& source = port.of<Address>()[packet.source_index];
  if (!source.eip.is_set()) return packet.drop(DropReason::no_eip);
  if (source.is_havip() && !worker.tables.havips.owner_word(source.havip).is_port(port.id)) [[unlikely]] {
    if (!may_still_answer(worker, source.havip, port)) return packet.drop(DropReason::eip_not_owner);
  }
  if (hop_limit_of<Address>(packet) <= 1) return packet.drop(DropReason::ttl_exceeded);
  if (may_be_eip) [[unlikely]] {
    if (const auto* eip = tables.eips.lookup(destination); eip != nullptr)
      return translate_hairpin(worker, port, source, *eip, packet);
    if (uplink == nullptr) return packet.drop(DropReason::no_uplink);
  }
  const std::uint64_t next_hop = next_hop_mac(worker, port.id, *uplink, destination);
  if (next_hop == 0) [[unlikely]]
    return packet.drop(uplink->carries<Address>() ? DropReason::next_hop_unresolved : DropReason::no_uplink);
  if (packet.protocol == kProtoIcmpOf<Address>) [[unlikely]] {
    const auto eip_of_quoted = [&port](const Address& quoted) { return eip_of(port, quoted); };
    if (!translate_icmp_within(worker, packet, Side::kSource, source.eip, source.eip_rate, eip_of_quoted))
      return;
  } else if (!translate_within(worker, packet, Side::kSource, source.eip, source.eip_rate)) {
    return;
  }
  if (port.clamps_mss) [[unlikely]]
    clamp_mss(packet, std::min(port.mtu, uplink->mtu));
  wire::Ethernet& ethernet = packet.ethernet();
  put_mac(ethernet.destination, next_hop);
  ethernet.source = uplink->mac;
  packet.egress = uplink->port;
  packet.verdict = packet.l3_size <= uplink->mtu ? Verdict::kForward : Verdict::kTooLong;
}

// Whether a packet of the port is one that the next hop has sent itself.
template <class Address>
bool is_from(const PortRow& port, EndpointRef next_hop) noexcept {
  if (next_hop.kind() == EndpointKind::kPort) return next_hop.port() == port.id;
  for (const PortSource<Address>& source : port.of<Address>()) {
    if (source.is_havip() && EndpointRef(source.havip) == next_hop) return true;
  }
  return false;
}

// Towards a next hop; a next hop does not send to itself, but further.
template <class Address>
[[gnu::noinline]] void send_to_next_hop(WorkerState& worker, const PortRow& port,
                                        const RouteTable<Address>& routes, RouteRef route,
                                        Packet& packet) noexcept {
  if (is_unroutable(packet.destination_of<Address>())) return packet.drop(DropReason::unroutable);
  while (route.kind() == RouteKind::kEndpoint) {
    const RouteRow& row = routes.row(route);
    if (!is_from<Address>(port, row.endpoint)) {
      packet.target = row.endpoint;  // resolve delivers it
      return;
    }
    route = row.parent;
  }
  if (route.kind() == RouteKind::kBlackhole) return packet.drop(DropReason::blackhole);
  translate_out<Address>(worker, port, packet);
}

template <class Address>
void from_vm(WorkerState& worker, const PortRow& port, const VpcRow& vpc, Batch& batch) noexcept {
  const RouteTable<Address>& routes = vpc.routes<Address>();
  const auto view = routes.view();
  for (Packet& packet : batch) {
    if (!packet.is_pending_unicast_of<Address>() || packet.ethernet().destination != kGatewayMac ||
        is_on_link(packet.destination_of<Address>())) {
      continue;
    }
    const RouteRef route = view.lookup(packet.destination_of<Address>());
    if (route.kind() == RouteKind::kSubnet) continue;
    if (route.kind() == RouteKind::kInternet) [[likely]] {
      translate_out<Address>(worker, port, packet);
    } else {
      send_to_next_hop<Address>(worker, port, routes, route, packet);
    }
  }
}

// What the port may send; never what claims a HAVIP.
void limit_port(const WorkerState& worker, const PortRow& port, Batch& batch) noexcept {
  for (Packet& packet : batch) {
    if (!packet.is_pending() || !packet.is_ip() || packet.is_claim) continue;
    if (!is_within(port.rate, worker, packet)) packet.drop(DropReason::port_rate);
  }
}

}  // namespace

void nat(WorkerState& worker, Batch& batch) noexcept {
  const PortRow& port = *batch.ingress;
  if (port.role == PortRole::kVm) {
    if (port.rate != nullptr) [[unlikely]]
      limit_port(worker, port, batch);
    const VpcRow* vpc = worker.tables.vpcs.find(port.vpc);
    if (vpc == nullptr) return;  // being removed: resolve finds no endpoint either
    if (batch.has_others_than_ipv6()) from_vm<Ipv4>(worker, port, *vpc, batch);
    if (batch.has_ipv6()) from_vm<Ipv6>(worker, port, *vpc, batch);
    return;
  }
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  if (uplink != nullptr) {
    if (batch.has_others_than_ipv6()) from_uplink<Ipv4>(worker, *uplink, batch);
    if (batch.has_ipv6()) from_uplink<Ipv6>(worker, *uplink, batch);
    return;
  }
  for (Packet& packet : batch) {
    if (packet.is_pending()) packet.drop(DropReason::no_uplink);
  }
}

}  // namespace vipswitch::stage
