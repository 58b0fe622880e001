#pragma once

// Capture files as one sequence of frames by time: the file whose next frame is earliest comes next, of equal
// ones that which was named first. One frame of each file is in memory.
//
// Errors: those of CaptureReader.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/capture/capture_reader.h"

namespace vipswitch::replay {

class CaptureMerge {
 public:
  static Result<CaptureMerge> open(const std::vector<std::string>& paths);

  struct Next {
    std::size_t file;  // its place among the paths
    CapturedFrame frame;
  };
  // Nothing at the end of all of them.
  Result<std::optional<Next>> next();

  const CaptureReader& reader(std::size_t file) const { return *inputs_[file].reader; }

 private:
  struct Input {
    std::unique_ptr<CaptureReader> reader;
    std::optional<CapturedFrame> head;
  };
  std::vector<Input> inputs_;
};

}  // namespace vipswitch::replay
