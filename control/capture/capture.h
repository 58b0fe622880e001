#pragma once

// One capture: the tap that workers fill, and a thread that writes what they filled into a pcapng file, so
// that neither a worker nor control ever waits for a disk. The thread runs on control's core.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "control/capture/capture_status.h"
#include "control/capture/pcapng_file.h"
#include "dataplane/observe/capture_tap.h"
#include "vipswitch/result.h"

namespace vipswitch {

class Capture {
 public:
  using Names = std::map<PortId, std::string>;

  // Errors: io; internal, if memory is short.
  static Result<std::unique_ptr<Capture>> start(const CaptureRequest& request, PortId port,
                                                PacketFilter filter, std::size_t workers, Names names);
  ~Capture() { finish(); }

  CaptureTap& tap() noexcept { return *tap_; }
  PortId port() const noexcept { return tap_->port; }  // invalid: every port
  const CaptureRequest& request() const noexcept { return request_; }
  // What ports are called from now on.
  void set_names(const Names& names);
  // It has what it was to have, or the file cannot be written: it needs no more packets.
  bool wants_no_more() const noexcept { return is_done_.load(std::memory_order_acquire); }
  // Writes what the workers have given, and closes the file. They must not give any more, or it is lost.
  // `why` is told from then on.
  void finish(std::string why = "stopped");
  CaptureStatus status(unsigned number) const;

 private:
  Capture(const CaptureRequest& request, std::unique_ptr<CaptureTap> tap, PcapngFile file, Names names);

  void run();
  bool write_some();
  bool write(const CaptureSlot& slot);
  std::string name_of(PortId port);

  const CaptureRequest request_;
  const std::unique_ptr<CaptureTap> tap_;
  std::unique_ptr<PcapngFile> file_;
  const std::uint64_t start_tsc_;
  const std::int64_t start_unix_ns_;
  mutable std::mutex mutex_;  // of the two below
  Names names_;
  std::string ended_;  // empty: it runs
  std::atomic<std::uint64_t> packets_{0}, bytes_{0};
  std::atomic<bool> ends_{false}, is_done_{false};
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace vipswitch
