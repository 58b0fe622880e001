#include "control/neighbour/announcer.h"

#include <algorithm>

namespace vipswitch {
namespace {

constexpr TimeMs kSecondDelayMs = 100, kThirdDelayMs = 900;

}  // namespace

template <class Address>
void AnnouncerOf<Address>::cancel(const Address& address) {
  for (Queue* queue : {&first_, &second_, &third_}) {
    std::erase_if(*queue, [&](const Due& due) { return due.address == address; });
  }
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
    const Address address = queue.front().address;
    queue.pop_front();
    --budget;
    send_(address);
    if (next != nullptr) next->push_back({address, now + delay_ms});
  }
}

template class AnnouncerOf<Ipv4>;
template class AnnouncerOf<Ipv6>;

}  // namespace vipswitch
