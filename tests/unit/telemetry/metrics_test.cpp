#include "control/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>
#include <regex>
#include <set>
#include <sstream>

#include "tests/unit/telemetry/canned_switch.h"

namespace vipswitch::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() { test::fill(runtime); }
  std::string scrape() { return text_of(to_families(collect(runtime), options)); }

  test::CannedRuntime runtime;
  FamilyOptions options{std::chrono::duration<double>(1700000000), true};
};

TEST_F(MetricsTest, EachStatusBecomesItsSamples) {
  const std::string text = scrape();
  for (const char* line :
       {"vipswitch_up 1\n",
        "vipswitch_start_time_seconds 1700000000\n",
        "vipswitch_forwarding 1\n",
        "vipswitch_port_link_up{port=\"vm1-eth0\"} 1\n",
        "vipswitch_port_receive_packets_total{port=\"vm1-eth0\"} 10\n",
        "vipswitch_port_receive_bytes_total{port=\"vm1-eth0\"} 1000\n",
        "vipswitch_port_transmit_packets_total{port=\"vm1-eth0\"} 20\n",
        "vipswitch_port_transmit_bytes_total{port=\"vm1-eth0\"} 2000\n",
        "vipswitch_port_receive_missed_packets_total{port=\"vm1-eth0\"} 3\n",
        "vipswitch_port_dropped_packets_total{port=\"vm1-eth0\"} 4\n",
        "vipswitch_port_dropped_packets_by_reason_total{port=\"vm1-eth0\",direction=\"rx\","
        "reason=\"truncated\"} 4\n",
        "vipswitch_port_dropped_packets_by_reason_total{port=\"vm1-eth0\",direction=\"tx\","
        "reason=\"mtu_exceeded\"} 2\n",
        "vipswitch_worker_polls_total{lcore=\"1\"} 100\n",
        "vipswitch_worker_busy_seconds_total{lcore=\"1\"} 2.5\n",
        "vipswitch_worker_packets_in_total{lcore=\"1\",way=\"rx\"} 10\n",
        "vipswitch_worker_packets_out_total{lcore=\"1\",way=\"dropped\"} 4\n",
        "vipswitch_worker_conserved{lcore=\"1\"} 1\n",
        "vipswitch_dropped_packets_total{reason=\"truncated\",stage=\"parse\"} 4\n",
        "vipswitch_dropped_packets_total{reason=\"spoofed_mac\",stage=\"guard\"} 0\n",
        "vipswitch_learning_events_total{event=\"advert\"} 12\n",
        "vipswitch_havips{state=\"owned_vrrp\"} 1\n",
        "vipswitch_havips{state=\"suspect\"} 0\n",
        "vipswitch_neighbours{state=\"resolved\"} 1\n",
        "vipswitch_table_entries{table=\"havips\"} 2\n",
        "vipswitch_table_capacity{table=\"havips\"} 16384\n",
        "vipswitch_table_bytes{table=\"havips\"} 4096\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(MetricsTest, OwnedHavipHasOwnerStateAndAge) {
  const std::string text = scrape();
  for (const char* line :
       {"vipswitch_havip_owner{havip=\"front\",subnet=\"web\",address=\"10.77.0.100\",port=\"vm1-eth0\"} 1\n",
        "vipswitch_havip_state{havip=\"front\",subnet=\"web\",address=\"10.77.0.100\",state=\"owned_vrrp\"} "
        "1\n",
        "vipswitch_havip_owner_changes_total{havip=\"front\",subnet=\"web\",address=\"10.77.0.100\"} 5\n",
        "vipswitch_havip_owner_age_seconds{havip=\"front\",subnet=\"web\",address=\"10.77.0.100\"} 2.5\n",
        "vipswitch_havip_delivered_to_old_owner_packets_total{havip=\"front\",subnet=\"web\",address=\"10.77."
        "0.100\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(MetricsTest, HavipWithoutOwnerHasNoOwnerAndNoAge) {
  const std::string text = scrape();
  EXPECT_THAT(text, HasSubstr("vipswitch_havip_state{havip=\"back\",subnet=\"web\",address=\"10.77.0.101\","
                              "state=\"released\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("vipswitch_havip_owner{havip=\"back\"")));
  EXPECT_THAT(text, Not(HasSubstr("vipswitch_havip_owner_age_seconds{havip=\"back\"")));
}

TEST_F(MetricsTest, WithoutPerHavipOnlyTheStatesAreCounted) {
  options.per_havip = false;
  const std::string text = scrape();
  EXPECT_THAT(text, HasSubstr("vipswitch_havips{state=\"released\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("vipswitch_havip_")));
}

TEST_F(MetricsTest, OwnerYoungerThanTheClockOfControlIsZeroSecondsOld) {
  runtime.now = 57'499;
  EXPECT_THAT(
      scrape(),
      HasSubstr(
          "vipswitch_havip_owner_age_seconds{havip=\"front\",subnet=\"web\",address=\"10.77.0.100\"} 0\n"));
}

TEST_F(MetricsTest, LossShowsAsNotConserved) {
  runtime.worker_statuses[0].tx -= 1;
  EXPECT_THAT(scrape(), HasSubstr("vipswitch_worker_conserved{lcore=\"1\"} 0\n"));
}

TEST_F(MetricsTest, FailoversAreCountedByTheirBuckets) {
  runtime.failovers.gap.observe(0.0008);
  runtime.failovers.gap.observe(0.6);
  runtime.failovers.gap.observe(3600);
  runtime.failovers.dropped.observe(0);
  const std::string text = scrape();
  for (const char* line :
       {"vipswitch_failover_gap_seconds_bucket{le=\"0.0001\"} 0\n",
        "vipswitch_failover_gap_seconds_bucket{le=\"0.001\"} 1\n",
        "vipswitch_failover_gap_seconds_bucket{le=\"0.5\"} 1\n",
        "vipswitch_failover_gap_seconds_bucket{le=\"1\"} 2\n",
        "vipswitch_failover_gap_seconds_bucket{le=\"10\"} 2\n",
        "vipswitch_failover_gap_seconds_bucket{le=\"+Inf\"} 3\n", "vipswitch_failover_gap_seconds_count 3\n",
        "vipswitch_failover_dropped_packets_bucket{le=\"0\"} 1\n",
        "vipswitch_failover_decision_seconds_count 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(MetricsTest, EveryMetricOfTheTableIsToldAndNoOther) {
  std::set<std::string> told;
  for (const auto& family : to_families(collect(runtime), options)) told.insert(family.name);
  std::set<std::string> listed;
  for (const MetricInfo& metric : kMetrics) listed.insert(std::string(metric.name));
  EXPECT_EQ(told, listed);
}

TEST_F(MetricsTest, NamesFollowTheRules) {
  const std::regex name_rule("vipswitch_[a-z]+(_[a-z]+)*");
  for (const MetricInfo& metric : kMetrics) {
    const std::string name(metric.name);
    EXPECT_TRUE(std::regex_match(name, name_rule)) << name;
    EXPECT_EQ(name.ends_with("_total"), metric.type == "counter") << name;
    EXPECT_TRUE(metric.type == "counter" || metric.type == "gauge" || metric.type == "histogram") << name;
    EXPECT_FALSE(metric.help.empty()) << name;
  }
}

TEST(Metrics, WithoutAnAnswerTheSwitchIsNotUp) {
  const std::string text = text_of(families_without_answer());
  EXPECT_THAT(text, HasSubstr("vipswitch_up 0\n"));
  EXPECT_THAT(text, HasSubstr("vipswitch_build_info{version="));
}

}  // namespace
}  // namespace vipswitch::telemetry
