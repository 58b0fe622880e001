#include "control/text/duration_text.h"

#include <fmt/format.h>

namespace vipswitch::text {
namespace {

constexpr TimeMs kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

}  // namespace

std::string seconds(TimeMs duration_ms) {
  return fmt::format("{}.{:03} s", duration_ms / 1000, duration_ms % 1000);
}

std::string age(TimeMs duration_ms) {
  if (duration_ms < 1000) return fmt::format("{} ms", duration_ms);
  if (duration_ms < kMinute) return fmt::format("{}.{} s", duration_ms / 1000, duration_ms % 1000 / 100);
  if (duration_ms < 3 * kMinute) return fmt::format("{} s", duration_ms / 1000);
  if (duration_ms < 2 * kHour) return fmt::format("{} min", duration_ms / kMinute);
  if (duration_ms < 2 * kDay) return fmt::format("{} h", duration_ms / kHour);
  return fmt::format("{} days", duration_ms / kDay);
}

std::string short_time(std::int64_t duration_ns) {
  const std::int64_t length = duration_ns < 0 ? -duration_ns : duration_ns;
  const auto in = [&](double unit) { return static_cast<double>(duration_ns) / unit; };
  if (length < 1'000) return fmt::format("{} ns", duration_ns);
  if (length < 1'000'000) return fmt::format("{:.1f} us", in(1e3));
  if (length < 1'000'000'000) return fmt::format("{:.2f} ms", in(1e6));
  return fmt::format("{:.3f} s", in(1e9));
}

}  // namespace vipswitch::text
