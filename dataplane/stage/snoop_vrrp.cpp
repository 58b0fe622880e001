#include "dataplane/stage/snoop_vrrp.h"

#include "dataplane/owner/vrrp.h"
#include "dataplane/owner_decision.h"

namespace vipswitch::stage {
namespace {

// Which of the port's HAVIPs an advert lists, as bits of PortRow::sources, and whether it lists HAVIPs of
// others.
struct Listed {
  std::uint32_t bound = 0;
  bool has_unbound = false;
};

Listed find_listed(const WorkerState& worker, const PortRow& port,
                   const owner::VrrpAddressList& addresses) noexcept {
  Listed listed;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::uint8_t source = port.ipv4.index_of(addresses[i]);
    if (port.ipv4.is_havip(source)) {
      listed.bound |= std::uint32_t{1} << source;
    } else if (source == kNoSource &&
               worker.tables.ipv4.lookup_endpoint(port.vpc, addresses[i]).kind() == EndpointKind::kHavip) {
      listed.has_unbound = true;
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

bool claimed_by_group(const owner::Election& election, PortId port, std::uint8_t vrid, TimeMs now) noexcept {
  for (std::size_t i = 0; i < election.member_count(); ++i) {
    const owner::MemberStatus member = election.member(i, now);
    if (member.port == port) {
      return member.active && member.evidence == EvidenceClass::kVrrp && member.advert.vrid == vrid;
    }
  }
  return false;
}

// An address that its group no longer lists is resigned (owner learning 5.2).
void withdraw_unlisted(WorkerState& worker, const Batch& batch, HavipId havip,
                       const owner::AdvertEvidence& evidence) noexcept {
  const PortId port = batch.ingress->id;
  owner::AdvertEvidence resignation = evidence;
  resignation.priority = 0;
  decide(worker, havip, batch.received_tsc, [&](owner::Election& election, TimeMs now) {
    return claimed_by_group(election, port, evidence.vrid, now) ? election.advert(port, resignation, now)
                                                                : election.tick(now);
  });
}

void claim_all(WorkerState& worker, const Batch& batch, std::uint32_t listed,
               const owner::AdvertEvidence& evidence) noexcept {
  const PortRow& port = *batch.ingress;
  for (std::uint8_t i = 0; i < port.ipv4.count; ++i) {
    if (!port.ipv4.is_havip(i)) continue;
    if (((listed >> i) & 1) != 0) {
      claim(worker, batch, port.ipv4[i].havip, evidence);
    } else {
      withdraw_unlisted(worker, batch, port.ipv4[i].havip, evidence);
    }
  }
}

// No VRRP speaker fragments, but a guest's kernel would put the pieces together: from a port without a HAVIP
// they could depose the guests' master unseen. Fragments of other unicast IPsec are none of our business.
void judge_fragment(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  worker.count(LearnCounter::vrrp_frag);
  const bool could_be_advert = packet.protocol == wire::kProtoVrrp || packet.is_group;
  if (!port.has_havips() && could_be_advert) packet.drop(DropReason::claim_unbound);
}

}  // namespace

void snoop_vrrp(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  if (packet.fragment != Fragment::kWhole) return judge_fragment(worker, *batch.ingress, packet);
  const owner::VrrpPacket vrrp{packet.source, packet.destination, packet.ipv4().ttl, packet.protocol,
                               packet.ip_view().bytes(packet.l4_offset, packet.l4_size())};
  owner::VrrpAdvert advert;
  if (const auto reject = owner::parse_vrrp(vrrp, advert)) return worker.count(*reject);
  if (advert.version == 3) worker.count(owner::counter_of(advert.checksum_form));

  const PortRow& port = *batch.ingress;
  const auto delivery = owner::Delivery::of_source(packet.ethernet().source, port.mac);
  // Guard has proven the Ethernet source; an advert comes from the port's own address, never from a HAVIP.
  if (packet.source_index == kNoSource || port.ipv4.is_havip(packet.source_index) || !delivery)
    return packet.drop(DropReason::vrrp_src_spoof);

  const Listed listed = find_listed(worker, port, advert.addresses);
  if (listed.bound == 0 && listed.has_unbound) return packet.drop(DropReason::claim_unbound);
  if (listed.has_unbound) worker.count(LearnCounter::vrrp_addr_unbound);
  if (advert.addresses.size() == 0) worker.count(LearnCounter::vrrp_no_address);
  if (!port.has_havips()) return;  // an ordinary group of the tenant's, of no HAVIP

  const bool lists_addresses = advert.addresses.size() != 0;
  if (lists_addresses) {
    claim_all(worker, batch, listed.bound,
              {packet.source, advert.interval_ms, advert.priority, advert.vrid, *delivery});
    if (listed.bound == 0) return;  // a group of the tenant's that has no HAVIP, or none any more
    packet.is_claim = true;         // its peers hear it at any rate, by unicast too
  }
  if (packet.is_group) {  // settled here, so never lost to the flood rate of resolve
    packet.listed_sources = listed.bound != 0 ? listed.bound : ~std::uint32_t{0};
    packet.verdict = Verdict::kFloodMembers;
  }
}

}  // namespace vipswitch::stage
