#include "control/telemetry/telemetry_documents.h"

#include <fmt/format.h>
#include <iterator>
#include <string>

#include "control/shell/session.h"
#include "control/text/format.h"
#include "control/text/make_error.h"
#include "control/text/no_such_port.h"
#include "control/text/words.h"
#include "version.h"

namespace vipswitch::telemetry {
namespace {

using shell::Json;

// As a value of the shell, even where a keyword is spelled alike.
std::string quoted(std::string_view word) {
  std::string result = "\"";
  for (const char letter : word) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + '"';
}

Result<Json> show(const DocumentSources& sources, std::string_view line) {
  std::string text;
  shell::Session session(sources.commands, sources.service, sources.runtime,
                         [&text](std::string_view output) { text += output; });
  if (const auto done = session.execute(fmt::format("{} json", line)); !done) return done.error();
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return make_error(ErrorCode::internal, "{}: printed no JSON", line);
  return document;
}

// The counters themselves, without the name of what they count around them.
Result<Json> show_counters(const DocumentSources& sources, std::string_view line, const char* key) {
  auto document = show(sources, line);
  if (!document) return document;
  return Json(document.value().at(key));
}

Result<Json> info_document(const DocumentSources& sources, std::string_view) {
  const auto& objects = sources.service.objects();
  return Json{{"version", kVersion},
              {"uptime_ms", sources.runtime.now_ms()},
              {"forwarding", sources.runtime.forwarding()},
              {"vpcs", objects.vpcs.size()},
              {"subnets", objects.subnets.size()},
              {"ports", objects.ports.size()},
              {"havips", objects.havips.size()},
              {"eips", objects.eips.size()}};
}

// Short, so that an answer has room for many.
Result<Json> all_havips(const DocumentSources& sources) {
  auto havips = Json::array();
  for (const HavipSummary& havip : sources.runtime.havip_summaries()) {
    havips.push_back({{"name", havip.name},
                      {"address", fmt::to_string(havip.address)},
                      {"owner", havip.owner},
                      {"state", to_word(havip.state)}});
  }
  return Json{{"total", havips.size()}, {"havips", std::move(havips)}};
}

Result<Json> havip_document(const DocumentSources& sources, std::string_view name) {
  if (name.empty()) return all_havips(sources);
  return show(sources, fmt::format("show havip {}", quoted(name)));
}

Result<Json> ports_document(const DocumentSources& sources, std::string_view name) {
  auto document = show(sources, "show port stats");
  if (!document || name.empty()) return document;
  for (const Json& port : document.value().at("ports")) {
    if (port.at("name").get_ref<const std::string&>() == name) return Json(port);
  }
  return text::no_such_port(name);
}

Result<Json> drops_document(const DocumentSources& sources, std::string_view port) {
  if (!port.empty()) return show(sources, fmt::format("show drops port {}", quoted(port)));
  return show_counters(sources, "show drops", "drops");
}

Result<Json> learning_document(const DocumentSources& sources, std::string_view) {
  return show_counters(sources, "show learning", "learning");
}

Result<Json> workers_document(const DocumentSources& sources, std::string_view) {
  return show(sources, "show worker stats");
}

Result<Json> neighbours_document(const DocumentSources& sources, std::string_view) {
  return show(sources, "show neighbours");
}

constexpr DocumentCommand kDocuments[] = {
    {"/vipswitch/info", "Version, time since start in ms, numbers of objects. No parameters", info_document},
    {"/vipswitch/havip", "Owners and states of all HAVIPs. With a name: all about one. Parameters: [HAVIP]",
     havip_document},
    {"/vipswitch/ports", "Devices and counters of all ports, or of one. Parameters: [PORT]", ports_document},
    {"/vipswitch/workers", "Counters of each worker. No parameters", workers_document},
    {"/vipswitch/drops", "Dropped packets by reason, of all or of one port. Parameters: [PORT]",
     drops_document},
    {"/vipswitch/learning", "What was learned from ARP and VRRP. No parameters", learning_document},
    {"/vipswitch/neighbours", "Hosts resolved on the provider network. No parameters", neighbours_document},
};

bool takes_parameter(const DocumentCommand& document) {
  return document.make == havip_document || document.make == ports_document ||
         document.make == drops_document;
}

}  // namespace

std::span<const DocumentCommand> document_commands() {
  return kDocuments;
}

Result<Json> make_document(const DocumentSources& sources, std::string_view command,
                           std::string_view parameter) {
  for (const DocumentCommand& document : kDocuments) {
    if (command != document.command) continue;
    if (!parameter.empty() && !takes_parameter(document)) {
      return make_error(ErrorCode::usage, "{}: parameter \"{}\", expected none", command, parameter);
    }
    return document.make(sources, parameter);
  }
  return make_error(ErrorCode::not_found, "{}: there is no such command", command);
}

}  // namespace vipswitch::telemetry
