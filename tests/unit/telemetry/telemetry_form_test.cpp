#include "control/telemetry/telemetry_form.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

namespace vipswitch::telemetry {
namespace {

TEST(TelemetryForm, ScalarsBecomeNumbersAndText) {
  const Json from{{"yes", true},
                  {"no", false},
                  {"nothing", nullptr},
                  {"text", "front"},
                  {"many", ~0ull},
                  {"signed", -1},
                  {"time", Json::number_integer_t{5}},
                  {"half", 0.5},
                  {"far", std::numeric_limits<std::int64_t>::min()}};
  const Json expected{{"yes", 1u},       {"no", 0u},      {"nothing", ""},
                      {"text", "front"}, {"many", ~0ull}, {"signed", -1},
                      {"time", 5u},      {"half", "0.5"}, {"far", "-9223372036854775808"}};
  EXPECT_EQ(to_telemetry_form(from), expected);
  EXPECT_TRUE(to_telemetry_form(from)["time"].is_number_unsigned());
}

TEST(TelemetryForm, ListOfObjectsIsKeyedByPosition) {
  const Json from{{"ports", Json::array({Json{{"name", "a"}}, Json{{"name", "b"}}})}};
  const Json expected{{"ports", Json{{"0", Json{{"name", "a"}}}, {"1", Json{{"name", "b"}}}}}};
  EXPECT_EQ(to_telemetry_form(from), expected);
}

TEST(TelemetryForm, ListOfScalarsIsOfOneKind) {
  const Json from{
      {"empty", Json::array()}, {"numbers", Json::array({1, 2})}, {"mixed", Json::array({1, "b", -1})}};
  const Json expected{
      {"empty", Json::array()}, {"numbers", Json::array({1u, 2u})}, {"mixed", Json::array({"1", "b", "-1"})}};
  EXPECT_EQ(to_telemetry_form(from), expected);
}

TEST(TelemetryForm, NamesAndTextAreWhatDpdkTakes) {
  const Json form = to_telemetry_form({{"vm1-eth0.x", std::string(500, 'd')}});
  EXPECT_EQ(form, (Json{{"vm1_eth0_x", std::string(kMaxTextLength, 'd')}}));
}

TEST(TelemetryForm, ListBeyondTheLimitSaysHowMuchIsLeftOut) {
  auto numbers = Json::array();
  for (unsigned i = 0; i < 600; ++i) numbers.push_back(i % 10);
  const Json form = to_telemetry_form({{"numbers", numbers}});
  EXPECT_EQ(form["numbers"].size(), kMaxListEntries);
  EXPECT_EQ(form["left_out"], 600 - kMaxListEntries);
}

TEST(TelemetryForm, ObjectBeyondTheLimitSaysHowMuchIsLeftOut) {
  auto from = Json::object();
  for (unsigned i = 0; i < 300; ++i) from["k" + std::to_string(i)] = i;
  const Json form = to_telemetry_form(from);
  EXPECT_EQ(form.size(), kMaxObjectEntries);
  EXPECT_EQ(form["left_out"], 300 - (kMaxObjectEntries - 1));
}

// Whatever is asked: the answer fits, and an element is there whole or not at all.
TEST(TelemetryForm, AnswerFitsWhateverItsSize) {
  for (const std::size_t elements : {1u, 50u, 200u, 300u, 5000u}) {
    for (const std::size_t length : {1u, 63u, 127u}) {
      auto objects = Json::array();
      auto names = Json::array();
      for (std::size_t i = 0; i < elements; ++i) {
        objects.push_back(
            {{"name", std::string(length, 'n')}, {"queues", Json::array({std::string(length, 'q')})}});
        names.push_back(std::string(length, 'x'));
      }
      const Json form = to_telemetry_form({{"objects", objects}, {"names", names}, {"last", "y"}});
      EXPECT_LE(form.dump().size(), kMaxAnswerSize - 100) << elements << " of " << length;
      const std::size_t kept = form["objects"].size() + (form.contains("names") ? form["names"].size() : 0);
      const std::size_t left_out = form.contains("left_out") ? form["left_out"].get<std::size_t>() : 0;
      EXPECT_GE(kept + left_out, 2 * elements);
      for (const auto& element : form["objects"]) EXPECT_EQ(element["queues"].size(), 1u);
      if (left_out == 0) {
        EXPECT_EQ(kept, 2 * elements);
      }
    }
  }
}

}  // namespace
}  // namespace vipswitch::telemetry
