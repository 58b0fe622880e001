#include "control/runtime/vrrp_speakers.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace vipswitch {
namespace {

VrrpSpeaker speaker_status(const PortEntry& port, const SpokenGroups::Group& group, TimeMs now) {
  const SpokenAdvert& advert = group.advert;
  return {.subnet = port.spec.subnet,
          .port = port.spec.name,
          .family = advert.group.family,
          .vrid = advert.group.vrid,
          .version = advert.version,
          .priority = advert.priority,
          .auth = advert.auth,
          .is_unicast = advert.is_unicast,
          .interval_ms = advert.interval_ms,
          .last_advert_age_ms = std::max<TimeMs>(0, now - group.last_ms),
          .is_resigned = advert.priority == 0,
          .list_hash = advert.list_hash,
          .list_size = advert.list_size,
          .havips = {}};
}

// The HAVIPs of the port whose bits are set, in the order of binding: PortSources lists the port's own
// address first, if it has one.
std::vector<std::string> listed_havips(const Registry& registry, const PortEntry& port, Family family,
                                       std::uint32_t listed) {
  std::vector<std::string> names;
  unsigned bit = (family == Family::kIpv6 ? port.spec.ipv6.has_value() : port.spec.ipv4.has_value()) ? 1 : 0;
  for (const auto& name : port.havips) {
    if (!registry.havips.find(name)->second.slots.of(family)) continue;
    if ((listed >> bit & 1) != 0) names.push_back(name);
    ++bit;
  }
  return names;
}

}  // namespace

std::vector<VrrpSpeaker> list_vrrp_speakers(const Registry& registry, TimeMs now) {
  std::vector<VrrpSpeaker> result;
  for (const auto& [name, port] : registry.ports) {
    if (port.spoken == nullptr) continue;
    port.spoken->for_each([&, &port = port](const SpokenGroups::Group& group) {
      VrrpSpeaker& speaker = result.emplace_back(speaker_status(port, group, now));
      speaker.havips = listed_havips(registry, port, speaker.family, group.advert.listed);
    });
  }
  const auto place = [](const VrrpSpeaker& speaker) {
    return std::tie(speaker.subnet, speaker.family, speaker.vrid, speaker.port);
  };
  std::sort(result.begin(), result.end(),
            [&](const VrrpSpeaker& left, const VrrpSpeaker& right) { return place(left) < place(right); });
  return result;
}

}  // namespace vipswitch
