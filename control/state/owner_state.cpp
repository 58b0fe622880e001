#include "control/state/owner_state.h"

#include <filesystem>
#include <system_error>

#include <nlohmann/json.hpp>

#include "control/text/format.h"
#include "control/text/make_error.h"
#include "control/text/parse.h"
#include "control/text/read_file.h"

namespace vipswitch {
namespace {

using Json = nlohmann::ordered_json;

Error unusable(const std::string& origin, std::string_view what) {
  return make_error(
      ErrorCode::invalid_argument,
      "state \"{}\": {}, expected what this switch wrote; move the file away to start without owners", origin,
      what);
}

Json to_json(const RememberedOwner& owner) {
  return {{"havip", owner.havip},
          {to_word(family_of(owner.address)), fmt::to_string(owner.address)},
          {"port", owner.port},
          {"generation", owner.generation}};
}

// Throws what Json::at() and get() throw.
RememberedOwner read_owner(const Json& json) {
  RememberedOwner owner{json.at("havip").get<std::string>(),
                        {},
                        json.at("port").get<std::string>(),
                        json.at("generation").get<std::uint32_t>()};
  const auto* key = json.contains("ipv6") ? "ipv6" : "ipv4";
  const auto parsed = text::parse_address(json.at(key).get<std::string>());
  if (const auto* address = std::get_if<IpAddress>(&parsed)) owner.address = *address;
  return owner;
}

}  // namespace

std::string state_path(const std::string& directory) {
  return directory + "/owners.json";
}

std::string print_state(const SavedOwners& state) {
  auto owners = Json::array();
  for (const auto& owner : state.owners) owners.push_back(to_json(owner));
  const Json document = {
      {"format", kStateFormat}, {"incarnation", state.incarnation}, {"owners", std::move(owners)}};
  return document.dump(1) + "\n";
}

Result<SavedOwners> parse_state(std::string_view text, const std::string& origin) {
  const auto document = Json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("format")) return unusable(origin, "not a state");
  if (document["format"] != kStateFormat) {
    return unusable(origin, fmt::format("format {}, and this version knows format {}",
                                        document["format"].dump(), kStateFormat));
  }
  try {
    SavedOwners state;
    state.incarnation = document.at("incarnation").get<std::uint64_t>();
    for (const auto& owner : document.at("owners")) state.owners.push_back(read_owner(owner));
    return state;
  } catch (const Json::exception& error) {
    return unusable(origin, error.what());
  }
}

Result<SavedOwners> load_state(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return make_error(ErrorCode::io, "state directory \"{}\": {}, expected one that can be written",
                      directory, error.message());
  }
  const auto path = state_path(directory);
  if (!std::filesystem::exists(path, error)) return SavedOwners{};
  const auto text = text::read_file(path);
  if (!text) return text.error();
  return parse_state(text.value(), path);
}

}  // namespace vipswitch
