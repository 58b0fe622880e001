#include "control/config/config.h"

#include <gtest/gtest.h>

#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::refused;
using test::succeeded;

// The configuration of the issue's spelling; each line is one of the lists.
constexpr char kGood[] = R"(eal: [--in-memory, --no-pci]
cores: {control: 0, workers: [1, 2]}
tables: {eips: 1, havips: 2, endpoints: 3, ports: 4, subnets: 5, vpcs: 6}
idle: {spin_polls: 7, sleep_us: 0}
memory_mb: 64
mbufs: 2048
flood_pps: 9
uplink: {device: "net_af_packet0,iface=sw-inet", mac: "02:00:5e:10:00:01", addresses: [198.51.100.2/24], gateway: 198.51.100.1}
vpcs:
  - {name: shop, vni: 1001}
subnets:
  - {name: web, vpc: shop, ipv4: 10.77.0.0/24, gateway: 10.77.0.1}
ports:
  - {name: p11, instance: vm11, nic: primary, subnet: web, mac: "52:54:00:77:00:0b", ipv4: 10.77.0.11, device: "net_af_packet11,iface=sw-vm11"}
  - {name: p12, instance: vm12, subnet: web, mac: "52:54:00:77:00:0c", ipv4: 10.77.0.12, device: "net_af_packet12,iface=sw-vm12"}
havips:
  - {name: front, subnet: web, ipv4: 10.77.0.100, ports: [p11, p12]}
eips:
  - {name: public, ipv4: 203.0.113.10, target: {havip: front}}
control: {socket: /run/sw1.sock}
)";

testing::AssertionResult config_refused(const std::string& text, ErrorCode code, const std::string& message) {
  return refused(parse_config(text, "f.yaml"), code, message);
}

// A good file in which one piece of text stands for another.
std::string good_with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Config, EveryKeyIsRead) {
  const auto config = parse_config(kGood, "f.yaml");
  ASSERT_TRUE(succeeded(config));
  const auto& settings = config.value().settings;
  EXPECT_EQ(settings.eal, (std::vector<std::string>{"--in-memory", "--no-pci"}));
  EXPECT_EQ(settings.control_core, 0u);
  EXPECT_EQ(settings.worker_cores, (std::vector<unsigned>{1, 2}));
  EXPECT_EQ(settings.tables, (TableCapacities{1, 1, 2, 3, 3, 4, 5, 6}));
  EXPECT_EQ(settings.idle, (IdlePolicy{7, 0}));
  EXPECT_EQ(settings.memory_mb, 64u);
  EXPECT_EQ(settings.mbufs, 2048u);
  EXPECT_EQ(settings.flood_pps, 9u);
  EXPECT_EQ(settings.control.socket, "/run/sw1.sock");
  EXPECT_EQ(config.value().objects, test::make_world());
}

TEST(Config, WhatIsLeftOutHasItsDefault) {
  const auto config = parse_config("vpcs: []\n", "f.yaml");
  ASSERT_TRUE(succeeded(config));
  EXPECT_EQ(config.value().settings, Settings());
  EXPECT_EQ(config.value().objects, model::Objects());
}

TEST(Config, ControlSocketIsAPathOrNone) {
  EXPECT_EQ(parse_config("vpcs: []", "f.yaml").value().settings.control.socket,
            "/run/vipswitch/control.sock");
  EXPECT_EQ(parse_config("control: {socket: none}", "f.yaml").value().settings.control.socket, "");
  EXPECT_TRUE(config_refused(
      "control: {socket: ''}", ErrorCode::invalid_argument,
      "f.yaml:1: found socket \"\", which is no path, expected none or the path of a socket, at "
      "most 107 bytes long"));
  const std::string path = "/" + std::string(107, 'x');
  EXPECT_TRUE(
      config_refused("control: {socket: " + path + "}", ErrorCode::invalid_argument,
                     "f.yaml:1: found socket \"" + path +
                         "\", which is 108 bytes long, expected none or the path of a socket, at most 107 "
                         "bytes long"));
}

TEST(Config, OptionalKeysOfObjectsAreRead) {
  const auto config = parse_config(R"(
vpcs: [{name: v, vni: 1}]
subnets: [{name: s, vpc: v, ipv4: 10.0.0.0/24, gateway: 10.0.0.1, havip_quota: 3}]
ports: [{name: p, instance: i, nic: secondary, subnet: s, mac: 02:00:00:00:00:01, ipv4: 10.0.0.2, device: net_null0, queues: 2}]
havips: [{name: h, subnet: s}]
eips: [{name: e, ipv4: 192.0.2.1, target: {port: p}}, {name: free, ipv4: 192.0.2.2}]
uplink: {device: net_null1, mac: 02:00:00:00:00:02, addresses: [198.51.100.2/24], gateway: 198.51.100.1, mtu: 9000, queues: 4}
)",
                                   "f.yaml");
  ASSERT_TRUE(succeeded(config));
  const auto& objects = config.value().objects;
  EXPECT_EQ(objects.subnets.at("s").havip_quota, 3u);
  EXPECT_EQ(objects.ports.at("p").nic, model::Nic::kSecondary);
  EXPECT_EQ(objects.ports.at("p").queues, 2);
  EXPECT_FALSE(objects.havips.at("h").ipv4.has_value());
  EXPECT_EQ(objects.eips.at("e").target, (model::EipTarget{model::TargetKind::kPort, "p"}));
  EXPECT_FALSE(objects.eips.at("free").target);
  EXPECT_EQ(objects.uplink->mtu, 9000);
  EXPECT_EQ(objects.uplink->queues, 4);
}

TEST(Config, MissingFileIsNamed) {
  EXPECT_TRUE(refused(load_config("/nonexistent/f.yaml"), ErrorCode::io,
                      "/nonexistent/f.yaml: No such file or directory, expected a readable file"));
}

TEST(Config, SettingsAreKnownBeforeTheObjectsAreRead) {
  const auto file = ConfigFile::parse("mbufs: 2048\nvpcs: [{name: a}]\n", "f.yaml");
  ASSERT_TRUE(succeeded(file));
  EXPECT_EQ(file.value().settings().mbufs, 2048u);
  EXPECT_TRUE(refused(file.value().read_objects(), ErrorCode::invalid_argument,
                      "f.yaml:2: found a VPC without vni, expected the key vni"));
}

TEST(Config, ModelIsOfTheObjectsWithTheirAddresses) {
  const auto config = parse_config(
      "vpcs: [{name: a, vni: 1}]\n"
      "subnets: [{name: s, vpc: a, ipv4: 10.0.0.0/24, gateway: 10.0.0.1}]\n"
      "havips: [{name: h, subnet: s}]\n",
      "f.yaml");
  ASSERT_TRUE(succeeded(config));
  EXPECT_FALSE(config.value().objects.havips.at("h").ipv4.has_value());
  EXPECT_EQ(config.value().model.objects().havips.at("h").ipv4, Ipv4(10, 0, 0, 254));
}

TEST(Config, EmptyFileIsRefused) {
  const std::string message =
      "f.yaml:1: found an empty file, expected a mapping with keys such as vpcs and ports";
  EXPECT_TRUE(config_refused("", ErrorCode::invalid_argument, message));
  EXPECT_TRUE(config_refused("# only a comment\n", ErrorCode::invalid_argument, message));
}

TEST(Config, WhatIsNotYamlHasItsLine) {
  EXPECT_TRUE(config_refused(
      "vpcs:\n  - {name: shop\nsubnets: []\n", ErrorCode::invalid_argument,
      "f.yaml:3: found what is not YAML (did not find expected ',' or '}' while parsing a flow mapping from "
      "line 2), expected a well-formed file"));
}

TEST(Config, SecondDocumentIsRefused) {
  EXPECT_TRUE(config_refused("vpcs: []\n---\nports: []\n", ErrorCode::invalid_argument,
                             "f.yaml:3: found a second document, expected one document a file"));
}

TEST(Config, ListInsteadOfTheFileIsRefused) {
  EXPECT_TRUE(
      config_refused("- vpcs\n", ErrorCode::invalid_argument,
                     "f.yaml:1: found a list as the file, expected a mapping of eal, cores, tables, idle, "
                     "memory_mb, mbufs, flood_pps, history, control, metrics, uplink, vpcs, subnets, ports, "
                     "havips, eips, routes, learn"));
}

TEST(Config, HistoryIsBounded) {
  EXPECT_EQ(parse_config("{}", "f.yaml").value().settings.history, 1024u);
  EXPECT_EQ(parse_config("history: 65536", "f.yaml").value().settings.history, 65536u);
  EXPECT_TRUE(config_refused(
      "history: 0", ErrorCode::invalid_argument,
      "f.yaml:1: found history \"0\", which is out of range, expected a number from 1 to 65536"));
}

TEST(Config, MetricsAreServedWhereTheFileSaysSo) {
  EXPECT_EQ(parse_config("vpcs: []\n", "f.yaml").value().settings.metrics, MetricsSettings());
  const MetricsSettings on_loopback{ListenAddress{Ipv4(127, 0, 0, 1), 9469}, true};
  EXPECT_EQ(parse_config("metrics: {}\n", "f.yaml").value().settings.metrics, on_loopback);
  const MetricsSettings elsewhere{ListenAddress{Ipv4(192, 0, 2, 1), 80}, false};
  EXPECT_EQ(parse_config("metrics: {listen: \"192.0.2.1:80\", per_havip: false}\n", "f.yaml")
                .value()
                .settings.metrics,
            elsewhere);
  EXPECT_EQ(parse_config("metrics: {listen: none}\n", "f.yaml").value().settings.metrics.listen,
            std::nullopt);
}

TEST(Config, ListenAddressThatIsNoneIsRefused) {
  for (const char* text :
       {"127.0.0.1", "127.0.0.1:", ":9469", "127.0.0.1:0", "127.0.0.1:65536", "localhost:9469"}) {
    EXPECT_TRUE(
        config_refused(fmt::format("metrics: {{listen: \"{}\"}}\n", text), ErrorCode::invalid_argument,
                       fmt::format("f.yaml:1: found listen \"{}\", which is not an IPv4 address and a port, "
                                   "expected ADDRESS:PORT such as 127.0.0.1:9469, or none",
                                   text)));
  }
  EXPECT_TRUE(config_refused(
      "metrics: {per_havip: 1}\n", ErrorCode::invalid_argument,
      "f.yaml:1: found per_havip \"1\", which is neither true nor false, expected true or false"));
}

TEST(Config, UnknownKeyIsRefused) {
  EXPECT_TRUE(
      config_refused(good_with("vni: 1001", "vin: 1001"), ErrorCode::invalid_argument,
                     "f.yaml:10: found key \"vin\" in a VPC, expected one of name, vni, mtu, clamp_mss"));
  EXPECT_TRUE(config_refused(good_with("spin_polls", "spin"), ErrorCode::invalid_argument,
                             "f.yaml:4: found key \"spin\" in idle, expected one of spin_polls, sleep_us"));
}

TEST(Config, RepeatedKeyIsRefused) {
  EXPECT_TRUE(config_refused(good_with("vni: 1001", "name: lab"), ErrorCode::invalid_argument,
                             "f.yaml:10: found key \"name\" again in a VPC, expected it once"));
}

TEST(Config, MissingKeyIsRefused) {
  EXPECT_TRUE(config_refused(good_with(", vni: 1001", ""), ErrorCode::invalid_argument,
                             "f.yaml:10: found a VPC without vni, expected the key vni"));
  EXPECT_TRUE(config_refused(good_with("cores: {control: 0, workers: [1, 2]}", "cores: {control: 3}"),
                             ErrorCode::invalid_argument,
                             "f.yaml:2: found cores without workers, expected the key workers"));
}

TEST(Config, WrongTypesAreRefused) {
  EXPECT_TRUE(config_refused(good_with("vni: 1001", "vni: [1001]"), ErrorCode::invalid_argument,
                             "f.yaml:10: found a list as vni, expected a single value"));
  EXPECT_TRUE(config_refused(good_with("vni: 1001", "vni: "), ErrorCode::invalid_argument,
                             "f.yaml:10: found nothing as vni, expected a single value"));
  EXPECT_TRUE(config_refused(good_with("ports: [p11, p12]", "ports: p11"), ErrorCode::invalid_argument,
                             "f.yaml:17: found \"p11\" as ports, expected a list"));
  EXPECT_TRUE(
      config_refused(good_with("{name: shop, vni: 1001}", "shop"), ErrorCode::invalid_argument,
                     "f.yaml:10: found \"shop\" as a VPC, expected a mapping of name, vni, mtu, clamp_mss"));
  EXPECT_TRUE(
      config_refused(good_with("memory_mb: 64", "memory_mb: lots"), ErrorCode::invalid_argument,
                     "f.yaml:5: found memory_mb \"lots\", which is not a number, expected a number from "
                     "64 to 1048576"));
}

TEST(Config, BadValuesAreRefused) {
  EXPECT_TRUE(config_refused(
      good_with("gateway: 10.77.0.1", "gateway: 10.77.0"), ErrorCode::invalid_argument,
      "f.yaml:12: found gateway \"10.77.0\", which is not an IPv4 address, expected four numbers "
      "such as 10.77.0.1"));
  EXPECT_TRUE(
      config_refused(good_with("10.77.0.0/24", "10.77.0.9/24"), ErrorCode::invalid_argument,
                     "f.yaml:12: found ipv4 \"10.77.0.9/24\", which is not a prefix: it has host bits set, "
                     "expected 10.77.0.0/24"));
  EXPECT_TRUE(config_refused(
      good_with("nic: primary", "nic: first"), ErrorCode::invalid_argument,
      "f.yaml:14: found nic \"first\", which is not a kind of vNIC, expected primary or secondary"));
  EXPECT_TRUE(config_refused(
      good_with("198.51.100.2/24", "198.51.100.2"), ErrorCode::invalid_argument,
      "f.yaml:8: found address \"198.51.100.2\", which is not an interface address, expected an "
      "address and a length such as 198.51.100.2/24 or 2001:db8::2/64"));
}

TEST(Config, CoresMustBeDistinct) {
  EXPECT_TRUE(config_refused(
      good_with("[1, 2]", "[1, 1]"), ErrorCode::invalid_argument,
      "f.yaml:2: found worker core 1 again, expected distinct cores, none of them the control core"));
  EXPECT_TRUE(config_refused(
      good_with("[1, 2]", "[0]"), ErrorCode::invalid_argument,
      "f.yaml:2: found worker core 0 again, expected distinct cores, none of them the control core"));
  EXPECT_TRUE(config_refused(good_with("[1, 2]", "[]"), ErrorCode::invalid_argument,
                             "f.yaml:2: found no worker core, expected at least one"));
}

TEST(Config, TargetIsOneOfTwo) {
  EXPECT_TRUE(config_refused(good_with("{havip: front}", "{havip: front, port: p11}"),
                             ErrorCode::invalid_argument,
                             "f.yaml:19: found a target with havip and port, expected one of them"));
  EXPECT_TRUE(config_refused(good_with("{havip: front}", "{}"), ErrorCode::invalid_argument,
                             "f.yaml:19: found a target without havip or port, expected one of them"));
}

TEST(Config, RepeatedNameNamesBothLines) {
  EXPECT_TRUE(
      config_refused(good_with("{name: p12", "{name: p11"), ErrorCode::invalid_argument,
                     "f.yaml:15: found port \"p11\" again, expected a name other than that of line 14"));
}

TEST(Config, BrokenReferenceHasTheLineOfItsObject) {
  EXPECT_TRUE(
      config_refused(good_with("vpc: shop", "vpc: shp"), ErrorCode::not_found,
                     "f.yaml:12: subnet \"web\": vpc: \"shp\" does not exist, expected the name of a VPC"));
  EXPECT_TRUE(config_refused(
      good_with("[p11, p12]", "[p11, p13]"), ErrorCode::not_found,
      "f.yaml:17: havip \"front\": port: \"p13\" does not exist, expected the name of a port"));
}

TEST(Config, BrokenRuleHasTheLineOfItsObject) {
  EXPECT_TRUE(config_refused(
      good_with("10.77.0.12,", "10.77.0.11,"), ErrorCode::already_exists,
      "f.yaml:15: port \"p12\": ipv4: 10.77.0.11 is taken by port \"p11\", expected a free address"));
  EXPECT_TRUE(
      config_refused(good_with("gateway: 198.51.100.1", "gateway: 192.0.2.1"), ErrorCode::invalid_argument,
                     "f.yaml:8: uplink: gateway: 192.0.2.1 is in no prefix of addresses, expected one in "
                     "198.51.100.0/24"));
}

TEST(Config, BlockStyleObjectsHaveTheLineOfTheirFirstKey) {
  EXPECT_TRUE(config_refused("vpcs:\n  - name: a\n    vni: 1\n  - name: b\n    vni: 1\n",
                             ErrorCode::already_exists,
                             "f.yaml:4: vpc \"b\": vni: 1 is taken by VPC \"a\", expected an unused one"));
}

TEST(Config, EveryTruncationOfAGoodFileIsHandled) {
  const std::string text = kGood;
  unsigned refused_count = 0;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto config = parse_config(text.substr(0, size), "f.yaml");
    if (config.ok()) continue;
    ++refused_count;
    EXPECT_EQ(config.error().message.rfind("f.yaml:", 0), 0u) << config.error().message;
  }
  EXPECT_GT(refused_count, text.size() / 2);
}

TEST(Config, TablesTooSmallForTheObjectsAreFound) {
  const auto room = [](const std::string& tables) {
    const auto config = parse_config(
        good_with("{eips: 1, havips: 2, endpoints: 3, ports: 4, subnets: 5, vpcs: 6}", tables), "f.yaml");
    EXPECT_TRUE(succeeded(config));
    return check_capacities(config.value(), "f.yaml");
  };
  EXPECT_TRUE(
      refused(room("{endpoints: 3}"), ErrorCode::table_full,
              "f.yaml: the objects need 4 places in the table of endpoints, expected at most 3, set by "
              "\"tables: {endpoints: N}\""));
  EXPECT_TRUE(refused(room("{ports: 2}"), ErrorCode::table_full,
                      "f.yaml: the objects need 3 places in the table of ports, expected at most 2, set by "
                      "\"tables: {ports: N}\""));
  EXPECT_TRUE(succeeded(room("{eips: 1, havips: 1, endpoints: 4, ports: 3, subnets: 1, vpcs: 1}")));
}

// An id of a table has 24 bits, and all ones are nobody's.
TEST(Config, TableLargerThanItsIdsIsRefused) {
  EXPECT_EQ(parse_config("tables: {ports: 16777215}", "f.yaml").value().settings.tables.ports, 16777215u);
  EXPECT_TRUE(refused(
      parse_config("tables: {ports: 16777216}", "f.yaml"), ErrorCode::invalid_argument,
      "f.yaml:1: found ports \"16777216\", which is out of range, expected a number from 1 to 16777215"));
}

TEST(Config, TablesOfIpv6AreAsLargeAsThoseOfIpv4UnlessGiven) {
  const auto tables = [](const std::string& text) {
    return parse_config(text, "f.yaml").value().settings.tables;
  };
  EXPECT_EQ(tables("tables: {eips: 7, endpoints: 8}").eips6, 7u);
  EXPECT_EQ(tables("tables: {eips: 7, endpoints: 8}").endpoints6, 8u);
  EXPECT_EQ(tables("tables: {eips6: 7}").eips, TableCapacities().eips);
  EXPECT_EQ(tables("tables: {eips: 9, eips6: 7}").eips6, 7u);
  EXPECT_EQ(tables("tables: {endpoints6: 6, endpoints: 8}").endpoints6, 6u);
}

TEST(Config, EachAddressOfAHavipNeedsAPlaceAndEachFamilyItsEndpoints) {
  const auto config = parse_config(R"(tables: {havips: 2, endpoints: 2}
vpcs: [{name: v, vni: 1}]
subnets: [{name: s, vpc: v, ipv4: 10.77.0.0/24, gateway: 10.77.0.1, ipv6: "2001:db8:77::/64", gateway6: "2001:db8:77::1"}]
havips: [{name: both, subnet: s}]
)",
                                   "f.yaml");
  ASSERT_TRUE(succeeded(config));
  EXPECT_TRUE(succeeded(check_capacities(config.value(), "f.yaml")));
  auto small = config.value();
  small.settings.tables.endpoints6 = 1;
  EXPECT_TRUE(
      refused(check_capacities(small, "f.yaml"), ErrorCode::table_full,
              "f.yaml: the objects need 2 places in the table of endpoints6, expected at most 1, set by "
              "\"tables: {endpoints6: N}\""));
  small = config.value();
  small.settings.tables.havips = 1;
  EXPECT_TRUE(refused(check_capacities(small, "f.yaml"), ErrorCode::table_full,
                      "f.yaml: the objects need 2 places in the table of havips, expected at most 1, set by "
                      "\"tables: {havips: N}\""));
}

TEST(Config, ExampleOfTheDocumentationIsGood) {
  EXPECT_TRUE(succeeded(load_config(VIPSWITCH_SOURCE_DIR "/docs/example.yaml")));
}

}  // namespace
}  // namespace vipswitch
