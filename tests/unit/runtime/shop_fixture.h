#pragma once

// The shop world in force in an in-process switch, and what tests of the publisher do with it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/owner_decision.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/unit/runtime/table_audit.h"

namespace vipswitch::testing {

using ::testing::IsEmpty;

inline constexpr model::TargetKind kToHavip = model::TargetKind::kHavip, kToPort = model::TargetKind::kPort;

template <class T>
::testing::AssertionResult succeeded(const Result<T>& result) {
  if (result.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error().message;
}

template <class T>
::testing::AssertionResult refused(const Result<T>& result, ErrorCode code,
                                   std::string_view part_of_message) {
  if (result.ok()) return ::testing::AssertionFailure() << "succeeded";
  const Error& error = result.error();
  if (error.code == code && error.message.find(part_of_message) != std::string::npos)
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "code " << static_cast<int>(error.code) << ": " << error.message;
}

class ShopFixture : public ::testing::Test {
 protected:
  using W = ShopWorld;

  ShopFixture() { ShopWorld::build(vswitch); }

  Service& service() { return vswitch.service(); }
  const Registry& registry() { return vswitch.control().tables().registry(); }
  model::Objects objects() { return service().objects(); }
  HavipId slot(std::string_view havip, Family family = Family::kIpv4) {
    return registry().havips.find(havip)->second.slots.of(family)->id;
  }
  PortId port_id(std::string_view port) { return registry().ports.find(port)->second.id; }

  // A port of web that is not in the shop yet: vm<number>-eth0, 10.77.0.<number>.
  model::Port port(std::uint8_t number) {
    model::Port value;
    value.name = fmt::format("vm{}-eth0", number);
    value.instance = fmt::format("vm{}", number);
    value.subnet = "web";
    value.mac = Mac(0x52, 0x54, 0, 0x77, 2, number);
    value.ipv4 = Ipv4(10, 77, 0, number);
    value.device = vswitch.next_device();
    return value;
  }

  // What `change` makes of the objects in force, brought into force as a file would.
  template <class Change>
  Result<void> apply(Change&& change) {
    model::Objects desired = objects();
    change(desired);
    auto applied = service().apply(desired);
    vswitch.settle();
    return applied;
  }
  Result<void> settled(Result<void> result) {
    vswitch.settle();
    return result;
  }

  // A claim by VRRP, as snoop makes it of an advert, with an interval of one second.
  void advert(std::string_view havip, std::string_view port, std::uint8_t priority) {
    vswitch.worker().now_ms = vswitch.now();
    decide(vswitch.worker(), slot(havip), 1, [&](owner::Election& election, TimeMs now) {
      owner::AdvertEvidence evidence{};
      evidence.primary_ip = registry().ports.find(port)->second.spec.ipv4.value();
      evidence.interval_ms = 1000;
      evidence.priority = priority;
      evidence.vrid = 51;
      return election.advert(port_id(port), evidence, now);
    });
    vswitch.control().drain_events();
  }

  InProcessSwitch vswitch;
};

}  // namespace vipswitch::testing
