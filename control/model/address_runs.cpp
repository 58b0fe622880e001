#include "control/model/address_runs.h"

#include <cassert>
#include <iterator>

namespace vipswitch::model {
namespace {

// Adds `step`, 1 or -1 (as 0xff), to the last byte, and what is carried or borrowed to those before it.
Ipv6 stepped(const Ipv6& address, std::uint8_t step, std::uint8_t wraps_at) {
  auto bytes = address.bytes();
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    const bool wraps = *byte == wraps_at;
    *byte = static_cast<std::uint8_t>(*byte + step);
    if (!wraps) break;
  }
  return Ipv6(bytes);
}

}  // namespace

Ipv4 next_address(Ipv4 address) {
  return Ipv4::from_host(address.host() + 1);
}
Ipv4 previous_address(Ipv4 address) {
  return Ipv4::from_host(address.host() - 1);
}
Ipv6 next_address(const Ipv6& address) {
  return stepped(address, 1, 0xff);
}
Ipv6 previous_address(const Ipv6& address) {
  return stepped(address, 0xff, 0);
}

template <class Address>
void AddressRuns<Address>::insert(const Address& address) {
  Address first = address;
  Address last = address;
  auto next = last_by_first_.upper_bound(first);
  if (next != last_by_first_.end() && next->first == next_address(last)) {
    last = next->second;
    next = last_by_first_.erase(next);
  }
  if (next != last_by_first_.begin()) {
    const auto previous = std::prev(next);
    assert(previous->second < first);
    if (next_address(previous->second) == first) first = previous->first;
  }
  last_by_first_[first] = last;
}

template <class Address>
void AddressRuns<Address>::erase(const Address& address) {
  const auto run = std::prev(last_by_first_.upper_bound(address));
  const auto [first, last] = *run;
  assert(first <= address && address <= last);
  if (first < address) {
    run->second = previous_address(address);
  } else {
    last_by_first_.erase(run);
  }
  if (address < last) last_by_first_[next_address(address)] = last;
}

template <class Address>
Address AddressRuns<Address>::highest_free(const Address& from) const {
  const auto next = last_by_first_.upper_bound(from);
  if (next == last_by_first_.begin()) return from;
  const auto [first, last] = *std::prev(next);
  return last < from ? from : previous_address(first);
}

template class AddressRuns<Ipv4>;
template class AddressRuns<Ipv6>;

}  // namespace vipswitch::model
