#include "control/advice/speaker_advice.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

#include "control/text/duration_text.h"
#include "control/text/format.h"
#include "control/text/join.h"

namespace vipswitch::advice {
namespace {

// A comparison with what was said long ago is worth what its age says.
std::string called(const VrrpSpeaker& speaker) {
  if (speaker.last_advert_age_ms < kPatienceMs) return speaker.port;
  return fmt::format("{} (last heard {} ago)", speaker.port, text::age(speaker.last_advert_age_ms));
}

std::string_view way_of(VrrpAuth auth) {
  switch (auth) {
    case VrrpAuth::kNone:
      return "without authentication";
    case VrrpAuth::kPassword:
      return "with a password";
    case VrrpAuth::kHeader:
      return "with an authentication header (AH)";
  }
  return "";
}

std::string_view cast_of(const VrrpSpeaker& speaker) {
  return speaker.is_unicast ? "by unicast" : "by multicast";
}

bool has_same_list(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  return one.list_size == other.list_size && one.list_hash == other.list_hash;
}

// VRRPv2 refuses adverts with another interval (RFC 3768 7.1); VRRPv3 takes the master's over.
bool refuses_interval(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  return one.interval_ms != other.interval_ms && (one.version == 2 || other.version == 2);
}

std::string only_listed_by(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  std::vector<std::string> only;
  std::copy_if(one.havips.begin(), one.havips.end(), std::back_inserter(only), [&](const std::string& havip) {
    return std::find(other.havips.begin(), other.havips.end(), havip) == other.havips.end();
  });
  return only.empty() ? std::string() : fmt::format(", only {} lists {}", one.port, text::join(only));
}

std::string list_sentence(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  const auto what = one.list_size == other.list_size
                        ? fmt::format("{} and {} list different addresses", called(one), called(other))
                        : fmt::format("{} lists {} address{} and {} {}", called(one), one.list_size,
                                      one.list_size == 1 ? "" : "es", called(other), other.list_size);
  return fmt::format(
      "{} in VRID {}{}{}: each may drop the other's adverts; make their virtual_ipaddress the same", what,
      one.vrid, only_listed_by(one, other), only_listed_by(other, one));
}

std::string interval_sentence(const VrrpSpeaker& one, const VrrpSpeaker& other) {
  const auto consequence = refuses_interval(one, other)
                               ? "with VRRPv2 each drops the other's adverts, so both become master"
                               : "how long a failover takes depends on who was the master";
  return fmt::format(
      "{} adverts every {} ms and {} every {} ms in VRID {}: {}; set the same advert_int in both",
      called(one), one.interval_ms, called(other), other.interval_ms, one.vrid, consequence);
}

void compare_group(const VrrpSpeaker& one, const VrrpSpeaker& other, std::vector<Advice>& advice) {
  if (one.version != other.version) {
    advice.push_back(
        {AdviceCode::different_version,
         fmt::format("{} speaks VRRPv{} and {} VRRPv{} in VRID {}: each drops the other's adverts, "
                     "so both become master; set the same vrrp_version in both",
                     called(one), one.version, called(other), other.version, one.vrid)});
    return;  // the rest of an advert is another, too, and what of it matters shows once the versions are one
  }
  if (one.auth != other.auth) {
    advice.push_back(
        {AdviceCode::different_auth,
         fmt::format("{} adverts {} and {} {} in VRID {}: each drops the other's adverts, so both "
                     "become master; set the same authentication in both",
                     called(one), way_of(one.auth), called(other), way_of(other.auth), one.vrid)});
  }
  if (one.is_unicast != other.is_unicast) {
    advice.push_back({AdviceCode::different_cast,
                      fmt::format("{} adverts {} and {} {} in VRID {}: one may miss the other's adverts; set "
                                  "unicast_peer in both or in neither",
                                  called(one), cast_of(one), called(other), cast_of(other), one.vrid)});
  }
  if (one.interval_ms != other.interval_ms)
    advice.push_back({AdviceCode::different_interval, interval_sentence(one, other)});
  if (!has_same_list(one, other)) advice.push_back({AdviceCode::different_list, list_sentence(one, other)});
}

}  // namespace

Members members_of(const HavipStatus& havip, std::span<const VrrpSpeaker> subnet) {
  Members members;
  for (const VrrpSpeaker& speaker : subnet) {
    if (speaker.family != family_of(havip.address) || speaker.last_advert_age_ms > kComparedMs) continue;
    if (std::find(speaker.havips.begin(), speaker.havips.end(), havip.name) == speaker.havips.end()) continue;
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const VrrpSpeaker* member) { return member->port == speaker.port; });
    if (same == members.end()) {
      members.push_back(&speaker);
    } else if ((*same)->last_advert_age_ms > speaker.last_advert_age_ms) {
      *same = &speaker;
    }
  }
  const auto place = [&](const VrrpSpeaker* member) {
    return std::pair(member->port != havip.owner, member->last_advert_age_ms);
  };
  std::stable_sort(members.begin(), members.end(), [&](const VrrpSpeaker* one, const VrrpSpeaker* other) {
    return place(one) < place(other);
  });
  return members;
}

std::vector<Advice> compare(const HavipStatus& havip, const Members& members) {
  std::vector<Advice> advice;
  for (std::size_t i = 1; i < members.size(); ++i) {
    const VrrpSpeaker &one = *members[0], &other = *members[i];
    if (one.vrid == other.vrid) {
      compare_group(one, other, advice);
      continue;
    }
    advice.push_back(
        {AdviceCode::different_vrid,
         fmt::format("{} speaks for {} with VRID {} and {} with VRID {}: neither hears the other, so "
                     "both become master; set the same virtual_router_id in both",
                     called(one), havip.address, one.vrid, called(other), other.vrid)});
  }
  return advice;
}

std::string likely_cause(const VrrpSpeaker* one, const VrrpSpeaker* other) {
  if (one != nullptr && other != nullptr) {
    if (one->vrid != other->vrid) return fmt::format("their VRIDs {} and {}", one->vrid, other->vrid);
    if (one->version != other->version)
      return fmt::format("their versions, VRRPv{} and VRRPv{}", one->version, other->version);
    if (one->auth != other->auth)
      return fmt::format("their authentication, one {} and one {}", way_of(one->auth), way_of(other->auth));
    if (one->is_unicast != other->is_unicast) return "one adverts by unicast and one by multicast";
    if (refuses_interval(*one, *other))
      return fmt::format("their intervals, {} ms and {} ms", one->interval_ms, other->interval_ms);
    if (!has_same_list(*one, *other)) return "their lists of addresses, which differ";
    if (one->is_unicast)
      return "their unicast_peer lists, or a filter on IP protocol 112 in a VM or security group";
  }
  return "a filter on IP protocol 112 in a VM or security group";
}

}  // namespace vipswitch::advice
