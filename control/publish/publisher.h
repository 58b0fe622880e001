#pragma once

// The way from the model to the tables, as the service sees it. The real one is TablePublisher; tests of the
// service use a recording one.

#include "control/model/model.h"
#include "vipswitch/result.h"

namespace vipswitch {

class Publisher {
 public:
  virtual ~Publisher() = default;

  // Makes the data plane follow `changes`, whose result is `after`. All or nothing: on an error (a full
  // table, a device that refuses) the data plane is as it was before the call. Called by the control thread
  // only.
  virtual Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) = 0;

  // What publish() would refuse, as far as it can be known without opening a device. Changes nothing.
  virtual Result<void> check(const model::Objects& after, const model::ChangeSet& changes) = 0;
};

}  // namespace vipswitch
