#pragma once

// Purpose: runs a script of claims through the election: the text format of tests/oracle/model.py, whose
// results it
//   gives exactly. What an operator saw on the wire can so be replayed, and the product be held against its
//   specification.
// Shape: one script in, its trace and counters out. Nothing is kept between scripts.
// Units: times and intervals in whole milliseconds.
// Errors: the first line that cannot be used, as `line N: ...`. Stricter than the model where that cannot say
// what is
//   wrong (missing or surplus words), and where VRRP has no such value: priorities outside 0-255, more than
//   ten ports.
// Source: owner learning 5.2.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "vipswitch/result.h"
#include "vipswitch/time.h"

namespace vipswitch::replay {

struct OwnerAt {
  TimeMs at_ms;
  std::string owner;  // empty: nobody

  bool operator==(const OwnerAt&) const = default;
};

struct Replay {
  std::vector<OwnerAt> trace;                     // every change of owner
  std::map<std::string, std::uint64_t> counters;  // only those that counted
};

Result<Replay> run_script(std::istream& script);

// One `TIME OWNER` a line, then the counters, as model.py prints them.
void print(std::ostream& out, const Replay& replay);

}  // namespace vipswitch::replay
