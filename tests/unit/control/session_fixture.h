#pragma once

// A session on the world of support.h, whose output is collected.

#include "control/shell/session.h"
#include "tests/unit/control/support.h"

namespace vipswitch::test {

class SessionTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(succeeded(service_.apply(make_world()))); }

  // What one line prints.
  std::string run(std::string_view line) {
    output_.clear();
    (void)session_.execute(line);
    return output_;
  }

  RecordingPublisher publisher_;
  Service service_{publisher_};
  CannedRuntime runtime_;
  shell::CommandSet commands_;
  std::string output_;
  shell::Session session_{commands_, service_, runtime_, [this](std::string_view text) { output_ += text; }};
};

}  // namespace vipswitch::test
