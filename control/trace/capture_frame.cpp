#include "control/trace/capture_frame.h"

#include "control/capture/capture_reader.h"
#include "control/text/make_error.h"

namespace vipswitch {

Result<FrameBytes> read_capture_frame(const std::string& path, std::uint64_t number) {
  const auto reader = CaptureReader::open(path);
  if (!reader) return reader.error();
  for (std::uint64_t i = 1;; ++i) {
    auto frame = reader.value()->next();
    if (!frame) return frame.error();
    if (!frame.value()) {
      return make_error(ErrorCode::invalid_argument, "{}: has {} frames, expected at least {}", path, i - 1,
                        number);
    }
    if (i < number) continue;
    if (!frame.value()->is_whole()) {
      return make_error(ErrorCode::invalid_argument, "{}: of the {} bytes of frame {} only {} were captured",
                        path, frame.value()->size, number, frame.value()->bytes.size());
    }
    return std::move(frame.value()->bytes);
  }
}

}  // namespace vipswitch
