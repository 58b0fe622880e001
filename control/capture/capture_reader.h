#pragma once

// Purpose: the frames of a capture file, pcap or pcapng, one after the other.
// Shape: of pcapng, beside the bytes, what it tells of a frame: the interface, the direction, the comment.
// Units: nanoseconds since the epoch, whatever the file's resolution. Frames are counted from 1, as tcpdump
// and Wireshark do.
// Errors: io, for a file that cannot be read or is damaged; invalid_argument, for another link layer than
// Ethernet. A file that ends inside a frame (whoever wrote it was stopped) is no error: what comes before is
// read, and is_cut() says so.
// Cost: one frame in memory. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "control/capture/pcapng_file.h"
#include "control/trace/made_up_frame.h"
#include "vipswitch/result.h"

namespace vipswitch {

struct CapturedFrame {
  std::uint64_t number = 0;
  std::int64_t at_unix_ns = 0;
  std::uint32_t size = 0;  // on the wire, of which `bytes` are the first
  FrameBytes bytes;
  PcapngDirection direction = PcapngDirection::kUnknown;
  std::string interface;  // empty: the file does not say
  std::string comment;    // empty: none

  bool is_whole() const noexcept { return bytes.size() == size; }
};

class CaptureReader {
 public:
  static Result<std::unique_ptr<CaptureReader>> open(const std::string& path);
  virtual ~CaptureReader() = default;
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  // Nothing at the end of the file.
  virtual Result<std::optional<CapturedFrame>> next() = 0;
  bool is_cut() const noexcept { return is_cut_; }
  const std::string& path() const noexcept { return path_; }

 protected:
  explicit CaptureReader(std::string path) : path_(std::move(path)) {}
  void set_cut() noexcept { is_cut_ = true; }
  Error other_link_layer(int link_type) const;

 private:
  std::string path_;
  bool is_cut_ = false;
};

}  // namespace vipswitch
