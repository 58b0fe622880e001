#pragma once

// What each command of rte_telemetry answers, as a JSON document: mostly those of `show ... json`
// (docs/json.md). Made by the control thread. The table of commands is kDocuments.

#include <chrono>
#include <span>
#include <string_view>

#include "control/runtime/runtime_view.h"
#include "control/service/service.h"
#include "control/shell/command_set.h"
#include "control/shell/json_form.h"
#include "vipswitch/result.h"

namespace vipswitch::telemetry {

// What a document is made from.
struct DocumentSources {
  const shell::CommandSet& commands;
  Service& service;
  RuntimeView& runtime;
};

struct DocumentCommand {
  const char* command;  // "/vipswitch/..."
  const char* help;
  Result<shell::Json> (*make)(const DocumentSources&, std::string_view parameter);
};

std::span<const DocumentCommand> document_commands();

// `parameter` is what stood behind the comma, or empty. Errors: not_found, for a name; usage, for a parameter
// where none is taken; those of the shell's command.
Result<shell::Json> make_document(const DocumentSources& sources, std::string_view command,
                                  std::string_view parameter);

}  // namespace vipswitch::telemetry
