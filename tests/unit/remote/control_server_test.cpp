#include "control/remote/control_server.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

#include "control/remote/socket_address.h"
#include "tests/unit/remote/remote_fixture.h"

namespace vipswitch::remote {
namespace {

// A loop blocks signals for good; other tests of this process get them back.
class SignalsAsBefore {
 public:
  SignalsAsBefore() { pthread_sigmask(SIG_SETMASK, nullptr, &before_); }
  ~SignalsAsBefore() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

class ControlServerTest : public RemoteTest {
 protected:
  void SetUp() override {
    RemoteTest::SetUp();
    std::string path = testing::TempDir() + "vipswitch-server-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
    auto socket = ControlSocket::listen(path + "/control.sock");
    ASSERT_TRUE(test::succeeded(socket));
    socket_ = std::move(socket).value();
    server_ = std::make_unique<ControlServer>(
        loop_, *socket_,
        ControlServer::Callbacks{.make_session = factory(),
                                 .notice = [this](const std::string& text) { notices_ += text + "\n"; },
                                 .shut_down = [this] { is_shut_down_ = true; }});
  }
  void TearDown() override {
    server_.reset();
    socket_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<FarEnd> attach(SessionMode mode = SessionMode::kCommands) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const SocketAddress address(socket_->path());
    if (connect(fd, address.get(), address.size()) != 0) throw std::runtime_error("connect");
    auto client = std::make_unique<FarEnd>(fd);
    client->send(make_hello_frame({mode, ""}));
    return client;
  }
  // Runs the loop until each of the conditions, in turn, was true once; they may act, too.
  testing::AssertionResult run(std::vector<std::function<bool()>> conditions) {
    std::size_t met = 0;
    int rounds = 0;
    loop_.run([&] {
      server_->tick();
      while (met < conditions.size() && conditions[met]()) ++met;
      if (met == conditions.size() || ++rounds == 2000) loop_.stop();
    });
    if (met == conditions.size()) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "condition " << met << " does not hold";
  }
  // A condition: the client has received that many statuses more.
  std::function<bool()> answered(FarEnd& client, int count) {
    return [&client, left = count]() mutable {
      while (const auto frame = client.receive()) left -= frame->type == FrameType::kStatus;
      return left <= 0;
    };
  }
  // A condition: the client was told goodbye, for that reason.
  std::function<bool()> dismissed(FarEnd& client, std::string& reason) {
    return [&client, &reason] {
      while (const auto frame = client.receive()) {
        if (frame->type == FrameType::kBye) reason = frame->payload;
      }
      return client.is_ended();
    };
  }

  SignalsAsBefore signals_;
  EventLoop loop_;
  std::string directory_;
  std::unique_ptr<ControlSocket> socket_;
  std::unique_ptr<ControlServer> server_;
  std::string notices_;
  bool is_shut_down_ = false;
};

TEST_F(ControlServerTest, ClientsAreServedSideBySide) {
  const auto first = attach(), second = attach();
  first->command("vpc add one vni 1");
  second->command("vpc add two vni 2");
  EXPECT_TRUE(run({answered(*first, 1), answered(*second, 1)}));
  EXPECT_EQ(service_.objects().vpcs.size(), 3u);
  EXPECT_EQ(server_->client_count(), 2u);
}

TEST_F(ControlServerTest, ManyCommandsOfOneClientLetTheOthersIn) {
  const auto busy = attach(), other = attach();
  constexpr int kSent = 5000;
  std::string commands;
  for (int i = 0; i < kSent; ++i) commands += make_frame(FrameType::kCommand, "vpc show");
  ASSERT_TRUE(busy->send(commands));
  other->command("vpc show");
  int busy_answered = 0;
  EXPECT_TRUE(run({answered(*other, 1), [&] {
                     while (const auto frame = busy->receive())
                       busy_answered += frame->type == FrameType::kStatus;
                     return true;
                   }}));
  EXPECT_LT(busy_answered, kSent);
}

TEST_F(ControlServerTest, ClientThatIsGoneIsForgotten) {
  const auto gone = attach(), killed = attach(SessionMode::kTerminal);
  EXPECT_TRUE(run({[&] { return server_->client_count() == 2; },
                   [&] {
                     gone->hang_up();
                     killed->send("half");
                     killed->hang_up();
                     return true;
                   },
                   [&] { return server_->client_count() == 0; }}));
  EXPECT_EQ(notices_, "");
}

TEST_F(ControlServerTest, TheSixtyFifthIsRefusedAndTheSixtyFourStay) {
  std::vector<std::unique_ptr<FarEnd>> clients;
  for (std::size_t i = 0; i < ControlServer::kMaxClients; ++i) clients.push_back(attach());
  std::unique_ptr<FarEnd> surplus;
  std::string reason;
  EXPECT_TRUE(run({[&] { return server_->client_count() == ControlServer::kMaxClients; },
                   [&] {
                     surplus = attach();
                     return true;
                   },
                   [&] { return dismissed(*surplus, reason)(); },
                   [&] {
                     clients.front()->command("vpc show");
                     return true;
                   },
                   answered(*clients.front(), 1)}));
  EXPECT_EQ(reason, "64 clients are attached, expected at most 64");
}

TEST_F(ControlServerTest, ShutdownOfAClientIsPassedOnAndNoted) {
  const auto client = attach();
  client->command("shutdown");
  std::string reason = "none";
  EXPECT_TRUE(run({dismissed(*client, reason)}));
  EXPECT_TRUE(is_shut_down_);
  EXPECT_EQ(reason, "");
  EXPECT_EQ(notices_,
            "shutdown asked for by client (pid " + std::to_string(getpid()) + ") of the control socket\n");
}

TEST_F(ControlServerTest, EndOfTheSwitchIsToldToAll) {
  const auto client = attach();
  EXPECT_TRUE(run({[&] { return server_->client_count() == 1; }}));
  server_.reset();
  std::string reason;
  EXPECT_TRUE(dismissed(*client, reason)());
  EXPECT_EQ(reason, "the switch ends");
}

TEST_F(ControlServerTest, ClientThatIsCutOffIsNoted) {
  const auto client = attach();
  client->command("vpc show");
  EXPECT_TRUE(run({answered(*client, 1),
                   [&] {
                     last_sink_(std::string(ClientConnection::kCutAbove + 1, 'x'));
                     return true;
                   },
                   [&] { return server_->client_count() == 0; }}));
  EXPECT_NE(notices_.find("did not read 64 MiB of output, it was cut off"), std::string::npos) << notices_;
}

}  // namespace
}  // namespace vipswitch::remote
