#include "bench/micro/ways.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "bench/micro/updates_way.h"
#include "dataplane/pipeline.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::InProcessSwitch;
using testing::PacketBuilder;
using testing::ShopWorld;

constexpr unsigned kDestinations = 65'536;  // so many are drawn, of large worlds too
constexpr unsigned kColdMbufs = 4096;  // their frames and headers are more than 2 MiB, which is what L2 holds

// Made once, since large ones take long; of these there is memory for one of each family at a time.
template <class Address>
VpcWorld<Address>& world_with(typename VpcWorld<Address>::Size size) {
  constexpr unsigned kLarge = 10'000;
  static std::map<std::pair<unsigned, unsigned>, std::unique_ptr<VpcWorld<Address>>> worlds;
  auto& world = worlds[{size.ports, size.havips_of_port}];
  if (!world && size.eips() >= kLarge)
    std::erase_if(worlds,
                  [](const auto& each) { return each.second && each.second->size().eips() >= kLarge; });
  if (!world) world = std::make_unique<VpcWorld<Address>>(size);
  return *world;
}
// On how many ports the EIPs' owners are: as few as a thousand EIPs can be bound to, however many there are,
// or as few as these can be bound to.
enum class Owners { kFewPorts, kBoundPorts };

template <class Address>
VpcWorld<Address>& world_with_eips(unsigned eips, Owners owners = Owners::kBoundPorts) {
  constexpr unsigned kFewPorts = 63;
  using World = VpcWorld<Address>;
  const bool are_few = owners == Owners::kFewPorts;
  return world_with<Address>(are_few ? World::with_eips(eips, kFewPorts) : World::with_bound_eips(eips));
}

// Indexes below `count`, from a seed of its own.
class Uniform {
 public:
  explicit Uniform(unsigned count) : any_(0, count - 1) {}
  unsigned operator()() { return any_(random_); }

 private:
  std::mt19937 random_{1};
  std::uniform_int_distribution<unsigned> any_;
};

// The same, the n-th as often as 1/n says (Zipf with exponent 1).
class Zipf {
 public:
  explicit Zipf(unsigned count) : sums_(count) {
    double sum = 0;
    for (unsigned i = 0; i < count; ++i) sums_[i] = sum += 1.0 / (i + 1);
  }
  // The popular ones are not neighbours.
  unsigned operator()() {
    const double point = std::uniform_real_distribution<double>(0, sums_.back())(random_);
    const auto rank =
        static_cast<std::uint64_t>(std::lower_bound(sums_.begin(), sums_.end(), point) - sums_.begin());
    return static_cast<unsigned>(rank * 2'654'435'761u % sums_.size());
  }

 private:
  std::mt19937 random_{1};
  std::vector<double> sums_;
};

template <class Address, class Choice>
struct EipIn final : Way {
  EipIn(VpcWorld<Address>& world, WorkerState& worker, unsigned packets) : Way(worker, packets) {
    Choice any_eip(world.size().eips());
    for (unsigned b = 0; b < kBursts; ++b) {
      std::vector<Frame> frames;
      for (unsigned i = 0; i < kDestinations / kBursts; ++i) frames.push_back(world.from_internet(any_eip()));
      add(world.uplink(), std::move(frames));
    }
  }
};

template <class Address, unsigned eips, class Choice = Uniform, Owners owners = Owners::kFewPorts>
std::unique_ptr<Way> eip_in(unsigned packets) {
  auto& world = world_with_eips<Address>(eips, owners);
  return std::make_unique<EipIn<Address, Choice>>(world, world.worker(), packets);
}

template <class Address>
struct EipOut final : Way {
  EipOut(VpcWorld<Address>& world, unsigned packets) : Way(world.worker(), packets) {
    const unsigned of_port = world.size().havips_of_port;
    Uniform any_port(world.size().ports), any_of_port(of_port);
    for (unsigned b = 0; b < kBursts; ++b) {
      const unsigned port = any_port();
      std::vector<Frame> frames;
      for (unsigned i = 0; i < packets; ++i)
        frames.push_back(world.to_internet(port * of_port + any_of_port()));
      add(world.port(port), std::move(frames));
    }
  }
};

template <class Address, unsigned eips>
std::unique_ptr<Way> eip_out(unsigned packets) {
  return std::make_unique<EipOut<Address>>(world_with_eips<Address>(eips), packets);
}

// From one port to any of the same subnet, or of the other.
template <class Address>
struct VmToVm final : Way {
  VmToVm(VpcWorld<Address>& world, unsigned packets, bool is_routed) : Way(world.worker(), packets) {
    Uniform any_port(world.size().ports);
    for (unsigned b = 0; b < kBursts; ++b) {
      const unsigned from = any_port();
      std::vector<Frame> frames;
      while (frames.size() < packets) {
        const unsigned to = any_port();
        const bool is_same_subnet = world.port(from).subnet == world.port(to).subnet;
        if (to != from && is_same_subnet != is_routed) frames.push_back(world.between_ports(from, to));
      }
      add(world.port(from), std::move(frames));
    }
  }
};

template <class Address, bool is_routed>
std::unique_ptr<Way> vm_vm(unsigned packets) {
  constexpr unsigned kEndpoints = 1000;
  return std::make_unique<VmToVm<Address>>(world_with<Address>({.ports = kEndpoints, .havips_of_port = 0}),
                                           packets, is_routed);
}

// From the provider network: to EIPs of 63 owners and, one in twenty, what else comes there: ARP, VRRP,
// fragments and IPv6, in mbufs that no cache but the last holds.
struct Mixed final : Way {
  explicit Mixed(unsigned packets) : Way(world().worker(), packets) {
    constexpr unsigned kEveryTwentieth = 20;
    Uniform any_eip(world().size().eips()), any_kind(kEveryTwentieth);
    unsigned odd = 0;
    for (unsigned b = 0; b < kColdMbufs / packets; ++b) {
      std::vector<Frame> frames;
      for (unsigned i = 0; i < packets; ++i) {
        const unsigned eip = any_eip();
        frames.push_back(any_kind() == 0 ? odd_frame(odd++, eip) : world().from_internet(eip));
      }
      add(world().uplink(), std::move(frames));
    }
  }
  bool delivers_all() const noexcept override { return false; }

 private:
  static VpcWorld<Ipv4>& world() { return world_with_eips<Ipv4>(1000); }

  static Frame odd_frame(unsigned number, unsigned eip) {
    const auto ethernet = [](const Mac& destination) {
      PacketBuilder frame;
      frame.ethernet({.destination = destination, .source = ShopWorld::kRouterMac});
      return frame;
    };
    switch (number % 4) {
      case 0:
        return ethernet(Mac::broadcast())
            .arp_request(ShopWorld::kRouterMac, ShopWorld::kRouterIp, ShopWorld::kUplinkIp)
            .build();
      case 1:
        return ethernet(Mac(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12))
            .ipv4(testing::vrrp_ipv4(ShopWorld::kRouterIp))
            .vrrp2({.vrid = 9, .priority = 100, .addresses = {ShopWorld::kRouterIp}})
            .build();
      case 2:
        return ethernet(ShopWorld::kUplinkMac)
            .ipv4({.source = ShopWorld::kClient,
                   .destination = Ipv4::from_host(Ipv4(60, 0, 0, 0).host() + eip),
                   .more_fragments = true})
            .udp({.source_port = 1000, .destination_port = 2000, .length = std::uint16_t{72}})
            .counting_payload(24)
            .build();
      default:
        return ethernet(ShopWorld::kUplinkMac)
            .ipv6({.source = testing::ShopWorld6::kClient, .destination = testing::ShopWorld6::kFrontEip})
            .udp({.source_port = 1000, .destination_port = 2000})
            .counting_payload(18)
            .build();
    }
  }
};

std::unique_ptr<Way> mixed(unsigned packets) {
  return std::make_unique<Mixed>(packets);
}

// Packets for the bursts of a way, several ways at a time.
Settings shop_settings() {
  Settings settings = InProcessSwitch::small_settings();
  settings.mbufs = 32'768;
  return settings;
}

// From vm3 to the internet by an EIP, on a switch whose vm1 owns a HAVIP. `is_flooded`: before each burst
// vm2, bound to the HAVIP too, has sent a full burst of claims.
struct Bystander final : Way {
  Bystander(unsigned packets, bool is_flooded) : Way(vswitch().worker(), packets), is_flooded_(is_flooded) {
    Batch ports;
    vswitch().fill(ports, "vm3-eth0", {});
    const PacketBuilder frame = PacketBuilder()
                                    .ethernet({.destination = kGatewayMac, .source = ShopWorld::kVm3})
                                    .ipv4({.source = ShopWorld::kVm3Ip, .destination = ShopWorld::kClient})
                                    .udp({.source_port = 2000, .destination_port = 1000})
                                    .counting_payload(18);
    for (unsigned b = 0; b < kBursts; ++b) add(*ports.ingress, std::vector<Frame>(packets, frame.build()));
    vswitch().fill(ports, "vm2-eth0", {});
    std::vector<Frame> claims;
    for (unsigned i = 0; i < kFlood; ++i) claims.push_back(claim(i));
    flood_ = std::make_unique<RepeatableBurst>(worker(), *ports.ingress, kFlood, std::move(claims));
  }

  void before_burst() override {
    if (!is_flooded_) return;
    run_pipeline(worker(), flood_->batch());
    flood_->reset();
  }
  bool delivers_all() const noexcept override { return !is_flooded_; }

 private:
  static constexpr unsigned kFlood = 64;

  static InProcessSwitch& vswitch() {
    static InProcessSwitch instance(shop_settings());
    static const bool is_built = (ShopWorld::build(instance), true);
    (void)is_built;
    return instance;
  }

  // Announcements, adverts of changing priorities and resignations.
  static Frame claim(unsigned number) {
    PacketBuilder frame;
    if (number % 2 == 0) {
      return frame.ethernet({.destination = Mac::broadcast(), .source = ShopWorld::kVm2})
          .gratuitous_arp_request(ShopWorld::kVm2, ShopWorld::kFront)
          .build();
    }
    const auto priority = static_cast<std::uint8_t>(number % 8 == 1 ? 0 : 100 + number);
    return frame.ethernet({.destination = Mac(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12), .source = ShopWorld::kVm2})
        .ipv4(testing::vrrp_ipv4(ShopWorld::kVm2Ip))
        .vrrp2({.vrid = 51, .priority = priority, .addresses = {ShopWorld::kFront}})
        .build();
  }

  bool is_flooded_;
  std::unique_ptr<RepeatableBurst> flood_;
};

template <bool is_flooded>
std::unique_ptr<Way> bystander(unsigned packets) {
  return std::make_unique<Bystander>(packets, is_flooded);
}

// An advert that changes nothing, its copy to the other member included.
struct Advert final : Way {
  explicit Advert(unsigned packets) : Way(vswitch().worker(), packets) {
    Batch ports;
    vswitch().fill(ports, "vm1-eth0", {});
    const PacketBuilder frame =
        PacketBuilder()
            .ethernet({.destination = Mac(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12), .source = ShopWorld::kVm1})
            .ipv4(testing::vrrp_ipv4(ShopWorld::kVm1Ip))
            .vrrp2({.vrid = 51, .priority = 150, .addresses = {ShopWorld::kFront}});
    add(*ports.ingress, std::vector<Frame>(packets, frame.build()));
  }

 private:
  static InProcessSwitch& vswitch() {
    static InProcessSwitch instance(shop_settings());
    static const bool is_built = (ShopWorld::build(instance), true);
    (void)is_built;
    return instance;
  }
};

std::unique_ptr<Way> advert(unsigned packets) {
  return std::make_unique<Advert>(packets);
}

constexpr unsigned k1k = 1'000, k100k = 100'000, k1m = 1'000'000;

constexpr WayEntry kWays[] = {
    {"h1.eip_in.1k", eip_in<Ipv4, k1k>},
    {"h1.eip_in.1k.zipf", eip_in<Ipv4, k1k, Zipf>},
    {"h1.eip_in.100k", eip_in<Ipv4, k100k>, true},
    {"h1.eip_in.100k.zipf", eip_in<Ipv4, k100k, Zipf>, true},
    {"h1.eip_in.100k.ports", eip_in<Ipv4, k100k, Uniform, Owners::kBoundPorts>, true},
    {"h1.eip_in.1m", eip_in<Ipv4, k1m>, true},
    {"h1.eip_in.1m.zipf", eip_in<Ipv4, k1m, Zipf>, true},
    {"h1.eip_in.1m.ports", eip_in<Ipv4, k1m, Uniform, Owners::kBoundPorts>, true},
    {"h1.eip_out.1k", eip_out<Ipv4, k1k>},
    {"h1.vm_vm.same", vm_vm<Ipv4, false>},
    {"h1.vm_vm.routed", vm_vm<Ipv4, true>},
    {"h1.v6.eip_in.1k", eip_in<Ipv6, k1k>},
    {"h1.v6.eip_in.100k", eip_in<Ipv6, k100k>, true},
    {"h1.v6.eip_out.1k", eip_out<Ipv6, k1k>},
    {"h1.v6.vm_vm.same", vm_vm<Ipv6, false>},
    {"h1.v6.vm_vm.routed", vm_vm<Ipv6, true>},
    {"h1.mixed", mixed},
    {"learn.bystander.quiet", bystander<false>},
    {"learn.bystander.flooded", bystander<true>},
    {"learn.advert", advert},
    {"updates.without", without_updates},
    {"updates.beside", beside_updates},
};

}  // namespace

bool start_eal_for_ways(bool may_take_hugepages) {
  constexpr unsigned kMemoryMb = 2048;
  std::ifstream file("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
  unsigned free_pages = 0;
  file >> free_pages;
  const bool takes_some = may_take_hugepages && 2 * free_pages >= kMemoryMb && geteuid() == 0;
  testing::start_eal(kMemoryMb, takes_some ? OfflineMemory::kHugepages : OfflineMemory::kOrdinary);
  return takes_some;
}

std::uint64_t Way::drops() const noexcept {
  std::uint64_t sum = 0;
  for (const Counter& drops : worker_.counters.drops) sum += drops.get();
  return sum;
}

std::unique_ptr<Way> packets_to_eips(VpcWorld<Ipv4>& world, WorkerState& worker, unsigned packets) {
  return std::make_unique<EipIn<Ipv4, Uniform>>(world, worker, packets);
}

std::span<const WayEntry> all_ways() {
  return kWays;
}

const WayEntry* find_way(std::string_view id) {
  const auto found =
      std::find_if(std::begin(kWays), std::end(kWays), [&](const WayEntry& way) { return way.id == id; });
  return found == std::end(kWays) ? nullptr : found;
}

}  // namespace vipswitch::bench
