#include "tests/golden/golden_case.h"

#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "control/shell/session.h"
#include "tests/support/frame_checksums.h"
#include "tests/support/pcap_file.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  return {std::istream_iterator<std::string>(stream), {}};
}

template <class T>
T number_of(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error(fmt::format("\"{}\", expected a number", text));
  }
  return value;
}

template <class Infos>
std::optional<std::size_t> index_of(const Infos& infos, std::string_view name) {
  for (std::size_t i = 0; i < std::size(infos); ++i) {
    if (infos[i].name == name) return i;
  }
  return std::nullopt;
}

class GoldenCase {
 public:
  GoldenCase(fs::path folder, GoldenMode mode)
      : folder_(std::move(folder)),
        mode_(mode),
        session_(commands_, vswitch_.service(), vswitch_.runtime(),
                 [this](std::string_view text) { printed_ += text; }) {}

  std::vector<std::string> run() {
    run_script(folder_ / "script.txt");
    place_ = folder_.filename().string();
    look_for_the_unexpected();
    return std::move(findings_);
  }

 private:
  void run_script(const fs::path& path);
  void run_step(const fs::path& script, const Words& words);
  void command(const Words& words);
  void inject(const std::string& port, const fs::path& file);
  void expect(const std::string& port, const fs::path& file);
  void expect_counter(std::string_view assignment);
  std::uint64_t counter(std::string_view name);
  void look_for_the_unexpected();
  void find(std::string what) { findings_.push_back(fmt::format("{}: {}", place_, what)); }

  fs::path folder_;
  GoldenMode mode_;
  InProcessSwitch vswitch_;
  shell::CommandSet commands_;
  std::string printed_;
  shell::Session session_;
  std::string place_;
  std::map<std::string, std::vector<CapturedPacket>> sent_;  // by port, not expected by any step yet
  std::map<std::string, std::uint64_t, std::less<>> expected_drops_;
  std::vector<std::string> findings_;
};

void GoldenCase::run_script(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": cannot be opened");
  std::string line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    place_ =
        fmt::format("{}/{}:{}", path.parent_path().filename().string(), path.filename().string(), number);
    try {
      run_step(path, words);
    } catch (const std::exception& error) {
      find(error.what());
    }
  }
}

void GoldenCase::run_step(const fs::path& script, const Words& words) {
  const std::string& step = words[0];
  const fs::path here = script.parent_path();
  if (step == "include" && words.size() == 2) return run_script(here / words[1]);
  if (step == "run" && words.size() > 1) return command(words);
  if (step == "at" && words.size() == 2) return vswitch_.advance_to(number_of<TimeMs>(words[1]));
  if (step == "inject" && words.size() == 3) return inject(words[1], here / words[2]);
  if (step == "expect" && words.size() == 3) return expect(words[1], here / words[2]);
  if (step == "owner" && words.size() == 3) {
    const std::string owner = vswitch_.owner(words[1]);
    if ((owner.empty() ? "nobody" : owner) != words[2]) find(fmt::format("owner is \"{}\"", owner));
    return;
  }
  if (step == "counters" && words.size() > 1) {
    for (std::size_t i = 1; i < words.size(); ++i) expect_counter(words[i]);
    return;
  }
  throw std::runtime_error(
      fmt::format("{}: no such step, or not with {} words behind it", step, words.size() - 1));
}

void GoldenCase::command(const Words& words) {
  std::string line;
  for (std::size_t i = 1; i < words.size(); ++i) {
    line += words[i] == "DEVICE" ? vswitch_.next_device() : words[i];
    line += ' ';
  }
  if (auto done = session_.execute(line); !done) find(done.error().message);
  vswitch_.settle();
}

void GoldenCase::inject(const std::string& port, const fs::path& file) {
  std::vector<Frame> burst;
  for (CapturedPacket& packet : read_pcap(file)) burst.push_back(std::move(packet.frame));
  for (Sent& sent : vswitch_.inject(port, burst)) {
    const ChecksumReport report = verify_checksums(sent.frame);
    for (const std::string& wrong : report.wrong) find(fmt::format("sent to {}: {}", sent.port, wrong));
    sent_[sent.port].push_back({vswitch_.now() * 1000, std::move(sent.frame)});
  }
  vswitch_.settle();
}

void GoldenCase::expect(const std::string& port, const fs::path& file) {
  const std::vector<CapturedPacket> sent = std::move(sent_[port]);
  sent_.erase(port);
  if (mode_ == GoldenMode::kBless) return write_pcap(file, sent);
  const std::vector<CapturedPacket> expected = read_pcap(file);
  if (sent.size() != expected.size()) {
    find(fmt::format("{} frames were sent to {}, expected {}", sent.size(), port, expected.size()));
  }
  for (std::size_t i = 0; i < std::min(sent.size(), expected.size()); ++i) {
    if (sent[i].frame == expected[i].frame) continue;
    find(fmt::format("frame {} to {}\n  is       {}\n  expected {}", i + 1, port, to_hex(sent[i].frame),
                     to_hex(expected[i].frame)));
  }
}

void GoldenCase::expect_counter(std::string_view assignment) {
  const std::size_t sign = assignment.find('=');
  if (sign == std::string_view::npos) {
    throw std::runtime_error(fmt::format("\"{}\", expected NAME=VALUE", assignment));
  }
  const std::string_view name = assignment.substr(0, sign);
  const auto expected = number_of<std::uint64_t>(assignment.substr(sign + 1));
  const std::uint64_t count = counter(name);
  if (count != expected) find(fmt::format("{} is {}, expected {}", name, count, expected));
  if (index_of(kDropReasons, name)) expected_drops_[std::string(name)] = expected;
}

std::uint64_t GoldenCase::counter(std::string_view name) {
  if (const auto drop = index_of(kDropReasons, name)) return vswitch_.drops(static_cast<DropReason>(*drop));
  if (const auto learn = index_of(kLearnCounters, name)) {
    return vswitch_.learned(static_cast<LearnCounter>(*learn));
  }
  throw std::runtime_error(fmt::format("\"{}\", expected a drop reason or a learn counter", name));
}

void GoldenCase::look_for_the_unexpected() {
  for (const auto& [port, packets] : sent_) {
    find(fmt::format("{} frames were sent to {} that no step expects", packets.size(), port));
  }
  for (const DropReasonInfo& reason : kDropReasons) {
    const auto expected = expected_drops_.find(reason.name);
    const std::uint64_t count = counter(reason.name);
    if (count != (expected == expected_drops_.end() ? 0 : expected->second)) {
      find(fmt::format("{} is {} at the end, which no step expects", reason.name, count));
    }
  }
  if (!vswitch_.is_conserved()) find("not every packet has ended exactly once");
}

}  // namespace

std::vector<std::string> run_golden_case(const fs::path& folder, GoldenMode mode) {
  try {
    return GoldenCase(folder, mode).run();
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace vipswitch::testing
