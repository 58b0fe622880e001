// What is accounted for: drops of one port, conservation of packets, room in the tables.

#include <algorithm>
#include <fmt/format.h>

#include "control/shell/commands.h"
#include "control/shell/print.h"
#include "control/shell/text_table.h"
#include "control/text/no_such_port.h"

namespace vipswitch::shell {
namespace {

// --- drops of one port

Result<PortStatus> find_port(Context& context, const Arguments& arguments) {
  const auto& name = arguments.text("PORT");
  for (auto& port : context.runtime.ports()) {
    if (port.name == name) return port;
  }
  return text::no_such_port(name);
}

// Every reason, as in `show drops json`.
Json drop_object(const PortStatus& port, std::uint64_t PortDropCount::*packets) {
  auto counts = Json::object();
  for (const auto& reason : kDropReasons) counts[std::string(reason.name)] = 0;
  for (const auto& count : port.drop_counts) counts[std::string(info(count.reason).name)] = count.*packets;
  return counts;
}

std::string drop_table(const PortStatus& port) {
  TextTable table(
      {{"REASON"}, {"RECEIVED", Align::kRight}, {"TO_SEND", Align::kRight}, {"STAGE"}, {"MEANING"}});
  for (const auto& count : port.drop_counts) {
    const auto& reason = info(count.reason);
    table.add({std::string(reason.name), number(count.packets), number(count.tx_packets),
               std::string(reason.stage), std::string(reason.help)});
  }
  return table.empty() ? "no drops\n" : table.text();
}

Result<void> show_port_drops(Context& context, const Arguments& arguments) {
  const auto port = find_port(context, arguments);
  if (!port) return port.error();
  print(context, arguments,
        Json{{"port", port.value().name},
             {"drops", drop_object(port.value(), &PortDropCount::packets)},
             {"tx_drops", drop_object(port.value(), &PortDropCount::tx_packets)}},
        drop_table(port.value()));
  return {};
}

// --- conservation

// In minus out. Counters of 64 bits do not wrap.
std::int64_t difference(const WorkerStatus& worker) {
  return static_cast<std::int64_t>(worker.packets_in() - worker.packets_out());
}

Json conservation_of(const WorkerStatus& worker) {
  return {{"lcore", worker.lcore},
          {"conserved", worker.conserved()},
          {"difference", difference(worker)},
          {"in",
           {{"rx", worker.rx},
            {"generated", worker.generated},
            {"replicated", worker.replicated},
            {"handed_in", worker.handed_in},
            {"total", worker.packets_in()}}},
          {"out",
           {{"tx", worker.tx},
            {"dropped", worker.dropped},
            {"consumed", worker.consumed},
            {"to_control", worker.to_control},
            {"handed_out", worker.handed_out},
            {"total", worker.packets_out()}}}};
}

std::string verdict_on(const WorkerStatus& worker) {
  const auto missing = difference(worker);
  if (missing == 0) return "conserved: every packet that came has ended exactly once";
  return missing > 0 ? fmt::format("NOT CONSERVED, a defect: {} packets came and have not ended", missing)
                     : fmt::format("NOT CONSERVED, a defect: {} packets ended that never came", -missing);
}

std::string tell_conservation(const WorkerStatus& worker) {
  return fmt::format(
      "worker on lcore {}: {}\n"
      "  in:  rx {} + generated {} + replicated {} + handed_in {} = {}\n"
      "  out: tx {} + dropped {} + consumed {} + to_control {} + handed_out {} = {}\n",
      worker.lcore, verdict_on(worker), worker.rx, worker.generated, worker.replicated, worker.handed_in,
      worker.packets_in(), worker.tx, worker.dropped, worker.consumed, worker.to_control, worker.handed_out,
      worker.packets_out());
}

Result<void> show_conservation(Context& context, const Arguments& arguments) {
  const auto workers = context.runtime.workers();
  auto array = Json::array();
  std::string text;
  std::uint64_t handed_in = 0, handed_out = 0;
  for (const auto& worker : workers) {
    array.push_back(conservation_of(worker));
    text += tell_conservation(worker);
    handed_in += worker.handed_in;
    handed_out += worker.handed_out;
  }
  // The workers are not looked at in the same instant.
  const std::uint64_t between = handed_out > handed_in ? handed_out - handed_in : 0;
  text += fmt::format("on the way between workers: {} packets\n", between);
  const bool is_conserved =
      std::all_of(workers.begin(), workers.end(), [](const auto& worker) { return worker.conserved(); });
  print(context, arguments,
        Json{{"conserved", is_conserved}, {"between_workers", between}, {"workers", std::move(array)}}, text);
  return {};
}

// --- tables

Result<void> show_tables(Context& context, const Arguments& arguments) {
  const auto tables = context.runtime.tables();
  TextTable table({{"TABLE"},
                   {"ENTRIES", Align::kRight},
                   {"CAPACITY", Align::kRight},
                   {"USED", Align::kRight},
                   {"BYTES", Align::kRight}});
  auto array = Json::array();
  std::string full;
  std::uint64_t bytes = 0;
  for (const auto& each : tables) {
    array.push_back(to_json(each));
    bytes += each.bytes;
    table.add({each.name, number(each.entries), number(each.capacity),
               fmt::format("{}%", std::uint64_t{each.entries} * 100 / std::max(each.capacity, 1u)),
               number(each.bytes)});
    if (each.entries >= each.capacity)
      full += fmt::format("{} is FULL: what needs another place is refused, nothing is lost\n", each.name);
  }
  print(context, arguments, Json{{"tables", std::move(array)}, {"bytes", bytes}},
        fmt::format("{}all tables: {} bytes\n{}", table.text(), bytes, full));
  return {};
}

const Argument kPort{"PORT", &value_type::kAnyPortName, "name of a port, or uplink"};

}  // namespace

std::vector<Command> account_commands() {
  return {
      {"show drops port PORT [json]",
       "count what one port sent and what was to be sent to it, and was dropped, by reason",
       {kPort},
       show_port_drops},
      {"show conservation [json]",
       "tell for each worker whether every packet that came has ended exactly once",
       {},
       show_conservation},
      {"show tables [json]", "tell how full the tables are and what memory they take", {}, show_tables},
  };
}

}  // namespace vipswitch::shell
