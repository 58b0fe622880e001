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

#include "dataplane/owner/standalone_election.h"
#include "vipswitch/learn_counter.h"

namespace vipswitch::replay {
namespace {

using owner::AdvertEvidence;
using owner::Delivery;
using owner::Election;
using owner::GroupAdvert;
using owner::GroupNews;
using owner::LinkState;
using owner::Outcome;
using owner::VrrpGroup;
using Words = std::vector<std::string_view>;

constexpr std::int64_t kDefaultIntervalMs = 1000, kMinIntervalMs = 10;
constexpr std::uint8_t kListingVrid = 1;
constexpr TimeMs kLatestMs = PackedTime::kLatest;

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

Result<std::uint8_t> parse_vrid(std::string_view word, std::int64_t lowest) {
  const Result<std::int64_t> vrid = parse_integer(word);
  if (!vrid) return vrid.error();
  if (vrid.value() < lowest || vrid.value() > UINT8_MAX)
    return bad(out_of_range("VRID", vrid.value(), lowest, UINT8_MAX));
  return static_cast<std::uint8_t>(vrid.value());
}

std::string missing_words(std::string_view verb) {
  return fmt::format("{}: missing words, see vipswitch-replay --help", verb);
}

std::string surplus_words(std::string_view verb) {
  return fmt::format("{}: surplus words, see vipswitch-replay --help", verb);
}

// PRIO [INT], from `words[first]` on.
Result<AdvertEvidence> parse_advert(std::uint8_t vrid, const Words& words, std::size_t first) {
  const Result<std::int64_t> priority = parse_integer(words[first]);
  if (!priority) return priority.error();
  const Result<std::int64_t> interval =
      words.size() > first + 1 ? parse_integer(words[first + 1]) : kDefaultIntervalMs;
  if (!interval) return interval.error();
  if (interval.value() < kMinIntervalMs || !std::in_range<std::uint32_t>(interval.value()))
    return bad(out_of_range("interval", interval.value(), kMinIntervalMs, UINT32_MAX));
  if (!std::in_range<std::uint8_t>(priority.value()))
    return bad(out_of_range("priority", priority.value(), 0, UINT8_MAX));
  // Scripts know no addresses: with all of them equal, port ids decide between equal priorities.
  return AdvertEvidence{.primary_ip = {},
                        .interval_ms = static_cast<std::uint32_t>(interval.value()),
                        .priority = static_cast<std::uint8_t>(priority.value()),
                        .vrid = vrid,
                        .delivery = Delivery::port_mac()};
}

// Whether the words end in this one, which is then taken off.
bool take_last(Words& words, std::string_view word) {
  if (words.empty() || words.back() != word) return false;
  words.pop_back();
  return true;
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
    bool is_of_port;
    std::size_t min_arguments;
    std::size_t max_arguments;
    Result<Outcome> (Session::*run)(const Words& arguments);
  };
  static const Verb kVerbs[];
  static std::string unknown_event(std::string_view verb);

  Result<Outcome> advert(const Words& arguments);
  Result<Outcome> group(const Words& arguments);
  Result<Outcome> announce(const Words& arguments);
  Result<Outcome> hint(const Words& arguments);
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

  owner::StandaloneElection election_;
  std::map<std::string, PortId, std::less<>> ids_;
  std::vector<std::string> names_;
  std::vector<LinkState> links_;  // of ports that are not bound: what bind() will find
  TimeMs now_ = 0;
  Replay result_;
};

const Session::Verb Session::kVerbs[] = {
    {"advert", true, 2, 3, &Session::advert},
    {"group", true, 3, 6, &Session::group},
    {"announce", true, 1, 2, &Session::announce},
    {"weak", true, 1, 1, &Session::weak},
    {"answer", true, 1, 1, &Session::answer},
    {"down", true, 1, 1, &Session::down},
    {"up", true, 1, 1, &Session::up},
    {"unbind", true, 1, 1, &Session::unbind},
    {"bind", true, 1, 1, &Session::bind},
    {"pin", true, 1, 1, &Session::pin},
    {"unpin", false, 0, 0, &Session::unpin},
    {"tick", false, 0, 0, &Session::tick},
    {"hint", false, 1, 1, &Session::hint},
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
  if (known->is_of_port && !arguments.empty() && ids_.find(arguments[0]) == ids_.end()) {
    return bad(fmt::format("port: \"{}\" does not exist, expected one of the line \"bound\"", arguments[0]));
  }
  if (arguments.size() < known->min_arguments) return bad(missing_words(verb));
  if (arguments.size() > known->max_arguments) return bad(surplus_words(verb));
  now_ = time;
  const Result<Outcome> outcome = (this->*known->run)(arguments);
  if (!outcome) return outcome.error();
  record(outcome.value());
  return {};
}

Result<Outcome> Session::advert(const Words& arguments) {
  const Result<AdvertEvidence> evidence = parse_advert(kListingVrid, arguments, 1);
  if (!evidence) return evidence.error();
  return election_.advert(port(arguments), evidence.value(), now_);
}

Result<Outcome> Session::group(const Words& arguments) {
  Words words = arguments;
  GroupAdvert advert{};
  advert.is_list_empty = take_last(words, "empty");
  if (take_last(words, "new")) advert.news = GroupNews::kAcquired;
  if (words.size() < 3) return bad(missing_words("group"));
  if (words.size() > 4) return bad(surplus_words("group"));
  const Result<std::uint8_t> vrid = parse_vrid(words[1], 1);
  if (!vrid) return vrid.error();
  const Result<AdvertEvidence> evidence = parse_advert(vrid.value(), words, 2);
  if (!evidence) return evidence.error();
  advert.evidence = evidence.value();
  return election_.group_advert(port(arguments), advert, now_);
}

Result<Outcome> Session::announce(const Words& arguments) {
  VrrpGroup acquired;
  if (arguments.size() > 1) {
    const Result<std::uint8_t> vrid = parse_vrid(arguments[1], 1);
    if (!vrid) return vrid.error();
    acquired.vrid = vrid.value();
  }
  return election_.announce(port(arguments), Delivery::port_mac(), now_, acquired);
}

Result<Outcome> Session::hint(const Words& arguments) {
  const Result<std::uint8_t> vrid = parse_vrid(arguments[0], 0);
  if (!vrid) return vrid.error();
  return election_.follow(vrid.value(), now_);
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
  if (time.value() > kLatestMs) return bad(out_of_range("time", time.value(), 0, kLatestMs));
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
