#include "control/model/rules.h"

namespace vipswitch::model {
namespace {

constexpr std::string_view kRateUnit = " Mbit/s";

Result<void> check_rate(std::string_view argument, std::optional<std::uint32_t> mbps) {
  return mbps ? check_range(argument, *mbps, kMbpsRange, kRateUnit) : Result<void>();
}

Result<void> check_burst(std::optional<std::uint32_t> burst_kb, bool has_rate) {
  if (!burst_kb) return {};
  if (!has_rate)
    return make_error(ErrorCode::invalid_argument,
                      "burst: is given without a rate, expected both or neither");
  return check_range("burst", *burst_kb, kBurstKbRange, " kB");
}

}  // namespace

Result<void> check_rate(const Port& port) {
  if (auto checked = check_rate("rate", port.rate_mbps); !checked) return checked;
  return check_burst(port.burst_kb, port.rate_mbps.has_value());
}

Result<void> check_rates(const Rates& rates) {
  if (auto checked = check_rate("rate_in", rates.in_mbps); !checked) return checked;
  if (auto checked = check_rate("rate_out", rates.out_mbps); !checked) return checked;
  return check_burst(rates.burst_kb, rates.in_mbps || rates.out_mbps);
}

}  // namespace vipswitch::model
