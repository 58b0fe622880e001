// Live traces and captures: what goes on, as it goes on.

#include <fmt/format.h>

#include "control/event/decision_event.h"
#include "control/shell/commands.h"
#include "control/shell/print.h"
#include "control/shell/text_table.h"

namespace vipswitch::shell {
namespace {

std::string or_everything(const std::string& filter) {
  return filter.empty() ? "-" : filter;
}

unsigned number_of(const Arguments& arguments, std::string_view placeholder) {
  return static_cast<unsigned>(arguments.get<std::uint64_t>(placeholder));
}

std::uint32_t count_or(const Arguments& arguments, std::string_view placeholder, std::uint64_t otherwise) {
  return static_cast<std::uint32_t>(arguments.get_or<std::uint64_t>(placeholder, otherwise));
}

// --- live traces

Result<void> add_trace(Context& context, const Arguments& arguments) {
  LiveTraceRequest request;
  request.port = arguments.text("PORT");
  request.filter = arguments.get_or<std::string>("EXPRESSION", "");
  request.count = count_or(arguments, "COUNT", 1);
  const auto number = context.runtime.add_trace(request);
  if (!number) return number.error();
  context.print(fmt::format("trace {0} is on: trace show {0} tells what it has seen\n", number.value()));
  return {};
}

Result<void> remove_trace(Context& context, const Arguments& arguments) {
  return context.runtime.remove_trace(number_of(arguments, "TRACE"));
}

Json head_of(const LiveTraceStatus& trace) {
  return {{"number", trace.number},
          {"port", trace.port},
          {"filter", trace.filter.empty() ? Json() : Json(trace.filter)},
          {"count", trace.count},
          {"seen", trace.seen}};
}

Json form_of(const TracedPacket& packet) {
  return {{"at_ms", packet.at_ms},     {"size", packet.size},
          {"frame", packet.frame},     {"steps", to_json(packet.steps)},
          {"verdict", packet.verdict}, {"reason", packet.reason.empty() ? Json() : Json(packet.reason)}};
}

Result<void> list_traces(Context& context, const Arguments& arguments) {
  auto array = Json::array();
  TextTable table(
      {{"TRACE", Align::kRight}, {"PORT"}, {"SEEN", Align::kRight}, {"OF", Align::kRight}, {"FILTER"}});
  for (const auto& trace : context.runtime.traces()) {
    array.push_back(head_of(trace));
    table.add({number(trace.number), trace.port, number(trace.seen), number(trace.count),
               or_everything(trace.filter)});
  }
  print(context, arguments, Json{{"traces", std::move(array)}}, table.empty() ? "no traces\n" : table.text());
  return {};
}

Result<void> show_trace(Context& context, const Arguments& arguments) {
  const auto found = context.runtime.trace(number_of(arguments, "TRACE"));
  if (!found) return found.error();
  const LiveTraceStatus& trace = found.value();
  if (arguments.has("json")) {
    auto packets = Json::array();
    for (const auto& packet : trace.packets) packets.push_back(form_of(packet));
    Json json = head_of(trace);
    json["packets"] = std::move(packets);
    context.print(to_text(json));
    return {};
  }
  std::string text;
  for (const auto& packet : trace.packets) {
    text += fmt::format("at {:.3f} s, {} bytes from {}: {}\n", static_cast<double>(packet.at_ms) / 1000.0,
                        packet.size, trace.port, packet.frame);
    text += tell_steps(packet.steps);
    text += packet.reason.empty() ? fmt::format("result: {}\n\n", packet.verdict)
                                  : fmt::format("result: drop, {}\n\n", packet.reason);
  }
  context.print(text + fmt::format("{} of {} packets of {} seen\n", trace.seen, trace.count, trace.port));
  return {};
}

// --- captures

Result<void> start_capture(Context& context, const Arguments& arguments) {
  CaptureRequest request;
  request.port = arguments.get_or<std::string>("PORT", "");
  request.file = context.path(arguments.text("FILE"));
  request.filter = arguments.get_or<std::string>("EXPRESSION", "");
  request.rate = count_or(arguments, "RATE", request.rate);
  request.snap_bytes = count_or(arguments, "BYTES", request.snap_bytes);
  request.count = count_or(arguments, "COUNT", request.count);
  const auto number = context.runtime.start_capture(request);
  if (!number) return number.error();
  context.print(
      fmt::format("capture {0} writes {1}: capture stop {0} ends it\n", number.value(), request.file));
  return {};
}

std::string what_of(const CaptureStatus& capture) {
  return capture.request.port.empty() ? "drops" : capture.request.port;
}

Json form_of(const CaptureStatus& capture) {
  return {{"number", capture.number},
          {"port", name_or_null(capture.request.port)},
          {"file", capture.request.file},
          {"filter", capture.request.filter.empty() ? Json() : Json(capture.request.filter)},
          {"rate", capture.request.rate},
          {"running", capture.is_running},
          {"packets", capture.packets},
          {"bytes", capture.bytes},
          {"left_out_by_rate", capture.beyond_rate},
          {"left_out_by_file", capture.without_slot},
          {"ended", capture.ended.empty() ? Json() : Json(capture.ended)}};
}

Result<void> list_captures(Context& context, const Arguments& arguments) {
  auto array = Json::array();
  TextTable table({{"CAPTURE", Align::kRight},
                   {"OF"},
                   {"STATE"},
                   {"PACKETS", Align::kRight},
                   {"LEFT_OUT", Align::kRight},
                   {"FILE"},
                   {"FILTER"}});
  for (const auto& capture : context.runtime.captures()) {
    array.push_back(form_of(capture));
    table.add({number(capture.number), what_of(capture),
               capture.is_running ? "running" : "ended: " + capture.ended, number(capture.packets),
               number(capture.beyond_rate + capture.without_slot), capture.request.file,
               or_everything(capture.request.filter)});
  }
  print(context, arguments, Json{{"captures", std::move(array)}},
        table.empty() ? "no captures\n" : table.text());
  return {};
}

Result<void> stop_capture(Context& context, const Arguments& arguments) {
  const auto stopped = context.runtime.stop_capture(number_of(arguments, "CAPTURE"));
  if (!stopped) return stopped.error();
  const CaptureStatus& capture = stopped.value();
  print(context, arguments, form_of(capture),
        fmt::format("capture {} of {} {}: {} packets in {}; left out: {} beyond {} a second, {} because "
                    "the file was slower\n",
                    capture.number, what_of(capture), capture.ended, capture.packets, capture.request.file,
                    capture.beyond_rate, capture.request.rate, capture.without_slot));
  return {};
}

const Argument kAnyPort{"PORT", &value_type::kAnyPortName, "name of a port, or uplink"};
const Argument kFilter{
    "EXPRESSION", &value_type::kText,
    "pcap-filter(7) in quotes, such as \"icmp and host 10.77.0.11\"; without it every packet"};
const Argument kTrace{"TRACE", &value_type::kCount, "number of a trace, see trace list"};
const Argument kFile{"FILE", &value_type::kText, "pcapng, made anew by the switch"};
const Argument kFrameRate{"RATE", &value_type::kNumberIn<kCaptureRateRange>,
                          "packets a second at most, default 10000"};
const Argument kSnap{"BYTES", &value_type::kNumberIn<kCaptureSnapRange>,
                     "of each packet at most, 14 to 2048, default 2048"};
const Argument kCount{"COUNT", &value_type::kNumberIn<kCaptureCountRange>,
                      "packets, then it ends by itself, default 1000000"};

}  // namespace

std::vector<Command> observe_commands() {
  return {
      {"trace add port PORT [filter EXPRESSION] [count COUNT]",
       "remember what each stage does with the next packets that a port sends",
       {kAnyPort,
        kFilter,
        {"COUNT", &value_type::kNumberIn<kTracedRange>, "packets, at most 1000, default 1"}},
       add_trace},
      {"trace list [json]", "list the live traces", {}, list_traces},
      {"trace show TRACE [json]", "tell what a live trace has seen", {kTrace}, show_trace},
      {"trace remove TRACE", "end a live trace and forget it", {kTrace}, remove_trace},
      {"capture port PORT FILE [filter EXPRESSION] [rate RATE] [snap BYTES] [count COUNT]",
       "write what a port sends and gets into a file, with direction and drop reason",
       {kAnyPort, kFile, kFilter, kFrameRate, kSnap, kCount},
       start_capture},
      {"capture drops FILE [filter EXPRESSION] [rate RATE] [snap BYTES] [count COUNT]",
       "write what is dropped at any port into a file, with the reason",
       {kFile, kFilter, kFrameRate, kSnap, kCount},
       start_capture},
      {"capture list [json]", "list the captures", {}, list_captures},
      {"capture stop CAPTURE [json]",
       "end a capture and close its file; tells how many packets were left out",
       {{"CAPTURE", &value_type::kCount, "number of a capture, see capture list"}},
       stop_capture},
  };
}

}  // namespace vipswitch::shell
