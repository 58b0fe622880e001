#include "control/runtime/worker_totals.h"

namespace vipswitch {

WorkerTotals totals_of(Worker& worker, LateAnswers& late) {
  const WorkerCounters& counters = worker.state().counters;
  if (const auto totals = counters.totals_between_polls()) return *totals;
  auto request = std::make_unique<TotalsRequest>();
  Message message{};
  message.kind = Message::Kind::kTotals;
  message.totals = request.get();
  if (!wait_for_worker([&] { return worker.post(message); })) return counters.totals();
  if (wait_for_worker([&] { return request->is_done.load(std::memory_order_acquire); }))
    return request->totals;
  late.keep(std::move(request));
  return counters.totals();
}

}  // namespace vipswitch
