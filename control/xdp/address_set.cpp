#include "control/xdp/address_set.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "control/text/format.h"
#include "control/text/make_error.h"
#include "xdp/uplink_contract.h"

namespace vipswitch::xdp {
namespace {

// A tunnel endpoint and the one that replaces it.
constexpr std::size_t kSpare = 2;

template <class Address>
constexpr const char* kFamily = std::is_same_v<Address, Ipv4> ? "IPv4" : "IPv6";

template <class Address>
constexpr const char* kMapName = std::is_same_v<Address, Ipv4> ? "vsw_ipv4_set" : "vsw_ipv6_set";

// libbpf returns -1 and errno, or the number itself.
int number_of(int result) {
  return result == -1 ? errno : -result;
}

template <class Address>
Error refused(const char* what, std::size_t count, int number) {
  return make_error(ErrorCode::io, "uplink: the kernel refused to {} {} {} addresses: {}", what, count,
                    kFamily<Address>, std::strerror(number));
}

// The batch ends at the first address that is not there, and only somebody else can have removed one.
template <class Address>
int erase(int map, const std::vector<Address>& addresses, std::span<const std::uint8_t> keys) {
  auto count = static_cast<std::uint32_t>(addresses.size());
  if (count == 0) return 0;
  const bpf_map_batch_opts options{.sz = sizeof options, .elem_flags = 0, .flags = 0};
  const int result = bpf_map_delete_batch(map, keys.data(), &count, &options);
  if (result == 0 || number_of(result) != ENOENT) return result;
  for (const auto& address : addresses) bpf_map_delete_elem(map, &address);
  return 0;
}

template <class Address>
std::vector<std::uint8_t> keys_of(const std::vector<Address>& addresses) {
  static_assert(std::has_unique_object_representations_v<Address>);
  std::vector<std::uint8_t> keys(addresses.size() * sizeof(Address));
  if (!keys.empty()) std::memcpy(keys.data(), addresses.data(), keys.size());
  return keys;
}

}  // namespace

template <class Address>
Result<AddressSet<Address>> AddressSet<Address>::install(int sets, std::size_t capacity) {
  constexpr std::uint32_t kFirst = 0;
  const auto entries = static_cast<std::uint32_t>(capacity + kSpare);
  Descriptor map(bpf_map_create(BPF_MAP_TYPE_HASH, kMapName<Address>, sizeof(Address), sizeof(std::uint32_t),
                                entries, nullptr));
  if (!map.is_open()) {
    return make_error(ErrorCode::table_full, "uplink: no room for {} {} addresses in the kernel: {}",
                      capacity, kFamily<Address>, std::strerror(errno));
  }
  const int fd = map.get();
  if (const int result = bpf_map_update_elem(sets, &kFirst, &fd, BPF_ANY); result != 0) {
    return refused<Address>("hold", capacity, number_of(result));
  }
  return AddressSet(std::move(map), capacity);
}

template <class Address>
std::uint32_t AddressSet<Address>::use_of(const Address& address, bool is_held) const noexcept {
  const std::uint32_t all = UPLINK_USE_ALL, vxlan = UPLINK_USE_VXLAN;
  return (is_held ? all : 0) | (endpoint_ == address ? vxlan : 0);
}

template <class Address>
Result<void> AddressSet<Address>::write(const std::vector<Address>& addresses, bool are_held) {
  std::vector<Address> updated, erased;
  std::vector<std::uint32_t> uses;
  for (const auto& address : addresses) {
    const auto use = use_of(address, are_held);
    if (use != 0) {
      updated.push_back(address);
      uses.push_back(use);
    } else {
      erased.push_back(address);
    }
  }
  const auto updated_keys = keys_of(updated), erased_keys = keys_of(erased);
  if (!updated.empty()) {
    auto count = static_cast<std::uint32_t>(updated.size());
    const bpf_map_batch_opts options{.sz = sizeof options, .elem_flags = BPF_ANY, .flags = 0};
    if (const int result =
            bpf_map_update_batch(map_.get(), updated_keys.data(), uses.data(), &count, &options);
        result != 0) {
      const int number = number_of(result);
      const auto written = static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, updated.size()));
      if (are_held) (void)write({updated.begin(), updated.begin() + written}, false).ok();
      return refused<Address>("add", updated.size(), number);
    }
  }
  if (const int result = erase(map_.get(), erased, erased_keys); result != 0) {
    return refused<Address>("remove", erased.size(), number_of(result));
  }
  return {};
}

template <class Address>
Result<void> AddressSet<Address>::add(std::span<const Address> addresses) {
  std::vector<Address> fresh;
  for (const auto& address : addresses) {
    if (!held_.contains(address)) fresh.push_back(address);
  }
  std::sort(fresh.begin(), fresh.end());
  fresh.erase(std::unique(fresh.begin(), fresh.end()), fresh.end());
  if (held_.size() + fresh.size() > capacity_) {
    return make_error(ErrorCode::table_full,
                      "uplink: {} {} addresses do not fit: its XDP program has room for {} and holds {}, "
                      "raise the capacity of its address set",
                      fresh.size(), kFamily<Address>, capacity_, held_.size());
  }
  if (auto written = write(fresh, true); !written) return written;
  held_.insert(fresh.begin(), fresh.end());
  return {};
}

template <class Address>
Result<void> AddressSet<Address>::remove(std::span<const Address> addresses) {
  std::vector<Address> gone;
  for (const auto& address : addresses) {
    if (held_.contains(address)) gone.push_back(address);
  }
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  if (auto written = write(gone, false); !written) return written;
  for (const auto& address : gone) held_.erase(address);
  return {};
}

template <class Address>
Result<void> AddressSet<Address>::clear() {
  const std::vector<Address> all(held_.begin(), held_.end());
  return remove(all);
}

template <class Address>
Result<void> AddressSet<Address>::set_tunnel_endpoint(const std::optional<Address>& address) {
  const auto before = endpoint_;
  if (before == address) return {};
  endpoint_ = address;
  // The new one first: if it is refused, nothing has changed.
  for (const auto& changed : {address, before}) {
    if (!changed) continue;
    if (auto written = write({*changed}, held_.contains(*changed)); !written) {
      endpoint_ = before;
      return written;
    }
  }
  return {};
}

template class AddressSet<Ipv4>;
template class AddressSet<Ipv6>;

}  // namespace vipswitch::xdp
