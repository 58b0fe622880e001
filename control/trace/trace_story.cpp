#include "control/trace/trace_story.h"

#include <fmt/format.h>

#include "control/text/format.h"
#include "control/text/words.h"
#include "control/trace/frame_text.h"
#include "dataplane/owner/neighbour_discovery.h"
#include "vipswitch/header_copy.h"

namespace vipswitch {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Says = std::vector<std::string>;

// What of an IP header is told; IPv4 addresses as ::ffff:a.b.c.d.
struct IpEnds {
  Ipv6 source, destination;
  unsigned ttl;
};

std::optional<IpEnds> ip_ends(Bytes bytes, const Packet& packet) {
  if (packet.kind == PacketKind::kIpv4) {
    const auto ip = copy_header<wire::Ipv4Header>(bytes, packet.l3_offset);
    if (ip) return IpEnds{Ipv6::mapped(ip->source), Ipv6::mapped(ip->destination), ip->ttl};
  } else if (packet.kind == PacketKind::kIpv6) {
    const auto ip = copy_header<wire::Ipv6Header>(bytes, packet.l3_offset);
    if (ip) return IpEnds{ip->source, ip->destination, ip->hop_limit};
  }
  return std::nullopt;
}

// Whether it leaves at all if it is not too long.
bool has_egress(const Packet& packet) {
  return packet.verdict == Verdict::kForward || packet.verdict == Verdict::kTooLong;
}

// The frame before and behind one stage.
struct Look {
  std::string_view port;  // it came from
  Bytes before, after;
  const Packet& packet;  // behind the stage

  bool is_from_uplink() const { return port == kUplinkName; }
  bool is_arp() const { return packet.kind == PacketKind::kArp; }
  template <class Header>
  std::optional<Header> was(std::size_t offset) const {
    return copy_header<Header>(before, offset);
  }
  template <class Header>
  std::optional<Header> is(std::size_t offset) const {
    return copy_header<Header>(after, offset);
  }
  std::optional<IpEnds> ip_before() const { return ip_ends(before, packet); }
  std::optional<IpEnds> ip_after() const { return ip_ends(after, packet); }
  bool has_ip() const { return ip_before() && ip_after(); }
  bool is_discovery() const {
    const auto icmp = was<wire::Icmp>(packet.l4_offset);
    return packet.kind == PacketKind::kIpv6 && packet.protocol == wire::kProtoIcmp6 && icmp &&
           owner::is_nd_type(icmp->type);
  }
  bool is_vrrp() const {
    return has_ip() && (packet.protocol == wire::kProtoVrrp || packet.protocol == wire::kProtoAh);
  }
};

class Teller {
 public:
  Teller(const TraceNames& names, std::string_view port)
      : names_(names), port_(port), vpc_(names.vpc_of(port)), subnet_(names.subnet_of(port)) {}

  Says tell(Stage stage, const Look& look) const {
    switch (stage) {
      case Stage::kParse:
        return tell_parse(look);
      case Stage::kGuard:
        return tell_guard(look);
      case Stage::kSnoop:
        return tell_snoop(look);
      case Stage::kNat:
        return tell_nat(look);
      case Stage::kResolve:
        return tell_resolve(look);
      default:
        return {};
    }
  }

  std::string tell_event(const Event& event) const {
    switch (event.kind) {
      case EventKind::kOwnerChanged:
        return fmt::format("HAVIP {} goes from {} to {}: trigger {}, rule {}, evidence {}",
                           names_.havip(event.havip), names_.port(event.from), names_.port(event.to),
                           to_word(event.trigger), to_word(event.rule), to_word(event.evidence));
      case EventKind::kNextHopMissing:
        return fmt::format("the next hop {} is not resolved: control is told to ask for it",
                           address_text(event.address));
      case EventKind::kNextHopLearned:
        return fmt::format("{} on the provider network is at {}: control is told",
                           address_text(event.address), event.mac);
      case EventKind::kDataMoved:
        return fmt::format("data for HAVIP {} goes to {} from now on", names_.havip(event.havip),
                           names_.port(event.to));
      case EventKind::kFirstDelivered:
        return fmt::format("the first packet for HAVIP {} since its data moved", names_.havip(event.havip));
      case EventKind::kNotice:
        return fmt::format("notice {} about HAVIP {}: control is told", to_word(event.notice),
                           names_.havip(event.havip));
    }
    return {};
  }

 private:
  Says tell_parse(const Look& look) const {
    const auto ethernet = look.is<wire::Ethernet>(0);
    if (!ethernet) return {};
    const std::uint16_t type = look.packet.l3_offset >= 2 && look.after.size() >= look.packet.l3_offset
                                   ? look.is<wire::Field<Be16>>(look.packet.l3_offset - 2u)->get().host()
                                   : ethernet->type.get().host();
    if (look.packet.kind == PacketKind::kOther && look.packet.is_pending()) {
      return {fmt::format("EtherType 0x{:04x}: forwarded by its MACs alone", ethernet->type.get().host())};
    }
    const std::string network = describe_network(look.after, type, look.packet.l3_offset);
    return network.empty() ? Says{fmt::format("EtherType 0x{:04x}", type)} : Says{network};
  }

  std::string who(const Ipv6& address) const {
    return fmt::format("{} is {}", address_text(address), names_.holder(vpc_, address));
  }

  Says tell_guard(const Look& look) const {
    const auto ethernet = look.is<wire::Ethernet>(0);
    if (!ethernet) return {};
    if (look.is_from_uplink()) {
      return {fmt::format(
          "destination MAC {} {}", ethernet->destination,
          look.packet.is_pending() ? "is the uplink's, or everybody's with an ARP" : "is not the uplink's")};
    }
    const auto port = names_.registry().ports.find(port_);
    const bool is_own_mac =
        port != names_.registry().ports.end() && port->second.spec.mac == ethernet->source;
    Says says{fmt::format("source MAC {} {}", ethernet->source,
                          is_own_mac                 ? "is the port's own"
                          : look.packet.is_pending() ? "is the virtual MAC of a VRRP group that may use it"
                                                     : "is not the port's own")};
    if (look.has_ip()) says.push_back("source " + who(look.ip_before()->source));
    const auto arp = look.is<wire::Arp>(look.packet.l3_offset);
    if (look.is_arp() && arp) says.push_back("ARP sender " + who(Ipv6::mapped(arp->sender_ip)));
    return says;
  }

  Says tell_snoop(const Look& look) const {
    const auto before = look.was<wire::Arp>(look.packet.l3_offset);
    const auto after = look.is<wire::Arp>(look.packet.l3_offset);
    if (look.is_arp() && before && after) return tell_arp(look, *before, *after);
    if (look.packet.verdict == Verdict::kFloodMembers)
      return {"a VRRP advert: goes to the other ports bound to the HAVIPs that it lists"};
    if (look.is_discovery()) return tell_discovery(look);
    return {look.is_vrrp() ? "VRRP or AH: looked at for claims"
                           : "neither ARP, neighbour discovery nor VRRP: tells nothing of owners"};
  }

  Says tell_discovery(const Look& look) const {
    Says says{"neighbour discovery: looked at for claims"};
    const auto message = look.was<wire::NeighbourDiscovery>(look.packet.l4_offset);
    const bool has_target = message && (message->type == wire::kIcmp6NeighbourSolicitation ||
                                        message->type == wire::kIcmp6NeighbourAdvertisement);
    if (has_target) says.push_back("target " + who(message->target));
    const auto before = look.was<wire::Ethernet>(0), after = look.is<wire::Ethernet>(0);
    if (look.packet.verdict == Verdict::kAnswer) {
      says.push_back(fmt::format("answered from {}", after->source));
    } else if (before->source != after->source) {
      says.push_back(fmt::format("an announcement; neighbours see the stable MAC {} instead of {}",
                                 after->source, before->source));
    }
    return says;
  }

  Says tell_arp(const Look& look, const wire::Arp& before, const wire::Arp& after) const {
    Says says{"ARP target " + who(Ipv6::mapped(before.target_ip))};
    if (look.packet.verdict == Verdict::kAnswer) {
      says.push_back(fmt::format("answered: {} is at {}", after.sender_ip.get(), after.sender_mac));
    } else if (before.sender_mac != after.sender_mac) {
      says.push_back(fmt::format("an announcement; neighbours see the stable MAC {} instead of {}",
                                 after.sender_mac, before.sender_mac));
    }
    return says;
  }

  Says tell_nat(const Look& look) const {
    if (!look.has_ip()) return {"not IP: nothing to translate"};
    const Ipv6 source = look.ip_before()->source, destination = look.ip_before()->destination;
    Says says;
    if (look.is_from_uplink()) {
      const std::string eip = names_.eip(destination);
      says.push_back(
          fmt::format("destination {} is {}", address_text(destination), eip.empty() ? "no EIP" : eip));
    } else if (names_.is_inside(vpc_, destination)) {
      says.push_back(fmt::format("destination {} is inside VPC {}: nothing to translate",
                                 address_text(destination), vpc_));
    } else {
      says.push_back(fmt::format("destination {} is outside of VPC {}", address_text(destination), vpc_));
      tell_way(look, destination, says);
    }
    tell_rewrite(look, source, destination, says);
    return says;
  }

  // Where nat sends what does not leave by the uplink.
  void tell_way(const Look& look, const Ipv6& destination, Says& says) const {
    if (look.packet.is_hairpin) {
      says.push_back(fmt::format("destination {} is {}, so it turns round here", address_text(destination),
                                 names_.eip(destination)));
    } else if (look.packet.target.exists()) {
      says.push_back(fmt::format("a route of the VPC sends it to {}", names_.target(look.packet.target)));
    }
  }

  void tell_rewrite(const Look& look, const Ipv6& source, const Ipv6& destination, Says& says) const {
    const Ipv6 new_source = look.ip_after()->source, new_destination = look.ip_after()->destination;
    if (look.packet.verdict == Verdict::kAnswer) return says.push_back("an echo request, answered");
    if (source != new_source)
      says.push_back(fmt::format("source {} becomes {}: {}", address_text(source), address_text(new_source),
                                 names_.eip(new_source)));
    if (destination != new_destination)
      says.push_back(
          fmt::format("destination {} becomes {}", address_text(destination), address_text(new_destination)));
    if (!has_egress(look.packet)) return;
    const auto ethernet = look.is<wire::Ethernet>(0);
    says.push_back(
        fmt::format("out of {}, next hop {}", names_.port(look.packet.egress), ethernet->destination));
  }

  Says tell_resolve(const Look& look) const {
    const auto before = look.was<wire::Ethernet>(0);
    const auto after = look.is<wire::Ethernet>(0);
    if (!before || !after) return {};
    if (look.packet.verdict == Verdict::kFlood)
      return {fmt::format("to {}: goes to the other ports of subnet {}", before->destination, subnet_)};
    Says says{tell_target(look, before->destination)};
    if (look.packet.verdict == Verdict::kAnswer) says.push_back("an echo request to the gateway, answered");
    if (!has_egress(look.packet)) return says;
    if (look.has_ip() && look.ip_before()->ttl != look.ip_after()->ttl) {
      says.push_back(fmt::format("crosses the gateway: TTL {} becomes {}, source MAC {}",
                                 look.ip_before()->ttl, look.ip_after()->ttl, after->source));
    }
    says.push_back(
        fmt::format("goes to {}, destination MAC {}", names_.port(look.packet.egress), after->destination));
    return says;
  }

  std::string tell_target(const Look& look, const Mac& destination) const {
    switch (look.packet.target.kind()) {
      case EndpointKind::kHavip: {
        const HavipId havip = look.packet.target.havip();
        return has_egress(look.packet) ? fmt::format("the destination is HAVIP {}, owned by {}",
                                                     names_.havip(havip), names_.port(look.packet.egress))
                                       : fmt::format("the destination is HAVIP {}", names_.havip(havip));
      }
      case EndpointKind::kPort:
        return fmt::format("the destination is {}'s own address", names_.port(look.packet.target.port()));
      case EndpointKind::kGateway:
        return "the destination is a gateway's address";
      default:
        break;
    }
    const std::string holder = names_.mac_holder(subnet_, destination);
    if (look.has_ip() && holder.empty())
      return fmt::format("destination {} in VPC {}", who(look.ip_after()->destination), vpc_);
    return fmt::format("destination MAC {} is {}", destination, holder.empty() ? "no port's" : holder);
  }

  const TraceNames& names_;
  std::string port_, vpc_, subnet_;
};

}  // namespace

std::string_view to_word(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kPending:
      return "next";
    case Verdict::kForward:
      return "forward";
    case Verdict::kAnswer:
      return "answer";
    case Verdict::kTooLong:
      return "too_long";
    case Verdict::kFlood:
      return "flood";
    case Verdict::kFloodMembers:
      return "flood_members";
    case Verdict::kConsume:
      return "consume";
    case Verdict::kDrop:
      return "drop";
  }
  return "invalid";
}

std::vector<TraceStep> tell_stages(const TraceNames& names, std::string_view port, Bytes received,
                                   const std::vector<ObservedStage>& stages) {
  const Teller teller(names, port);
  std::vector<TraceStep> steps;
  Bytes before = received;
  for (const ObservedStage& stage : stages) {
    const Packet& packet = stage.record.packet;
    TraceStep step{std::string(to_word(stage.record.stage)), std::string(to_word(packet.verdict)), {}};
    step.says = teller.tell(stage.record.stage, {port, before, stage.record.head(), packet});
    for (const LearnCounter counter : stage.counted)
      step.says.push_back(fmt::format("counted as {}: {}", info(counter).name, info(counter).help));
    for (const Event& event : stage.events) step.says.push_back(teller.tell_event(event));
    if (packet.verdict == Verdict::kDrop)
      step.says.push_back(fmt::format("{}: {}", info(packet.reason).name, info(packet.reason).help));
    steps.push_back(std::move(step));
    if (!packet.is_pending()) break;
    before = stage.record.head();
  }
  return steps;
}

}  // namespace vipswitch
