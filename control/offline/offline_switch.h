#pragma once

// Purpose: the real switch without lcores, drivers and a running clock, for replays of captures and for
// tests: the model is brought into force by the service and the publisher as always (every device is a
// net_null, which exists nowhere), bursts are put into the pipeline by hand, and what each port would send is
// taken from its lane. Shape: one worker, on the caller's thread; several switches in one process, one after
// the other or at once. Units: milliseconds of election time from 0, which moves only when it is told to;
// bytes of frames as on the wire, without the frame check sequence. Errors: internal, where memory is short.
// EAL must be up (control/offline/offline_eal.h). Cost: that of the tables in `settings`; a packet costs what
// it costs a worker.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/runtime/control_plane.h"
#include "control/runtime/dataplane_host.h"
#include "control/runtime/dataplane_runtime.h"
#include "control/service/service.h"
#include "control/trace/made_up_frame.h"

namespace vipswitch {

// A frame that a port would have sent.
struct SentFrame {
  std::string port;  // "uplink" for the uplink
  FrameBytes frame;
  bool operator==(const SentFrame&) const = default;
};

class OfflineSwitch {
 public:
  static constexpr std::size_t kLongestFrame = 2048;  // bytes that one packet buffer holds

  // Errors: internal.
  static Result<std::unique_ptr<DataplaneHost>> make_host(const Settings& settings);
  explicit OfflineSwitch(std::unique_ptr<DataplaneHost> host);
  ~OfflineSwitch();
  OfflineSwitch(const OfflineSwitch&) = delete;
  OfflineSwitch& operator=(const OfflineSwitch&) = delete;

  Service& service() noexcept { return service_; }
  RuntimeView& runtime() noexcept { return runtime_; }
  ControlPlane& control() noexcept { return control_; }
  Tables& tables() noexcept { return host_->tables(); }
  WorkerState& worker() noexcept { return host_->workers().front()->state(); }

  // Device arguments of a port that exists nowhere, each time new ones.
  static std::string next_device();

  // Lets the worker handle what control has posted, and control what the worker has told. Requests that open
  // or close devices wait for messages to be handled: settle() between a request that posts some and one of
  // those.
  void settle();
  // Whether control has posted what settle() would have handled.
  bool has_posted() const;

  TimeMs now() const noexcept { return now_ms_; }
  // When an election wants to be looked at next; DeadlineTree::kNever if none does.
  TimeMs next_due();
  // Time passes; election timers run at each millisecond at which one is due.
  void advance_to(TimeMs now);

  // Makes a batch of packets of the port, ready for run_pipeline(): at most kMaxBurst frames of at most
  // kLongestFrame bytes. False: the pool has no packet for the next frame; those before it are in the batch.
  bool fill(Batch& batch, PortId port, std::span<const FrameBytes> frames);
  // One burst of those through the pipeline. Returns what is sent because of it, in the order of sending for
  // each port.
  std::vector<SentFrame> run(Batch& batch);
  // What the switch has sent by itself, while time passed, since the last call.
  std::vector<SentFrame> take_questions();
  // What waits in the lanes; the packets are freed and counted as sent.
  std::vector<SentFrame> take_sent();

  // Every packet has ended exactly once, and every mbuf is back in the pool, but for adverts that are held.
  bool is_conserved();

 private:
  // Answers at the time that was set by hand.
  class Runtime final : public DataplaneRuntime {
   public:
    explicit Runtime(OfflineSwitch& offline) : DataplaneRuntime(offline.control_), offline_(offline) {}
    TimeMs now_ms() const override { return offline_.now_ms_; }

   private:
    OfflineSwitch& offline_;
  };

  std::string port_name(PortId id) const;

  std::unique_ptr<DataplaneHost> host_;
  ControlPlane control_;
  Runtime runtime_;
  Service service_;
  TimeMs now_ms_ = 0;
  std::vector<SentFrame> questions_;
  unsigned pool_size_;
};

}  // namespace vipswitch
