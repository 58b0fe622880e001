#include "control/config/config_writer.h"

#include <gtest/gtest.h>
#include <sstream>

#include "control/config/config.h"
#include "control/model/build.h"
#include "tests/unit/control/random_world.h"
#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::make_world;
using test::succeeded;

// Every key that the reader knows, away from its default.
constexpr char kEveryKey[] = R"(
eal: [--in-memory, "two words"]
cores: {control: 3, workers: [1, 2]}
tables: {eips: 1, eips6: 7, havips: 2, endpoints: 30, endpoints6: 31, ports: 4, subnets: 5, vpcs: 6}
idle: {spin_polls: 7, sleep_us: 0}
memory_mb: 64
mbufs: 2048
flood_pps: 9
history: 100
control: {socket: /tmp/vipswitch.sock}
metrics: {listen: "127.0.0.2:9000", per_havip: false}
learn: observe
uplink: {device: af_xdp, interface: eth1, mac: "02:00:5e:10:00:01", addresses: [198.51.100.2/24, "2001:db8:51::2/64"], gateway: 198.51.100.1, gateway6: "fe80::1", mtu: 9000, queues: 2}
vpcs: [{name: shop, vni: 1001, mtu: 1400, clamp_mss: true}]
subnets: [{name: web, vpc: shop, ipv4: 10.77.0.0/24, gateway: 10.77.0.1, ipv6: "2001:db8:77::/64", gateway6: "2001:db8:77::1", havip_quota: 3, managed: true, dns: [10.77.0.2, "2001:db8:77::2"], dhcp: {lease_s: 60, routes: [{to: 10.9.0.0/16, via: 10.77.0.5}]}}]
ports: [{name: p11, instance: vm11, nic: secondary, subnet: web, mac: "52:54:00:77:00:0b", ipv4: 10.77.0.11, ipv6: "2001:db8:77::11", device: af_packet, interface: sw-vm11, queues: 2, forwards: true, rate_mbps: 100, burst_kb: 256, vrrp_filter: both}]
havips: [{name: front, subnet: web, ipv4: 10.77.0.100, ipv6: "2001:db8:77::100", ports: [p11], pin: p11, learn: off, handover: at-once, follow: 51}]
eips: [{name: public, ipv4: 203.0.113.10, target: {havip: front}, rate_in_mbps: 10, rate_out_mbps: 20, burst_kb: 64}, {name: public6, ipv6: "2001:db8:113::10"}]
routes: [{vpc: shop, to: 172.16.0.0/12, via: {havip: front}}, {vpc: shop, to: "2001:db8:9::/48", via: blackhole}]
)";

// The keys of a mapping, as the reader names them when it refuses another one.
std::vector<std::string> known_keys(const std::string& text_with_unknown_key) {
  const std::string message = parse_config(text_with_unknown_key, "f").error().message;
  const std::string intro = "expected one of ";
  std::istringstream list(message.substr(message.find(intro) + intro.size()));
  std::vector<std::string> keys;
  for (std::string key; std::getline(list >> std::ws, key, ',');) keys.push_back(key);
  return keys;
}

// What stands below a key of the file, up to the next one.
std::string section_of(const std::string& text, const std::string& key) {
  const auto begin = text.find("\n" + key + ":");
  if (begin == std::string::npos) return "";
  auto end = text.find('\n', begin + 1);
  while (end + 1 < text.size() && (text[end + 1] == ' ' || text[end + 1] == '\n'))
    end = text.find('\n', end + 1);
  return text.substr(begin, end - begin);
}

testing::AssertionResult reads_back(const Settings& settings, const model::Objects& objects) {
  const auto text = write_config(settings, objects);
  const auto read = parse_config(text, "f.yaml");
  if (!read) return testing::AssertionFailure() << read.error().message << "\n" << text;
  if (!(read.value().settings == settings)) return testing::AssertionFailure() << "other settings\n" << text;
  if (!(read.value().objects == objects)) return testing::AssertionFailure() << "other objects\n" << text;
  return testing::AssertionSuccess();
}

TEST(ConfigWriter, WorldIsWrittenAsTheExampleIs) {
  Settings settings;
  settings.eal = {"--in-memory", "--no-pci"};
  settings.idle.sleep_us = 20;
  EXPECT_EQ(write_config(settings, make_world()),
            R"(# Written by vipswitch. The keys are explained in docs/configuration.md.

eal: [--in-memory, --no-pci]
cores: {control: 0, workers: [1]}
idle: {spin_polls: 512, sleep_us: 20}

uplink: {device: "net_af_packet0,iface=sw-inet", mac: "02:00:5e:10:00:01", addresses: [198.51.100.2/24], gateway: 198.51.100.1}

vpcs:
  - {name: shop, vni: 1001}

subnets:
  - {name: web, vpc: shop, ipv4: 10.77.0.0/24, gateway: 10.77.0.1}

ports:
  - {name: p11, instance: vm11, nic: primary, subnet: web, mac: "52:54:00:77:00:0b", ipv4: 10.77.0.11, device: "net_af_packet11,iface=sw-vm11"}
  - {name: p12, instance: vm12, nic: primary, subnet: web, mac: "52:54:00:77:00:0c", ipv4: 10.77.0.12, device: "net_af_packet12,iface=sw-vm12"}

havips:
  - {name: front, subnet: web, ipv4: 10.77.0.100, ports: [p11, p12]}

eips:
  - {name: public, ipv4: 203.0.113.10, target: {havip: front}}
)");
}

TEST(ConfigWriter, EveryKeyOfTheReaderIsWritten) {
  const auto config = parse_config(kEveryKey, "f.yaml");
  ASSERT_TRUE(succeeded(config));
  const auto text = write_config(config.value().settings, config.value().objects);
  const auto keys = known_keys("no_such_key: 1\n");
  ASSERT_GT(keys.size(), 10u);
  for (const auto& key : keys) {
    EXPECT_NE(section_of(kEveryKey, key), "") << "kEveryKey lacks " << key;
    EXPECT_NE(section_of(text, key), "") << key << " is not written:\n" << text;
  }
  for (const auto* section : {"vpcs", "subnets", "ports", "havips", "eips"}) {
    for (const auto& key : known_keys(std::string(section) + ": [{no_such_key: 1}]\n")) {
      EXPECT_NE(section_of(kEveryKey, section).find(key + ": "), std::string::npos)
          << "kEveryKey lacks " << key << " of " << section;
      EXPECT_NE(section_of(text, section).find(key + ": "), std::string::npos)
          << key << " of " << section << " is not written:\n"
          << text;
    }
  }
  EXPECT_TRUE(reads_back(config.value().settings, config.value().objects));
}

TEST(ConfigWriter, NothingIsWrittenAsAFileThatCanBeRead) {
  EXPECT_TRUE(reads_back({}, {}));
}

// Without the endpoint's address the reader would take the default one.
TEST(ConfigWriter, SectionIsWrittenWhole) {
  Settings settings;
  settings.metrics.per_havip = false;
  EXPECT_TRUE(reads_back(settings, {}));
}

TEST(ConfigWriter, HavipWithoutAddressStaysSo) {
  auto world = make_world();
  world.havips.at("front").ipv4 = Ipv4();
  EXPECT_TRUE(reads_back({}, world));
}

TEST(ConfigWriter, RandomConfigurationsReadBack) {
  test::Random random(42);
  std::size_t objects_seen = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto settings = test::random_settings(random);
    const auto objects = test::random_objects(random);
    objects_seen += objects.ports.size() + objects.havips.size() + objects.eips.size();
    ASSERT_TRUE(reads_back(settings, objects)) << "configuration " << i;
  }
  EXPECT_GT(objects_seen, 10'000u);
}

TEST(CountObjects, TellsWhatThereIs) {
  EXPECT_EQ(count_objects(make_world()), "an uplink, 1 VPC, 1 subnet, 2 ports, 1 HAVIP, 1 EIP");
  EXPECT_EQ(count_objects({}), "no objects");
}

}  // namespace
}  // namespace vipswitch
