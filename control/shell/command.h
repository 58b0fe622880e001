#pragma once

// One command of the shell as data: parsing, completion and help all come from these
// declarations.
//
// A pattern is words: lower case ones are literals, upper case ones stand for arguments, and they come in
// this order; a literal behind an argument that has an argument behind itself is a keyword. From the first
// keyword on everything is keywords, which may be given in any order: `key VALUE` required, `[key VALUE]` and
// `[flag]` optional. A flag may also be spelled `--flag`. Example:
//   port add NAME instance INSTANCE subnet SUBNET mac MAC device DEVICE [ipv4 ADDRESS] [queues COUNT]
//
// An argument's type says how its text is read and which words can be offered for it (control/shell/value.h).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/runtime/runtime_view.h"
#include "control/service/service.h"
#include "control/shell/value.h"
#include "vipswitch/result.h"

namespace vipswitch::shell {

class CommandSet;

enum class EventForm : std::uint8_t { kNone, kText, kJson };

// What a session wants beyond what its commands did.
struct Wishes {
  bool quit = false;                    // the session is over
  bool shutdown = false;                // the switch is to end, and the session with it
  EventForm events = EventForm::kNone;  // how to print events as they come
};

// What a handler works with; lives as long as one command runs.
struct Context {
  const CommandSet& commands;
  Service& service;
  RuntimeView& runtime;
  const std::function<void(std::string_view)>& print;
  Wishes& wishes;
  // Where the user is; empty: where the switch itself is. For file names: see path().
  const std::string& directory;

  // A file as the user means it: a relative name starts at the user's directory, not at the switch's.
  std::string path(const std::string& name) const {
    return (std::filesystem::path(directory) / name).string();
  }
};

// The values of one parsed line, by the placeholder of the argument or the word of the flag.
class Arguments {
 public:
  void set(std::string_view placeholder, Value value) { values_.emplace_back(placeholder, std::move(value)); }
  void set_flag(std::string_view word) { values_.emplace_back(word, Value()); }

  bool has(std::string_view key) const { return find(key) != nullptr; }
  // The pattern guarantees presence of required arguments, and the argument's type the alternative of the
  // value.
  template <class T>
  const T& get(std::string_view placeholder) const {
    return std::get<T>(*find(placeholder));
  }
  template <class T>
  std::optional<T> get_if(std::string_view placeholder) const {
    const Value* value = find(placeholder);
    return value ? std::optional<T>(std::get<T>(*value)) : std::nullopt;
  }
  template <class T>
  T get_or(std::string_view placeholder, T otherwise) const {
    const Value* value = find(placeholder);
    return value ? std::get<T>(*value) : otherwise;
  }
  const Value& value(std::string_view placeholder) const { return *find(placeholder); }
  const std::string& text(std::string_view placeholder) const { return get<std::string>(placeholder); }

 private:
  const Value* find(std::string_view placeholder) const {
    for (const auto& [key, value] : values_) {
      if (key == placeholder) return &value;
    }
    return nullptr;
  }

  std::vector<std::pair<std::string, Value>> values_;
};

struct Argument {
  std::string_view placeholder;
  const ValueType* type;
  std::string_view help;
};

using Handler = Result<void> (*)(Context&, const Arguments&);

enum class Shortening { kAllowed, kRefused };
// How many of its optional keywords a line needs: without any, what changes an object changes nothing.
enum class Least { kNone, kOneKeyword };

struct Command {
  std::string_view pattern;
  std::string_view help;  // one line, imperative, without a full stop
  std::vector<Argument> arguments;
  Handler handler;
  Shortening shortening = Shortening::kAllowed;  // of its literals
  Least least = Least::kNone;
};

}  // namespace vipswitch::shell
