#include "control/remote/client_connection.h"

#include "tests/unit/remote/remote_fixture.h"

namespace vipswitch::remote {
namespace {

class ClientConnectionTest : public RemoteTest {
 protected:
  void SetUp() override {
    RemoteTest::SetUp();
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    near_ = std::make_unique<ClientConnection>(ends[0], factory_);
    far_ = std::make_unique<FarEnd>(ends[1]);
  }
  void greet(SessionMode mode) {
    ASSERT_TRUE(far_->send(make_hello_frame({mode, "/home/op"})));
    serve();
  }
  // Everything that can be done now.
  void serve() {
    near_->receive();
    while (near_->has_work()) near_->work();
    near_->send();
  }
  // EXPECT_EQ(said(), "..."): what came since, as TYPE:PAYLOAD, a line each.
  std::string said() {
    std::string said;
    while (const auto frame = far_->receive()) {
      const auto status = parse_status(frame->payload);
      said += frame->type == FrameType::kStatus  ? "status:" + std::to_string(*status)
              : frame->type == FrameType::kBye   ? "bye:" + frame->payload
              : frame->type == FrameType::kError ? "error:" + frame->payload
                                                 : "output:" + frame->payload;
      said += '|';
    }
    return said;
  }

  ClientConnection::SessionFactory factory_ = factory();
  std::unique_ptr<ClientConnection> near_;
  std::unique_ptr<FarEnd> far_;
};

TEST_F(ClientConnectionTest, CommandIsAnsweredWithOutputAndStatus) {
  greet(SessionMode::kCommands);
  EXPECT_EQ(last_directory_, "/home/op");
  far_->command("vpc show");
  serve();
  EXPECT_EQ(said(), "output:vpc add shop vni 1001\n|status:0|");
}

TEST_F(ClientConnectionTest, FailureIsAnsweredWithMessageAndNumber) {
  greet(SessionMode::kCommands);
  far_->command("vpc del shop");
  far_->command("# nothing");
  serve();
  EXPECT_EQ(said(),
            "error:vpc: \"shop\" is used by subnet \"web\", expected a VPC without subnets and "
            "routes|status:6|status:0|");
}

TEST_F(ClientConnectionTest, FramesMayComeByteByByte) {
  const auto bytes = make_hello_frame({SessionMode::kCommands, ""}) +
                     make_frame(FrameType::kCommand, "vpc show") + make_frame(FrameType::kEnd, "");
  for (const char byte : bytes) {
    far_->send({&byte, 1});
    serve();
  }
  EXPECT_EQ(said(), "output:vpc add shop vni 1001\n|status:0|bye:|");
  EXPECT_TRUE(near_->is_over());
}

TEST_F(ClientConnectionTest, TerminalHasPromptAndEcho) {
  greet(SessionMode::kTerminal);
  EXPECT_EQ(said(), "output:vipswitch> |");
  far_->send(make_frame(FrameType::kKeys, "vpc show\rvpc sh"));
  near_->receive();
  near_->work();  // takes the frame
  near_->work();  // the first line, and not what follows
  near_->send();
  const auto first = said();
  EXPECT_NE(first.find("vpc add shop vni 1001\n"), std::string::npos) << first;
  EXPECT_EQ(first.find("vpc sh|"), std::string::npos) << first;
  serve();
  EXPECT_NE(said().find("vpc sh"), std::string::npos);
}

TEST_F(ClientConnectionTest, QuitAndEndEndItAfterTheOutput) {
  greet(SessionMode::kCommands);
  far_->command("vpc show");
  far_->command("quit");
  far_->command("vpc del shop");
  serve();
  EXPECT_EQ(said(), "output:vpc add shop vni 1001\n|status:0|status:0|bye:|");
  EXPECT_TRUE(near_->is_over());
  EXPECT_FALSE(near_->wants_shutdown());
}

TEST_F(ClientConnectionTest, ShutdownIsPassedOn) {
  greet(SessionMode::kCommands);
  far_->command("shutdown");
  serve();
  EXPECT_TRUE(near_->wants_shutdown());
  EXPECT_EQ(said(), "status:0|bye:|");
}

TEST_F(ClientConnectionTest, WhatDoesNotBelongThereEndsIt) {
  greet(SessionMode::kCommands);
  far_->send(make_frame(FrameType::kKeys, "x"));
  far_->command("vpc del shop");
  serve();
  EXPECT_EQ(said(), "bye:frame: type 2, expected another one here|");
  EXPECT_TRUE(near_->is_over());
}

TEST_F(ClientConnectionTest, EndOfTheOtherSideDropsWhatWaits) {
  greet(SessionMode::kCommands);
  far_->command("eip unbind public");
  far_->hang_up();
  near_->receive();
  near_->receive();
  EXPECT_TRUE(near_->is_over());
  EXPECT_FALSE(near_->has_work());
  EXPECT_TRUE(service_.objects().eips.at("public").target);
}

TEST_F(ClientConnectionTest, ClientThatDoesNotReadStopsItsOwnCommandsAndReceiving) {
  greet(SessionMode::kCommands);
  const auto command = make_frame(FrameType::kCommand, "vpc show");
  // Until neither side moves.
  std::size_t sent = 0;
  for (int stuck = 0; stuck < 3; ++stuck) {
    for (; far_->send(command); ++sent) stuck = 0;
    serve();
  }
  EXPECT_FALSE(near_->has_work());
  EXPECT_FALSE(near_->wants_to_receive());
  EXPECT_TRUE(near_->wants_to_send());
  EXPECT_FALSE(near_->is_over());
  // All of them are answered once it reads.
  std::size_t answered = 0;
  while (const auto frame = far_->receive()) {
    answered += frame->type == FrameType::kStatus;
    serve();
  }
  EXPECT_EQ(answered, sent);
}

TEST_F(ClientConnectionTest, ClientThatNeverReadsIsCutOff) {
  greet(SessionMode::kCommands);
  const std::string text(ClientConnection::kCutAbove / 8, 'x');
  for (int i = 0; i < 7; ++i) last_sink_(text);
  EXPECT_FALSE(near_->was_cut_off());
  last_sink_(text);
  EXPECT_TRUE(near_->was_cut_off());
  EXPECT_TRUE(near_->is_over());
  last_sink_("more");
  EXPECT_FALSE(near_->wants_to_send());
}

TEST_F(ClientConnectionTest, GreatOutputArrivesWhole) {
  greet(SessionMode::kCommands);
  const std::string text(3 * kMaxPayload + 17, 'x');
  last_sink_(text);
  std::size_t size = 0;
  for (int i = 0; i < 10000 && size < text.size(); ++i) {
    near_->send();
    while (const auto frame = far_->receive()) size += frame->payload.size();
  }
  EXPECT_EQ(size, text.size());
}

TEST_F(ClientConnectionTest, GoodbyeIsTheLastFrame) {
  greet(SessionMode::kCommands);
  near_->say_goodbye("the switch ends");
  near_->say_goodbye("again");
  last_sink_("too late");
  near_->send();
  EXPECT_EQ(said(), "bye:the switch ends|");
}

}  // namespace
}  // namespace vipswitch::remote
