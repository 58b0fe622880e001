#pragma once

// What scale-bench measures, one function a subject. Each prints its figures, a line each: id, value, unit,
// and, where it has one, the floor. Throws std::runtime_error where what was measured is not what it should
// be: packets were dropped, an owner is another.

#include <optional>
#include <string_view>

namespace vipswitch::bench {

inline constexpr unsigned kPackets = 64;  // of a burst of data

struct Effort {
  unsigned rounds;
  bool is_small;  // tables a thousandth of the size: whether it runs, not figures
};

void measure_memory(const Effort& effort);       // mem.*
void measure_forwarding(const Effort& effort);   // scale.eip_in.1m
void measure_adverts(const Effort& effort);      // learn.100k_adverts.*
void measure_failover(const Effort& effort);     // failover.10k.*
void measure_two_workers(const Effort& effort);  // scale.two_workers.*

void tell(std::string_view id, double value, std::string_view unit, std::optional<double> floor = {});
// That nothing but `condition` can be.
void require(bool condition, std::string_view what);

}  // namespace vipswitch::bench
