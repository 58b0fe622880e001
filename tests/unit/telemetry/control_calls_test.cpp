#include "control/telemetry/control_calls.h"

#include <atomic>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <poll.h>
#include <string>
#include <thread>
#include <vector>

namespace vipswitch::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 30s;  // longer than any machine is slow

// Waits for a call and serves it, as the loop does.
void serve_next(ControlCalls& calls) {
  pollfd descriptor{calls.fd(), POLLIN, 0};
  ASSERT_EQ(poll(&descriptor, 1, 30'000), 1);
  calls.serve();
}

std::future<Result<int>> ask(ControlCalls& calls, std::function<int()> question,
                             std::chrono::milliseconds patience = kLong) {
  return std::async(std::launch::async, [&calls, question = std::move(question), patience] {
    return calls.ask<int>(question, patience);
  });
}

TEST(ControlCalls, AnswerIsMadeByTheServingThread) {
  ControlCalls calls;
  std::thread::id answered_by;
  auto answer = ask(calls, [&] {
    answered_by = std::this_thread::get_id();
    return 42;
  });
  serve_next(calls);
  const auto result = answer.get();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value(), 42);
  EXPECT_EQ(answered_by, std::this_thread::get_id());
}

TEST(ControlCalls, ManyThreadsGetEachTheirOwnAnswer) {
  ControlCalls calls;
  std::vector<std::future<Result<int>>> answers;
  std::atomic<int> served{0};
  for (int i = 0; i < 8; ++i) {
    answers.push_back(ask(calls, [i, &served] {
      ++served;
      return i;
    }));
  }
  while (served < 8) serve_next(calls);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().value(), i);
}

TEST(ControlCalls, BusyControlIsATimeoutAndTheQuestionNeverRuns) {
  ControlCalls calls;
  bool has_run = false;
  const auto result = calls.ask<int>(
      [&] {
        has_run = true;
        return 0;
      },
      20ms);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
  EXPECT_EQ(result.error().message, "the control thread has not answered for 20 ms");
  calls.serve();
  EXPECT_FALSE(has_run);
}

// The asking thread has left while the question runs: its answer goes nowhere, and nothing is lost (the
// address and leak sanitizers watch).
TEST(ControlCalls, LateAnswerIsThrownAway) {
  ControlCalls calls;
  std::promise<void> gone;
  std::weak_ptr<int> witness;
  {
    auto owned = std::make_shared<int>(7);
    witness = owned;
    auto answer = ask(
        calls,
        [owned, &gone] {
          gone.get_future().wait();
          return *owned;
        },
        50ms);
    owned.reset();
    std::thread control([&] { serve_next(calls); });
    const auto result = answer.get();
    EXPECT_EQ(result.error().code, ErrorCode::timeout);
    gone.set_value();
    control.join();
  }
  EXPECT_TRUE(witness.expired());
}

TEST(ControlCalls, ClosingAnswersWhoWaitsAndWhoComesLater) {
  ControlCalls calls;
  auto waiting = ask(calls, [] { return 1; });
  pollfd descriptor{calls.fd(), POLLIN, 0};
  ASSERT_EQ(poll(&descriptor, 1, 30'000), 1);
  calls.close();
  EXPECT_EQ(waiting.get().error().message, "the switch is ending");
  EXPECT_EQ(calls.ask<int>([] { return 1; }, kLong).error().code, ErrorCode::in_use);
}

TEST(ControlCalls, QuietDescriptorIsNotReadable) {
  ControlCalls calls;
  pollfd descriptor{calls.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&descriptor, 1, 0), 0);
  auto answer = ask(calls, [] { return 1; });
  serve_next(calls);
  EXPECT_TRUE(answer.get().ok());
  EXPECT_EQ(poll(&descriptor, 1, 0), 0);
}

}  // namespace
}  // namespace vipswitch::telemetry
