#pragma once

// The taken addresses of one family in one VPC as maximal runs of consecutive ones, so that a free one is
// found in O(log n) however many are taken. The representation of a set is unique: equal sets compare equal.

#include <map>

#include "vipswitch/address.h"

namespace vipswitch::model {

// The numbers beside; of the last one and of the first one, the other end.
Ipv4 next_address(Ipv4 address);
Ipv4 previous_address(Ipv4 address);
Ipv6 next_address(const Ipv6& address);
Ipv6 previous_address(const Ipv6& address);

template <class Address>
class AddressRuns {
 public:
  // The address is not in the set.
  void insert(const Address& address);
  // The address is in the set.
  void erase(const Address& address);

  // The largest address not above `from` that is not in the set; the caller stops at its own lower bound.
  // Requires that some such address exists.
  Address highest_free(const Address& from) const;

  bool empty() const noexcept { return last_by_first_.empty(); }
  bool operator==(const AddressRuns&) const = default;

 private:
  std::map<Address, Address> last_by_first_;  // both inclusive
};

extern template class AddressRuns<Ipv4>;
extern template class AddressRuns<Ipv6>;

}  // namespace vipswitch::model
