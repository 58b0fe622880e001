#include "control/telemetry/telemetry_commands.h"

#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <rte_eal.h>
#include <rte_telemetry.h>
#include <string_view>
#include <utility>

#include "control/telemetry/telemetry_form.h"

namespace vipswitch::telemetry {
namespace {

using shell::Json;

// What DPDK calls the socket in its runtime directory; with ":N" behind it if several share the directory.
constexpr std::string_view kSocketName = "dpdk_telemetry.v2";
constexpr std::size_t kMaxMessage = 8191;

struct Responder {
  std::shared_ptr<ControlCalls> calls;
  TelemetryCommands::Answer answer;
};

// Where the callbacks look.
class Reception {
 public:
  // Never destroyed: DPDK's threads may ask while the process exits.
  static Reception& here() {
    static auto& reception = *new Reception();
    return reception;
  }

  void set(std::shared_ptr<const Responder> responder) {
    const std::lock_guard lock(mutex_);
    responder_ = std::move(responder);
  }
  std::shared_ptr<const Responder> get() {
    const std::lock_guard lock(mutex_);
    return responder_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Responder> responder_;
};

void fill_list(rte_tel_data* data, const Json& list) {
  const bool is_text = list.empty() || list.front().is_string();
  rte_tel_data_start_array(data, is_text ? RTE_TEL_STRING_VAL : RTE_TEL_U64_VAL);
  for (const Json& element : list) {
    if (is_text) {
      rte_tel_data_add_array_string(data, element.get_ref<const std::string&>().c_str());
    } else {
      rte_tel_data_add_array_u64(data, element.get<std::uint64_t>());
    }
  }
}

void fill(rte_tel_data* data, const Json& value);

void add_entry(rte_tel_data* data, const char* name, const Json& value) {
  if (value.is_string()) {
    rte_tel_data_add_dict_string(data, name, value.get_ref<const std::string&>().c_str());
  } else if (value.is_number_unsigned()) {
    rte_tel_data_add_dict_u64(data, name, value.get<std::uint64_t>());
  } else if (value.is_number()) {
    rte_tel_data_add_dict_int(data, name, value.get<int>());
  } else if (rte_tel_data* inner = rte_tel_data_alloc(); inner != nullptr) {
    fill(inner, value);
    if (rte_tel_data_add_dict_container(data, name, inner, 0) != 0) rte_tel_data_free(inner);
  }
}

// `value` has the form of telemetry_form.h.
void fill(rte_tel_data* data, const Json& value) {
  if (value.is_array()) return fill_list(data, value);
  rte_tel_data_start_dict(data);
  for (const auto& [name, entry] : value.items()) add_entry(data, name.c_str(), entry);
}

void refuse(rte_tel_data* data, const Error& error) {
  rte_tel_data_string(data, fmt::format("error: {}", error.message).substr(0, kMaxMessage).c_str());
}

int respond(const char* command, const char* parameter, rte_tel_data* data) noexcept try {
  const auto responder = Reception::here().get();
  if (!responder) {
    refuse(data, {ErrorCode::in_use, "the switch is starting or ending"});
    return 0;
  }
  std::function<Result<Json>()> question = [answer = responder->answer, name = std::string(command),
                                            wanted = std::string(parameter == nullptr ? "" : parameter)] {
    return answer(name, wanted);
  };
  const auto asked = responder->calls->ask<Result<Json>>(std::move(question));
  if (!asked) {
    refuse(data, asked.error());
  } else if (!asked.value()) {
    refuse(data, asked.value().error());
  } else {
    fill(data, to_telemetry_form(asked.value().value()));
  }
  return 0;
} catch (...) {  // no memory: DPDK answers null
  return -1;
}

void register_commands() {
  static const bool is_registered = [] {
    for (const DocumentCommand& document : document_commands()) {
      rte_telemetry_register_cmd(document.command, respond, document.help);
    }
    return true;
  }();
  static_cast<void>(is_registered);
}

}  // namespace

TelemetryCommands::TelemetryCommands(std::shared_ptr<ControlCalls> calls, Answer answer) {
  Reception::here().set(std::make_shared<const Responder>(Responder{std::move(calls), std::move(answer)}));
  register_commands();
}

TelemetryCommands::~TelemetryCommands() {
  Reception::here().set(nullptr);
}

std::string TelemetryCommands::missing_socket() {
  const std::filesystem::path directory = rte_eal_get_runtime_dir();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().filename().string().starts_with(kSocketName)) return {};
  }
  return (directory / kSocketName).string();
}

}  // namespace vipswitch::telemetry
