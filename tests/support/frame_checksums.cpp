#include "tests/support/frame_checksums.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>

namespace vipswitch::testing {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint16_t read16(Bytes bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

Ipv4 read_address(Bytes bytes, std::size_t offset) {
  return {bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]};
}

std::uint64_t sum_words(Bytes bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint64_t{bytes[i]} << 8 : bytes[i];
  }
  return sum;
}

std::uint64_t sum_pseudo_header(Ipv4 source, Ipv4 destination, std::uint8_t protocol,
                                std::size_t size_bytes) {
  const auto halves = [](Ipv4 address) { return (address.host() >> 16) + (address.host() & 0xffff); };
  return std::uint64_t{halves(source)} + halves(destination) + protocol + size_bytes;
}

std::uint16_t complement_of_folded(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Ipv6 read_ipv6(Bytes bytes, std::size_t offset) {
  std::array<std::uint8_t, 16> address{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), address.size(), address.begin());
  return Ipv6(address);
}

// An IP packet whose header was proven to be there.
struct Packet {
  bool is_ipv6 = false;
  Ipv4 source;
  Ipv4 destination;
  Ipv6 source6;
  Ipv6 destination6;
  std::uint8_t protocol = 0;
  bool is_fragment = false;
  bool is_whole = false;  // all the bytes that the total length promises are there
  Bytes payload;
};

class Verifier {
 public:
  explicit Verifier(ChecksumReport& report) : report_(report) {}

  void frame(Bytes bytes) {
    constexpr std::size_t kMacsSize = 12, kTagSize = 4;
    std::size_t offset = kMacsSize;
    while (bytes.size() >= offset + kTagSize &&
           (read16(bytes, offset) == 0x8100 || read16(bytes, offset) == 0x88a8)) {
      offset += kTagSize;
    }
    if (bytes.size() < offset + 2) return fail("the frame ends inside the Ethernet header");
    if (read16(bytes, offset) == 0x0800) ipv4(bytes.subspan(offset + 2));
    if (read16(bytes, offset) == 0x86dd) ipv6(bytes.subspan(offset + 2));
  }

 private:
  void ipv4(Bytes bytes) {
    if (bytes.size() < 20) return fail("the packet ends inside the IPv4 header");
    const std::size_t header_size = std::size_t{bytes[0] & 0xfU} * 4, total_size = read16(bytes, 2);
    if (header_size < 20 || header_size > bytes.size()) return fail("the IPv4 header length does not fit");
    if (total_size < header_size) return fail("the IPv4 total length does not fit");
    verdict("ipv4", internet_checksum(bytes.first(header_size)) == 0);

    Packet packet;
    packet.source = read_address(bytes, 12);
    packet.destination = read_address(bytes, 16);
    packet.protocol = bytes[9];
    packet.is_fragment = (read16(bytes, 6) & 0x3fff) != 0;
    packet.is_whole = total_size <= bytes.size();
    packet.payload = bytes.subspan(header_size, std::min(total_size, bytes.size()) - header_size);
    if (!packet.is_whole && !is_quoted()) return fail("the frame ends before the IPv4 total length");
    if (!packet.is_fragment && packet.is_whole) transport(packet);
  }

  void ipv6(Bytes bytes) {
    if (bytes.size() < 40) return fail("the packet ends inside the IPv6 header");
    const std::size_t payload_size = read16(bytes, 4);
    Packet packet;
    packet.is_ipv6 = true;
    packet.source6 = read_ipv6(bytes, 8);
    packet.destination6 = read_ipv6(bytes, 24);
    packet.protocol = bytes[6];
    packet.is_whole = payload_size <= bytes.size() - 40;
    packet.payload = bytes.subspan(40, std::min(payload_size, bytes.size() - 40));
    if (!packet.is_whole && !is_quoted()) return fail("the frame ends before the IPv6 payload length");
    while (packet.protocol == 0 || packet.protocol == 43 || packet.protocol == 44 || packet.protocol == 60) {
      if (packet.payload.size() < 8) return;
      const bool is_fragment_header = packet.protocol == 44;
      if (is_fragment_header && (read16(packet.payload, 2) & 0xfff9) != 0) packet.is_fragment = true;
      const std::size_t size = is_fragment_header ? 8 : (std::size_t{packet.payload[1]} + 1) * 8;
      if (size > packet.payload.size()) return;
      packet.protocol = packet.payload[0];
      packet.payload = packet.payload.subspan(size);
      if (packet.is_fragment) return;
    }
    if (packet.is_whole) transport(packet);
  }

  void transport(const Packet& packet) {
    switch (packet.protocol) {
      case 1:
        return icmp(packet);
      case 58:
        return icmp6(packet);
      case 33:
        return with_pseudo_header("dccp", packet, 12);
      case 136:
        return with_pseudo_header("udp-lite", packet, 8);
      case 6:
        return with_pseudo_header("tcp", packet, 20);
      case 17:
        return udp(packet);
      case 51:
        return authenticated(packet);
      case 112:
        return vrrp(packet);
      default:
        return;
    }
  }

  void with_pseudo_header(const char* name, const Packet& packet, std::size_t smallest_size) {
    if (packet.payload.size() < smallest_size)
      return fail(std::string("the packet ends inside the header of ") + name);
    verdict(name, sum_of(packet) == 0);
  }

  static std::uint16_t sum_of(const Packet& packet) {
    return packet.is_ipv6
               ? internet_checksum(packet.source6, packet.destination6, packet.protocol, packet.payload)
               : internet_checksum(packet.source, packet.destination, packet.protocol, packet.payload);
  }

  // RFC 4443: types below 128 are errors and quote the packet they are about.
  void icmp6(const Packet& packet) {
    if (!packet.is_ipv6) return;
    with_pseudo_header("icmp6", packet, 4);
    if (is_quoted() || packet.payload.size() < 8 || packet.payload[0] >= 128) return;
    prefix_ = "quoted ";
    ipv6(packet.payload.subspan(8));
    prefix_.clear();
  }

  void udp(const Packet& packet) {
    const auto bytes = packet.payload;
    if (bytes.size() < 8) return fail("the packet ends inside the UDP header");
    if (read16(bytes, 4) != bytes.size()) return fail("the UDP length differs from the IP payload's");
    if (read16(bytes, 6) != 0) with_pseudo_header("udp", packet, 8);
  }

  void icmp(const Packet& packet) {
    if (packet.payload.size() < 8) return fail("the packet ends inside the ICMP header");
    verdict("icmp", internet_checksum(packet.payload) == 0);
    // RFC 792: destination unreachable, source quench, redirect, time exceeded and parameter problem quote
    // the packet they are about.
    constexpr std::array<std::uint8_t, 5> kErrors{3, 4, 5, 11, 12};
    if (is_quoted() || std::find(kErrors.begin(), kErrors.end(), packet.payload[0]) == kErrors.end()) return;
    prefix_ = "quoted ";
    ipv4(packet.payload.subspan(8));
    prefix_.clear();
  }

  // RFC 4302: the length counts 4-byte units, minus 2.
  void authenticated(const Packet& packet) {
    if (packet.payload.size() < 12) return fail("the packet ends inside the authentication header");
    const std::size_t size = (std::size_t{packet.payload[1]} + 2) * 4;
    if (size > packet.payload.size()) return fail("the authentication header's length does not fit");
    Packet inner = packet;
    inner.protocol = packet.payload[0];
    inner.payload = packet.payload.subspan(size);
    transport(inner);
  }

  void vrrp(const Packet& packet) {
    const auto whole = packet.payload;
    if (whole.size() < 8) return fail("the packet ends inside the VRRP header");
    const int version = whole[0] >> 4;
    const std::size_t address_size = packet.is_ipv6 ? 16 : 4;
    const std::size_t announced_size = 8 + whole[3] * address_size + (version == 2 ? 8 : 0);
    if (announced_size > whole.size()) return fail("the packet ends inside the VRRP addresses");
    const auto announced = whole.first(announced_size);
    if (packet.is_ipv6) {
      const auto sums_up = [&](Bytes bytes) {
        return internet_checksum(packet.source6, packet.destination6, 112, bytes) == 0;
      };
      return verdict("vrrp", sums_up(announced) || sums_up(whole));
    }
    bool right = internet_checksum(announced) == 0;
    if (version == 3) {
      const auto sums_up = [&](Ipv4 destination, Bytes bytes) {
        return internet_checksum(packet.source, destination, 112, bytes) == 0;
      };
      // RFC 5798 routers include the pseudo-header, RFC 9568 ones do not, some unicast ones take the group's
      // address for their peer's, and some cover what follows the addresses.
      right = right || sums_up(packet.destination, announced) || sums_up(Ipv4{224, 0, 0, 18}, announced) ||
              internet_checksum(whole) == 0 || sums_up(packet.destination, whole);
    }
    verdict("vrrp", right);
  }

  bool is_quoted() const { return !prefix_.empty(); }

  void verdict(const char* name, bool right) {
    report_.verified.push_back(prefix_ + name);
    if (!right) fail(std::string("the checksum of ") + name + " is wrong");
  }

  void fail(const std::string& what) { report_.wrong.push_back(prefix_ + what); }

  ChecksumReport& report_;
  std::string prefix_;
};

}  // namespace

std::uint16_t internet_checksum(Bytes bytes) {
  return complement_of_folded(sum_words(bytes));
}

std::uint16_t internet_checksum(Ipv4 source, Ipv4 destination, std::uint8_t protocol, Bytes bytes) {
  return complement_of_folded(sum_pseudo_header(source, destination, protocol, bytes.size()) +
                              sum_words(bytes));
}

std::uint16_t internet_checksum(const Ipv6& source, const Ipv6& destination, std::uint8_t next_header,
                                Bytes bytes) {
  return complement_of_folded(sum_words(source.bytes()) + sum_words(destination.bytes()) + next_header +
                              (bytes.size() >> 16) + (bytes.size() & 0xffff) + sum_words(bytes));
}

std::optional<std::size_t> l4_checksum_field(std::uint8_t protocol) {
  switch (protocol) {
    case 6:
      return 16;
    case 17:
    case 33:
    case 136:
      return 6;
    case 1:
    case 58:
      return 2;
    default:
      return std::nullopt;
  }
}

std::ostream& operator<<(std::ostream& out, const ChecksumReport& report) {
  out << "verified:";
  for (const auto& name : report.verified) out << ' ' << name;
  for (const auto& sentence : report.wrong) out << "; " << sentence;
  return out;
}

ChecksumReport verify_checksums(std::span<const std::uint8_t> frame) {
  ChecksumReport report;
  Verifier(report).frame(frame);
  return report;
}

}  // namespace vipswitch::testing
