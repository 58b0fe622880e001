#pragma once

// What is known of a packet behind one stage: the material of trace_story.h.

#include <string_view>
#include <vector>

#include "dataplane/observe/stage_record.h"
#include "vipswitch/event.h"
#include "vipswitch/learn_counter.h"

namespace vipswitch {

struct ObservedStage {
  StageRecord record;
  std::vector<LearnCounter> counted = {};  // by this stage; once for each time
  std::vector<Event> events = {};          // told to control
};

}  // namespace vipswitch
