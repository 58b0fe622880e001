#include "control/event/change_event.h"

#include <fmt/format.h>
#include <string_view>

#include <nlohmann/json.hpp>

#include "control/model/words.h"
#include "control/text/words.h"

namespace vipswitch {
namespace {

constexpr std::size_t kNamed = 20;

class Description {
 public:
  template <class T>
  void add(std::string_view kind, const model::Change<T>& change, const std::string& name) {
    ++count_;
    auto& list = !change.before ? added_ : !change.after ? removed_ : changed_;
    if (list.size() < kNamed)
      list.push_back(name.empty() ? std::string(kind) : fmt::format("{} {}", kind, name));
  }
  template <class T>
  void add_all(std::string_view kind, const std::vector<model::Change<T>>& changes) {
    for (const auto& change : changes)
      add(kind, change, title_of(change.after ? *change.after : *change.before));
  }
  nlohmann::ordered_json fields(const std::optional<model::Change<LearnMode>>& learn) const {
    return {{"added", added_},
            {"changed", changed_},
            {"removed", removed_},
            {"count", count_},
            {"learn", learn ? nlohmann::ordered_json(to_word(*learn->after)) : nlohmann::ordered_json()}};
  }

 private:
  std::vector<std::string> added_, changed_, removed_;
  std::size_t count_ = 0;
};

}  // namespace

nlohmann::ordered_json describe(const model::ChangeSet& changes) {
  Description description;
  if (changes.uplink) description.add("uplink", *changes.uplink, "");
  description.add_all("vpc", changes.vpcs);
  description.add_all("subnet", changes.subnets);
  description.add_all("port", changes.ports);
  description.add_all("havip", changes.havips);
  description.add_all("eip", changes.eips);
  description.add_all("route", changes.routes);
  return description.fields(changes.learn);
}

}  // namespace vipswitch
