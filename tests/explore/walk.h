#pragma once

// A walk through every order of inputs to a world, breadth first, so that the first way found to a failed
// check is a shortest one. States that differ only in when they were reached count once.
//
// A world is a plain value with
//   std::string_view take(const Input&)  the input, and what must hold of that step
//   std::string_view judge() const       what must hold of the state, such as what silence would lead to
//   std::uint64_t hash() const           equal for states that no later input can tell apart
// where the checks return their name if they fail, and nothing otherwise.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tests/explore/input.h"

namespace vipswitch::owner {

// Of one walk.
struct WalkLimits {
  double seconds;
  std::size_t states;
};

template <class World>
class Walk {
 public:
  Walk(std::string name, std::vector<Input> inputs, WalkLimits limits)
      : name_(std::move(name)), inputs_(std::move(inputs)), limits_(limits) {}

  // False: a check failed, and was told.
  bool run(const World& first) {
    steps_.push_back({0, {.kind = Kind::kPass}});
    seen_.insert(first.hash());
    std::vector<Node> layer{{first, 0}};
    unsigned depth = 0;
    for (; !layer.empty() && !is_over(); ++depth) {
      std::vector<Node> next;
      for (const Node& node : layer) {
        if (!expand(node, next)) return false;
        if (is_over()) break;
      }
      layer = std::move(next);
    }
    fmt::print("{}: {} states, {} inputs, depth {}{}\n", name_, seen_.size(), taken_, depth,
               layer.empty() ? ", all there are" : "");
    return true;
  }

 private:
  struct Node {
    World world;
    std::uint32_t step;  // that led here
  };
  struct Step {
    std::uint32_t before;
    Input input;
  };

  bool is_over() const {
    return seen_.size() >= limits_.states ||
           std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count() > limits_.seconds;
  }

  bool expand(const Node& node, std::vector<Node>& next) {
    for (const Input& input : inputs_) {
      Node after{node.world, 0};
      ++taken_;
      std::string_view failed = after.world.take(input);
      const bool is_new = failed.empty() && seen_.insert(after.world.hash()).second;
      if (is_new) failed = after.world.judge();
      if (!failed.empty()) return tell(failed, node, input);
      if (!is_new) continue;
      after.step = static_cast<std::uint32_t>(steps_.size());
      steps_.push_back({node.step, input});
      next.push_back(after);
    }
    return true;
  }

  bool tell(std::string_view failed, const Node& node, const Input& last) const {
    std::vector<std::string> way{last.text()};
    for (std::uint32_t at = node.step; at != 0; at = steps_[at].before)
      way.push_back(steps_[at].input.text());
    fmt::print("{}: check \"{}\" fails after:\n", name_, failed);
    for (auto step = way.rbegin(); step != way.rend(); ++step) fmt::print("  {}\n", *step);
    return false;
  }

  const std::string name_;
  const std::vector<Input> inputs_;
  const WalkLimits limits_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unordered_set<std::uint64_t> seen_;
  std::vector<Step> steps_;
  std::uint64_t taken_ = 0;
};

}  // namespace vipswitch::owner
