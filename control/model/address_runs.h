#pragma once

// The taken addresses of one VPC as maximal runs of consecutive ones, so that a free one is found in O(log n)
// however many are taken. The representation of a set is unique: equal sets compare equal.

#include <cstdint>
#include <map>

#include "vipswitch/address.h"

namespace vipswitch::model {

class AddressRuns {
 public:
  // The address is not in the set.
  void insert(Ipv4 address);
  // The address is in the set.
  void erase(Ipv4 address);

  // The largest address not above `from` that is not in the set; the caller stops at its own lower bound.
  // Requires that some such address exists.
  Ipv4 highest_free(Ipv4 from) const;

  bool empty() const noexcept { return last_by_first_.empty(); }
  bool operator==(const AddressRuns&) const = default;

 private:
  std::map<std::uint32_t, std::uint32_t> last_by_first_;  // host order, both inclusive
};

}  // namespace vipswitch::model
