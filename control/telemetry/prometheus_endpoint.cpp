#include "control/telemetry/prometheus_endpoint.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "control/text/format.h"
#include "control/text/make_error.h"
#include "vipswitch/byte_order.h"

namespace vipswitch::telemetry {
namespace {

constexpr const char* kThreads = "2";

Error cannot_listen(const ListenAddress& listen, const char* reason) {
  return make_error(ErrorCode::io,
                    "metrics: cannot listen on {}:{}: {}, expected a free address of this host as "
                    "metrics: {{listen: ADDRESS:PORT}}",
                    listen.address, listen.port, reason);
}

// The HTTP server does not tell why it cannot bind, so this tries first.
Result<void> check_address(const ListenAddress& listen) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_listen(listen, std::strerror(errno));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = Be16::from_host(listen.port).wire();
  address.sin_addr.s_addr = listen.address.wire();
  // Two listeners may share an address before one of them listens.
  const bool is_free = bind(fd, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address) == 0 &&
                       ::listen(fd, 1) == 0;
  const int reason = errno;
  close(fd);
  return is_free ? Result<void>() : cannot_listen(listen, std::strerror(reason));
}

}  // namespace

class PrometheusEndpoint::Scrape final : public prometheus::Collectable {
 public:
  Scrape(const FamilyOptions& options, std::shared_ptr<ControlCalls> calls,
         std::function<Collection()> collection)
      : options_(options), calls_(std::move(calls)), collection_(std::move(collection)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const auto answer = calls_->ask<Collection>(collection_);
    return answer ? to_families(answer.value(), options_) : families_without_answer();
  }

 private:
  FamilyOptions options_;
  std::shared_ptr<ControlCalls> calls_;
  std::function<Collection()> collection_;
};

Result<std::unique_ptr<PrometheusEndpoint>> PrometheusEndpoint::start(
    const ListenAddress& listen, const FamilyOptions& options, std::shared_ptr<ControlCalls> calls,
    std::function<Collection()> collection) {
  if (auto checked = check_address(listen); !checked) return checked.error();
  std::unique_ptr<PrometheusEndpoint> endpoint(new PrometheusEndpoint());
  endpoint->scrape_ = std::make_shared<Scrape>(options, std::move(calls), std::move(collection));
  try {
    endpoint->exposer_ = std::make_unique<prometheus::Exposer>(std::vector<std::string>{
        "listening_ports", fmt::format("{}:{}", listen.address, listen.port), "num_threads", kThreads});
  } catch (const std::exception& error) {
    return cannot_listen(listen, error.what());
  }
  endpoint->exposer_->RegisterCollectable(endpoint->scrape_);
  return endpoint;
}

PrometheusEndpoint::~PrometheusEndpoint() = default;

}  // namespace vipswitch::telemetry
