#include "control/neighbour/announcer.h"

namespace vipswitch {
namespace {

constexpr TimeMs kSecondDelayMs = 100, kThirdDelayMs = 900;

}  // namespace

template <class Address>
void AnnouncerOf<Address>::announce(const Address& address, TimeMs now) {
  current_[address] = ++rounds_;
  first_.push_back({address, now, rounds_});
}

template <class Address>
void AnnouncerOf<Address>::tick(TimeMs now) {
  unsigned budget = kMaxPerTick;
  send_due(first_, &second_, kSecondDelayMs, now, budget);
  send_due(second_, &third_, kThirdDelayMs, now, budget);
  send_due(third_, nullptr, 0, now, budget);
}

template <class Address>
void AnnouncerOf<Address>::send_due(Queue& queue, Queue* next, TimeMs delay_ms, TimeMs now,
                                    unsigned& budget) {
  while (budget > 0 && !queue.empty() && queue.front().at_ms <= now) {
    const Due due = queue.front();
    queue.pop_front();
    const auto current = current_.find(due.address);
    if (current == current_.end() || current->second != due.round) continue;
    --budget;
    send_(due.address);
    if (next != nullptr) {
      next->push_back({due.address, now + delay_ms, due.round});
    } else {
      current_.erase(current);
    }
  }
}

template class AnnouncerOf<Ipv4>;
template class AnnouncerOf<Ipv6>;

}  // namespace vipswitch
