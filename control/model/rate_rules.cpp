#include "control/model/rules.h"

namespace vipswitch::model {
namespace {

constexpr std::uint32_t kMaxMbps = 400'000;
constexpr std::string_view kRateUnit = "Mbit/s";
// A burst holds the longest packet that a VPC may have, and two of the usual Ethernet frames.
constexpr std::uint32_t kMinBurstKb = 16, kMaxBurstKb = 1'000'000;

Result<void> check_range(std::string_view argument, std::optional<std::uint32_t> value, std::uint32_t min,
                         std::uint32_t max, std::string_view unit) {
  if (!value || (*value >= min && *value <= max)) return {};
  return make_error(ErrorCode::invalid_argument, "{}: {} is out of range, expected {} to {} {}", argument,
                    *value, min, max, unit);
}

Result<void> check_burst(std::optional<std::uint32_t> burst_kb, bool has_rate) {
  if (burst_kb && !has_rate)
    return make_error(ErrorCode::invalid_argument,
                      "burst: is given without a rate, expected both or neither");
  return check_range("burst", burst_kb, kMinBurstKb, kMaxBurstKb, "kB");
}

}  // namespace

Result<void> check_rate(const Port& port) {
  if (auto checked = check_range("rate", port.rate_mbps, 1, kMaxMbps, kRateUnit); !checked) return checked;
  return check_burst(port.burst_kb, port.rate_mbps.has_value());
}

Result<void> check_rates(const Rates& rates) {
  if (auto checked = check_range("rate_in", rates.in_mbps, 1, kMaxMbps, kRateUnit); !checked) return checked;
  if (auto checked = check_range("rate_out", rates.out_mbps, 1, kMaxMbps, kRateUnit); !checked)
    return checked;
  return check_burst(rates.burst_kb, rates.in_mbps || rates.out_mbps);
}

}  // namespace vipswitch::model
