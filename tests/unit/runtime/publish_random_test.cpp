// 2,000 random requests; after each the tables must be what the model says, and at the end, with everything
// removed, empty.

#include <random>

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

// A small universe, so that requests meet: names, addresses and targets repeat all the time.
class RandomRequests {
 public:
  RandomRequests(InProcessSwitch& vswitch, unsigned seed) : vswitch_(vswitch), random_(seed) {}

  // Whether it was granted. Half of the requests are refused; that is their point too.
  bool make_one() {
    switch (pick(16)) {
      case 0:
        return service().add(model::Vpc{vpc(), Vni(1 + pick(5))}).ok();
      case 1:
        return service().remove_vpc(vpc()).ok();
      case 2:
        return service().add(random_subnet()).ok();
      case 3:
        return service().remove_subnet(subnet()).ok();
      case 4:
      case 5:
        return service().add(random_port()).ok();
      case 6:
        return service().remove_port(port()).ok();
      case 7:
        return service().add(random_havip()).ok();
      case 8:
        return service().remove_havip(havip()).ok();
      case 9:
        return service().bind_havip(havip(), port()).ok();
      case 10:
        return service().unbind_havip(havip(), port()).ok();
      case 11:
        return service().add(random_eip()).ok();
      case 12:
        return pick(2) == 0 ? service().bind_eip(eip(), target()).ok() : service().unbind_eip(eip()).ok();
      case 13:
        return service().remove_eip(eip()).ok();
      case 14:
        return pick(3) == 0 ? service().remove_uplink().ok() : service().set_uplink(random_uplink()).ok();
      default:
        return apply_changed();
    }
  }

  // A bound port claims its HAVIP.
  void claim() {
    const auto& havips = service().objects().havips;
    if (havips.empty()) return;
    const auto& chosen = std::next(havips.begin(), pick(static_cast<unsigned>(havips.size())))->second;
    if (chosen.ports.empty()) return;
    const auto& registry = vswitch_.control().tables().registry();
    const PortId claimant =
        registry.ports.find(chosen.ports[pick(static_cast<unsigned>(chosen.ports.size()))])->second.id;
    const HavipSlots& slots = registry.havips.find(chosen.name)->second.slots;
    const Family family = slots.ipv4 && (!slots.ipv6 || pick(2) == 0) ? Family::kIpv4 : Family::kIpv6;
    decide(vswitch_.worker(), slots.of(family)->id, 1, [&](owner::Election& election, TimeMs now) {
      return election.announce(claimant, owner::Delivery::port_mac(), now);
    });
  }

 private:
  Service& service() { return vswitch_.service(); }
  unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }
  std::uint8_t byte(unsigned first, unsigned count) { return static_cast<std::uint8_t>(first + pick(count)); }
  std::string numbered(const char* what, unsigned count) { return fmt::format("{}{}", what, pick(count)); }

  std::string vpc() { return numbered("vpc", 3); }
  std::string subnet() { return numbered("subnet", 4); }
  std::string port() { return numbered("port", 8); }
  std::string havip() { return numbered("havip", 5); }
  std::string eip() { return numbered("eip", 5); }
  Ipv6 member_address6() { return Ipv6::from_groups({0x2001, 0xdb8, byte(0, 3), 0, 0, 0, 0, byte(1, 12)}); }
  // Of either family, or of both.
  template <class T>
  void give_addresses(T& member) {
    const unsigned families = 1 + pick(3);
    member.ipv4.reset();
    member.ipv6.reset();
    if (families & 1) member.ipv4 = member_address();
    if (families & 2) member.ipv6 = member_address6();
  }
  Ipv4 member_address() { return {10, 0, byte(0, 3), byte(1, 12)}; }
  IpAddress public_address() {
    if (pick(2) == 0) return Ipv4(203, 0, 113, byte(10, 7));
    return Ipv6::from_groups({0x2001, 0xdb8, 0x113, 0, 0, 0, 0, byte(10, 7)});
  }
  model::EipTarget target() {
    return pick(2) == 0 ? model::EipTarget{kToHavip, havip()} : model::EipTarget{kToPort, port()};
  }

  model::Subnet random_subnet() {
    const std::uint8_t network = byte(0, 3);
    model::Subnet value{.name = subnet(), .vpc = vpc()};
    const unsigned families = pick(4) == 0 ? 1 + pick(2) : 3;
    if (families & 1) {
      value.ipv4 = Ipv4Prefix{Ipv4(10, 0, network, 0), 24};
      value.gateway = Ipv4(10, 0, network, byte(1, 3));
    }
    if (families & 2) {
      value.ipv6 = Ipv6Prefix{Ipv6::from_groups({0x2001, 0xdb8, network, 0, 0, 0, 0, 0}), 64};
      value.gateway6 = Ipv6::from_groups({0x2001, 0xdb8, network, 0, 0, 0, 0, byte(1, 3)});
    }
    return value;
  }
  model::Port random_port() {
    model::Port value;
    value.name = port();
    value.instance = numbered("vm", 20);
    value.subnet = subnet();
    value.mac = Mac(2, 0, 0, 0, 0, byte(1, 12));
    give_addresses(value);
    value.device = vswitch_.next_device();
    return value;
  }
  model::Havip random_havip() {
    model::Havip value{havip(), subnet(), {}, {}};
    if (pick(3) != 0) give_addresses(value);
    for (unsigned i = pick(3); i > 0; --i) value.ports.push_back(port());
    return value;
  }
  model::Eip random_eip() {
    model::Eip value{eip(), public_address(), std::nullopt};
    if (pick(2) == 0) value.target = target();
    return value;
  }
  model::Uplink random_uplink() {
    const auto& present = service().objects().uplink;
    return {.device = present ? present->device : vswitch_.next_device(),
            .mac = Mac(2, 0, 0x5e, 0, 0, byte(1, 3)),
            .addresses = {{Ipv4(198, 51, 100, byte(2, 3)), 24}},
            .gateway = Ipv4(198, 51, 100, 1),
            .addresses6 = {{Ipv6::from_groups({0x2001, 0xdb8, 0x51, 0, 0, 0, 0, byte(2, 3)}), 64}},
            .gateway6 = Ipv6::from_groups({0x2001, 0xdb8, 0x51, 0, 0, 0, 0, 1})};
  }

  template <class T>
  T* any_of(model::ByName<T>& objects) {
    if (objects.empty()) return nullptr;
    return &std::next(objects.begin(), pick(static_cast<unsigned>(objects.size())))->second;
  }

  bool apply_changed() {
    model::Objects desired = service().objects();
    for (unsigned i = 1 + pick(4); i > 0; --i) change_one(desired);
    const bool is_promised = service().check(desired).ok();
    const bool is_done = service().apply(desired).ok();
    EXPECT_EQ(is_promised, is_done);
    return is_done;
  }

  void change_one(model::Objects& desired) {
    switch (pick(10)) {
      case 0:
        if (auto* chosen = any_of(desired.ports)) give_addresses(*chosen);
        return;
      case 1:
        if (auto* chosen = any_of(desired.ports)) chosen->mac = Mac(2, 0, 0, 0, 0, byte(1, 12));
        return;
      case 2:
        if (auto* chosen = any_of(desired.ports)) {
          chosen->subnet = subnet();
          give_addresses(*chosen);
        }
        return;
      case 3:
        if (auto* chosen = any_of(desired.havips)) give_addresses(*chosen);
        return;
      case 4:
        if (auto* chosen = any_of(desired.havips)) *chosen = rename(random_havip(), chosen->name);
        return;
      case 5:
        if (auto* chosen = any_of(desired.eips))
          chosen->target = pick(3) == 0 ? std::nullopt : std::optional(target());
        return;
      case 6:
        if (auto* chosen = any_of(desired.eips)) chosen->address = public_address();
        return;
      case 7:
        if (auto* chosen = any_of(desired.subnets)) *chosen = rename(random_subnet(), chosen->name);
        return;
      case 8:
        if (auto* chosen = any_of(desired.subnets)) chosen->vpc = vpc();
        return;
      default:
        if (auto* chosen = any_of(desired.ports)) remove_port(desired, chosen->name);
    }
  }

  template <class T>
  static T rename(T value, std::string name) {
    value.name = std::move(name);
    return value;
  }

  static void remove_port(model::Objects& desired, const std::string name) {
    for (auto& [havip_name, havip] : desired.havips) std::erase(havip.ports, name);
    for (auto& [eip_name, eip] : desired.eips) {
      if (eip.target == model::EipTarget{kToPort, name}) eip.target.reset();
    }
    desired.ports.erase(name);
  }

  InProcessSwitch& vswitch_;
  std::mt19937 random_;
};

TEST(PublishRandom, TablesAreWhatTheModelSaysAfterEachOfManyRequests) {
  constexpr int kRequests = 2000;
  InProcessSwitch vswitch;
  RandomRequests requests(vswitch, 42);
  int granted = 0;
  for (int i = 0; i < kRequests; ++i) {
    granted += requests.make_one() ? 1 : 0;
    vswitch.settle();
    requests.claim();
    ASSERT_THAT(audit(vswitch), IsEmpty()) << "after request " << i;
  }
  EXPECT_GT(granted, kRequests / 5);
  ASSERT_TRUE(succeeded(vswitch.service().apply({})));
  vswitch.settle();
  EXPECT_THAT(audit_empty(vswitch), IsEmpty());
  EXPECT_TRUE(vswitch.is_conserved());
}

}  // namespace
}  // namespace vipswitch::testing
