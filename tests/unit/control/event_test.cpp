// Events: how they are kept, told and written.

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "control/event/change_event.h"
#include "control/event/event_journal.h"
#include "control/event/event_log_file.h"
#include "control/model/build.h"
#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using Json = nlohmann::ordered_json;

class EventFile : public testing::Test {
 protected:
  EventFile() {
    char name[] = "/tmp/vipswitch-events-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/events.jsonl";
  }
  ~EventFile() override { std::filesystem::remove_all(directory_); }

  std::vector<Json> lines(const std::string& path) {
    std::vector<Json> result;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) result.push_back(Json::parse(line));
    return result;
  }

  std::string directory_, path_;
  EventJournal journal_;
};

TEST(EventJournal, KeepsTheLastOnesAndCountsAll) {
  EventJournal journal;
  for (int i = 0; i < 1030; ++i) journal.add(EventName::worker_stuck, {{"lcore", i}});
  EXPECT_EQ(journal.last().size(), EventJournal::kKept);
  EXPECT_EQ(journal.last().front().number, 7u);
  EXPECT_EQ(journal.last().back().number, 1030u);
}

TEST(EventJournal, TellsListenersWhileTheyListen) {
  EventJournal journal;
  int heard = 0;
  auto subscription = journal.subscribe([&](const OperatorEvent&) { ++heard; });
  journal.add(EventName::stopping, {});
  subscription = {};
  journal.add(EventName::stopping, {});
  EXPECT_EQ(heard, 1);
}

TEST(EventJournal, ListenerMayLeaveAndAddWhileItIsCalled) {
  EventJournal journal;
  EventJournal::Subscription subscription;
  subscription = journal.subscribe([&](const OperatorEvent&) {
    subscription = {};
    journal.add(EventName::stopping, {});
  });
  journal.add(EventName::worker_stuck, {});
  EXPECT_EQ(journal.last().size(), 2u);
}

TEST(OperatorEvent, LineAndDocumentSayTheSame) {
  EventJournal journal;
  journal.add(EventName::port_link_changed, {{"port", "p11"}, {"up", true}}, 1'700'000'000'000'001);
  const auto& event = journal.last().back();
  EXPECT_EQ(to_line(event), "2023-11-14 22:13:20.000001 UTC port_link_changed port=p11 up=true");
  EXPECT_EQ(
      to_json(event).dump(),
      R"({"event":"port_link_changed","number":1,"at":"2023-11-14T22:13:20.000001Z","at_unix_us":1700000000000001,)"
      R"("port":"p11","up":true})");
}

TEST_F(EventFile, EveryEventIsALineOfJson) {
  {
    const auto log = EventLogFile::open(path_, journal_);
    ASSERT_TRUE(log.ok());
    journal_.add(EventName::worker_stuck, {{"lcore", 1}, {"stuck_ms", 120}});
    journal_.add(EventName::stopping, {{"reason", "a \"quoted\"\nword"}});
  }
  journal_.add(EventName::stopping, {{"reason", "after the log was closed"}});
  const auto written = lines(path_);
  ASSERT_EQ(written.size(), 2u);
  EXPECT_EQ(written[0]["event"], "worker_stuck");
  EXPECT_EQ(written[1]["reason"], "a \"quoted\"\nword");
}

TEST_F(EventFile, FileThatWasMovedAwayIsMadeAnew) {
  const auto log = EventLogFile::open(path_, journal_);
  ASSERT_TRUE(log.ok());
  journal_.add(EventName::worker_stuck, {});
  std::filesystem::rename(path_, path_ + ".1");
  journal_.add(EventName::worker_resumed, {});
  EXPECT_EQ(lines(path_ + ".1").size(), 1u);
  ASSERT_EQ(lines(path_).size(), 1u);
  EXPECT_EQ(lines(path_)[0]["event"], "worker_resumed");
}

TEST_F(EventFile, EventsLeftOutAreToldByTheNextOne) {
  const auto log = EventLogFile::open(path_, journal_);
  ASSERT_TRUE(log.ok());
  std::filesystem::rename(directory_, directory_ + ".away");
  journal_.add(EventName::worker_stuck, {});
  journal_.add(EventName::worker_stuck, {});
  std::filesystem::rename(directory_ + ".away", directory_);
  journal_.add(EventName::worker_resumed, {});
  const auto written = lines(path_);
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0]["events_left_out_before"], 2);
}

TEST_F(EventFile, UnusableFileIsRefused) {
  const auto log = EventLogFile::open(directory_ + "/no/such/file", journal_);
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().message,
            "event log \"" + directory_ +
                "/no/such/file\": No such file or directory, expected a file that can be written");
}

TEST(ChangeEvent, NamesWhatCameChangedAndWent) {
  auto before = test::make_world();
  auto after = before;
  after.eips.clear();
  after.havips.find("front")->second.learn = LearnMode::kOff;
  after.learn = LearnMode::kObserve;
  after.vpcs.emplace("new", test::make_vpc("new", 7));
  EXPECT_EQ(
      describe(model::difference(before, after)).dump(),
      R"({"added":["vpc new"],"changed":["havip front"],"removed":["eip public"],"count":3,"learn":"observe"})");
}

TEST(ChangeEvent, NamesAtMostTwenty) {
  model::Objects after;
  for (std::uint32_t i = 1; i <= 30; ++i) after.vpcs.emplace("v" + std::to_string(i), test::make_vpc("v", i));
  const auto fields = describe(model::difference({}, after));
  EXPECT_EQ(fields["added"].size(), 20u);
  EXPECT_EQ(fields["count"], 30);
}

}  // namespace
}  // namespace vipswitch
