// What workers tell of a HAVIP reaches the operator: notices as events, moves of data as failovers.

#include <nlohmann/json.hpp>

#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class HavipEvents : public ShopFixture {
 protected:
  Event about_front(EventKind kind) {
    Event event{};
    event.kind = kind;
    event.havip = slot("front");
    event.address = Ipv6::mapped(W::kFront);
    return event;
  }
  void tell(const Event& event) {
    vswitch.worker().emit(event);
    vswitch.control().drain_events();
  }
  std::string last_event() { return to_message(vswitch.control().events().last().back()); }
};

TEST_F(HavipEvents, NoticesAreToldWithHavipAndPort) {
  Event event = about_front(EventKind::kNotice);
  event.from = port_id("vm2-eth0");
  event.notice = Notice::kContention;
  tell(event);
  EXPECT_EQ(last_event(), "contention havip=front address=10.77.0.100 port=vm2-eth0");
  event.notice = Notice::kMultiResponder;
  tell(event);
  EXPECT_EQ(last_event(), "multi_responder havip=front address=10.77.0.100 port=vm2-eth0");
  event.notice = Notice::kNlbUnsupported;
  tell(event);
  EXPECT_EQ(last_event(), "nlb_unsupported havip=front address=10.77.0.100 port=vm2-eth0");
}

TEST_F(HavipEvents, NoticeAboutAnAddressThatTheSlotHasNoLongerIsLeftOut) {
  Event event = about_front(EventKind::kNotice);
  event.address = Ipv6::mapped(Ipv4(10, 77, 0, 222));
  event.notice = Notice::kNlbUnsupported;
  const auto count = vswitch.control().events().last().size();
  tell(event);
  EXPECT_EQ(vswitch.control().events().last().size(), count);
}

TEST_F(HavipEvents, MoveOfDataBecomesAFailover) {
  const std::size_t before = vswitch.control().failovers().of(slot("front")).size();
  Event event = about_front(EventKind::kOwnerChanged);
  event.sequence = 5;
  event.trigger = Trigger::kAdvert;
  event.to = port_id("vm2-eth0");
  event.commit_tsc = 1'000'000;
  event.evidence_cycles = 3000;
  tell(event);
  event.kind = EventKind::kDataMoved;
  event.from = port_id("vm1-eth0");
  event.packet_tsc = 900'000;
  tell(event);
  const auto failovers = vswitch.control().failovers().of(slot("front"));
  ASSERT_EQ(failovers.size(), before + 1);
  EXPECT_EQ(failovers.back().from, "vm1-eth0");
  EXPECT_EQ(failovers.back().to, "vm2-eth0");
  EXPECT_EQ(vswitch.runtime().failover_totals().dropped.count(), 1u);
}

TEST_F(HavipEvents, FailoversOfAnAddressGoWithIt) {
  Event event = about_front(EventKind::kOwnerChanged);
  event.sequence = 5;
  tell(event);
  event.kind = EventKind::kDataMoved;
  event.to = port_id("vm2-eth0");
  tell(event);
  const HavipId before = slot("front");
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.havips["front"].ipv4 = Ipv4(10, 77, 0, 111); })));
  EXPECT_THAT(vswitch.control().failovers().of(before), IsEmpty());
  EXPECT_THAT(vswitch.control().failovers().of(slot("front")), IsEmpty());
}

}  // namespace
}  // namespace vipswitch::testing
