#pragma once

// The next hops on the provider network (RFC 826; the states after RFC 4861 7.3.2, which ARP lacks): asks for
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

class NeighbourCache {
 public:
  static constexpr TimeMs kRetryMs = 1000;      // between requests to one that does not answer
  static constexpr TimeMs kRefreshMs = 30'000;  // between answers and the next question
  static constexpr unsigned kRetries = 3;
  // Beyond it new addresses are not taken until others are forgotten: what the table of the data plane holds.
  static constexpr std::size_t kMaxEntries = TableCapacities{}.neighbours;

  // Sends an ARP request for the address: to everybody, or to the MAC it had.
  using Ask = std::function<void(Ipv4 address, const std::optional<Mac>& known)>;
  // Makes the MAC of the address known to the tables; zero: forget it.
  using Publish = std::function<void(Ipv4 address, const Mac& mac)>;

  NeighbourCache(Ask ask, Publish publish) : ask_(std::move(ask)), publish_(std::move(publish)) {}

  // The gateway is kept resolved; none: everything is forgotten.
  void set_gateway(std::optional<Ipv4> gateway, TimeMs now);
  // A packet waits for it.
  void want(Ipv4 address, TimeMs now);
  // It answered, or asked for one of our addresses.
  void learn(Ipv4 address, const Mac& mac, TimeMs now);
  void tick(TimeMs now);

  const std::map<Ipv4, Neighbour>& entries() const noexcept { return entries_; }

 private:
  void ask(Ipv4 address, Neighbour& neighbour, TimeMs now);
  bool has_room_for(Ipv4 address) const;

  Ask ask_;
  Publish publish_;
  std::optional<Ipv4> gateway_;
  std::map<Ipv4, Neighbour> entries_;
};

}  // namespace vipswitch
