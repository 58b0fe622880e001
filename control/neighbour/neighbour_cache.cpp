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
    wanted_.clear();
  } else if (gateway_) {
    if (const auto old = entries_.find(*gateway_); old != entries_.end()) forget(old);
  }
  gateway_ = gateway;
  if (!gateway) return;
  // Where it was a neighbour among others, its MAC stands in another place of the tables.
  const auto known = entries_.find(*gateway);
  if (known != entries_.end() && !known->second.mac.is_zero()) publish_(*gateway, known->second.mac);
  want(*gateway, PortId(), now);
}

template <class Address>
void NeighbourCacheOf<Address>::want(const Address& address, PortId asker, TimeMs now) {
  if (entries_.contains(address) || !has_room_for(address, kMaxEntries) || !may_want_more(asker)) return;
  Neighbour& neighbour = entries_[address];
  neighbour.used_ms = now;
  neighbour.wanted_by = asker;
  if (asker.is_valid()) ++wanted_[asker];
  ask(address, neighbour, now);
}

template <class Address>
void NeighbourCacheOf<Address>::learn(const Address& address, const Mac& mac, TimeMs now) {
  if (!has_room_for(address, kMaxUnwanted)) return;
  const auto [entry, is_new] = entries_.try_emplace(address);
  Neighbour& neighbour = entry->second;
  if (is_new) neighbour.used_ms = now;
  // Without room, which comes when the grace period of a forgotten one ends, it is asked again.
  if (neighbour.mac != mac && !publish_(address, mac)) return;
  neighbour.state = NeighbourState::kResolved;
  neighbour.mac = mac;
  neighbour.next_ms = now + kRefreshMs;
  neighbour.asked = 0;
}

template <class Address>
void NeighbourCacheOf<Address>::tick(TimeMs now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    auto& [address, neighbour] = *entry;
    if (neighbour.next_ms > now) {
      ++entry;
    } else if (address != gateway_ && !is_worth_keeping(address, neighbour, now)) {
      if (!neighbour.mac.is_zero()) publish_(address, Mac());
      entry = forget(entry);
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

// One port that goes through the provider network does not push the next hops of others out.
template <class Address>
bool NeighbourCacheOf<Address>::may_want_more(PortId asker) const {
  if (!asker.is_valid() || entries_.size() < kMaxEntries / 2) return true;
  const auto count = wanted_.find(asker);
  return count == wanted_.end() || count->second < kMaxOfPort;
}

// Asked when the next question is due: whether it answers, and whether anybody sends to it.
template <class Address>
bool NeighbourCacheOf<Address>::is_worth_keeping(const Address& address, Neighbour& neighbour,
                                                 TimeMs now) const {
  if (neighbour.asked >= kRetries) return false;
  if (neighbour.state != NeighbourState::kResolved) return true;
  if (was_used_(address)) neighbour.used_ms = now;
  return now - neighbour.used_ms < kIdleMs;
}

template <class Address>
auto NeighbourCacheOf<Address>::forget(typename Entries::iterator entry) -> typename Entries::iterator {
  const auto count = wanted_.find(entry->second.wanted_by);
  if (count != wanted_.end() && --count->second == 0) wanted_.erase(count);
  return entries_.erase(entry);
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
