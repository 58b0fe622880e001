#include "control/telemetry/telemetry_form.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace vipswitch::telemetry {
namespace {

// For the answer's own braces, the command's name, and "left_out".
constexpr std::size_t kReserved = 256;
// Quotes, colon and comma around an entry, and the key of a list's element.
constexpr std::size_t kEntryOverhead = 12;

std::string usable_name(std::string_view name) {
  std::string result(name.substr(0, kMaxTextLength));
  for (char& letter : result) {
    const bool is_usable = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == '_' || letter == '/';
    if (!is_usable) letter = '_';
  }
  return result;
}

Json scalar(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_boolean()) return std::uint64_t{value.get<bool>()};
  if (value.is_string()) return value.get<std::string>().substr(0, kMaxTextLength);
  if (value.is_number_unsigned()) return value;
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (number >= 0) return static_cast<std::uint64_t>(number);
    if (number >= std::numeric_limits<std::int32_t>::min()) return value;
  }
  return value.dump().substr(0, kMaxTextLength);
}

class Form {
 public:
  Json object(const Json& from) {
    auto result = Json::object();
    for (const auto& [key, value] : from.items()) {
      const auto name = usable_name(key);
      // The last place is for "left_out".
      if (result.size() + 1 == kMaxObjectEntries || !take(name.size())) {
        ++left_out_;
      } else {
        result[name] = any(value);
      }
    }
    return result;
  }

  std::size_t left_out() const noexcept { return left_out_; }

 private:
  Json any(const Json& value) {
    if (value.is_object()) return object(value);
    if (!value.is_array()) return counted(scalar(value));
    const bool has_objects =
        std::any_of(value.begin(), value.end(), [](const Json& each) { return each.is_structured(); });
    return has_objects ? list_of_objects(value) : list_of_scalars(value);
  }

  // An element is there whole or not at all.
  Json list_of_objects(const Json& from) {
    auto result = Json::object();
    for (std::size_t i = 0; i < from.size(); ++i) {
      Form whole;
      Json element = whole.any(from[i]);
      if (result.size() == kMaxObjectEntries || whole.left_out() != 0 || !take(element.dump().size())) {
        left_out_ += from.size() - i;
        break;
      }
      result[std::to_string(i)] = std::move(element);
    }
    return result;
  }

  // All of one kind: numbers that are not negative, or text.
  Json list_of_scalars(const Json& from) {
    auto result = Json::array();
    for (const Json& each : from) result.push_back(scalar(each));
    const bool is_numbers =
        std::all_of(result.begin(), result.end(), [](const Json& each) { return each.is_number_unsigned(); });
    std::size_t kept = 0;
    for (; kept < result.size() && kept < kMaxListEntries; ++kept) {
      Json& element = result[kept];
      if (!is_numbers && !element.is_string()) element = element.dump();
      if (!take(element.dump().size())) break;
    }
    left_out_ += result.size() - kept;
    result.erase(result.begin() + static_cast<std::ptrdiff_t>(kept), result.end());
    return result;
  }

  Json counted(Json value) {
    const std::size_t size = value.dump().size();
    if (take(size)) return value;
    ++left_out_;
    return "";
  }

  bool take(std::size_t size) {
    if (size + kEntryOverhead > room_) return false;
    room_ -= size + kEntryOverhead;
    return true;
  }

  std::size_t room_ = kMaxAnswerSize - kReserved;
  std::size_t left_out_ = 0;
};

}  // namespace

Json to_telemetry_form(const Json& document) {
  Form form;
  Json result = form.object(document);
  if (form.left_out() != 0) result["left_out"] = form.left_out();
  return result;
}

}  // namespace vipswitch::telemetry
