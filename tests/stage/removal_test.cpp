// Packets that are under way while control takes out what they need: rows go one by one before their users
// have forgotten them, and a worker in between must find a name for what it drops.

#include <cstdlib>

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

// A row is missing from its table as long as this lives.
template <class Tag, class Row>
class Missing {
 public:
  Missing(RowTable<Tag, Row>& rows, Id<Tag> id) : rows_(rows), id_(id), row_(rows.replace(id, nullptr)) {}
  ~Missing() { rows_.replace(id_, row_); }
  Missing(const Missing&) = delete;
  Missing& operator=(const Missing&) = delete;

 private:
  RowTable<Tag, Row>& rows_;
  Id<Tag> id_;
  const Row* row_;
};

class Removal : public Shop6Test {
 protected:
  Removal() {
    elect(kVm1);
    elect6(kVm1);
  }

  const PortRow& row_of(const Vm& vm) {
    for (std::uint32_t id = 0; id < vswitch.tables().ports.capacity(); ++id) {
      const PortRow* row = vswitch.tables().ports.find(PortId(id));
      if (row != nullptr && row->mac == vm.mac) return *row;
    }
    ADD_FAILURE() << "no row of " << vm.port;
    std::abort();
  }
};

TEST_F(Removal, OfTheUplinkLeavesItsPacketsAName) {
  const UplinkRow* row = vswitch.tables().uplink.exchange(nullptr);
  expect_drop(DropReason::no_uplink, kUplink, datagram_from_internet(W::kVm3Eip));
  expect_drop(DropReason::no_uplink, kUplink, datagram6_from_internet(W6::kVm3Eip));
  expect_drop(DropReason::no_uplink, kUplink,
              PacketBuilder()
                  .ethernet({.destination = Mac::broadcast(), .source = W::kRouterMac})
                  .arp_request(W::kRouterMac, W::kRouterIp, W::kVm3Eip)
                  .build());
  expect_drop(DropReason::no_uplink, kUplink, solicitation_of_router(W6::kVm3Eip));
  // What parse has refused keeps its name.
  expect_drop(DropReason::truncated, kUplink, Frame(13));
  vswitch.tables().uplink.store(row);
}

TEST_F(Removal, OfAVpcLeavesItsPacketsAName) {
  const Missing missing(vswitch.tables().vpcs, row_of(kVm3).vpc);
  expect_drop(DropReason::unknown_destination, kVm3, datagram(kVm3, kVm3.ip, W::kClient));
}

TEST_F(Removal, OfASubnetLeavesItsPacketsAName) {
  const Missing missing(vswitch.tables().subnets, row_of(kVm3).subnet);
  expect_drop(DropReason::no_router, kVm3, router_solicitation(kVm3));
}

TEST_F(Removal, OfAPortLeavesWhoAsksForItAName) {
  const Missing missing(vswitch.tables().ports, row_of(kVm1).id);
  expect_drop(DropReason::arp_unknown_target, kVm3, arp_request(kVm3, kVm1.ip));
  expect_drop(DropReason::nd_unknown_target, kVm3, solicitation(kVm3, W6::kVm3Ip, W6::kVm1Ip));
  expect_drop(DropReason::port_gone, kVm3, datagram(kVm3, kVm3.ip, kVm1.ip, kVm1.mac));
}

TEST_F(Removal, OfAHavipLeavesWhoAsksForItAName) {
  auto& tables = vswitch.tables();
  const VpcId vpc = row_of(kVm3).vpc;
  auto& slot = tables.havips.warm(tables.ipv4.lookup_endpoint(vpc, W::kFront).havip()).row;
  auto& slot6 = tables.havips.warm(tables.ipv6.lookup_endpoint(vpc, W6::kFront).havip()).row;
  const HavipRow *row = slot.exchange(nullptr), *row6 = slot6.exchange(nullptr);
  expect_drop(DropReason::arp_unknown_target, kVm3, arp_request(kVm3, W::kFront));
  expect_drop(DropReason::nd_unknown_target, kVm3, solicitation(kVm3, W6::kVm3Ip, W6::kFront));
  slot.store(row);
  slot6.store(row6);
}

}  // namespace
}  // namespace vipswitch::testing
