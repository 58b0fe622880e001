#include "control/model/address_runs.h"

#include <cassert>
#include <iterator>

namespace vipswitch::model {

void AddressRuns::insert(Ipv4 address) {
  std::uint32_t first = address.host();
  std::uint32_t last = first;
  auto next = last_by_first_.upper_bound(first);
  if (next != last_by_first_.end() && next->first == last + 1) {
    last = next->second;
    next = last_by_first_.erase(next);
  }
  if (next != last_by_first_.begin()) {
    const auto previous = std::prev(next);
    assert(previous->second < first);
    if (previous->second + 1 == first) first = previous->first;
  }
  last_by_first_[first] = last;
}

void AddressRuns::erase(Ipv4 address) {
  const std::uint32_t value = address.host();
  const auto run = std::prev(last_by_first_.upper_bound(value));
  const auto [first, last] = *run;
  assert(first <= value && value <= last);
  if (first < value) {
    run->second = value - 1;
  } else {
    last_by_first_.erase(run);
  }
  if (value < last) last_by_first_[value + 1] = last;
}

Ipv4 AddressRuns::highest_free(Ipv4 from) const {
  const auto next = last_by_first_.upper_bound(from.host());
  if (next == last_by_first_.begin()) return from;
  const auto [first, last] = *std::prev(next);
  return last < from.host() ? from : Ipv4::from_host(first - 1);
}

}  // namespace vipswitch::model
