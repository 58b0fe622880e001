#pragma once

// Reads a client's DHCPv4 message (RFC 2131 section 2, RFC 2132) as far as a server that hands out configured
// addresses has to. What is read points into the packet. Nothing is read before its length is proven; a
// message that ends inside an option, or without the end option, is none.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/dhcp_wire.h"
#include "dataplane/packet_view.h"

namespace vipswitch {

struct DhcpView {
  const wire::Dhcp* header = nullptr;
  std::uint8_t type = 0;                 // option 53
  std::optional<Ipv4> requested;         // option 50
  std::optional<Ipv4> server;            // option 54
  std::uint16_t max_size = 0;            // option 57; 0: not said
  std::span<const std::uint8_t> client;  // option 61; empty: none
  std::span<const std::uint8_t> wanted;  // option 55
  bool has_wanted = false;

  bool is_relayed() const noexcept { return !header->relay.get().is_unspecified(); }
};

namespace dhcp_view_detail {

inline Ipv4 to_ipv4(std::span<const std::uint8_t> value) noexcept {
  return Ipv4(value[0], value[1], value[2], value[3]);
}

// The first of each kind counts. False if its length cannot be.
inline bool take_option(DhcpView& view, std::uint8_t& overload, std::uint8_t code,
                        std::span<const std::uint8_t> value) noexcept {
  switch (code) {
    case wire::kDhcpMessageType:
      if (value.size() != 1) return false;
      if (view.type == 0) view.type = value[0];
      return true;
    case wire::kDhcpRequestedAddress:
    case wire::kDhcpServer: {
      if (value.size() != 4) return false;
      auto& address = code == wire::kDhcpServer ? view.server : view.requested;
      if (!address) address = to_ipv4(value);
      return true;
    }
    case wire::kDhcpMaxSize:
      if (value.size() != 2) return false;
      if (view.max_size == 0) view.max_size = static_cast<std::uint16_t>(value[0] << 8 | value[1]);
      return true;
    case wire::kDhcpClient:
      if (value.empty()) return false;
      if (view.client.empty()) view.client = value;
      return true;
    case wire::kDhcpWanted:
      if (!view.has_wanted) view.wanted = value;
      view.has_wanted = true;
      return true;
    case wire::kDhcpOverload:
      if (value.size() != 1) return false;
      overload = value[0];
      return true;
    default:
      return true;
  }
}

inline bool take_options(DhcpView& view, std::uint8_t& overload,
                         std::span<const std::uint8_t> bytes) noexcept {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t code = bytes[at++];
    if (code == wire::kDhcpPad) continue;
    if (code == wire::kDhcpEnd) return true;
    if (at == bytes.size()) return false;
    const std::size_t size = bytes[at++];
    if (bytes.size() - at < size) return false;
    if (!take_option(view, overload, code, bytes.subspan(at, size))) return false;
    at += size;
  }
  return false;
}

}  // namespace dhcp_view_detail

// Of the payload of a UDP datagram; nullopt if it is no client's message on Ethernet.
inline std::optional<DhcpView> read_dhcp(const PacketView& message) noexcept {
  using namespace dhcp_view_detail;
  DhcpView view;
  view.header = message.header_at<wire::Dhcp>(0);
  if (view.header == nullptr) return std::nullopt;
  const wire::Dhcp& header = *view.header;
  if (header.operation != wire::kDhcpRequestOperation || header.hardware_type != wire::kDhcpEthernet ||
      header.hardware_length != sizeof(Mac) || header.cookie.get().host() != wire::kDhcpCookie) {
    return std::nullopt;
  }
  std::uint8_t overload = 0, nested = 0;
  if (!take_options(view, overload, message.bytes(sizeof(wire::Dhcp), message.size()))) return std::nullopt;
  // RFC 2131 section 4.1: `file` is read before `sname`.
  if ((overload & 1) != 0 && !take_options(view, nested, header.file)) return std::nullopt;
  if ((overload & 2) != 0 && !take_options(view, nested, header.server_name)) return std::nullopt;
  return view.type != 0 ? std::optional<DhcpView>(view) : std::nullopt;
}

}  // namespace vipswitch
