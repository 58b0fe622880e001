#include "control/neighbour/neighbour_cache.h"

namespace vipswitch {

template <class Address>
void NeighbourCacheOf<Address>::set_gateway(const std::optional<Address>& gateway, TimeMs now) {
  if (gateway == gateway_) return;
  for (const auto& [address, neighbour] : entries_) {
    if (!gateway || address == gateway_) publish_(address, Mac());
  }
  if (!gateway) {
    entries_.clear();
  } else if (gateway_) {
    entries_.erase(*gateway_);
  }
  gateway_ = gateway;
  if (!gateway) return;
  // Where it was a neighbour among others, its MAC stands in another place of the tables.
  const auto known = entries_.find(*gateway);
  if (known != entries_.end() && !known->second.mac.is_zero()) publish_(*gateway, known->second.mac);
  want(*gateway, now);
}

template <class Address>
void NeighbourCacheOf<Address>::want(const Address& address, TimeMs now) {
  if (!has_room_for(address, kMaxEntries)) return;
  const auto [entry, is_new] = entries_.try_emplace(address);
  if (is_new) ask(address, entry->second, now);
}

template <class Address>
void NeighbourCacheOf<Address>::learn(const Address& address, const Mac& mac, TimeMs now) {
  if (!has_room_for(address, kMaxUnwanted)) return;
  Neighbour& neighbour = entries_[address];
  const bool is_news = neighbour.mac != mac;
  neighbour = {NeighbourState::kResolved, mac, now + kRefreshMs, 0};
  if (is_news) publish_(address, mac);
}

template <class Address>
void NeighbourCacheOf<Address>::tick(TimeMs now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    auto& [address, neighbour] = *entry;
    if (neighbour.next_ms > now) {
      ++entry;
    } else if (neighbour.asked >= kRetries && address != gateway_) {
      if (!neighbour.mac.is_zero()) publish_(address, Mac());
      entry = entries_.erase(entry);
    } else {
      ask(address, neighbour, now);
      ++entry;
    }
  }
}

// The gateway's place is not among those of the table.
template <class Address>
bool NeighbourCacheOf<Address>::has_room_for(const Address& address, std::size_t most) const {
  return address == gateway_ || entries_.size() < most || entries_.contains(address);
}

// The first question after an answer goes to the neighbour alone, the next ones to everybody (RFC
// 1122 2.3.2.1).
template <class Address>
void NeighbourCacheOf<Address>::ask(const Address& address, Neighbour& neighbour, TimeMs now) {
  const bool is_known = neighbour.state == NeighbourState::kResolved;
  if (is_known) neighbour.state = NeighbourState::kProbing;
  ++neighbour.asked;
  neighbour.next_ms = now + kRetryMs;
  ask_(address, is_known ? std::optional<Mac>(neighbour.mac) : std::nullopt);
}

template class NeighbourCacheOf<Ipv4>;
template class NeighbourCacheOf<Ipv6>;

}  // namespace vipswitch
