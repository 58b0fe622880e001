#include "control/config/config.h"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/config/object_reader.h"
#include "control/config/settings_reader.h"
#include "control/config/yaml_reader.h"
#include "control/config/yaml_text.h"
#include "control/model/build.h"
#include "control/text/make_error.h"
#include "control/text/read_file.h"

namespace vipswitch {
namespace {

// Whether it is one document, of something.
void check_document(config::YamlSource& source, const config::YamlText& text) {
  if (const auto& fault = text.fault()) {
    source.fail_found(fault->line, fmt::format("what is not YAML ({})", fault->complaint),
                      "a well-formed file");
    return;
  }
  const auto documents = text.documents();
  if (documents.size() > 1)
    source.fail_found(documents[1].line(), "a second document", "one document a file");
  if (documents.empty() || documents.front().is_nothing())
    source.fail_found(1, "an empty file", "a mapping with keys such as vpcs and ports");
}

// An empty one after a failure.
model::Model build_model(const config::Mapping& root, const model::Objects& objects) {
  auto built = model::build(objects);
  if (auto* model = std::get_if<model::Model>(&built)) return std::move(*model);
  const auto& violation = std::get<model::Violation>(built);
  root.source().fail(config::find_line(root, violation.kind, violation.name), violation.error.code,
                     violation.error.message);
  return {};
}

// What the tables of one family have to hold; each has a table of EIPs and one of endpoints.
struct AddressCounts {
  std::size_t eips = 0, havips = 0, endpoints = 0;
};

AddressCounts count_of(const model::Objects& objects, Family family) {
  const auto has = [&](const auto& object) {
    return family == Family::kIpv6 ? object.ipv6.has_value() : object.ipv4.has_value();
  };
  AddressCounts counts;
  for (const auto& entry : objects.eips) counts.eips += family_of(entry.second.address) == family ? 1 : 0;
  for (const auto& entry : objects.subnets) counts.endpoints += has(entry.second) ? 1 : 0;
  for (const auto& entry : objects.ports) counts.endpoints += has(entry.second) ? 1 : 0;
  for (const auto& entry : objects.havips) {
    const model::Havip& havip = entry.second;
    const bool is_of_subnet = !havip.ipv4 && !havip.ipv6;  // one of each family that the subnet has
    counts.havips += (is_of_subnet ? has(objects.subnets.find(havip.subnet)->second) : has(havip)) ? 1 : 0;
  }
  counts.endpoints += counts.havips;
  return counts;
}

}  // namespace

struct ConfigFile::Document {
  explicit Document(const std::string& origin) : source(origin) {}

  config::Mapping root() {
    return {source,
            yaml->documents().front(),
            "the file",
            {"eal", "cores", "tables", "idle", "memory_mb", "mbufs", "flood_pps", "history", "control",
             "metrics", "uplink", "vpcs", "subnets", "ports", "havips", "eips", "routes", "learn"}};
  }

  config::YamlSource source;
  std::optional<config::YamlText> yaml;
};

ConfigFile::ConfigFile(std::unique_ptr<Document> document, Settings settings)
    : document_(std::move(document)), settings_(std::move(settings)) {}
ConfigFile::ConfigFile(ConfigFile&&) noexcept = default;
ConfigFile& ConfigFile::operator=(ConfigFile&&) noexcept = default;
ConfigFile::~ConfigFile() = default;

Result<ConfigFile> ConfigFile::open(const std::string& path) {
  const auto text = text::read_file(path);
  if (!text) return text.error();
  return parse(text.value(), path);
}

Result<ConfigFile> ConfigFile::parse(const std::string& text, const std::string& origin) {
  auto document = std::make_unique<Document>(origin);
  config::YamlSource& source = document->source;
  if (const auto fault = config::find_text_fault(text)) {
    source.fail_found(fault->line, fault->found, "a text in UTF-8 without control characters");
    return source.error();
  }
  check_document(source, document->yaml.emplace(text));
  if (!source.ok()) return source.error();
  auto settings = config::read_settings(document->root());
  if (!source.ok()) return source.error();
  return ConfigFile(std::move(document), std::move(settings));
}

Result<Config> ConfigFile::read_objects() const {
  const auto root = document_->root();
  Config config{settings_, config::read_objects(root), {}};
  const config::YamlSource& source = root.source();
  if (source.ok()) config.model = build_model(root, config.objects);
  if (!source.ok()) return source.error();
  return config;
}

Result<Config> load_config(const std::string& path) {
  const auto file = ConfigFile::open(path);
  return file ? file.value().read_objects() : file.error();
}

Result<Config> parse_config(const std::string& text, const std::string& origin) {
  const auto file = ConfigFile::parse(text, origin);
  return file ? file.value().read_objects() : file.error();
}

Result<void> check_capacities(const Config& config, const std::string& origin) {
  const auto& objects = config.objects;
  const auto& tables = config.settings.tables;
  const std::size_t uplinks = objects.uplink ? 1 : 0;
  const auto ipv4 = count_of(objects, Family::kIpv4), ipv6 = count_of(objects, Family::kIpv6);
  const struct {
    const char* table;
    std::size_t wanted;
    std::uint32_t room;
  } rows[] = {{"eips", ipv4.eips, tables.eips},
              {"eips6", ipv6.eips, tables.eips6},
              {"havips", ipv4.havips + ipv6.havips, tables.havips},
              {"endpoints", ipv4.endpoints, tables.endpoints},
              {"endpoints6", ipv6.endpoints, tables.endpoints6},
              {"ports", objects.ports.size() + uplinks, tables.ports},
              {"subnets", objects.subnets.size(), tables.subnets},
              {"vpcs", objects.vpcs.size(), tables.vpcs}};
  for (const auto& row : rows) {
    if (row.wanted <= row.room) continue;
    return make_error(
        ErrorCode::table_full,
        "{}: the objects need {} places in the table of {}, expected at most {}, set by \"tables: "
        "{{{}: N}}\"",
        origin, row.wanted, row.table, row.room, row.table);
  }
  return {};
}

}  // namespace vipswitch
