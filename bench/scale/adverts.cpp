// 100,000 HAVIPs whose owners advert once a second, in random order, each advert in a burst by itself, so
// that neither its port's lines nor the HAVIP's are in a cache; beside traffic through any of their EIPs, a
// burst of 64 after each advert. Time is the election's: a millisecond for each thousandth of the adverts,
// and election timers run in each, as a worker runs them.

#include "bench/micro/measured_way.h"
#include "bench/scale/claim_stream.h"
#include "bench/scale/scale.h"
#include "dataplane/owner_decision.h"

namespace vipswitch::bench {
namespace {

constexpr TimeMs kSecond = 1000;
// The timer of a HAVIP comes when four adverts were due.
constexpr TimeMs kRound = 4 * kSecond;

class AdvertScene {
 public:
  explicit AdvertScene(bool is_small)
      : world_(world_of_groups(is_small)),
        adverts_(world_, adverts_of_owners(world_), 1),
        way_(packets_to_eips(world_, world_.worker(), kPackets)),
        data_(*way_) {}

  // From the first adverts on, until timers come as they always will.
  void settle() {
    constexpr int kSeconds = 5;
    for (TimeMs i = 0; i < kSeconds * kSecond; ++i) {
      for (std::size_t advert = 0; advert < adverts_of_ms(); ++advert) adverts_.run_burst();
      pass_ms();
    }
    require_owners();
  }

  // In each millisecond data alone, then as many bursts beside the adverts.
  void run_round() {
    for (CycleSamples* each : {&adverts_.cycles(), &timers_, &alone_, &beside_}) each->clear();
    for (TimeMs ms = 0; ms < kRound; ++ms) {
      run_data(alone_, [] {});
      run_data(beside_, [this] { adverts_.run_burst(); });
      pass_ms();
    }
    require_owners();
  }

  void tell_round() {
    const double advert = adverts_.cycles().median_of(1);
    const double timers = timers_.sum() * kSecond / kRound / static_cast<double>(adverts_.bursts());
    const double of_second = (advert + timers) * static_cast<double>(adverts_.bursts());
    tell("learn.100k_adverts", of_second / static_cast<double>(rte_get_tsc_hz()), "core");
    tell("learn.100k_adverts.advert", advert, "cycles/advert");
    tell("learn.100k_adverts.timers", timers, "cycles/advert");
    tell("learn.100k_adverts.beside", beside_.median_of(kPackets), "cycles/packet",
         alone_.median_of(kPackets));
  }

 private:
  std::size_t adverts_of_ms() const { return adverts_.bursts() / kSecond; }

  template <class Before>
  void run_data(CycleSamples& samples, Before&& before) {
    for (std::size_t i = 0; i < adverts_of_ms(); ++i) {
      before();
      data_.run_burst(samples);
    }
  }

  void pass_ms() {
    WorkerState& worker = world_.worker();
    ++worker.now_ms;
    timers_.measure([&] { run_election_timers(worker, 0, 1); });
    world_.take_events();
  }

  void require_owners() {
    bench::require_owners(world_, std::vector<bool>(world_.size().eips(), false));
    require(way_->drops() == 0, "no packet is dropped");
  }

  VpcWorld<Ipv4> world_;
  ClaimStream adverts_;
  std::unique_ptr<Way> way_;
  MeasuredWay data_;
  CycleSamples timers_, alone_, beside_;
};

}  // namespace

void measure_adverts(const Effort& effort) {
  AdvertScene scene(effort.is_small);
  scene.settle();
  for (unsigned round = 0; round < effort.rounds; ++round) {
    scene.run_round();
    scene.tell_round();
  }
}

}  // namespace vipswitch::bench
