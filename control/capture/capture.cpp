#include "control/capture/capture.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_ring_elem.h>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

constexpr std::chrono::milliseconds kPause{5};
constexpr unsigned kAtOnce = 64;

RingHandle make_ring(std::string_view what, unsigned flags) {
  static std::atomic<unsigned> next{0};
  return RingHandle(rte_ring_create_elem(fmt::format("capture_{}_{}", what, next++).c_str(),
                                         sizeof(std::uint32_t), 2 * CaptureTap::kSlots,
                                         static_cast<int>(rte_socket_id()), flags));
}

// Null if memory is short.
std::unique_ptr<CaptureTap> make_tap(const CaptureRequest& request, PortId port, PacketFilter filter,
                                     std::size_t workers) {
  auto tap = std::make_unique<CaptureTap>();
  tap->port = port;
  tap->only_drops = !port.is_valid();
  static_assert(kCaptureSnapRange.max == CaptureSlot::kMaxBytes);
  tap->snap_bytes = request.snap_bytes;
  tap->filter = std::move(filter);
  const auto share = static_cast<std::uint32_t>(std::max<std::size_t>(request.rate / workers, 1));
  tap->rates.assign(workers, TokenBucket(share, share));
  tap->free = make_ring("free", RING_F_SP_ENQ);
  tap->filled = make_ring("filled", RING_F_SC_DEQ);
  if (!tap->free || !tap->filled) return nullptr;
  tap->slots = std::make_unique<CaptureSlot[]>(CaptureTap::kSlots);
  for (std::uint32_t i = 0; i < CaptureTap::kSlots; ++i) rte_ring_enqueue_elem(tap->free.get(), &i, sizeof i);
  return tap;
}

std::int64_t unix_now_ns() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

}  // namespace

Result<std::unique_ptr<Capture>> Capture::start(const CaptureRequest& request, PortId port,
                                                PacketFilter filter, std::size_t workers, Names names) {
  auto tap = make_tap(request, port, std::move(filter), workers);
  if (!tap) return make_error(ErrorCode::internal, "capture: no memory for its rings");
  auto file = PcapngFile::create(request.file, tap->snap_bytes);
  if (!file) return file.error();
  return std::unique_ptr<Capture>(
      new Capture(request, std::move(tap), std::move(file).value(), std::move(names)));
}

Capture::Capture(const CaptureRequest& request, std::unique_ptr<CaptureTap> tap, PcapngFile file, Names names)
    : request_(request),
      tap_(std::move(tap)),
      file_(std::make_unique<PcapngFile>(std::move(file))),
      start_tsc_(rte_rdtsc()),
      start_unix_ns_(unix_now_ns()),
      names_(std::move(names)),
      bytes_(file_->size_bytes()),
      thread_([this] { run(); }) {}

void Capture::set_names(const Names& names) {
  const std::lock_guard lock(mutex_);
  if (names_ != names) names_ = names;
}

std::string Capture::name_of(PortId port) {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(port);
  return found != names_.end() ? found->second : fmt::format("port {}", port.value());
}

void Capture::run() {
  while (true) {
    const bool is_last_look = ends_.load(std::memory_order_acquire);
    while (write_some()) {
    }
    if (!is_done_ && !file_->flush()) is_done_.store(true, std::memory_order_release);
    if (is_last_look) return;
    std::this_thread::sleep_for(kPause);
  }
}

// False: nothing waits.
bool Capture::write_some() {
  std::uint32_t indexes[kAtOnce];
  const unsigned count =
      rte_ring_sc_dequeue_burst_elem(tap_->filled.get(), indexes, sizeof indexes[0], kAtOnce, nullptr);
  for (unsigned i = 0; i < count; ++i) {
    if (!is_done_ && !write(tap_->slots[indexes[i]])) is_done_.store(true, std::memory_order_release);
  }
  rte_ring_sp_enqueue_bulk_elem(tap_->free.get(), indexes, sizeof indexes[0], count, nullptr);
  return count != 0;
}

// False: that was the last one.
bool Capture::write(const CaptureSlot& slot) {
  const std::string interface = name_of(slot.port);
  const std::string comment =
      slot.is_dropped ? fmt::format("{}{}", kDroppedComment, info(slot.reason).name) : "";
  const double seconds = static_cast<double>(slot.tsc - start_tsc_) / static_cast<double>(rte_get_tsc_hz());
  const bool is_written =
      file_->write({.interface = interface,
                    .at_unix_ns = start_unix_ns_ + static_cast<std::int64_t>(seconds * 1e9),
                    .size = slot.size,
                    .bytes = {slot.bytes.data(), slot.captured},
                    .direction = slot.direction == CaptureDirection::kIn ? PcapngDirection::kInbound
                                                                         : PcapngDirection::kOutbound,
                    .comment = comment});
  if (!is_written) {
    const std::lock_guard lock(mutex_);
    ended_ = fmt::format("the file cannot be written: {}", std::strerror(errno));
    return false;
  }
  bytes_.store(file_->size_bytes(), std::memory_order_relaxed);
  return packets_.fetch_add(1, std::memory_order_relaxed) + 1 < request_.count;
}

void Capture::finish(std::string why) {
  if (!thread_.joinable()) return;
  ends_.store(true, std::memory_order_release);
  thread_.join();
  file_.reset();
  const std::lock_guard lock(mutex_);
  if (ended_.empty()) ended_ = std::move(why);
}

CaptureStatus Capture::status(unsigned number) const {
  const std::lock_guard lock(mutex_);
  return {.number = number,
          .request = request_,
          .is_running = thread_.joinable() && ended_.empty(),
          .packets = packets_.load(std::memory_order_relaxed),
          .bytes = bytes_.load(std::memory_order_relaxed),
          .beyond_rate = tap_->beyond_rate.load(std::memory_order_relaxed),
          .without_slot = tap_->without_slot.load(std::memory_order_relaxed),
          .ended = ended_};
}

}  // namespace vipswitch
