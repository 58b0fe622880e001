#pragma once

namespace vipswitch {

// Makes tables for a run without effects: what is looked up is read where it is, what packets change is a
// copy of its own (control/trace/dry_world.h).
struct DryRun {};

}  // namespace vipswitch
