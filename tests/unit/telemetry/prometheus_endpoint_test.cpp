#include "control/telemetry/prometheus_endpoint.h"

#include <arpa/inet.h>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/telemetry/canned_switch.h"
#include "vipswitch/byte_order.h"

namespace vipswitch::telemetry {
namespace {

using ::testing::HasSubstr;

// A TCP socket bound to a free port of loopback.
class BoundSocket {
 public:
  BoundSocket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = Ipv4(127, 0, 0, 1).wire();
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
    socklen_t size = sizeof address_;
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  ~BoundSocket() { close(); }
  void listen() const { EXPECT_EQ(::listen(fd_, 1), 0); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  ListenAddress where() const { return {Ipv4(127, 0, 0, 1), Be16::from_wire(address_.sin_port).host()}; }

 private:
  int fd_;
  sockaddr_in address_{};
};

ListenAddress free_address() {
  return BoundSocket().where();
}

std::string get(const ListenAddress& where) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = where.address.wire();
  address.sin_port = Be16::from_host(where.port).wire();
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char bytes[4096];
  for (ssize_t count; (count = read(fd, bytes, sizeof bytes)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(count));
  ::close(fd);
  return answer;
}

class PrometheusEndpointTest : public ::testing::Test {
 protected:
  PrometheusEndpointTest() { test::fill(runtime); }
  ~PrometheusEndpointTest() override { calls->close(); }

  Result<std::unique_ptr<PrometheusEndpoint>> start(const ListenAddress& listen) {
    return PrometheusEndpoint::start(listen, {}, calls, [this] { return collect(runtime); });
  }

  test::CannedRuntime runtime;
  std::shared_ptr<ControlCalls> calls = std::make_shared<ControlCalls>();
};

TEST_F(PrometheusEndpointTest, ScrapeIsAnsweredByControl) {
  const ListenAddress where = free_address();
  auto endpoint = start(where);
  ASSERT_TRUE(test::succeeded(endpoint));
  auto answer = std::async(std::launch::async, get, where);
  pollfd descriptor{calls->fd(), POLLIN, 0};
  ASSERT_EQ(poll(&descriptor, 1, 30'000), 1);
  calls->serve();
  const std::string text = answer.get();
  EXPECT_THAT(text, HasSubstr("200 OK"));
  EXPECT_THAT(text, HasSubstr("vipswitch_up 1\n"));
  EXPECT_THAT(text, HasSubstr("vipswitch_port_receive_packets_total{port=\"vm1-eth0\"} 10\n"));
}

TEST_F(PrometheusEndpointTest, ScrapeOfBusyControlSaysThatItIsNotUp) {
  const ListenAddress where = free_address();
  auto endpoint = start(where);
  ASSERT_TRUE(test::succeeded(endpoint));
  EXPECT_THAT(get(where), HasSubstr("vipswitch_up 0\n"));  // nobody serves
}

TEST_F(PrometheusEndpointTest, EndsWhileAScrapeWaits) {
  const ListenAddress where = free_address();
  auto endpoint = start(where);
  ASSERT_TRUE(test::succeeded(endpoint));
  auto answer = std::async(std::launch::async, get, where);
  pollfd descriptor{calls->fd(), POLLIN, 0};
  ASSERT_EQ(poll(&descriptor, 1, 30'000), 1);  // it waits
  calls->close();
  endpoint.value().reset();
  EXPECT_THAT(answer.get(), HasSubstr("vipswitch_up 0\n"));
}

TEST_F(PrometheusEndpointTest, TakenPortIsRefusedWithTheReason) {
  BoundSocket other;
  other.listen();
  const auto endpoint = start(other.where());
  ASSERT_FALSE(endpoint.ok());
  EXPECT_EQ(endpoint.error().code, ErrorCode::io);
  EXPECT_THAT(endpoint.error().message, HasSubstr("127.0.0.1:" + std::to_string(other.where().port)));
  EXPECT_THAT(endpoint.error().message, HasSubstr("Address already in use"));
}

TEST_F(PrometheusEndpointTest, AddressOfAnotherHostIsRefusedWithTheReason) {
  const auto endpoint = start({Ipv4(192, 0, 2, 1), 9469});
  ASSERT_FALSE(endpoint.ok());
  EXPECT_THAT(endpoint.error().message, HasSubstr("Cannot assign requested address"));
}

}  // namespace
}  // namespace vipswitch::telemetry
