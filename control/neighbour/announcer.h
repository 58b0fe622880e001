#pragma once

// Announces EIPs on the provider network by gratuitous ARP (RFC 5227 3): at once, 100 ms and 1 s after the
// switch begins to answer for them (design: forwarding 2). Paced, so that a hundred thousand of them at start
// neither fill a queue nor storm the network. A schedule on injected time. Control thread only.

#include <deque>
#include <functional>

#include "vipswitch/address.h"
#include "vipswitch/time.h"

namespace vipswitch {

class Announcer {
 public:
  static constexpr unsigned kMaxPerTick = 64;

  explicit Announcer(std::function<void(Ipv4)> send) : send_(std::move(send)) {}

  void announce(Ipv4 address, TimeMs now) { first_.push_back({address, now}); }
  void cancel(Ipv4 address);
  void tick(TimeMs now);

 private:
  struct Due {
    Ipv4 address;
    TimeMs at_ms;
  };
  using Queue = std::deque<Due>;

  void send_due(Queue& queue, Queue* next, TimeMs delay_ms, TimeMs now, unsigned& budget);

  std::function<void(Ipv4)> send_;
  Queue first_, second_, third_;  // each in order of time
};

}  // namespace vipswitch
