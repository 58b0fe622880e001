#pragma once

// Announces EIPs of one family on the provider network by gratuitous ARP (RFC 5227 3) or unsolicited
// neighbour advertisements (RFC 4861 7.2.6): at once, 100 ms and 1 s after the switch begins to answer for
// them (design: forwarding 2). Paced, so that a hundred thousand of them at start neither fill a queue nor
// storm the network. A schedule on injected time. Control thread only.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "vipswitch/address.h"
#include "vipswitch/time.h"

namespace vipswitch {

template <class Address>
class AnnouncerOf {
 public:
  static constexpr unsigned kMaxPerTick = 64;

  explicit AnnouncerOf(std::function<void(const Address&)> send) : send_(std::move(send)) {}

  // Begins anew if the address is being announced.
  void announce(const Address& address, TimeMs now);
  void cancel(const Address& address) { current_.erase(address); }
  void tick(TimeMs now);

 private:
  struct Due {
    Address address;
    TimeMs at_ms;
    std::uint64_t round;
  };
  using Queue = std::deque<Due>;

  void send_due(Queue& queue, Queue* next, TimeMs delay_ms, TimeMs now, unsigned& budget);

  std::function<void(const Address&)> send_;
  Queue first_, second_, third_;  // each in order of time
  // The round in which each address is announced; what the queues have of others was cancelled.
  std::map<Address, std::uint64_t> current_;
  std::uint64_t rounds_ = 0;
};

using Announcer = AnnouncerOf<Ipv4>;
using Announcer6 = AnnouncerOf<Ipv6>;

extern template class AnnouncerOf<Ipv4>;
extern template class AnnouncerOf<Ipv6>;

}  // namespace vipswitch
