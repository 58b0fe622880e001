// load, diff and save in the shell.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include <nlohmann/json.hpp>

#include "control/config/config.h"
#include "control/config/config_writer.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;
using test::make_world;
using test::succeeded;

class ConfigCommands : public test::SessionTest {
 protected:
  void SetUp() override {
    test::SessionTest::SetUp();
    std::string pattern = testing::TempDir() + "vipswitch-config-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(path(name)) << content;
    return path(name);
  }
  std::string write(const std::string& name, const model::Objects& objects) {
    return write(name, write_config(runtime_.started_with, objects));
  }
  std::string read(const std::string& name) {
    std::stringstream content;
    content << std::ifstream(path(name)).rdbuf();
    return content.str();
  }
  json run_json(const std::string& line) { return json::parse(run(line)); }

  // A change of each kind to the world.
  model::Objects changed_world() {
    auto world = make_world();
    world.uplink->mtu = 9000;
    world.vpcs.emplace("lab", test::make_vpc("lab", 7));
    world.subnets.at("web").havip_quota = 12;
    world.ports.erase("p12");
    world.ports.emplace("p13", test::make_port("p13", 13));
    world.havips.at("front").ports = {"p13", "p11"};
    world.havips.emplace("spare", model::Havip{"spare", "web", {}, {}});
    world.eips.clear();
    return world;
  }
  static constexpr char kPlan[] =
      "- eip public\n"
      "- port p12\n"
      "~ uplink: mtu 1500 -> 9000\n"
      "+ vpc lab vni 7 mtu 1500\n"
      "~ subnet web: havip_quota 10 -> 12\n"
      "+ port p13 instance vm13 nic primary subnet web mac 52:54:00:77:00:0d ipv4 10.77.0.13 device "
      "net_af_packet13,iface=sw-vm13 queues 1 vrrp_filter none\n"
      "~ havip front: ports -p12 +p13\n"
      "+ havip spare subnet web ipv4 10.77.0.254 handover announced\n";

  std::string directory_;
};

TEST_F(ConfigCommands, LoadPrintsThePlanAndAppliesIt) {
  EXPECT_EQ(run("load " + write("f", changed_world())),
            std::string(kPlan) + "done: 3 added, 2 removed, 3 changed\n");
  auto expected = changed_world();
  expected.havips.at("spare").ipv4 = Ipv4(10, 77, 0, 254);
  EXPECT_EQ(service_.objects(), expected);
}

TEST_F(ConfigCommands, DryRunPrintsThePlanAndChangesNothing) {
  const auto published = publisher_.published.size();
  EXPECT_EQ(run("load " + write("f", changed_world()) + " dry-run"),
            std::string(kPlan) + "dry run: nothing was changed\n");
  EXPECT_EQ(service_.objects(), make_world());
  EXPECT_EQ(publisher_.published.size(), published);
}

TEST_F(ConfigCommands, DryRunToldByThePublisherFails) {
  publisher_.fails = true;
  EXPECT_EQ(run("load " + write("f", changed_world()) + " dry-run"),
            std::string(kPlan) + "error: eip: the table is full\n");
  EXPECT_EQ(run("load " + write("f", make_world()) + " dry-run"),
            "nothing to change\ndry run: nothing was changed\n");
}

TEST_F(ConfigCommands, RefusedLoadChangesNothing) {
  publisher_.fails = true;
  EXPECT_EQ(run("load " + write("f", changed_world())),
            std::string(kPlan) + "error: eip: the table is full\n");
  EXPECT_EQ(run("load " + path("f") + " json"), "error: eip: the table is full\n");
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(ConfigCommands, DiffPrintsThePlanAlone) {
  publisher_.fails = true;
  EXPECT_EQ(run("diff " + write("f", changed_world())), kPlan);
  EXPECT_EQ(service_.objects(), make_world());
  EXPECT_EQ(run("diff " + write("f", make_world())), "nothing to change\n");
  EXPECT_TRUE(succeeded(session_.execute("diff " + path("f"))));
}

TEST_F(ConfigCommands, SettingsThatDifferAreToldForTheNextStart) {
  Settings other;
  other.worker_cores = {1, 2};
  other.eal = {"--no-pci", "a b"};
  other.tables.eips = 5;
  const auto file = write("f", write_config(other, make_world()));
  const std::string plan =
      "! eal: [] -> [--no-pci, \"a b\"], takes effect at the next start\n"
      "! cores.workers: [1] -> [1, 2], takes effect at the next start\n"
      "! tables.eips: 16384 -> 5, takes effect at the next start\n";
  EXPECT_EQ(run("diff " + file), plan);
  EXPECT_EQ(run("load " + file), plan);
  EXPECT_EQ(run_json("diff " + file + " json")["at_next_start"][1],
            (json{{"setting", "cores.workers"}, {"running", {1}}, {"file", {1, 2}}}));
}

TEST_F(ConfigCommands, PlanHasAJsonForm) {
  auto world = make_world();
  world.eips.at("public").target.reset();
  world.vpcs.emplace("lab", test::make_vpc("lab", 7));
  const auto document = run_json("load " + write("f", world) + " json");
  EXPECT_EQ(document["applied"], true);
  EXPECT_EQ(document["at_next_start"], json::array());
  EXPECT_EQ(document["changes"], json::parse(R"([
    {"action": "add", "kind": "vpc", "name": "lab", "before": null, "after": {"name": "lab", "vni": 7, "mtu": 1500, "clamp_mss": false}, "fields": []},
    {"action": "change", "kind": "eip", "name": "public", "fields": ["target"],
     "before": {"name": "public", "ipv4": "203.0.113.10", "ipv6": null, "target": {"havip": "front"},
                "rate_in_mbps": null, "rate_out_mbps": null, "burst_kb": null},
     "after": {"name": "public", "ipv4": "203.0.113.10", "ipv6": null, "target": null,
               "rate_in_mbps": null, "rate_out_mbps": null, "burst_kb": null}}])"));
  EXPECT_EQ(run_json("load " + path("f") + " dry-run json")["applied"], false);
  EXPECT_EQ(run_json("diff " + path("f") + " json"),
            json::parse(R"({"changes": [], "at_next_start": [], "applied": false})"));
}

TEST_F(ConfigCommands, ListsAndTargetsAreToldByWhatChanged) {
  auto world = make_world();
  world.havips.at("front").ports = {"p12", "p11"};
  world.eips.at("public").target = model::EipTarget{model::TargetKind::kPort, "p11"};
  EXPECT_EQ(run("diff " + write("f", world)),
            "~ havip front: ports [p11, p12] -> [p12, p11]\n"
            "~ eip public: target havip front -> port p11\n");
  world.eips.at("public").target.reset();
  world.havips.at("front").ports = {};
  EXPECT_EQ(run("diff " + write("f", world)),
            "~ havip front: ports -p11 -p12\n~ eip public: target havip front -> none\n");
  world.learn = LearnMode::kObserve;
  world.havips.at("front").learn = LearnMode::kOff;
  world.havips.at("front").ports = {"p11"};
  world.havips.at("front").pin = "p11";
  EXPECT_EQ(run("diff " + write("f", world)),
            "~ havip front: ports -p12, pin none -> p11, learn none -> off\n~ eip public: target havip front "
            "-> none\n"
            "~ learn: enforce -> observe\n");
  world.uplink.reset();
  EXPECT_EQ(run("diff " + write("f", world)).substr(0, 9), "- uplink\n");
}

TEST_F(ConfigCommands, SavedFileReadsBackToTheSameState) {
  runtime_.started_with.eal = {"--no-pci"};
  EXPECT_EQ(run("save " + path("f")), path("f") + ": an uplink, 1 VPC, 1 subnet, 2 ports, 1 HAVIP, 1 EIP\n");
  const auto config = load_config(path("f"));
  ASSERT_TRUE(succeeded(config));
  EXPECT_EQ(config.value().objects, make_world());
  EXPECT_EQ(config.value().settings, runtime_.started_with);
  EXPECT_EQ(run("diff " + path("f")), "nothing to change\n");
}

TEST_F(ConfigCommands, SaveThatFailsLeavesTheFile) {
  EXPECT_EQ(run("save /nonexistent/f"),
            "error: /nonexistent/f: No such file or directory, expected a file that can be written\n");
  EXPECT_EQ(run("save " + directory_),
            "error: " + directory_ + ": is a directory, expected a file that can be written\n");
}

TEST_F(ConfigCommands, HelpSaysWhatIsNotKept) {
  EXPECT_NE(run("help save").find("comments and order of a file written by hand are not kept"),
            std::string::npos);
}

}  // namespace
}  // namespace vipswitch::shell
