#include "control/observe/observations.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "control/observe/compile_filter.h"
#include "control/text/make_error.h"
#include "control/text/range.h"
#include "control/trace/frame_text.h"
#include "control/trace/trace_story.h"

namespace vipswitch {
namespace {

constexpr std::chrono::milliseconds kGraceLimit{2000};

TracedPacket tell_packet(const TraceNames& names, const std::string& port, const TraceEntry& entry) {
  const std::span<const std::uint8_t> received(entry.received.data(), entry.head_size);
  std::vector<ObservedStage> stages;
  for (unsigned i = 0; i < entry.stage_count; ++i) stages.push_back({entry.stages[i]});
  TracedPacket packet{
      entry.at_ms, entry.size, describe_frame(received), tell_stages(names, port, received, stages), {}, {}};
  if (stages.empty()) return packet;
  const Packet& last = stages.back().record.packet;
  packet.verdict = std::string(to_word(last.verdict));
  if (last.verdict == Verdict::kDrop) packet.reason = std::string(info(last.reason).name);
  return packet;
}

}  // namespace

Observations::~Observations() {
  for (const auto& worker : host_.workers()) worker->state().observation.store(nullptr);
}

bool Observations::is_there(const std::string& port, PortId id) const {
  const auto found = registry_.find_port(port);
  return found && found.value() == id;
}

// --- traces

Result<unsigned> Observations::add_trace(const LiveTraceRequest& request) {
  const auto port = registry_.find_port(request.port);
  if (!port) return port.error();
  if (auto checked = text::check_range("count", request.count, kTracedRange); !checked)
    return checked.error();
  if (traces_.size() >= kMaxTraces) {
    return make_error(ErrorCode::quota,
                      "trace: there are {} already, expected at most that many; trace remove NUMBER",
                      kMaxTraces);
  }
  auto filter = compile_filter(request.filter);
  if (!filter) return filter.error();
  const unsigned number = next_trace_++;
  traces_.emplace(number, Trace{request, std::make_unique<LiveTrace>(port.value(), std::move(filter).value(),
                                                                     request.count)});
  publish();
  return number;
}

Result<void> Observations::remove_trace(unsigned number) {
  const auto found = traces_.find(number);
  if (found == traces_.end())
    return make_error(ErrorCode::not_found, "trace: {} does not exist, expected a number of trace list",
                      number);
  auto live = std::move(found->second.live);
  traces_.erase(found);
  publish(std::move(live));
  return {};
}

LiveTraceStatus Observations::status_of(unsigned number, const Trace& trace) const {
  const auto taken = trace.live->taken.load(std::memory_order_relaxed);
  return {.number = number,
          .port = trace.request.port,
          .filter = trace.request.filter,
          .count = trace.live->capacity,
          .seen = std::min(taken, trace.live->capacity)};
}

Result<LiveTraceStatus> Observations::trace(unsigned number) const {
  const auto found = traces_.find(number);
  if (found == traces_.end())
    return make_error(ErrorCode::not_found, "trace: {} does not exist, expected a number of trace list",
                      number);
  LiveTraceStatus status = status_of(number, found->second);
  const TraceNames names(registry_, host_.tables());
  for (std::uint32_t i = 0; i < status.seen; ++i) {
    const TraceEntry& entry = found->second.live->entries[i];
    if (entry.is_done.load(std::memory_order_acquire))
      status.packets.push_back(tell_packet(names, status.port, entry));
  }
  return status;
}

std::vector<LiveTraceStatus> Observations::traces() const {
  std::vector<LiveTraceStatus> result;
  for (const auto& [number, trace] : traces_) result.push_back(status_of(number, trace));
  return result;
}

// --- captures

Result<unsigned> Observations::start_capture(const CaptureRequest& request) {
  for (const auto& checked : {text::check_range("rate", request.rate, kCaptureRateRange),
                              text::check_range("snap", request.snap_bytes, kCaptureSnapRange),
                              text::check_range("count", request.count, kCaptureCountRange)}) {
    if (!checked) return checked.error();
  }
  PortId port;
  if (!request.port.empty()) {
    const auto found = registry_.find_port(request.port);
    if (!found) return found.error();
    port = found.value();
  }
  const auto is_running = [](const auto& capture) { return capture.second->status(0).is_running; };
  if (std::count_if(captures_.begin(), captures_.end(), is_running) >= static_cast<long>(kMaxCaptures)) {
    return make_error(ErrorCode::quota,
                      "capture: {} run already, expected at most that many; capture stop NUMBER",
                      kMaxCaptures);
  }
  for (const auto& [number, capture] : captures_) {
    if (capture->request().file == request.file && capture->status(number).is_running)
      return make_error(ErrorCode::in_use, "{}: capture {} writes it", request.file, number);
  }
  auto filter = compile_filter(request.filter);
  if (!filter) return filter.error();
  auto started = Capture::start(request, port, std::move(filter).value(), host_.workers().size(), names());
  if (!started) return started.error();
  const unsigned number = next_capture_++;
  captures_.emplace(number, std::move(started).value());
  publish();
  return number;
}

Result<CaptureStatus> Observations::stop_capture(unsigned number) {
  const auto found = captures_.find(number);
  if (found == captures_.end()) {
    return make_error(ErrorCode::not_found, "capture: {} does not exist, expected a number of capture list",
                      number);
  }
  auto capture = std::move(found->second);
  captures_.erase(found);
  publish();
  wait_for_workers();
  capture->finish();
  const CaptureStatus status = capture->status(number);
  retired_.push_back({host_.rcu().start(), nullptr, nullptr, std::move(capture)});
  return status;
}

std::vector<CaptureStatus> Observations::captures() const {
  std::vector<CaptureStatus> result;
  for (const auto& [number, capture] : captures_) result.push_back(capture->status(number));
  return result;
}

Capture::Names Observations::names() const {
  Capture::Names names = registry_.port_names;
  if (registry_.uplink) names[registry_.uplink->id] = std::string(kUplinkName);
  return names;
}

// --- what the workers see

void Observations::publish(std::unique_ptr<LiveTrace> removed) {
  auto next = std::make_unique<Observation>();
  for (const auto& [number, trace] : traces_) {
    if (is_there(trace.request.port, trace.live->port)) next->traces.push_back(trace.live.get());
  }
  for (const auto& [number, capture] : captures_) {
    if (capture->status(number).is_running && why_ended(*capture).empty())
      next->taps.push_back(&capture->tap());
  }
  const bool is_empty = next->traces.empty() && next->taps.empty();
  auto before = std::exchange(observation_, is_empty ? nullptr : std::move(next));
  for (const auto& worker : host_.workers())
    worker->state().observation.store(observation_.get(), std::memory_order_release);
  retired_.push_back({host_.rcu().start(), std::move(before), std::move(removed), nullptr});
}

// For a stuck worker no longer than the limit: what it may still see is kept until its grace period is over.
void Observations::wait_for_workers() {
  const auto token = host_.rcu().start();
  const auto deadline = std::chrono::steady_clock::now() + kGraceLimit;
  while (!host_.rcu().is_over(token) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

void Observations::tick() {
  std::erase_if(retired_, [this](const Retired& each) { return host_.rcu().is_over(each.token); });
  if (!observation_) return;
  const bool is_trace_lost = std::any_of(traces_.begin(), traces_.end(), [this](const auto& trace) {
    return is_observed(*trace.second.live) && !is_there(trace.second.request.port, trace.second.live->port);
  });
  std::vector<std::pair<Capture*, std::string>> ending;
  for (const auto& [number, capture] : captures_) {
    capture->set_names(names());
    if (!is_observed(capture->tap())) continue;
    if (auto why = why_ended(*capture); !why.empty()) ending.emplace_back(capture.get(), std::move(why));
  }
  if (!is_trace_lost && ending.empty()) return;
  publish();
  for (auto& [capture, why] : ending) capture->finish(std::move(why));
}

// Empty: it goes on.
std::string Observations::why_ended(const Capture& capture) const {
  if (capture.wants_no_more()) return "has all its packets";
  const bool is_gone = capture.port().is_valid() && !is_there(capture.request().port, capture.port());
  return is_gone ? "lost its port" : "";
}

bool Observations::is_observed(const LiveTrace& trace) const {
  const auto& traces = observation_->traces;
  return std::find(traces.begin(), traces.end(), &trace) != traces.end();
}

bool Observations::is_observed(const CaptureTap& tap) const {
  return observation_ &&
         std::find(observation_->taps.begin(), observation_->taps.end(), &tap) != observation_->taps.end();
}

}  // namespace vipswitch
