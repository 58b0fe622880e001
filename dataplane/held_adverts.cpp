#include "dataplane/held_adverts.h"

#include "dataplane/port_io.h"

namespace vipswitch {

HeldAdverts::~HeldAdverts() {
  for (std::size_t i = 0; i < count_; ++i) rte_pktmbuf_free(list_[i].mbuf);
}

// Between the two the packet is the worker's: it has ended as consumed, and begins anew as generated.
bool HeldAdverts::hold(WorkerState& worker, rte_mbuf* mbuf, PortId to, HavipId havip) noexcept {
  if (count_ == kCapacity) return false;
  list_[count_++] = {mbuf, to, havip};
  worker.counters.consumed.add(1);
  return true;
}

template <class IsDue>
void HeldAdverts::release(WorkerState& worker, IsDue&& is_due) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (is_due(list_[i])) {
      worker.counters.generated.add(1);
      send_later(worker, list_[i].to, list_[i].mbuf);
    } else {
      list_[kept++] = list_[i];
    }
  }
  count_ = kept;
}

void HeldAdverts::release_due(WorkerState& worker) noexcept {
  release(worker, [&](const Advert& advert) {
    return !worker.tables.havips.is_handing_over_from(advert.havip, advert.to, worker.now_ms);
  });
}

void HeldAdverts::release_all(WorkerState& worker) noexcept {
  release(worker, [](const Advert&) { return true; });
}

}  // namespace vipswitch
