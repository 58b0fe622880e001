#pragma once

// A publisher with a worker polled by hand and ring devices, for the parts of control that stand beside the
// publisher and are given time by the test. What a request changes is shown to `follow` once the tables have
// it, as ControlPlane does.

#include <functional>
#include <memory>

#include "control/publish/table_publisher.h"
#include "control/runtime/dataplane_host.h"
#include "control/service/service.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {

class PublisherBed final : private Publisher {
 public:
  PublisherBed() : host(make_host()), publisher(std::make_unique<TablePublisher>(*host)), service(*this) {}
  // What the devices hold belongs to the worker's pool.
  ~PublisherBed() override {
    publisher.reset();
    uplink.take_sent();
  }

  Worker& worker() { return *host->workers().front(); }
  // The frames that were posted for the uplink.
  std::vector<Frame> sent() {
    while (!worker().has_handled(worker().posted())) worker().poll();
    return uplink.take_sent();
  }

  RingDevice uplink;
  std::unique_ptr<DataplaneHost> host;
  std::unique_ptr<TablePublisher> publisher;
  std::function<void(const model::ChangeSet&)> follow = [](const model::ChangeSet&) {};
  Service service;

 private:
  static std::unique_ptr<DataplaneHost> make_host() {
    auto made = DataplaneHost::create(InProcessSwitch::small_settings(), {0}, Clock::stopped());
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(made).value();
  }

  Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) override {
    if (auto published = publisher->publish(after, changes); !published) return published;
    follow(changes);
    return {};
  }
  Result<void> check(const model::Objects& after, const model::ChangeSet& changes) override {
    return publisher->check(after, changes);
  }
};

}  // namespace vipswitch::testing
