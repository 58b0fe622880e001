#include "dataplane/owner/neighbour_discovery.h"

#include "vipswitch/checksum.h"
#include "vipswitch/header_copy.h"
#include "vipswitch/wire.h"

namespace vipswitch::owner {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Where the options begin; 0 for what is not neighbour discovery.
constexpr std::size_t size_without_options(std::uint8_t type) noexcept {
  switch (type) {
    case wire::kIcmp6RouterSolicitation:
      return 8;
    case wire::kIcmp6RouterAdvertisement:
      return 16;
    case wire::kIcmp6NeighbourSolicitation:
    case wire::kIcmp6NeighbourAdvertisement:
      return sizeof(wire::NeighbourDiscovery);
    case wire::kIcmp6Redirect:
      return 40;
    default:
      return 0;
  }
}

constexpr std::uint8_t mac_option_of(std::uint8_t type) noexcept {
  return type == wire::kIcmp6NeighbourAdvertisement || type == wire::kIcmp6Redirect ? wire::kNdTargetMac
                                                                                    : wire::kNdSourceMac;
}

// False if an option has no length or ends behind the message.
bool read_options(Bytes message, std::size_t offset, std::uint8_t wanted, NdMessage& read_into) noexcept {
  while (offset < message.size()) {
    const auto option = copy_header<wire::NdOption>(message, offset);
    if (!option || option->length == 0) return false;
    const std::size_t size = std::size_t{option->length} * 8;
    if (size > message.size() - offset) return false;
    if (option->type == wanted && size == sizeof(wire::NdMacOption) && !read_into.mac) {
      read_into.mac_offset = offset + offsetof(wire::NdMacOption, mac);
      read_into.mac = copy_header<Mac>(message, read_into.mac_offset);
    }
    offset += size;
  }
  return true;
}

NdForm form_of_solicitation(const NdPacket& packet, const NdMessage& message) noexcept {
  if (message.target.is_multicast()) return NdForm::kBad;
  if (!packet.source.is_unspecified()) return NdForm::kSolicitation;
  const bool is_probe = packet.destination == message.target.solicited_node() && !message.mac;
  return is_probe ? NdForm::kProbe : NdForm::kBad;
}

NdForm form_of_advertisement(const NdPacket& packet, std::uint32_t flags, NdMessage& message) noexcept {
  message.is_solicited = (flags & wire::kNdSolicited) != 0;
  message.is_override = (flags & wire::kNdOverride) != 0;
  const bool is_to_all = packet.destination.is_multicast();
  if (message.target.is_multicast() || (is_to_all && message.is_solicited)) return NdForm::kBad;
  const bool is_announcement = is_to_all && message.is_override && message.mac;
  return is_announcement ? NdForm::kAnnouncement : NdForm::kAdvertisement;
}

NdForm form_of(const NdPacket& packet, std::uint8_t type, NdMessage& message) noexcept {
  switch (type) {
    case wire::kIcmp6RouterSolicitation:
      return packet.source.is_unspecified() && message.mac ? NdForm::kBad : NdForm::kRouterSolicitation;
    case wire::kIcmp6RouterAdvertisement:
      return NdForm::kRouterAdvertisement;
    case wire::kIcmp6Redirect:
      return NdForm::kRedirect;
    default:
      break;
  }
  const auto body = copy_header<wire::NeighbourDiscovery>(packet.message, 0);
  message.target = body->target;
  if (type == wire::kIcmp6NeighbourSolicitation) return form_of_solicitation(packet, message);
  return form_of_advertisement(packet, body->flags.get().host(), message);
}

bool has_right_checksum(const NdPacket& packet) noexcept {
  const auto size = static_cast<std::uint32_t>(packet.message.size());
  const std::uint64_t sum = sum_pseudo_header(packet.source, packet.destination, wire::kProtoIcmp6, size) +
                            sum_bytes(packet.message.data(), packet.message.size());
  return is_right_sum(sum);
}

}  // namespace

NdMessage parse_nd(const NdPacket& packet) noexcept {
  NdMessage message;
  const auto icmp = copy_header<wire::Icmp>(packet.message, 0);
  if (!icmp || packet.hop_limit != wire::kNdHopLimit || icmp->code != 0) return message;
  const std::size_t options = size_without_options(icmp->type);
  if (options == 0 || packet.message.size() < options || !has_right_checksum(packet)) return message;
  if (!read_options(packet.message, options, mac_option_of(icmp->type), message)) return message;
  if (message.mac && (message.mac->is_group() || message.mac->is_zero())) return message;
  message.form = form_of(packet, icmp->type, message);
  return message;
}

}  // namespace vipswitch::owner
