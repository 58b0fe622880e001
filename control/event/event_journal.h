#pragma once

// Where events meet those who want to know: keeps the last kKept and calls every listener, in the order of
// subscription. Control thread only; listeners must not block, and may subscribe or leave while they are
// called.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "control/event/operator_event.h"

namespace vipswitch {

class EventJournal {
 public:
  static constexpr std::size_t kKept = 1024;
  using Listener = std::function<void(const OperatorEvent&)>;

  // Listening ends with this. It may outlive the journal.
  class Subscription {
   public:
    Subscription() = default;

   private:
    friend class EventJournal;
    explicit Subscription(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
    std::shared_ptr<Listener> listener_;
  };

  EventJournal() = default;
  EventJournal(const EventJournal&) = delete;
  EventJournal& operator=(const EventJournal&) = delete;

  // `fields` is an object; `at_unix_us` is when it happened.
  void add(EventName name, nlohmann::ordered_json fields, std::int64_t at_unix_us);
  void add(EventName name, nlohmann::ordered_json fields);  // now

  [[nodiscard]] Subscription subscribe(Listener listener);

  const std::deque<OperatorEvent>& last() const noexcept { return last_; }  // newest last

 private:
  std::deque<OperatorEvent> last_;
  std::uint64_t count_ = 0;
  std::vector<std::weak_ptr<Listener>> listeners_;
};

}  // namespace vipswitch
