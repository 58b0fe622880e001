#pragma once

// DHCPv4 messages of clients, and what stands in answers, for tests.

#include <cstring>
#include <optional>
#include <vector>

#include "dataplane/dhcp_wire.h"
#include "tests/support/frame.h"

namespace vipswitch::testing {

struct DhcpOptionBytes {
  std::uint8_t code;
  Frame value;
};

struct DhcpFields {
  std::uint8_t type = wire::kDhcpDiscover;
  Mac mac = {};
  Ipv4 client = {};  // ciaddr
  Ipv4 relay = {};   // giaddr
  std::uint16_t flags = 0;
  std::vector<DhcpOptionBytes> options = {};  // behind the type
};

inline Frame bytes_of(Ipv4 address) {
  const auto h = address.host();
  return {static_cast<std::uint8_t>(h >> 24), static_cast<std::uint8_t>(h >> 16),
          static_cast<std::uint8_t>(h >> 8), static_cast<std::uint8_t>(h)};
}

// The payload of the datagram, with an end option and without padding.
inline Frame dhcp_message(const DhcpFields& fields) {
  wire::Dhcp header{};
  header.operation = wire::kDhcpRequestOperation;
  header.hardware_type = wire::kDhcpEthernet;
  header.hardware_length = sizeof(Mac);
  header.transaction = Be32::from_host(0x01020304);
  header.flags = Be16::from_host(fields.flags);
  header.client = fields.client;
  header.relay = fields.relay;
  header.mac = fields.mac;
  header.cookie = Be32::from_host(wire::kDhcpCookie);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
  Frame message(bytes, bytes + sizeof header);
  const auto add = [&](std::uint8_t code, const Frame& value) {
    message.push_back(code);
    message.push_back(static_cast<std::uint8_t>(value.size()));
    message.insert(message.end(), value.begin(), value.end());
  };
  add(wire::kDhcpMessageType, {fields.type});
  for (const auto& [code, value] : fields.options) add(code, value);
  message.push_back(wire::kDhcpEnd);
  return message;
}

// The answer in a frame without VLAN tags and IP options.
struct DhcpAnswer {
  wire::Ethernet ethernet;
  wire::Ipv4Header ip;
  wire::Udp udp;
  wire::Dhcp header;
  std::vector<DhcpOptionBytes> options;  // as they come, without the end

  std::optional<Frame> option(std::uint8_t code) const {
    for (const auto& option : options) {
      if (option.code == code) return option.value;
    }
    return std::nullopt;
  }
  Frame codes() const {
    Frame list;
    for (const auto& option : options) list.push_back(option.code);
    return list;
  }
  std::uint8_t type() const { return option(wire::kDhcpMessageType).value_or(Frame{0}).front(); }
};

inline DhcpAnswer read_answer(const Frame& frame) {
  DhcpAnswer answer;
  std::size_t at = 0;
  const auto take = [&](auto& header) {
    std::memcpy(&header, frame.data() + at, sizeof header);
    at += sizeof header;
  };
  take(answer.ethernet);
  take(answer.ip);
  take(answer.udp);
  take(answer.header);
  while (at < frame.size() && frame[at] != wire::kDhcpEnd) {
    const std::size_t size = frame.at(at + 1);
    answer.options.push_back({frame[at], Frame(frame.begin() + static_cast<std::ptrdiff_t>(at + 2),
                                               frame.begin() + static_cast<std::ptrdiff_t>(at + 2 + size))});
    at += 2 + size;
  }
  return answer;
}

}  // namespace vipswitch::testing
