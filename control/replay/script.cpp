#include "control/replay/script.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <istream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string_view>
#include <system_error>
#include <utility>

#include "dataplane/owner/election.h"
#include "vipswitch/learn_counter.h"

namespace vipswitch::replay {
namespace {

using owner::AdvertEvidence;
using owner::Delivery;
using owner::Election;
using owner::LinkState;
using owner::Outcome;
using Words = std::vector<std::string_view>;

constexpr std::int64_t kDefaultIntervalMs = 1000, kMinIntervalMs = 10;

Error bad(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message)};
}

std::string out_of_range(std::string_view what, std::int64_t value, std::int64_t min, std::int64_t max) {
  return fmt::format("{}: {} is out of range, expected {} to {}", what, value, min, max);
}

Words split(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\v\f";
  line = line.substr(0, line.find('#'));
  Words words;
  for (std::size_t start; (start = line.find_first_not_of(kBlanks)) != line.npos;) {
    line.remove_prefix(start);
    words.push_back(line.substr(0, line.find_first_of(kBlanks)));
    line.remove_prefix(words.back().size());
  }
  return words;
}

Result<std::int64_t> parse_integer(std::string_view word) {
  std::string_view digits = word;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure == std::errc() && end == digits.data() + digits.size()) return value;
  return bad(fmt::format("\"{}\" is not a number, expected a whole one", word));
}

// One HAVIP and its ports by name. A port's id is its place in `bound`.
class Session {
 public:
  static Result<Session> start(const Words& ports);

  Result<void> apply(TimeMs time, std::string_view verb, const Words& arguments);
  TimeMs now() const { return now_; }
  Replay take_result() { return std::move(result_); }

 private:
  struct Verb {
    std::string_view name;
    std::size_t min_arguments;
    std::size_t max_arguments;
    Result<Outcome> (Session::*run)(const Words& arguments);
  };
  static const Verb kVerbs[];
  static std::string unknown_event(std::string_view verb);

  Result<Outcome> advert(const Words& arguments);
  Result<Outcome> announce(const Words& arguments) {
    return election_.announce(port(arguments), Delivery::port_mac(), now_);
  }
  Result<Outcome> weak(const Words& arguments) { return election_.weak(port(arguments), now_); }
  Result<Outcome> answer(const Words& arguments) { return election_.answer(port(arguments), now_); }
  Result<Outcome> down(const Words& arguments) {
    set_link(port(arguments), LinkState::kDown);
    return election_.down(port(arguments), now_);
  }
  Result<Outcome> up(const Words& arguments) {
    set_link(port(arguments), LinkState::kUp);
    return election_.up(port(arguments), now_);
  }
  Result<Outcome> unbind(const Words& arguments) {
    set_link(port(arguments), LinkState::kUp);
    return election_.unbind(port(arguments), now_);
  }
  Result<Outcome> bind(const Words& arguments) {
    return election_.bind(port(arguments), links_[port(arguments).value()], now_);
  }
  Result<Outcome> pin(const Words& arguments) { return election_.pin(port(arguments), now_); }
  Result<Outcome> unpin(const Words&) { return election_.unpin(now_); }
  Result<Outcome> tick(const Words&) { return election_.tick(now_); }

  PortId port(const Words& arguments) const { return ids_.find(arguments[0])->second; }
  void set_link(PortId port, LinkState link) { links_[port.value()] = link; }
  void record(const Outcome& outcome);

  Election election_;
  std::map<std::string, PortId, std::less<>> ids_;
  std::vector<std::string> names_;
  std::vector<LinkState> links_;  // of ports that are not bound: what bind() will find
  TimeMs now_ = 0;
  Replay result_;
};

const Session::Verb Session::kVerbs[] = {
    {"advert", 2, 3, &Session::advert}, {"announce", 1, 1, &Session::announce},
    {"weak", 1, 1, &Session::weak},     {"answer", 1, 1, &Session::answer},
    {"down", 1, 1, &Session::down},     {"up", 1, 1, &Session::up},
    {"unbind", 1, 1, &Session::unbind}, {"bind", 1, 1, &Session::bind},
    {"pin", 1, 1, &Session::pin},       {"unpin", 0, 0, &Session::unpin},
    {"tick", 0, 0, &Session::tick},
};

std::string Session::unknown_event(std::string_view verb) {
  std::vector<std::string_view> verbs;
  for (const Verb& known : kVerbs) verbs.push_back(known.name);
  return fmt::format("unknown event \"{}\", expected one of {}", verb, fmt::join(verbs, ", "));
}

Result<Session> Session::start(const Words& ports) {
  Session session;
  for (const std::string_view name : ports) {
    session.ids_.insert_or_assign(std::string(name),
                                  PortId(static_cast<std::uint32_t>(session.names_.size())));
    session.names_.emplace_back(name);
  }
  if (session.ids_.size() > Election::kMaxMembers) {
    return bad(
        fmt::format("{} ports, but a HAVIP binds at most {}", session.ids_.size(), Election::kMaxMembers));
  }
  session.links_.assign(session.names_.size(), LinkState::kUp);
  for (const auto& [name, id] : session.ids_) session.election_.bind(id, LinkState::kUp, 0);
  return session;
}

Result<void> Session::apply(TimeMs time, std::string_view verb, const Words& arguments) {
  const auto known =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& v) { return v.name == verb; });
  if (known == std::end(kVerbs)) return bad(unknown_event(verb));
  if (!arguments.empty() && ids_.find(arguments[0]) == ids_.end()) {
    return bad(fmt::format("port: \"{}\" does not exist, expected one of the line \"bound\"", arguments[0]));
  }
  if (arguments.size() < known->min_arguments)
    return bad(fmt::format("{}: missing words, see vipswitch-replay --help", verb));
  if (arguments.size() > known->max_arguments)
    return bad(fmt::format("{}: surplus words, see vipswitch-replay --help", verb));
  now_ = time;
  const Result<Outcome> outcome = (this->*known->run)(arguments);
  if (!outcome) return outcome.error();
  record(outcome.value());
  return {};
}

Result<Outcome> Session::advert(const Words& arguments) {
  const Result<std::int64_t> priority = parse_integer(arguments[1]);
  if (!priority) return priority.error();
  const Result<std::int64_t> interval =
      arguments.size() > 2 ? parse_integer(arguments[2]) : kDefaultIntervalMs;
  if (!interval) return interval.error();
  if (interval.value() < kMinIntervalMs || !std::in_range<std::uint32_t>(interval.value()))
    return bad(out_of_range("interval", interval.value(), kMinIntervalMs, UINT32_MAX));
  if (!std::in_range<std::uint8_t>(priority.value()))
    return bad(out_of_range("priority", priority.value(), 0, UINT8_MAX));
  // Scripts know no addresses: with all of them equal, port ids decide between equal priorities.
  return election_.advert(port(arguments),
                          AdvertEvidence{.primary_ip = {},
                                         .interval_ms = static_cast<std::uint32_t>(interval.value()),
                                         .priority = static_cast<std::uint8_t>(priority.value()),
                                         .vrid = 1,
                                         .delivery = Delivery::port_mac()},
                          now_);
}

void Session::record(const Outcome& outcome) {
  if (outcome.remark()) ++result_.counters[std::string(info(*outcome.remark()).name)];
  for (const owner::OwnerChange& change : outcome.changes()) {
    result_.trace.push_back({change.at_ms, change.to.is_valid() ? names_[change.to.value()] : std::string()});
  }
}

// A `bound` line begins a new session; what an earlier one came to is forgotten with it.
Result<void> run_line(std::optional<Session>& session, Words words) {
  const std::string_view first = words[0];
  words.erase(words.begin());
  if (first == "bound") {
    Result<Session> started = Session::start(words);
    if (!started) return started.error();
    session = std::move(started).value();
    return {};
  }
  if (!session)
    return bad(fmt::format("\"{}\" before the ports, expected bound PORT... as the first line", first));
  const Result<std::int64_t> time = parse_integer(first);
  if (!time) return time.error();
  if (words.empty())
    return bad(fmt::format("{}: missing event behind the time, see vipswitch-replay --help", first));
  if (time.value() < session->now()) {
    return bad(fmt::format("time: {} is before {}, expected times that never decrease", time.value(),
                           session->now()));
  }
  const std::string_view verb = words[0];
  words.erase(words.begin());
  return session->apply(time.value(), verb, words);
}

}  // namespace

Result<Replay> run_script(std::istream& script) {
  std::optional<Session> session;
  std::string line;
  for (std::size_t number = 1; std::getline(script, line); ++number) {
    Words words = split(line);
    if (words.empty()) continue;
    if (const Result<void> done = run_line(session, std::move(words)); !done) {
      return Error{done.error().code, fmt::format("line {}: {}", number, done.error().message)};
    }
  }
  if (script.bad()) return Error{ErrorCode::io, "cannot be read"};
  if (!session) return bad("no line bound PORT..., expected it as the first");
  return session->take_result();
}

void print(std::ostream& out, const Replay& replay) {
  for (const OwnerAt& change : replay.trace) {
    out << change.at_ms << ' ' << (change.owner.empty() ? "none" : change.owner) << '\n';
  }
  // The separator stands behind `counters` even where none follows, as the model prints it.
  out << "counters ";
  const char* separator = "";
  for (const auto& [name, count] : replay.counters) {
    out << separator << name << '=' << count;
    separator = " ";
  }
  out << '\n';
}

}  // namespace vipswitch::replay
