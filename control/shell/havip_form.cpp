#include "control/shell/havip_form.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "control/advice/advisor.h"
#include "control/event/decision_event.h"
#include "control/shell/json_parts.h"

namespace vipswitch::shell {
namespace {

Json fields_of(const CandidateStatus& candidate) {
  return {{"port", candidate.port},
          {"active", candidate.active},
          {"fresh", candidate.fresh},
          {"down", candidate.down},
          {"evidence", to_word(candidate.evidence)},
          {"priority", candidate.priority},
          {"vrid", candidate.vrid},
          {"interval_ms", candidate.interval_ms},
          {"last_advert_age_ms", candidate.last_advert_age_ms},
          {"restored", candidate.restored},
          {"standing", to_word(candidate.standing)}};
}

Json fields_of(const Decision& decision) {
  return {{"sequence", decision.sequence},
          {"at_ms", decision.at_ms},
          {"at_unix_us", decision.at_unix_us},
          {"from", name_or_null(decision.from)},
          {"to", name_or_null(decision.to)},
          {"trigger", to_word(decision.trigger)},
          {"rule", to_word(decision.rule)},
          {"evidence", to_word(decision.evidence)},
          {"priority", decision.priority},
          {"vrid", decision.vrid},
          {"evidence_to_commit_ns", decision.evidence_to_commit_ns},
          {"evidence_to_commit_us", static_cast<double>(decision.evidence_to_commit_ns) / 1000.0},
          {"learn", to_word(decision.mode)},
          {"generation", decision.generation}};
}

Json waiting_fields(const std::optional<WaitingClaim>& waiting) {
  return {{"port", waiting ? Json(waiting->port) : Json()},
          {"age_ms", waiting ? waiting->age_ms : -1},
          {"shadowed", waiting && waiting->is_shadowed}};
}

Json probing_fields(const std::optional<ProbingStatus>& probing) {
  return {{"asking", probing.has_value()},
          {"asks_about", probing ? name_or_null(probing->asks_about) : Json()},
          {"next_question_ms", probing ? probing->next_question_ms : -1},
          {"unanswered_ms", probing ? probing->unanswered_ms : -1},
          {"confirmed_ms", probing ? probing->confirmed_ms : -1}};
}

Json follow_fields(const std::optional<FollowStatus>& follows) {
  return {{"vrid", follows ? Json(follows->vrid) : Json()},
          {"family", follows && follows->family ? Json(to_word(*follows->family)) : Json()},
          {"hint", follows && follows->is_hint}};
}

Json to_microseconds(std::int64_t time_ns) {
  return static_cast<double>(time_ns) / 1000.0;
}

Json to_microseconds(const std::optional<std::int64_t>& time_ns) {
  return time_ns ? to_microseconds(*time_ns) : Json();
}

Json fields_of(const Failover& failover) {
  return {{"sequence", failover.sequence},
          {"at_unix_us", failover.at_unix_us},
          {"from", name_or_null(failover.from)},
          {"to", name_or_null(failover.to)},
          {"trigger", to_word(failover.trigger)},
          {"last_to_old_us", to_microseconds(failover.last_to_old_ns)},
          {"decided_us", to_microseconds(failover.decided_ns)},
          {"moved_us", to_microseconds(failover.moved_ns)},
          {"first_to_new_us", to_microseconds(failover.first_to_new_ns)},
          {"gap_us", to_microseconds(failover.gap_ns())},
          {"dropped", failover.dropped}};
}

Json fields_of(const advice::Advice& advice) {
  return {{"code", to_word(advice.code)}, {"sentence", advice.sentence}};
}

template <class T>
Json list_last(const std::vector<T>& elements, std::size_t count) {
  auto array = Json::array();
  for (auto i = elements.size() - std::min(elements.size(), count); i < elements.size(); ++i)
    array.push_back(fields_of(elements[i]));
  return array;
}

template <class T>
Json list_all(const std::vector<T>& elements) {
  return list_last(elements, elements.size());
}

Json address_fields(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers) {
  return {
      {"stable_mac", word(havip.stable_mac)},
      {"state", to_word(havip.state)},
      {"learn", to_word(havip.learn)},
      {"owner", name_or_null(havip.owner)},
      {"elected", name_or_null(havip.elected)},
      {"pinned", name_or_null(havip.pinned)},
      {"disagreements", havip.disagreements},
      {"handover", to_word(havip.handover)},
      {"handover_left_ms", havip.handover_left_ms ? Json(*havip.handover_left_ms) : Json()},
      {"delivery_mac", havip.delivery_mac.is_zero() ? Json() : Json(word(havip.delivery_mac))},
      {"owner_since_ms", havip.owner_since_ms},
      {"now_ms", havip.now_ms},
      {"owner_changes", havip.owner_changes},
      {"delivered_to_old_owner", havip.delivered_to_old_owner},
      {"candidates", list_all(havip.candidates)},
      {"decisions", list_last(havip.decisions, kRecentDecisions)},
      {"dropped_without_owner", havip.dropped_without_owner},
      {"waiting", waiting_fields(havip.waiting)},
      {"damping", {{"moves_left", havip.damping.moves_left}, {"next_move_ms", havip.damping.next_move_ms}}},
      {"probing", probing_fields(havip.probing)},
      {"follows", follow_fields(havip.follows)},
      {"unclaimed_since_ms", havip.unclaimed_since_ms},
      {"last_announcement_age_ms", havip.last_announcement_age_ms},
      {"contention", havip.has_contention},
      {"several_answers", havip.has_several_answers},
      {"multicast_mac", havip.has_multicast_mac},
      {"advice", list_all(advice::advise(havip, speakers))}};
}

// The list of the first address, and one for each address, under `key`.
template <class Make>
Json lists_document(std::span<const HavipStatus> havip, const char* key, Make&& make) {
  auto addresses = Json::array();
  for (const auto& status : havip) {
    addresses.push_back({{"address", word(status.address)},
                         {"family", to_word(family_of(status.address))},
                         {key, make(status)}});
  }
  return {{"name", havip.front().name}, {key, make(havip.front())}, {"addresses", std::move(addresses)}};
}

}  // namespace

Json to_json(std::span<const HavipStatus> havip, std::span<const VrrpSpeaker> speakers) {
  Json json = {
      {"name", havip.front().name}, {"subnet", havip.front().subnet}, {"ipv4", Json()}, {"ipv6", Json()}};
  auto addresses = Json::array();
  for (const auto& status : havip) {
    const auto family = to_word(family_of(status.address));
    json[std::string(family)] = word(status.address);
    Json address = {{"address", word(status.address)}, {"family", family}};
    address.update(address_fields(status, speakers));
    addresses.push_back(std::move(address));
  }
  json.update(address_fields(havip.front(), speakers));
  json["addresses"] = std::move(addresses);
  return json;
}

Json history_document(std::span<const HavipStatus> havip, std::size_t count) {
  return lists_document(havip, "decisions",
                        [&](const HavipStatus& status) { return list_last(status.decisions, count); });
}

Json failovers_document(std::span<const HavipStatus> havip, std::size_t count) {
  return lists_document(havip, "failovers",
                        [&](const HavipStatus& status) { return list_last(status.failovers, count); });
}

Json to_json(const VrrpSpeaker& speaker) {
  return {{"subnet", speaker.subnet},           {"port", speaker.port},
          {"family", to_word(speaker.family)},  {"vrid", speaker.vrid},
          {"version", speaker.version},         {"priority", speaker.priority},
          {"auth", to_word(speaker.auth)},      {"unicast", speaker.is_unicast},
          {"interval_ms", speaker.interval_ms}, {"last_advert_age_ms", speaker.last_advert_age_ms},
          {"resigned", speaker.is_resigned},    {"list_hash", speaker.list_hash},
          {"list_size", speaker.list_size},     {"havips", speaker.havips}};
}

}  // namespace vipswitch::shell
