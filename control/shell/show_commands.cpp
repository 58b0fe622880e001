#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/shell/commands.h"
#include "control/shell/print.h"
#include "control/shell/text_table.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

template <class T>
Json json_list(const char* key, const std::vector<T>& elements) {
  auto array = Json::array();
  for (const auto& element : elements) array.push_back(to_json(element));
  return Json{{key, std::move(array)}};
}

Result<void> show_port_stats(Context& context, const Arguments& arguments) {
  const auto ports = context.runtime.ports();
  TextTable table({{"PORT"},
                   {"RX_PACKETS", Align::kRight},
                   {"RX_BYTES", Align::kRight},
                   {"TX_PACKETS", Align::kRight},
                   {"TX_BYTES", Align::kRight},
                   {"RX_MISSED", Align::kRight},
                   {"DROPS", Align::kRight},
                   {"TX_DROPS", Align::kRight}});
  for (const auto& port : ports) {
    table.add({port.name, number(port.rx_packets), number(port.rx_bytes), number(port.tx_packets),
               number(port.tx_bytes), number(port.rx_missed), number(port.drops), number(port.tx_drops)});
  }
  print(context, arguments, json_list("ports", ports), with_notice(context, table.text()));
  return {};
}

Result<void> show_port_info(Context& context, const Arguments& arguments) {
  const auto ports = context.runtime.ports();
  TextTable table({{"PORT"},
                   {"LINK"},
                   {"MAC"},
                   {"MTU", Align::kRight},
                   {"RXQ", Align::kRight},
                   {"TXQ", Align::kRight},
                   {"DRIVER"},
                   {"DEVICE"}});
  for (const auto& port : ports) {
    table.add({port.name, port.link_up ? "up" : "down", fmt::to_string(port.mac), number(port.mtu),
               number(port.rx_queues), number(port.tx_queues), port.driver, port.device});
  }
  print(context, arguments, json_list("ports", ports), with_notice(context, table.text()));
  return {};
}

Result<void> show_worker_stats(Context& context, const Arguments& arguments) {
  const auto workers = context.runtime.workers();
  std::string text;
  for (const auto& worker : workers) {
    text += fmt::format("worker on lcore {}: load {:.1f}%, {:.1f} packets per poll, queues {}{}\n",
                        worker.lcore, worker.load_percent, worker.packets_per_poll,
                        worker.queues.empty() ? "none" : fmt::format("{}", fmt::join(worker.queues, " ")),
                        worker.stuck ? "; STUCK: no poll finished for 100 ms or more" : "");
    text += fmt::format("  polls {}, empty {}, sleeps {}; cycles busy {}, idle {}\n", worker.polls,
                        worker.empty_polls, worker.sleeps, worker.busy_cycles, worker.idle_cycles);
    text += fmt::format("  in:  rx {} + generated {} + replicated {} + handed_in {}\n", worker.rx,
                        worker.generated, worker.replicated, worker.handed_in);
    text += fmt::format("  out: tx {} + dropped {} + consumed {} + to_control {} + handed_out {}\n",
                        worker.tx, worker.dropped, worker.consumed, worker.to_control, worker.handed_out);
    text += fmt::format("  fragmented {}, ICMP errors told {}\n", worker.fragmented, worker.errors_told);
    text += worker.conserved() ? "  conserved\n" : "  NOT CONSERVED: in and out differ\n";
  }
  Json json{{"forwarding", context.runtime.forwarding()}};
  json.update(json_list("workers", workers));
  print(context, arguments, json, with_notice(context, text.empty() ? "no workers\n" : text));
  return {};
}

Result<void> show_drops(Context& context, const Arguments& arguments) {
  auto counts = Json::object();
  TextTable table({{"REASON"}, {"PACKETS", Align::kRight}, {"STAGE"}, {"MEANING"}});
  for (const auto& drop : context.runtime.drops()) {
    const auto& reason = info(drop.reason);
    counts[std::string(reason.name)] = drop.packets;
    if (drop.packets == 0) continue;
    table.add({std::string(reason.name), number(drop.packets), std::string(reason.stage),
               std::string(reason.help)});
  }
  print(context, arguments, Json{{"drops", counts}}, table.empty() ? "no drops\n" : table.text());
  return {};
}

Result<void> show_learning(Context& context, const Arguments& arguments) {
  auto counts = Json::object();
  TextTable table({{"COUNTER"}, {"COUNT", Align::kRight}, {"MEANING"}});
  for (const auto& entry : context.runtime.learning()) {
    const auto& counter = info(entry.counter);
    counts[std::string(counter.name)] = entry.count;
    if (entry.count > 0)
      table.add({std::string(counter.name), number(entry.count), std::string(counter.help)});
  }
  print(context, arguments, Json{{"learning", counts}},
        table.empty() ? "nothing was learned\n" : table.text());
  return {};
}

Result<void> show_neighbours(Context& context, const Arguments& arguments) {
  const auto neighbours = context.runtime.neighbours();
  TextTable table({{"ADDRESS"}, {"MAC"}, {"STATE"}});
  for (const auto& neighbour : neighbours) {
    table.add({fmt::to_string(neighbour.address),
               neighbour.mac.is_zero() ? "-" : fmt::to_string(neighbour.mac), neighbour.state});
  }
  print(context, arguments, json_list("neighbours", neighbours),
        table.empty() ? "no neighbours\n" : table.text());
  return {};
}

}  // namespace

std::vector<Command> show_commands() {
  return {
      {"show port stats [json]",
       "count packets and bytes of each port, the uplink included",
       {},
       show_port_stats},
      {"show port info [json]", "describe the device of each port, the uplink included", {}, show_port_info},
      {"show worker stats [json]",
       "count what each worker did with its packets, and how busy it is",
       {},
       show_worker_stats},
      {"show drops [json]",
       "count dropped packets by reason; text leaves out reasons that did not occur",
       {},
       show_drops},
      {"show learning [json]",
       "count what was learned from ARP and VRRP; text leaves out zeros",
       {},
       show_learning},
      {"show neighbours [json]", "list the hosts resolved on the provider network", {}, show_neighbours},
  };
}

}  // namespace vipswitch::shell
