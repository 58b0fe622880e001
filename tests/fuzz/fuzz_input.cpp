#include <algorithm>
#include <iterator>

#include "tests/fuzz/fuzzer.h"
#include "tests/stage/frame_seeds.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

constexpr std::string_view kPorts[] = {kUplink, kVm1.port, kVm2.port, kVm3.port, kDb1.port};
constexpr std::size_t kHead = 2, kUnit = 8, kMaxFrames = 8;

}  // namespace

FuzzInput read_input(const std::uint8_t* data, std::size_t size) {
  FuzzInput input{kPorts[0], {}};
  if (size >= kHead) input.port = kPorts[data[0] % std::size(kPorts)];
  while (size >= kHead && input.frames.size() < kMaxFrames) {
    const bool is_last = input.frames.size() + 1 == kMaxFrames || data[1] == 0;
    const std::size_t wanted = is_last ? size : kUnit * data[1];
    data += kHead;
    size -= kHead;
    const std::size_t length = std::min(wanted, size);
    input.frames.emplace_back(data, data + length);
    data += length;
    size -= length;
  }
  return input;
}

std::vector<std::uint8_t> write_input(std::string_view port, const std::vector<Frame>& frames) {
  const auto at = std::find(std::begin(kPorts), std::end(kPorts), port) - std::begin(kPorts);
  std::vector<std::uint8_t> bytes;
  for (const Frame& frame : frames) {
    const bool is_last = &frame == &frames.back();
    const std::size_t units = (frame.size() + kUnit - 1) / kUnit;
    if (!is_last && units > 0xff) continue;
    bytes.push_back(static_cast<std::uint8_t>(at));
    bytes.push_back(is_last ? std::uint8_t{0} : static_cast<std::uint8_t>(units));
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    if (!is_last) bytes.resize(bytes.size() + units * kUnit - frame.size());
  }
  return bytes;
}

std::vector<std::vector<std::uint8_t>> seed_inputs() {
  std::vector<std::vector<std::uint8_t>> inputs;
  const auto add = [&](std::string_view port, const std::vector<Frame>& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      inputs.push_back(write_input(port, {frames[i]}));
      inputs.push_back(write_input(port, {frames[i], frames[(i + 1) % frames.size()]}));
    }
  };
  add(kVm1.port, dual_seeds_of_vm(kVm1, ShopWorld6::kVm1Ip));
  add(kVm3.port, dual_seeds_of_vm(kVm3, ShopWorld6::kVm3Ip));
  add(kUplink, dual_seeds_of_uplink());
  return inputs;
}

}  // namespace vipswitch::testing
