#include "control/event/event_journal.h"

#include <nlohmann/json.hpp>

#include "control/text/clock_text.h"

namespace vipswitch {

void EventJournal::add(EventName name, nlohmann::ordered_json fields, std::int64_t at_unix_us) {
  if (fields.is_null()) fields = nlohmann::ordered_json::object();
  last_.push_back(
      {++count_, at_unix_us, name, std::make_shared<const nlohmann::ordered_json>(std::move(fields))});
  if (last_.size() > kKept) last_.pop_front();
  const OperatorEvent event = last_.back();  // a listener may add another one
  std::erase_if(listeners_, [](const auto& listener) { return listener.expired(); });
  for (const auto& listener : std::vector(listeners_)) {
    auto alive = listener.lock();
    if (!alive) continue;
    const Listener tell = *alive;
    alive.reset();  // one that leaves while it is called has left
    tell(event);
  }
}

void EventJournal::add(EventName name, nlohmann::ordered_json fields) {
  add(name, std::move(fields), text::unix_now_us());
}

EventJournal::Subscription EventJournal::subscribe(Listener listener) {
  auto shared = std::make_shared<Listener>(std::move(listener));
  listeners_.push_back(shared);
  return Subscription(std::move(shared));
}

}  // namespace vipswitch
