#include "tests/unit/control/random_world.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "control/model/model.h"
#include "control/model/transaction.h"

namespace vipswitch::test {
namespace {

constexpr const char* kNames[] = {"null", "Null", "true",       "yes",  "No",    "on",  "y",   "-",    "--",
                                  "---",  "...",  "1",          "007",  "0x1f",  "1e3", ".5",  ".inf", ".nan",
                                  "-1",   "_",    "2026-11-22", "json", "uplnk", "-.-", "a.b", "N"};
constexpr const char* kTexts[] = {"",         " ",          "--vdev=net_null0,x=1",
                                  "a b",      "\"",         "'",
                                  "\\",       "#",          "a #b",
                                  "a: b",     "{",          "[x]",
                                  "*x",       "&x",         "!x",
                                  "|",        ">",          "%x",
                                  "@x",       "`",          "\n",
                                  "a\n  b\n", "\t",         "\r\n",
                                  "é",        "雪",         "\u0085",
                                  "-",        "- a",        "? b",
                                  "null",     "~",          "12",
                                  "1_0",      "no",         "--no",
                                  "-null",    "--in-memory"};

constexpr const char* kPaths[] = {"", "/run/a b", "x#y", "relative", "/run/\u96ea"};

Ipv6 ipv6(std::uint16_t network, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, 0, network, 0, 0, 0, host});
}

Ipv6 last_byte(const Ipv6& address, std::uint8_t value) {
  auto bytes = address.bytes();
  bytes.back() = value;
  return Ipv6(bytes);
}

class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
  bool chance() { return pick(2) == 0; }
  template <class T, std::size_t N>
  std::string one_of(const T (&values)[N]) {
    return values[pick(N)];
  }
  std::string name() {
    if (pick(3) == 0) return one_of(kNames);
    static constexpr char kCharacters[] = "abcXYZ019-_.";
    std::string name;
    for (unsigned left = 1 + pick(pick(8) == 0 ? 63 : 8); left > 0; --left)
      name += kCharacters[pick(sizeof kCharacters - 1)];
    return name;
  }
  // Names that exist, mostly.
  template <class T>
  std::string name_of(const model::ByName<T>& objects) {
    if (objects.empty() || pick(10) == 0) return name();
    return std::next(objects.begin(), pick(static_cast<unsigned>(objects.size())))->first;
  }
  std::uint8_t byte(unsigned first, unsigned count) { return static_cast<std::uint8_t>(first + pick(count)); }
  // From `least` on, or none.
  std::optional<std::uint32_t> limit(unsigned count, unsigned least = 1) {
    return chance() ? std::optional<std::uint32_t>(least + pick(count)) : std::nullopt;
  }
  // 1: IPv4, 2: IPv6, 3: both.
  unsigned families() { return 1 + pick(3); }
  LearnMode learn_mode() {
    constexpr LearnMode kModes[] = {LearnMode::kOff, LearnMode::kObserve, LearnMode::kEnforce};
    return kModes[pick(3)];
  }
  std::string device() {
    auto device = fmt::format("net_null{}", pick(1000));
    if (chance()) device += ",iface=sw-x";
    if (chance()) {
      device += ',';
      for (unsigned left = pick(12); left > 0; --left) device += static_cast<char>('!' + pick('~' - '!' + 1));
    }
    return device;
  }
  std::vector<unsigned> cores() {
    std::vector<unsigned> cores(128);
    std::iota(cores.begin(), cores.end(), 0u);
    std::shuffle(cores.begin(), cores.end(), random_);
    cores.resize(2 + pick(4));
    return cores;
  }

 private:
  Random& random_;
};

void add_networks(Generator& make, const model::Objects& objects, model::Transaction& transaction) {
  if (make.chance()) {
    model::Uplink uplink{.device = make.device(), .mac = Mac(2, 0, 0, 0, 1, make.byte(0, 256))};
    const unsigned families = make.families();
    if (families & 1) {
      uplink.addresses = {{Ipv4(198, 51, 100, make.byte(2, 50)), 24}, {Ipv4(192, 0, 2, 1), 30}};
      uplink.gateway = Ipv4(198, 51, 100, 1);
    }
    if (families & 2) {
      uplink.addresses6 = {{ipv6(0x5100, make.byte(2, 50)), 64}, {ipv6(0x5101, 2), 126}};
      uplink.gateway6 = make.chance() ? ipv6(0x5100, 1) : kGatewayLinkLocal;
    }
    if (make.chance()) uplink.mtu = static_cast<std::uint16_t>(1280 + make.pick(8000));
    uplink.queues = make.byte(1, 3);
    (void)transaction.set_uplink(uplink);
  }
  for (unsigned left = make.pick(4); left > 0; --left)
    (void)transaction.add(model::Vpc{make.name(), Vni(1 + make.pick(Vni::kMax)),
                                     static_cast<std::uint16_t>(1000 + make.pick(8000)), make.chance()});
  for (unsigned left = make.pick(6); left > 0; --left) {
    const auto third = make.byte(0, 256);
    model::Subnet subnet{.name = make.name(), .vpc = make.name_of(objects.vpcs)};
    const unsigned families = make.families();
    if (families & 1) {
      subnet.ipv4 = Ipv4Prefix{Ipv4(10, 0, third, 0), make.byte(24, 6)};
      subnet.gateway = Ipv4(10, 0, third, 1);
    }
    if (families & 2) {
      subnet.ipv6 = Ipv6Prefix{ipv6(third, 0), make.byte(64, 57)};
      subnet.gateway6 = ipv6(third, 1);
    }
    if (make.chance()) subnet.havip_quota = make.pick(100);
    subnet.managed = make.chance();
    if (subnet.ipv4 && make.chance()) subnet.dns.emplace_back(Ipv4(10, 0, third, 2));
    if (subnet.ipv6 && make.chance()) subnet.dns.emplace_back(ipv6(third, 2));
    if (subnet.ipv4 && make.chance()) {
      subnet.dhcp->lease_s = 60 + make.pick(1000);
      if (make.chance()) subnet.dhcp->routes = {{Ipv4Prefix{Ipv4(172, 16, 0, 0), 12}, Ipv4(10, 0, third, 2)}};
    } else if (make.chance()) {
      subnet.dhcp.reset();
    }
    (void)transaction.add(subnet);
  }
}

void add_members(Generator& make, const model::Objects& objects, model::Transaction& transaction) {
  // Of the families that the subnet has, or some of them.
  const auto address = [&](auto& member) {
    const auto at = objects.subnets.find(member.subnet);
    if (at == objects.subnets.end()) return;
    const auto& [ipv4, ipv6] = std::tie(at->second.ipv4, at->second.ipv6);
    const unsigned families = make.families();
    if (ipv4 && (families & 1)) member.ipv4 = Ipv4::from_host(ipv4->first().host() + 2 + make.pick(12));
    if (ipv6 && (families & 2)) member.ipv6 = last_byte(ipv6->first(), make.byte(2, 12));
  };
  for (unsigned left = make.pick(20); left > 0; --left) {
    model::Port port{.name = make.name(),
                     .instance = make.name(),
                     .nic = make.chance() ? model::Nic::kPrimary : model::Nic::kSecondary,
                     .subnet = make.name_of(objects.subnets),
                     .mac = Mac(0x52, 0x54, 0, 0, make.byte(0, 256), make.byte(0, 256)),
                     .ipv4 = {},
                     .ipv6 = {},
                     .device = make.device(),
                     .queues = make.byte(1, 3),
                     .forwards = make.chance(),
                     .rate_mbps = make.limit(400'000),
                     .burst_kb = {},
                     .vrrp_filter = static_cast<VrrpFilter>(make.pick(4))};
    if (port.rate_mbps) port.burst_kb = make.limit(1000, 16);
    address(port);
    (void)transaction.add(port);
  }
  for (unsigned left = make.pick(8); left > 0; --left) {
    const auto subnet = make.name_of(objects.subnets), name = make.name();
    model::Havip havip{name, subnet, {}, {}};
    if (make.chance()) address(havip);
    if (!transaction.add(havip)) continue;
    for (unsigned tries = make.pick(12); tries > 0; --tries)
      (void)transaction.bind_havip(name, make.name_of(objects.ports));
    if (make.chance()) (void)transaction.pin_havip(name, make.name_of(objects.ports));
    if (make.chance()) (void)transaction.set_havip_learn(name, make.learn_mode());
  }
}

void add_eips(Generator& make, const model::Objects& objects, model::Transaction& transaction) {
  for (unsigned left = make.pick(8); left > 0; --left) {
    const auto name = make.name();
    const IpAddress address = make.chance() ? IpAddress(Ipv4(203, 0, 113, make.byte(0, 256)))
                                            : IpAddress(ipv6(0x113, make.byte(0, 256)));
    model::Rates rates{make.limit(1000), make.limit(1000), {}};
    if (rates.in_mbps || rates.out_mbps) rates.burst_kb = make.limit(1000, 16);
    if (!transaction.add(model::Eip{name, address, {}, rates})) continue;
    if (make.chance())
      (void)transaction.bind_eip(name, {model::TargetKind::kPort, make.name_of(objects.ports)});
    else
      (void)transaction.bind_eip(name, {model::TargetKind::kHavip, make.name_of(objects.havips)});
  }
}

void add_routes(Generator& make, const model::Objects& objects, model::Transaction& transaction) {
  for (unsigned left = make.pick(10); left > 0; --left) {
    IpPrefix to = Ipv4Prefix();
    if (make.chance()) {
      to = Ipv4Interface{Ipv4(10, make.byte(0, 2), make.byte(0, 256), 0), make.byte(0, 33)}.prefix();
    } else {
      to = Ipv6Interface{ipv6(make.byte(0, 256), 0), make.byte(0, 129)}.prefix();
    }
    model::RouteVia via{static_cast<model::ViaKind>(make.pick(4))};
    if (via.kind == model::ViaKind::kPort) via.name = make.name_of(objects.ports);
    if (via.kind == model::ViaKind::kHavip) via.name = make.name_of(objects.havips);
    (void)transaction.add(model::Route{make.name_of(objects.vpcs), to, via});
  }
}

}  // namespace

model::Objects random_objects(Random& random) {
  Generator make(random);
  model::Model model;
  model::Transaction transaction(model);
  transaction.set_learn(make.learn_mode());
  add_networks(make, model.objects(), transaction);
  add_members(make, model.objects(), transaction);
  add_eips(make, model.objects(), transaction);
  add_routes(make, model.objects(), transaction);
  return model.objects();
}

Settings random_settings(Random& random) {
  Generator make(random);
  Settings settings;
  for (unsigned left = make.pick(4); left > 0; --left) settings.eal.push_back(make.one_of(kTexts));
  if (make.chance()) {
    settings.worker_cores = make.cores();
    settings.control_core = settings.worker_cores.back();
    settings.worker_cores.pop_back();
  }
  for (auto* capacity : {&settings.tables.eips, &settings.tables.eips6, &settings.tables.havips,
                         &settings.tables.endpoints, &settings.tables.endpoints6, &settings.tables.ports,
                         &settings.tables.subnets, &settings.tables.vpcs}) {
    if (make.chance()) *capacity = 1 + make.pick(TableCapacities::kMost);
  }
  if (make.chance()) settings.idle = {make.pick(1'000'000'001), make.pick(1001)};
  if (make.chance()) settings.memory_mb = 64 + make.pick(1000);
  if (make.chance()) settings.mbufs = 1024 + make.pick(1u << 20);
  if (make.chance()) settings.control.socket = make.one_of(kPaths);
  if (make.chance())
    settings.metrics.listen =
        ListenAddress{Ipv4(127, 0, 0, make.byte(1, 9)), static_cast<std::uint16_t>(1 + make.pick(65535))};
  settings.metrics.per_havip = make.chance();
  if (make.chance()) settings.flood_pps = 1 + make.pick(100'000'000);
  if (make.chance()) settings.history = 1 + make.pick(65536);
  return settings;
}

}  // namespace vipswitch::test
