#pragma once

// The totals of a worker, all of one moment. Control thread only.

#include "control/runtime/late_answers.h"
#include "dataplane/worker.h"

namespace vipswitch {

// Of the moment between two polls. A worker that is in one is asked; one that does not answer is stuck, and
// what it counted so far is read, which need not add up.
WorkerTotals totals_of(Worker& worker, LateAnswers& late);

}  // namespace vipswitch
