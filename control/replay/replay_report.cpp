#include "control/replay/replay_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/event/decision_event.h"
#include "control/shell/text_table.h"
#include "control/text/clock_text.h"
#include "control/text/format.h"

namespace vipswitch::replay {
namespace {

using Json = nlohmann::ordered_json;
using shell::Align;
using shell::TextTable;

std::string seconds(TimeMs time_ms) {
  return fmt::format("{}.{:03}", time_ms / 1000, time_ms % 1000);
}

std::string name_or_nobody(const std::string& name) {
  return name.empty() ? "nobody" : name;
}

// By its number in the one file, or with the file's name; a timer has none.
std::string frame_text(const ReplayReport& report, const ReplayedDecision& decision) {
  if (decision.file.empty()) return "-";
  if (report.captures.size() == 1) return fmt::to_string(decision.frame);
  return fmt::format("{}:{}", decision.file, decision.frame);
}

std::string decisions_text(const ReplayReport& report) {
  if (report.decisions.empty()) return "no decision was made\n";
  const auto is_observed = [](const ReplayedDecision& decision) { return decision.data_goes_to.has_value(); };
  const bool shows_data = std::any_of(report.decisions.begin(), report.decisions.end(), is_observed);
  std::vector<shell::Column> columns{{"TIME", Align::kRight},
                                     {"FRAME", Align::kRight},
                                     {"HAVIP"},
                                     {"ADDRESS"},
                                     {"FROM"},
                                     {"TO"},
                                     {"TRIGGER"},
                                     {"RULE"},
                                     {"EVIDENCE"},
                                     {"PRIORITY", Align::kRight},
                                     {"VRID", Align::kRight}};
  if (shows_data) columns.push_back({"DATA"});
  TextTable table(std::move(columns));
  for (const auto& decision : report.decisions) {
    std::vector<std::string> row{seconds(decision.at_ms),
                                 frame_text(report, decision),
                                 decision.havip,
                                 decision.address,
                                 name_or_nobody(decision.from),
                                 name_or_nobody(decision.to),
                                 decision.trigger,
                                 decision.rule,
                                 decision.evidence,
                                 fmt::to_string(decision.priority),
                                 fmt::to_string(decision.vrid)};
    if (shows_data) {
      row.push_back(is_observed(decision) ? "stays at " + name_or_nobody(*decision.data_goes_to) : "follows");
    }
    table.add(std::move(row));
  }
  return table.text();
}

std::string havips_text(const ReplayReport& report) {
  if (report.havips.empty()) return "";
  TextTable table({{"HAVIP"}, {"SUBNET"}, {"ADDRESS"}, {"STATE"}, {"OWNER"}});
  for (const auto& havip : report.havips) {
    table.add({havip.name, havip.subnet, fmt::to_string(havip.address), fmt::to_string(havip.state),
               name_or_nobody(havip.owner)});
  }
  return fmt::format("\nowners at {} s:\n{}", seconds(report.end_ms), table.text(2));
}

std::string frames_text(const ReplayReport& report) {
  const FrameCounts& counts = report.frames;
  TextTable table({{"FRAMES", Align::kRight}, {""}});
  for (const auto& capture : report.captures) {
    const auto& port = capture.source.port;
    table.add({fmt::to_string(capture.frames),
               fmt::format("in {}{}{}", capture.source.path, port.empty() ? "" : ", captured at " + port,
                           capture.is_cut ? ", which ends inside the next one" : "")});
  }
  const auto add = [&](std::uint64_t frames, std::string_view what) {
    if (frames != 0) table.add({fmt::to_string(frames), std::string(what)});
  };
  add(counts.replayed, "replayed");
  add(counts.by_vrid, "of those by a virtual MAC, from the port whose advert of the VRID came last");
  add(counts.sent_by_switch, "left out: sent by the switch");
  add(counts.drop_notes, "left out: copies of packets that the switch dropped");
  add(counts.not_whole, "left out: captured in part");
  add(counts.too_long, "left out: longer than a packet buffer");
  for (const auto& [mac, frames] : counts.of_no_port)
    add(frames, fmt::format("left out: {} is no port's", mac));
  const auto begin = report.first_frame_unix_us
                         ? fmt::format(" from {}", text::clock(*report.first_frame_unix_us))
                         : std::string();
  return fmt::format("\nframes{} until {} s:\n{}", begin, seconds(report.last_frame_ms), table.text(2));
}

std::string learning_text(const ReplayReport& report) {
  TextTable table({{"COUNTER"}, {"COUNT", Align::kRight}, {"MEANING"}});
  for (const auto& entry : report.learning) {
    const auto& counter = info(entry.counter);
    if (entry.count != 0)
      table.add({std::string(counter.name), fmt::to_string(entry.count), std::string(counter.help)});
  }
  return table.empty() ? "" : "\nlearning:\n" + table.text(2);
}

std::string drops_text(const ReplayReport& report) {
  TextTable table({{"REASON"}, {"PACKETS", Align::kRight}, {"STAGE"}, {"MEANING"}});
  for (const auto& drop : report.drops) {
    const auto& reason = info(drop.reason);
    if (drop.packets != 0) {
      table.add({std::string(reason.name), fmt::to_string(drop.packets), std::string(reason.stage),
                 std::string(reason.help)});
    }
  }
  return table.empty() ? "" : "\ndrops:\n" + table.text(2);
}

Json to_json(const ReplayedDecision& decision) {
  const auto has_frame = !decision.file.empty();
  return {{"at_ms", decision.at_ms},
          {"file", name_or_null(decision.file)},
          {"frame", has_frame ? Json(decision.frame) : Json()},
          {"havip", decision.havip},
          {"address", decision.address},
          {"from", name_or_null(decision.from)},
          {"to", name_or_null(decision.to)},
          {"trigger", decision.trigger},
          {"rule", decision.rule},
          {"evidence", decision.evidence},
          {"priority", decision.priority},
          {"vrid", decision.vrid},
          {"observed", decision.data_goes_to.has_value()},
          {"data_goes_to", name_or_null(decision.data_goes_to.value_or(decision.to))}};
}

Json to_json(const FrameCounts& counts) {
  Json of_no_port = Json::array();
  for (const auto& [mac, frames] : counts.of_no_port)
    of_no_port.push_back({{"mac", fmt::to_string(mac)}, {"frames", frames}});
  return {{"replayed", counts.replayed},
          {"by_vrid", counts.by_vrid},
          {"sent_by_switch", counts.sent_by_switch},
          {"drop_notes", counts.drop_notes},
          {"not_whole", counts.not_whole},
          {"too_long", counts.too_long},
          {"of_no_port", std::move(of_no_port)}};
}

}  // namespace

std::string to_text(const ReplayReport& report) {
  return decisions_text(report) + havips_text(report) + frames_text(report) + learning_text(report) +
         drops_text(report);
}

Json to_json(const ReplayReport& report) {
  Json captures = Json::array(), decisions = Json::array(), havips = Json::array();
  for (const auto& capture : report.captures) {
    captures.push_back({{"port", name_or_null(capture.source.port)},
                        {"file", capture.source.path},
                        {"frames", capture.frames},
                        {"cut", capture.is_cut}});
  }
  for (const auto& decision : report.decisions) decisions.push_back(to_json(decision));
  for (const auto& havip : report.havips) {
    havips.push_back({{"name", havip.name},
                      {"subnet", havip.subnet},
                      {"address", fmt::to_string(havip.address)},
                      {"state", fmt::to_string(havip.state)},
                      {"owner", name_or_null(havip.owner)},
                      {"owner_since_ms", havip.owner_since_ms},
                      {"owner_changes", havip.owner_changes}});
  }
  Json learning = Json::object(), drops = Json::object();
  for (const auto& entry : report.learning) learning[std::string(info(entry.counter).name)] = entry.count;
  for (const auto& drop : report.drops) drops[std::string(info(drop.reason).name)] = drop.packets;
  return {{"decisions", std::move(decisions)},
          {"havips", std::move(havips)},
          {"end_ms", report.end_ms},
          {"captures", std::move(captures)},
          {"first_frame_at",
           report.first_frame_unix_us ? Json(text::iso_clock(*report.first_frame_unix_us)) : Json()},
          {"last_frame_ms", report.last_frame_ms},
          {"frames", to_json(report.frames)},
          {"learning", std::move(learning)},
          {"drops", std::move(drops)}};
}

}  // namespace vipswitch::replay
