#pragma once

// How busy each worker was in the last second. Control thread only.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vipswitch {

// What a worker has done since the start.
struct WorkDone {
  std::uint64_t busy_cycles = 0;  // in polls that found packets
  std::uint64_t busy_polls = 0;
  std::uint64_t packets = 0;
};

class LoadMeter {
 public:
  struct Load {
    double percent = 0;           // of the core's cycles, sleep included, in polls that found packets
    double packets_per_poll = 0;  // of those that found some
  };

  LoadMeter(std::size_t workers, std::uint64_t tsc_per_second)
      : tsc_per_second_(tsc_per_second), meters_(workers) {}

  // `done(i) -> WorkDone`; looks at most once a second.
  template <class Done>
  void tick(std::uint64_t now_tsc, Done&& done) {
    if (now_tsc - measured_tsc_ < tsc_per_second_) return;
    for (std::size_t i = 0; i < meters_.size(); ++i) meters_[i].measure(done(i), now_tsc - measured_tsc_);
    measured_tsc_ = now_tsc;
  }
  const Load& of(std::size_t worker) const { return meters_[worker].load; }

 private:
  struct Meter {
    WorkDone before;
    Load load;

    void measure(const WorkDone& done, std::uint64_t cycles) {
      const auto polls = done.busy_polls - before.busy_polls;
      load.percent =
          100.0 * static_cast<double>(done.busy_cycles - before.busy_cycles) / static_cast<double>(cycles);
      load.packets_per_poll =
          polls == 0 ? 0 : static_cast<double>(done.packets - before.packets) / static_cast<double>(polls);
      before = done;
    }
  };

  std::uint64_t tsc_per_second_;
  std::uint64_t measured_tsc_ = 0;
  std::vector<Meter> meters_;
};

}  // namespace vipswitch
