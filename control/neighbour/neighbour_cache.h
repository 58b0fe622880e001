#pragma once

// The next hops of one family on the provider network (RFC 826, RFC 4861 7.3): asks for
// them, remembers what they answered, asks again before an answer grows old. A state machine on injected
// time; what is to be done goes out through two functions. Control thread only.
//
// A MAC once learned is used until another one is learned or the entry is forgotten: a gateway that misses a
// few requests costs nobody a packet. The gateway is asked for without end; another next hop is forgotten
// when nothing has come from it for kRetries requests, or no packet has gone to it for kIdleMs.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/ids.h"
#include "vipswitch/limits.h"
#include "vipswitch/time.h"

namespace vipswitch {

enum class NeighbourState { kResolving, kResolved, kProbing };

struct Neighbour {
  NeighbourState state = NeighbourState::kResolving;
  Mac mac;             // zero while resolving
  TimeMs next_ms = 0;  // when it is asked again
  unsigned asked = 0;  // requests since its last answer
  TimeMs used_ms = 0;  // when a packet was last known to go to it
  PortId wanted_by;    // whose packet asked for it first; invalid: nobody's, it spoke by itself
};

template <class Address>
class NeighbourCacheOf {
 public:
  static constexpr TimeMs kRetryMs = 1000;      // between requests to one that does not answer
  static constexpr TimeMs kRefreshMs = 30'000;  // between answers and the next question
  static constexpr unsigned kRetries = 3;
  static constexpr TimeMs kIdleMs = 10 * kRefreshMs;
  // Beyond it new addresses are not taken until others are forgotten: what the table of the data plane holds.
  static constexpr std::size_t kMaxEntries = TableCapacities{}.neighbours;
  // Of them, those that hosts may take which nobody wanted: anybody on the network can speak.
  static constexpr std::size_t kMaxUnwanted = kMaxEntries / 2;
  // Of them, those that the packets of one port may take once half of the room is gone.
  static constexpr std::size_t kMaxOfPort = kMaxEntries / 8;

  // Sends an ARP request or neighbour solicitation for the address: to everybody, or to the MAC it had.
  using Ask = std::function<void(const Address& address, const std::optional<Mac>& known)>;
  // Makes the MAC of the address known to the tables; zero: forget it. False if they have no room.
  using Publish = std::function<bool(const Address& address, const Mac& mac)>;

  // Whether packets have gone to the address since the last call.
  using WasUsed = std::function<bool(const Address& address)>;

  NeighbourCacheOf(Ask ask, Publish publish, WasUsed was_used)
      : ask_(std::move(ask)), publish_(std::move(publish)), was_used_(std::move(was_used)) {}

  // The gateway is kept resolved; none: everything is forgotten.
  void set_gateway(const std::optional<Address>& gateway, TimeMs now);
  // A packet of the port waits for it.
  void want(const Address& address, PortId asker, TimeMs now);
  // It answered, or asked for one of our addresses.
  void learn(const Address& address, const Mac& mac, TimeMs now);
  void tick(TimeMs now);

  const std::map<Address, Neighbour>& entries() const noexcept { return entries_; }

 private:
  using Entries = std::map<Address, Neighbour>;

  void ask(const Address& address, Neighbour& neighbour, TimeMs now);
  bool has_room_for(const Address& address, std::size_t most) const;
  bool may_want_more(PortId asker) const;
  bool is_worth_keeping(const Address& address, Neighbour& neighbour, TimeMs now) const;
  typename Entries::iterator forget(typename Entries::iterator entry);

  Ask ask_;
  Publish publish_;
  WasUsed was_used_;
  std::optional<Address> gateway_;
  Entries entries_;
  std::map<PortId, std::size_t> wanted_;  // how many entries each port wanted first
};

using NeighbourCache = NeighbourCacheOf<Ipv4>;
using NeighbourCache6 = NeighbourCacheOf<Ipv6>;

extern template class NeighbourCacheOf<Ipv4>;
extern template class NeighbourCacheOf<Ipv6>;

}  // namespace vipswitch
