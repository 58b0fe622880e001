#pragma once

// What control returns where something can fail. An error's message names the argument, its value and what
// was expected, in one line without a full stop, ready to be printed behind "error: ".

#include <string>
#include <utility>
#include <variant>

namespace vipswitch {

enum class ErrorCode : int {
#define ERROR_CODE(name, number, help) name = number,
#include "vipswitch/errors.def"
#undef ERROR_CODE
};

struct Error {
  ErrorCode code;
  std::string message;
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }
  const Error& error() const { return error_; }

 private:
  Error error_{};
  bool ok_ = true;
};

}  // namespace vipswitch
