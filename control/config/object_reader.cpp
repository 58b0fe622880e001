#include "control/config/object_reader.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "control/model/ranges.h"
#include "control/model/words.h"
#include "control/text/any_prefix.h"

namespace vipswitch::config {
namespace {

constexpr auto kRequired = Presence::kRequired;
constexpr auto kOptional = Presence::kOptional;

model::Uplink read_uplink(const Mapping& root, const YamlNode& node) {
  YamlSource& source = root.source();
  const Mapping mapping(source, node, "the uplink",
                        {"device", "interface", "mac", "addresses", "gateway", "gateway6", "mtu", "queues"});
  model::Uplink uplink;
  mapping.read_text("device", kRequired, uplink.device);
  mapping.read("interface", kOptional, any_text, uplink.interface);
  mapping.read("mac", kRequired, text::parse_mac, uplink.mac);
  if (const auto addresses = mapping.get("addresses", kRequired)) {
    for (const auto& element : read_list(source, *addresses, "addresses")) {
      IpInterface interface;
      read_value(source, element, "address", text::parse_interface, interface);
      uplink.add(interface);
    }
  }
  mapping.read("gateway", kOptional, text::parse_ipv4, uplink.gateway);
  mapping.read("gateway6", kOptional, text::parse_ipv6, uplink.gateway6);
  mapping.read("mtu", kOptional, RangeParser{model::kMtuRange}, uplink.mtu);
  mapping.read("queues", kOptional, RangeParser{model::kQueueRange}, uplink.queues);
  return uplink;
}

model::Vpc read_vpc(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "a VPC", {"name", "vni", "mtu", "clamp_mss"});
  model::Vpc vpc;
  mapping.read_text("name", kRequired, vpc.name);
  mapping.read("vni", kRequired, text::parse_vni, vpc.vni);
  mapping.read("mtu", kOptional, RangeParser{model::kMtuRange}, vpc.mtu);
  mapping.read("clamp_mss", kOptional, model::parse_truth, vpc.clamp_mss);
  return vpc;
}

// A mapping, or `off`.
std::optional<model::Dhcp> read_dhcp(YamlSource& source, const YamlNode& node) {
  if (node.is_scalar() && node.text() == "off") return std::nullopt;
  const Mapping mapping(source, node, "dhcp", {"lease_s", "routes"});
  model::Dhcp dhcp;
  mapping.read("lease_s", kOptional, RangeParser{model::kLeaseSecondsRange}, dhcp.lease_s);
  const auto routes = mapping.get("routes", kOptional);
  if (!routes) return dhcp;
  for (const auto& element : read_list(source, *routes, "routes")) {
    const Mapping route(source, element, "a route", {"to", "via"});
    auto& [to, via] = dhcp.routes.emplace_back();
    route.read("to", kRequired, text::parse_prefix, to);
    route.read("via", kRequired, text::parse_ipv4, via);
  }
  return dhcp;
}

model::Subnet read_subnet(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(
      source, node, "a subnet",
      {"name", "vpc", "ipv4", "gateway", "ipv6", "gateway6", "havip_quota", "managed", "dns", "dhcp"});
  model::Subnet subnet;
  mapping.read_text("name", kRequired, subnet.name);
  mapping.read_text("vpc", kRequired, subnet.vpc);
  mapping.read("ipv4", kOptional, text::parse_prefix, subnet.ipv4);
  mapping.read("gateway", kOptional, text::parse_ipv4, subnet.gateway);
  mapping.read("ipv6", kOptional, text::parse_prefix6, subnet.ipv6);
  mapping.read("gateway6", kOptional, text::parse_ipv6, subnet.gateway6);
  mapping.read("havip_quota", kOptional, NumberParser{0, std::numeric_limits<std::uint32_t>::max()},
               subnet.havip_quota);
  mapping.read("managed", kOptional, model::parse_truth, subnet.managed);
  if (const auto dns = mapping.get("dns", kOptional)) {
    for (const auto& element : read_list(source, *dns, "dns"))
      read_value(source, element, "dns", text::parse_address, subnet.dns.emplace_back());
  }
  if (const auto dhcp = mapping.get("dhcp", kOptional)) subnet.dhcp = read_dhcp(source, *dhcp);
  return subnet;
}

model::Port read_port(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "a port",
                        {"name", "instance", "nic", "subnet", "mac", "ipv4", "ipv6", "device", "interface",
                         "queues", "forwards", "rate_mbps", "burst_kb", "vrrp_filter"});
  model::Port port;
  mapping.read_text("name", kRequired, port.name);
  mapping.read_text("instance", kRequired, port.instance);
  mapping.read("nic", kOptional, model::parse_nic, port.nic);
  mapping.read_text("subnet", kRequired, port.subnet);
  mapping.read("mac", kRequired, text::parse_mac, port.mac);
  mapping.read("ipv4", kOptional, text::parse_ipv4, port.ipv4);
  mapping.read("ipv6", kOptional, text::parse_ipv6, port.ipv6);
  mapping.read_text("device", kRequired, port.device);
  mapping.read("interface", kOptional, any_text, port.interface);
  mapping.read("queues", kOptional, RangeParser{model::kQueueRange}, port.queues);
  mapping.read("forwards", kOptional, model::parse_truth, port.forwards);
  mapping.read("rate_mbps", kOptional, RangeParser{model::kMbpsRange}, port.rate_mbps);
  mapping.read("burst_kb", kOptional, RangeParser{model::kBurstKbRange}, port.burst_kb);
  mapping.read("vrrp_filter", kOptional, model::parse_vrrp_filter, port.vrrp_filter);
  return port;
}

model::Havip read_havip(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "a HAVIP",
                        {"name", "subnet", "ipv4", "ipv6", "ports", "pin", "learn", "handover", "follow"});
  model::Havip havip;
  mapping.read_text("name", kRequired, havip.name);
  mapping.read_text("subnet", kRequired, havip.subnet);
  mapping.read("ipv4", kOptional, model::parse_ipv4_or_auto, havip.ipv4);
  mapping.read("ipv6", kOptional, model::parse_ipv6_or_auto, havip.ipv6);
  if (const auto ports = mapping.get("ports", kOptional)) {
    for (const auto& element : read_list(source, *ports, "ports")) {
      read_value(source, element, "port", any_text, havip.ports.emplace_back());
    }
  }
  if (const auto pin = mapping.get("pin", kOptional))
    read_value(source, *pin, "pin", any_text, havip.pin.emplace());
  if (const auto learn = mapping.get("learn", kOptional)) {
    read_value(source, *learn, "learn", model::parse_learn_mode, havip.learn.emplace());
  }
  mapping.read("handover", kOptional, model::parse_handover, havip.handover);
  mapping.read("follow", kOptional, RangeParser{model::kVridRange}, havip.follow);
  return havip;
}

// Exactly one of two keys; `what` is the mapping.
void require_one_of(const Mapping& mapping, std::string_view what, std::string_view first,
                    std::string_view second) {
  const bool has_first = mapping.get(first, kOptional) != nullptr;
  if (!mapping.source().ok() || has_first != (mapping.get(second, kOptional) != nullptr)) return;
  const auto found = has_first ? fmt::format("{} with {} and {}", what, first, second)
                               : fmt::format("{} without {} or {}", what, first, second);
  mapping.source().fail_found(mapping.line(), found, "one of them");
}

model::EipTarget read_target(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "a target", {"havip", "port"});
  require_one_of(mapping, "a target", "havip", "port");
  model::EipTarget target;
  target.kind =
      mapping.get("port", kOptional) != nullptr ? model::TargetKind::kPort : model::TargetKind::kHavip;
  mapping.read_text(to_word(target.kind), kOptional, target.name);
  return target;
}

model::Eip read_eip(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "an EIP",
                        {"name", "ipv4", "ipv6", "target", "rate_in_mbps", "rate_out_mbps", "burst_kb"});
  model::Eip eip;
  mapping.read_text("name", kRequired, eip.name);
  require_one_of(mapping, "an EIP", "ipv4", "ipv6");
  mapping.read("ipv4", kOptional, text::parse_ipv4, eip.address);
  mapping.read("ipv6", kOptional, text::parse_ipv6, eip.address);
  if (const auto target = mapping.get("target", kOptional)) eip.target = read_target(source, *target);
  mapping.read("rate_in_mbps", kOptional, RangeParser{model::kMbpsRange}, eip.rates.in_mbps);
  mapping.read("rate_out_mbps", kOptional, RangeParser{model::kMbpsRange}, eip.rates.out_mbps);
  mapping.read("burst_kb", kOptional, RangeParser{model::kBurstKbRange}, eip.rates.burst_kb);
  return eip;
}

model::RouteVia read_via(YamlSource& source, const YamlNode& node) {
  using model::ViaKind;
  constexpr const char* kExpected = "internet, blackhole, {port: NAME} or {havip: NAME}";
  model::RouteVia via;
  if (!node.is_mapping()) {
    const auto text = read_scalar(source, node, "via", kExpected);
    if (!text) return via;
    via.kind = *text == to_word(ViaKind::kBlackhole) ? ViaKind::kBlackhole : ViaKind::kInternet;
    if (*text != to_word(via.kind)) {
      source.fail_found(node.line(), fmt::format("via \"{}\"", *text), kExpected);
    }
    return via;
  }
  const Mapping mapping(source, node, "a next hop", {"havip", "port"});
  require_one_of(mapping, "a next hop", "havip", "port");
  via.kind = mapping.get("port", kOptional) != nullptr ? ViaKind::kPort : ViaKind::kHavip;
  mapping.read_text(to_word(via.kind), kOptional, via.name);
  return via;
}

model::Route read_route(YamlSource& source, const YamlNode& node) {
  const Mapping mapping(source, node, "a route", {"vpc", "to", "via"});
  model::Route route;
  mapping.read_text("vpc", kRequired, route.vpc);
  mapping.read("to", kRequired, text::parse_any_prefix, route.to);
  if (const auto via = mapping.get("via", kRequired)) route.via = read_via(source, *via);
  return route;
}

// A list of the file. `kind` is what messages call its objects.
template <class T>
struct Section {
  std::string_view kind;
  const char* list;  // its key
  T (*read)(YamlSource&, const YamlNode&);

  YamlNodes elements(const Mapping& root) const {
    const auto* node = root.get(list, kOptional);
    return node ? read_list(root.source(), *node, list) : YamlNodes();
  }

  // Of the first object of the name, which is one of them.
  int find_line(const Mapping& root, std::string_view name) const {
    const auto nodes = elements(root);
    const auto has_name = [&](const YamlNode& node) { return title_of(read(root.source(), node)) == name; };
    const YamlNode& found = *std::find_if(nodes.begin(), nodes.end(), has_name);
    return found.line();
  }

  // Of two objects with one name the model would keep one, so that is refused here.
  template <class Table>
  void read_all(const Mapping& root, Table& objects) const {
    YamlSource& source = root.source();
    // In files that are in order of name or number, each comes behind the last one.
    auto next = objects.end();
    for (const YamlNode& node : elements(root)) {
      T object = read(source, node);
      if (!source.ok()) return;
      const auto count = objects.size();
      auto key = key_of(object);
      const auto at = objects.try_emplace(next, std::move(key), std::move(object));
      next = std::next(at);
      if (objects.size() > count) continue;
      const auto title = title_of(at->second);
      source.fail_found(node.line(), fmt::format("{} \"{}\" again", kind, title),
                        fmt::format("a name other than that of line {}", find_line(root, title)));
      return;
    }
  }
};

constexpr Section<model::Vpc> kVpcs{"vpc", "vpcs", read_vpc};
constexpr Section<model::Subnet> kSubnets{"subnet", "subnets", read_subnet};
constexpr Section<model::Port> kPorts{"port", "ports", read_port};
constexpr Section<model::Havip> kHavips{"havip", "havips", read_havip};
constexpr Section<model::Eip> kEips{"eip", "eips", read_eip};
constexpr Section<model::Route> kRoutes{"route", "routes", read_route};

}  // namespace

model::Objects read_objects(const Mapping& root) {
  model::Objects objects;
  if (const auto uplink = root.get("uplink", kOptional)) objects.uplink = read_uplink(root, *uplink);
  root.read("learn", kOptional, model::parse_learn_mode, objects.learn);
  kVpcs.read_all(root, objects.vpcs);
  kSubnets.read_all(root, objects.subnets);
  kPorts.read_all(root, objects.ports);
  kHavips.read_all(root, objects.havips);
  kEips.read_all(root, objects.eips);
  kRoutes.read_all(root, objects.routes);
  return objects;
}

int find_line(const Mapping& root, std::string_view kind, std::string_view name) {
  if (kind == kVpcs.kind) return kVpcs.find_line(root, name);
  if (kind == kSubnets.kind) return kSubnets.find_line(root, name);
  if (kind == kPorts.kind) return kPorts.find_line(root, name);
  if (kind == kHavips.kind) return kHavips.find_line(root, name);
  if (kind == kEips.kind) return kEips.find_line(root, name);
  if (kind == kRoutes.kind) return kRoutes.find_line(root, name);
  return root.get("uplink", kRequired)->line();
}

}  // namespace vipswitch::config
