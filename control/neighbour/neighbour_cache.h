#pragma once

// The next hops of one family on the provider network (RFC 826, RFC 4861 7.3): asks for
// them, remembers what they answered, asks again before an answer grows old. A state machine on injected
// time; what is to be done goes out through two functions. Control thread only.
//
// A MAC once learned is used until another one is learned or the entry is forgotten: a gateway that misses a
// few requests costs nobody a packet. The gateway is asked for without end; another next hop is forgotten
// when nothing has come from it for kRetries requests.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/limits.h"
#include "vipswitch/time.h"

namespace vipswitch {

enum class NeighbourState { kResolving, kResolved, kProbing };

struct Neighbour {
  NeighbourState state = NeighbourState::kResolving;
  Mac mac;             // zero while resolving
  TimeMs next_ms = 0;  // when it is asked again
  unsigned asked = 0;  // requests since its last answer
};

template <class Address>
class NeighbourCacheOf {
 public:
  static constexpr TimeMs kRetryMs = 1000;      // between requests to one that does not answer
  static constexpr TimeMs kRefreshMs = 30'000;  // between answers and the next question
  static constexpr unsigned kRetries = 3;
  // Beyond it new addresses are not taken until others are forgotten: what the table of the data plane holds.
  static constexpr std::size_t kMaxEntries = TableCapacities{}.neighbours;
  // Of them, those that hosts may take which nobody wanted: anybody on the network can speak.
  static constexpr std::size_t kMaxUnwanted = kMaxEntries / 2;

  // Sends an ARP request or neighbour solicitation for the address: to everybody, or to the MAC it had.
  using Ask = std::function<void(const Address& address, const std::optional<Mac>& known)>;
  // Makes the MAC of the address known to the tables; zero: forget it.
  using Publish = std::function<void(const Address& address, const Mac& mac)>;

  NeighbourCacheOf(Ask ask, Publish publish) : ask_(std::move(ask)), publish_(std::move(publish)) {}

  // The gateway is kept resolved; none: everything is forgotten.
  void set_gateway(const std::optional<Address>& gateway, TimeMs now);
  // A packet waits for it.
  void want(const Address& address, TimeMs now);
  // It answered, or asked for one of our addresses.
  void learn(const Address& address, const Mac& mac, TimeMs now);
  void tick(TimeMs now);

  const std::map<Address, Neighbour>& entries() const noexcept { return entries_; }

 private:
  void ask(const Address& address, Neighbour& neighbour, TimeMs now);
  bool has_room_for(const Address& address, std::size_t most) const;

  Ask ask_;
  Publish publish_;
  std::optional<Address> gateway_;
  std::map<Address, Neighbour> entries_;
};

using NeighbourCache = NeighbourCacheOf<Ipv4>;
using NeighbourCache6 = NeighbourCacheOf<Ipv6>;

extern template class NeighbourCacheOf<Ipv4>;
extern template class NeighbourCacheOf<Ipv6>;

}  // namespace vipswitch
