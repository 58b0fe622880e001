#include "control/config/config.h"

#include <fmt/format.h>
#include <string>
#include <variant>
#include <vector>

#include "control/config/object_reader.h"
#include "control/config/settings_reader.h"
#include "control/config/yaml_reader.h"
#include "control/model/build.h"
#include "control/text/read_file.h"

namespace vipswitch {
namespace {

// The file's one document; null after a failure.
YAML::Node parse_yaml(config::YamlSource& source, const std::string& text) {
  try {
    auto documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      source.fail_found(config::line_of(documents[1]), "a second document", "one document a file");
    }
    if (documents.empty() || documents.front().IsNull()) {
      source.fail_found(1, "an empty file", "a mapping with keys such as vpcs and ports");
    }
    return source.ok() ? documents.front() : YAML::Node();
  } catch (const YAML::Exception& error) {
    source.fail_found(error.mark.line + 1, fmt::format("what is not YAML ({})", error.msg),
                      "a well-formed file");
    return {};
  }
}

// The rules, tried in a model that is thrown away.
void check_rules(config::YamlSource& source, const model::Objects& objects,
                 const config::ObjectLines& lines) {
  const auto built = model::build(objects);
  const auto* violation = std::get_if<model::Violation>(&built);
  if (!violation) return;
  source.fail(lines.find({violation->kind, violation->name})->second, violation->error.code,
              violation->error.message);
}

}  // namespace

Result<Config> parse_config(const std::string& text, const std::string& origin) {
  config::YamlSource source(origin);
  const auto document = parse_yaml(source, text);
  if (!source.ok()) return source.error();
  const config::Mapping root(source, document, "the file",
                             {"eal", "cores", "tables", "idle", "memory_mb", "mbufs", "flood_pps", "control",
                              "metrics", "uplink", "vpcs", "subnets", "ports", "havips", "eips", "learn"});
  Config config;
  config::ObjectLines lines;
  config.settings = config::read_settings(root);
  config.objects = config::read_objects(root, lines);
  if (source.ok()) check_rules(source, config.objects, lines);
  if (!source.ok()) return source.error();
  return config;
}

Result<Config> load_config(const std::string& path) {
  const auto text = text::read_file(path);
  if (!text) return text.error();
  return parse_config(text.value(), path);
}

}  // namespace vipswitch
