#pragma once

// The addresses of one family that the program sends to the switch: a hash map of the kernel, which is made
// here as large as the configuration says and put into the program's array of maps, and what it holds, so
// that a request is judged before anything of it is done. Key: the address; value: enum uplink_use.
//
// 100,000 addresses are added in tens of milliseconds: one system call for all. The program sees each address
// from the moment it is written; there is no order between those of one call. Control thread only.
//
// Errors: table_full, naming the capacity; io, what the kernel refuses. Nothing of the request is done then.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "control/xdp/kernel_objects.h"
#include "vipswitch/address.h"
#include "vipswitch/result.h"

namespace vipswitch::xdp {

template <class Address>
class AddressSet {
 public:
  // An empty set with room for `capacity` addresses, in the place of the one that `sets` held.
  static Result<AddressSet> install(int sets, std::size_t capacity);

  // Those that are in it already are no error, nor is an address that is named twice.
  Result<void> add(std::span<const Address> addresses);
  // Nor, here, those that are not in it.
  Result<void> remove(std::span<const Address> addresses);
  Result<void> clear();
  // Where VXLAN ends; none: nowhere. May be an address of the host's own, and needs no room of the capacity.
  Result<void> set_tunnel_endpoint(const std::optional<Address>& address);

  bool holds(const Address& address) const { return held_.contains(address); }
  std::size_t size() const noexcept { return held_.size(); }
  std::size_t capacity() const noexcept { return capacity_; }
  int map() const noexcept { return map_.get(); }
  const std::optional<Address>& tunnel_endpoint() const noexcept { return endpoint_; }

 private:
  AddressSet(Descriptor map, std::size_t capacity) : map_(std::move(map)), capacity_(capacity) {}

  std::uint32_t use_of(const Address& address, bool is_held) const noexcept;
  // Makes the map say of each address what use_of() would, were they held or not.
  Result<void> write(const std::vector<Address>& addresses, bool are_held);

  Descriptor map_;
  std::size_t capacity_;
  std::set<Address> held_;
  std::optional<Address> endpoint_;
};

extern template class AddressSet<Ipv4>;
extern template class AddressSet<Ipv6>;

}  // namespace vipswitch::xdp
