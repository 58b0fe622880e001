#include "control/text/clock_text.h"

#include <chrono>
#include <ctime>
#include <fmt/chrono.h>

namespace vipswitch::text {
namespace {

std::tm utc(std::int64_t unix_us) {
  return fmt::gmtime(static_cast<std::time_t>(unix_us / 1'000'000));
}

}  // namespace

std::string clock(std::int64_t unix_us) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06} UTC", utc(unix_us), unix_us % 1'000'000);
}

std::string iso_clock(std::int64_t unix_us) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", utc(unix_us), unix_us % 1'000'000);
}

std::int64_t unix_now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace vipswitch::text
