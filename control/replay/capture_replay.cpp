#include "control/replay/capture_replay.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/offline/offline_switch.h"
#include "control/publish/registry.h"
#include "control/replay/capture_merge.h"
#include "control/replay/frame_origin.h"
#include "control/text/make_error.h"

namespace vipswitch::replay {
namespace {

constexpr unsigned kPackets = 4095;  // in the pool, of which one frame at a time takes a few
constexpr std::int64_t kNsPerUs = 1'000, kNsPerMs = 1'000'000;
// No incident lasts longer; files of different nights, or a damaged time, would have timers run for years.
constexpr TimeMs kMsPerDay = 86'400'000, kLongestGapMs = 7 * kMsPerDay;

// The same world on devices that exist nowhere.
template <class Holder>
void take_off_device(Holder& holder) {
  holder.device = OfflineSwitch::next_device();
  holder.interface.reset();
  holder.queues = 1;
}

model::Objects without_devices(model::Objects objects) {
  if (objects.uplink) take_off_device(*objects.uplink);
  for (auto& entry : objects.ports) take_off_device(entry.second);
  return objects;
}

ReplayedDecision to_decision(const OperatorEvent& event, TimeMs now) {
  const auto& fields = *event.fields;
  const auto text = [&](const char* name) {
    const auto& field = fields.at(name);
    return field.is_null() ? std::string() : field.template get<std::string>();
  };
  ReplayedDecision decision{.at_ms = now,
                            .file = {},
                            .havip = text("havip"),
                            .address = text("address"),
                            .from = text("from"),
                            .to = text("to"),
                            .trigger = text("trigger"),
                            .rule = text("rule"),
                            .evidence = text("evidence"),
                            .priority = fields.at("priority").get<unsigned>(),
                            .vrid = fields.at("vrid").get<unsigned>()};
  if (event.name == EventName::owner_observed) decision.data_goes_to = text("data_goes_to");
  return decision;
}

class CaptureReplay {
 public:
  CaptureReplay(const ReplayRequest& request, CaptureMerge merge, std::unique_ptr<DataplaneHost> host)
      : request_(request),
        merge_(std::move(merge)),
        origins_(request.config.objects),
        offline_(std::move(host)) {
    for (const CaptureSource& source : request.captures) report_.captures.push_back({source});
  }

  Result<void> bring_up();
  Result<void> run();
  ReplayReport take_report();

 private:
  void record(const OperatorEvent& event);
  Result<void> move_clock(const CaptureMerge::Next& next);
  Result<void> take(const CaptureMerge::Next& next);
  Result<void> inject(const std::string& port, const FrameBytes& frame);
  void run_out();
  // Nobody is there to hear what the switch asks by itself.
  void advance_to(TimeMs now) {
    offline_.advance_to(now);
    offline_.take_questions();
  }

  const ReplayRequest& request_;
  CaptureMerge merge_;
  OriginFinder origins_;
  OfflineSwitch offline_;
  EventJournal::Subscription decisions_;
  std::optional<std::int64_t> first_ns_;
  const CaptureMerge::Next* current_ = nullptr;  // the frame that is on its way
  ReplayReport report_;
};

Result<void> CaptureReplay::bring_up() {
  if (auto applied = offline_.service().apply(without_devices(request_.config.objects)); !applied)
    return applied;
  offline_.settle();
  offline_.take_sent();
  decisions_ = offline_.control().events().subscribe([this](const OperatorEvent& event) { record(event); });
  return {};
}

void CaptureReplay::record(const OperatorEvent& event) {
  if (event.name != EventName::owner_changed && event.name != EventName::owner_observed) return;
  ReplayedDecision decision = to_decision(event, offline_.now());
  if (current_ != nullptr) {
    decision.file = merge_.reader(current_->file).path();
    decision.frame = current_->frame.number;
  }
  report_.decisions.push_back(std::move(decision));
}

Result<void> CaptureReplay::run() {
  while (true) {
    const auto next = merge_.next();
    if (!next) return next.error();
    if (!next.value()) break;
    if (auto taken = take(*next.value()); !taken) return taken;
  }
  run_out();
  return {};
}

Result<void> CaptureReplay::move_clock(const CaptureMerge::Next& next) {
  const std::int64_t at_ns = next.frame.at_unix_ns;
  if (!first_ns_) {
    first_ns_ = at_ns;
    report_.first_frame_unix_us = at_ns / kNsPerUs;
  }
  const TimeMs at_ms =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(at_ns) - static_cast<std::uint64_t>(*first_ns_)) /
      kNsPerMs;
  if (at_ms - offline_.now() > kLongestGapMs) {
    return make_error(
        ErrorCode::invalid_argument,
        "{}: frame {} is {} days later than the one before it, expected captures of the same time",
        merge_.reader(next.file).path(), next.frame.number, (at_ms - offline_.now()) / kMsPerDay);
  }
  advance_to(std::max(offline_.now(), at_ms));
  return {};
}

Result<void> CaptureReplay::take(const CaptureMerge::Next& next) {
  const CapturedFrame& frame = next.frame;
  if (auto moved = move_clock(next); !moved) return moved;
  report_.last_frame_ms = offline_.now();
  ++report_.captures[next.file].frames;
  FrameCounts& counts = report_.frames;
  const FrameOrigin origin = origins_.find(frame, request_.captures[next.file].port);
  switch (origin.kind) {
    case OriginKind::kSwitch:
      ++counts.sent_by_switch;
      return {};
    case OriginKind::kDropNote:
      ++counts.drop_notes;
      return {};
    case OriginKind::kNobody:
      ++counts.of_no_port[origin.sender];
      return {};
    case OriginKind::kPort:
      break;
  }
  if (!frame.is_whole()) {
    ++counts.not_whole;
  } else if (frame.bytes.size() > OfflineSwitch::kLongestFrame) {
    ++counts.too_long;
  } else {
    ++counts.replayed;
    if (origin.by_vrid) ++counts.by_vrid;
    current_ = &next;
    auto injected = inject(origin.port, frame.bytes);
    current_ = nullptr;
    return injected;
  }
  return {};
}

Result<void> CaptureReplay::inject(const std::string& port, const FrameBytes& frame) {
  const auto id = offline_.control().tables().registry().find_port(port);
  if (!id) return id.error();
  Batch batch;
  if (!offline_.fill(batch, id.value(), {&frame, 1}))
    return make_error(ErrorCode::internal, "the packet pool is empty: no room for a frame");
  offline_.run(batch);
  if (offline_.has_posted()) offline_.settle();
  return {};
}

// What the last frame has begun comes to its end.
void CaptureReplay::run_out() {
  const TimeMs end = report_.last_frame_ms + request_.after_ms;
  for (TimeMs due; (due = offline_.next_due()) <= end;) {
    advance_to(due);
  }
  report_.end_ms = offline_.now();
}

ReplayReport CaptureReplay::take_report() {
  for (std::size_t i = 0; i < report_.captures.size(); ++i)
    report_.captures[i].is_cut = merge_.reader(i).is_cut();
  report_.havips = offline_.runtime().havip_summaries();
  report_.learning = offline_.runtime().learning();
  report_.drops = offline_.runtime().drops();
  return std::move(report_);
}

}  // namespace

Result<ReplayReport> replay_captures(const ReplayRequest& request) {
  std::vector<std::string> paths;
  for (const CaptureSource& source : request.captures) paths.push_back(source.path);
  auto merge = CaptureMerge::open(paths);
  if (!merge) return merge.error();
  Settings settings = request.config.settings;
  settings.mbufs = std::min(settings.mbufs, kPackets);
  auto host = OfflineSwitch::make_host(settings);
  if (!host) return host.error();
  CaptureReplay replay(request, std::move(merge).value(), std::move(host).value());
  if (auto up = replay.bring_up(); !up) return up.error();
  if (auto done = replay.run(); !done) return done.error();
  return replay.take_report();
}

}  // namespace vipswitch::replay
