#include "dataplane/stage/snoop_vrrp.h"

#include <bit>

#include "dataplane/owner/vrrp.h"
#include "dataplane/owner_decision.h"
#include "dataplane/vrrp_packet.h"
#include "vipswitch/checksum.h"

namespace vipswitch::stage {
namespace {

// Which of the port's HAVIPs an advert lists, as bits of PortRow::sources, and which of others.
struct Listed {
  std::uint32_t bound = 0;
  HavipId unbound;  // one of them; invalid: none
};

template <class Address>
Listed find_listed(const WorkerState& worker, const PortRow& port,
                   const owner::VrrpAddressList<Address>& addresses) noexcept {
  const PortSources<Address>& sources = port.of<Address>();
  Listed listed;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::uint8_t source = sources.index_of(addresses[i]);
    if (sources.is_havip(source)) {
      listed.bound |= std::uint32_t{1} << source;
    } else if (source == kNoSource) {
      const EndpointRef endpoint = worker.tables.of<Address>().lookup_endpoint(port.vpc, addresses[i]);
      if (endpoint.kind() == EndpointKind::kHavip) listed.unbound = endpoint.havip();
    }
  }
  return listed;
}

void claim(WorkerState& worker, const Batch& batch, HavipId havip,
           const owner::AdvertEvidence& evidence) noexcept {
  const PortId port = batch.ingress->id;
  worker.count(LearnCounter::advert);
  decide(worker, havip, batch.received_tsc,
         [&](owner::Election& election, TimeMs now) { return election.advert(port, evidence, now); });
}

// To a HAVIP that the advert does not list: if it follows the group, that is evidence; if the group listed it
// before, it is resigned (owner learning 5.2 and 5.4 "Follow"). Returns whether it follows.
bool tell_unlisted(WorkerState& worker, const Batch& batch, HavipId havip,
                   const owner::GroupAdvert& advert) noexcept {
  const PortId port = batch.ingress->id;
  bool is_followed = false;
  decide(worker, havip, batch.received_tsc, [&](owner::Election& election, TimeMs now) {
    const owner::Outcome outcome = election.group_advert(port, advert, now);
    is_followed = election.follows(advert.evidence.group());
    return outcome;
  });
  if (is_followed) worker.count(LearnCounter::followed);
  return is_followed;
}

// `listed`: bits of the port's sources of the family that the advert has named. Returns whether others follow
// its group; likewise below.
template <class Address>
bool tell_family(WorkerState& worker, const Batch& batch, std::uint32_t listed,
                 const owner::GroupAdvert& advert) noexcept {
  const PortSources<Address>& sources = batch.ingress->of<Address>();
  bool is_followed = false;
  for (std::uint8_t i = 0; i < sources.count; ++i) {
    if (!sources.is_havip(i)) continue;
    if (((listed >> i) & 1) != 0) {
      claim(worker, batch, sources[i].havip, advert.evidence);
    } else {
      is_followed |= tell_unlisted(worker, batch, sources[i].havip, advert);
    }
  }
  return is_followed;
}

// Addresses of the other family are in no list, and the virtual MAC of the group is not theirs.
template <class Address>
bool claim_all(WorkerState& worker, const Batch& batch, std::uint32_t listed,
               owner::GroupAdvert advert) noexcept {
  using Other = std::conditional_t<std::is_same_v<Address, Ipv4>, Ipv6, Ipv4>;
  const bool is_followed = tell_family<Address>(worker, batch, listed, advert);
  advert.evidence.delivery = owner::Delivery::port_mac();
  return tell_family<Other>(worker, batch, 0, advert) || is_followed;
}

// RFC 9568 5.2.9: over IPv6 the first address is the link-local one. Worth knowing, not worth refusing.
void count_first_address(WorkerState&, const owner::VrrpAddressList<Ipv4>&) noexcept {}
void count_first_address(WorkerState& worker, const owner::VrrpAddressList<Ipv6>& addresses) noexcept {
  if (!addresses[0].is_link_local()) worker.count(LearnCounter::vrrp6_first_not_ll);
}

// No VRRP speaker fragments or uses extension headers, but a guest's kernel takes such adverts: from a port
// without a HAVIP they could depose the guests' master unseen. Fragments of other unicast IPsec are none of
// our business.
void judge_unread(WorkerState& worker, LearnCounter counter, const PortRow& port, Packet& packet) noexcept {
  worker.count(counter);
  const bool could_be_advert = packet.protocol == wire::kProtoVrrp || packet.is_group;
  if (!port.has_havips() && could_be_advert) packet.drop(DropReason::claim_unbound);
}

// An advert comes from an address of the port's own, never from a HAVIP. Guard has proven that a link-local
// IPv6 source is no other port's.
template <class Address>
bool is_from_own_address(const PortRow& port, const Packet& packet) noexcept {
  if (packet.source_index != kNoSource) return !port.of<Address>().is_havip(packet.source_index);
  return packet.kind == PacketKind::kIpv6 && packet.ipv6().source.get().is_link_local();
}

std::optional<owner::Delivery> delivery_of(const Packet& packet, const PortRow& port) noexcept {
  const Mac& source = packet.ethernet().source;
  return packet.kind == PacketKind::kIpv4 ? owner::Delivery::of_source(source, port.mac)
                                          : owner::Delivery::of_source_ipv6(source, port.mac);
}

// The groups of the port's subnet; null if there are none.
HavipGroups* groups_of(const WorkerState& worker, const PortRow& port) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(port.subnet);
  return subnet == nullptr ? nullptr : subnet->groups;
}

// That an advert of the group speaks for HAVIPs: it lists some, or some follow it.
template <class Address>
void remember_group(const WorkerState& worker, const PortRow& port, std::uint8_t vrid) noexcept {
  HavipGroups* groups = groups_of(worker, port);
  if (groups != nullptr && !worker.is_dry_run()) groups->hear<Address>(vrid);
}

template <class Address>
bool is_group_of_havips(const WorkerState& worker, const PortRow& port, std::uint8_t vrid) noexcept {
  const HavipGroups* groups = groups_of(worker, port);
  return groups != nullptr && groups->knows<Address>(vrid);
}

// The same for lists that name the same addresses in whatever order.
template <class Address>
std::uint16_t hash_of(const owner::VrrpAddressList<Address>& addresses) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Address address = addresses[i];
    sum += (fold(sum_bytes(&address, sizeof address)) + std::uint64_t{1}) * 0x9e3779b97f4a7c15;
  }
  return static_cast<std::uint16_t>(sum >> 48);
}

template <class Address>
SpokenAdvert spoken_of(const owner::VrrpAdvert<Address>& advert, std::uint32_t listed, const Packet& packet,
                       owner::Delivery delivery) noexcept {
  return {.group = owner::VrrpGroup::of<Address>(advert.vrid),
          .version = advert.version,
          .priority = advert.priority,
          .auth = advert.auth,
          .is_unicast = !packet.is_group,
          .has_virtual_mac = delivery.is_virtual(),
          .interval_ms = advert.interval_ms,
          .list_size = static_cast<std::uint8_t>(advert.addresses.size()),
          .list_hash = hash_of(advert.addresses),
          .listed = listed};
}

owner::GroupNews hear(const WorkerState& worker, const PortRow& port, const SpokenAdvert& advert) noexcept {
  if (worker.is_dry_run() || !port.spoken->hear(advert, worker.now_ms)) return owner::GroupNews::kNone;
  const bool is_only_one = port.spoken->acquired_lately(worker.now_ms).exists();
  return is_only_one ? owner::GroupNews::kAcquired : owner::GroupNews::kNone;
}

// Whether the owner of the HAVIP takes its data at the group's virtual MAC.
bool holds_virtual_mac(const WorkerState& worker, SubnetId subnet, HavipId havip,
                       std::uint8_t vrid) noexcept {
  if (!havip.is_valid() || !is_havip_of(worker.tables, subnet, havip)) return false;
  const OwnerWord owner = worker.tables.havips.owner_word(havip);
  return owner.is_local() && owner.has_virtual_mac() && owner.vrid() == vrid;
}

// The owner of any HAVIP of the group takes what is for its virtual MAC. Of two groups with one number the
// one that has the MAC keeps it.
template <class Address>
void remember_virtual_mac(const WorkerState& worker, const PortRow& port,
                          const owner::AdvertEvidence& evidence, std::uint32_t listed) noexcept {
  if (listed == 0 || !evidence.delivery.is_virtual() || worker.is_dry_run()) return;
  const SubnetRow* subnet = worker.tables.subnets.find(port.subnet);
  if (subnet == nullptr || subnet->groups == nullptr) return;
  const PortSource<Address>& source =
      port.of<Address>().list[static_cast<unsigned>(std::countr_zero(listed))];
  const HavipId held = subnet->groups->holder<Address>(evidence.vrid);
  if (held == source.havip || holds_virtual_mac(worker, subnet->id, held, evidence.vrid)) return;
  subnet->groups->set_holder<Address>(evidence.vrid, source.havip);
}

template <class Address>
void snoop_advert(WorkerState& worker, const Batch& batch, Packet& packet, std::uint8_t hop_limit) noexcept {
  const Address source = packet.source_of<Address>();
  owner::VrrpAdvert<Address> advert;
  const auto reject =
      owner::parse_vrrp<Address>({source, packet.destination_of<Address>(), hop_limit, packet.protocol,
                                  packet.ip_view().bytes(packet.l4_offset, packet.l4_size())},
                                 advert);
  if (reject) return worker.count(*reject);
  if (advert.version == 3) worker.count(owner::counter_of(advert.checksum_form));

  const PortRow& port = *batch.ingress;
  const auto delivery = delivery_of(packet, port);
  if (!is_from_own_address<Address>(port, packet) || !delivery)
    return packet.drop(DropReason::vrrp_src_spoof);

  const Listed listed = find_listed(worker, port, advert.addresses);
  if (listed.unbound.is_valid()) {
    give_notice(worker, listed.unbound, port.id, Notice::kClaimUnbound);
    if (listed.bound == 0) return packet.drop(DropReason::claim_unbound);
    worker.count(LearnCounter::vrrp_addr_unbound);
  }
  if (advert.addresses.size() == 0) worker.count(LearnCounter::vrrp_no_address);
  if (listed.bound != 0) remember_group<Address>(worker, port, advert.vrid);
  const bool is_guarded = listed.bound != 0 || is_group_of_havips<Address>(worker, port, advert.vrid);
  if (!port.has_havips()) {
    if (is_guarded)
      packet.drop(DropReason::vrrp_guard);  // else an ordinary group of the tenant's, of no HAVIP
    return;
  }

  const SpokenAdvert spoken = spoken_of(advert, listed.bound, packet, *delivery);
  const owner::GroupNews news = hear(worker, port, spoken);
  const owner::AdvertEvidence evidence{source,      advert.interval_ms, advert.priority,
                                       advert.vrid, *delivery,          spoken.group.family};
  const bool is_followed =
      claim_all<Address>(worker, batch, listed.bound, {evidence, news, advert.addresses.size() == 0});
  if (is_followed) remember_group<Address>(worker, port, advert.vrid);
  remember_virtual_mac<Address>(worker, port, evidence, listed.bound);
  if (advert.addresses.size() != 0) {
    count_first_address(worker, advert.addresses);
    // A group of the tenant's that has no HAVIP, or none any more.
    if (listed.bound == 0 && !is_guarded) return;
    packet.is_claim = listed.bound != 0;  // its peers hear it at any rate, by unicast too
  }
  if (packet.is_group) {  // settled here, so never lost to the flood rate of resolve
    packet.listed_sources = listed.bound != 0 ? listed.bound : kAllSources;
    packet.verdict = Verdict::kFloodMembers;
  }
}

}  // namespace

void snoop_vrrp(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  if (drops(port.vrrp_filter, VrrpFilter::kIn) && is_vrrp(packet))
    return packet.drop(DropReason::vrrp_filtered);
  if (packet.fragment != Fragment::kWhole) return judge_unread(worker, LearnCounter::vrrp_frag, port, packet);
  if (packet.kind == PacketKind::kIpv4) return snoop_advert<Ipv4>(worker, batch, packet, packet.ipv4().ttl);
  if (packet.ipv6().next_header != wire::kProtoVrrp)
    return judge_unread(worker, LearnCounter::vrrp6_exthdr, port, packet);
  snoop_advert<Ipv6>(worker, batch, packet, packet.ipv6().hop_limit);
}

}  // namespace vipswitch::stage
