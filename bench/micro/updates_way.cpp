#include "bench/micro/updates_way.h"

#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::InProcessSwitch;
using testing::PacketBuilder;
using testing::ShopWorld;

constexpr unsigned kChanges = 100;  // of a batch

void require(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

Settings settings_with_room() {
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.eips = settings.tables.havips = 4 * kChanges;
  settings.tables.endpoints = 8 * kChanges;
  settings.mbufs = 32'768;  // for the bursts of several ways
  return settings;
}

// The shop, whose vm1 owns the HAVIP, and EIPs of others beside its own: the first half of them stays and is
// bound and unbound, the second half comes and goes.
class ChangingSwitch {
 public:
  ChangingSwitch() : vswitch_(settings_with_room()) {
    ShopWorld::build(vswitch_);
    vswitch_.inject("vm1-eth0", PacketBuilder()
                                    .ethernet({.destination = Mac::broadcast(), .source = ShopWorld::kVm1})
                                    .gratuitous_arp_request(ShopWorld::kVm1, ShopWorld::kFront)
                                    .build());
    few_ = vswitch_.service().objects();
    few_.subnets["others"] = {.name = "others",
                              .vpc = "shop",
                              .ipv4 = Ipv4Prefix{Ipv4(10, 78, 0, 0), 16},
                              .gateway = Ipv4(10, 78, 0, 1),
                              .havip_quota = kChanges};
    for (unsigned i = 0; i < kChanges; ++i) {
      const std::string name = fmt::format("other{}", i);
      few_.havips[name] = {.name = name,
                           .subnet = "others",
                           .ipv4 = Ipv4(10, 78, 1, static_cast<std::uint8_t>(i)),
                           .ipv6 = {}};
    }
    many_ = few_;
    for (unsigned i = 0; i < kChanges; ++i) {
      const std::string name = fmt::format("other{}-public", i);
      const model::Eip eip{name, Ipv4(203, 0, 113, static_cast<std::uint8_t>(100 + i)), std::nullopt};
      if (i < kChanges / 2) few_.eips[name] = eip;
      many_.eips[name] = eip;
      many_.eips[name].target = model::EipTarget{model::TargetKind::kHavip, fmt::format("other{}", i)};
    }
    require(vswitch_.service().apply(few_));
    vswitch_.settle();
  }

  InProcessSwitch& vswitch() noexcept { return vswitch_; }
  void change() {
    has_many_ = !has_many_;
    require(vswitch_.service().apply(has_many_ ? many_ : few_));
    vswitch_.settle();
  }

 private:
  InProcessSwitch vswitch_;
  model::Objects few_, many_;
  bool has_many_ = false;
};

ChangingSwitch& changing_switch() {
  static ChangingSwitch instance;
  return instance;
}

struct EipsInUse final : Way {
  EipsInUse(unsigned packets, bool is_updated)
      : Way(changing_switch().vswitch().worker(), packets), is_updated_(is_updated) {
    Batch uplink;
    changing_switch().vswitch().fill(uplink, "uplink", {});
    std::vector<Frame> frames;
    for (unsigned i = 0; i < packets; ++i)
      frames.push_back(to_eip(i % 2 == 0 ? ShopWorld::kFrontEip : ShopWorld::kVm3Eip));
    for (unsigned b = 0; b < kBursts; ++b) add(*uplink.ingress, frames);
  }

  void before_burst() override {
    if (is_updated_) changing_switch().change();
  }

 private:
  static Frame to_eip(Ipv4 eip) {
    return PacketBuilder()
        .ethernet({.destination = ShopWorld::kUplinkMac, .source = ShopWorld::kRouterMac})
        .ipv4({.source = ShopWorld::kClient, .destination = eip})
        .udp({.source_port = 1000, .destination_port = 2000})
        .counting_payload(18)
        .build();
  }

  bool is_updated_;
};

}  // namespace

std::unique_ptr<Way> without_updates(unsigned packets) {
  return std::make_unique<EipsInUse>(packets, false);
}

std::unique_ptr<Way> beside_updates(unsigned packets) {
  return std::make_unique<EipsInUse>(packets, true);
}

}  // namespace vipswitch::bench
