#include "tests/stage/slow_translation.h"

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

constexpr std::size_t kL3 = 14, kIpv6Header = 40, kIcmpHeader = 8, kExtension = 8;
constexpr std::uint8_t kIcmp = 1, kUdp = 17, kIcmp6 = 58, kUdpLite = 136;
constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestinationOptions = 60;
// Of a packet's extension headers; more are refused.
constexpr unsigned kMaxExtensions = 8;

std::uint16_t load16(const Frame& bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}
void store16(Frame& bytes, std::size_t offset, std::uint16_t value) {
  bytes[offset] = static_cast<std::uint8_t>(value >> 8);
  bytes[offset + 1] = static_cast<std::uint8_t>(value);
}

// Where things are in an IP packet that begins at `at` and of which the bytes before `end` are there.
struct Layout {
  std::size_t at = 0, end = 0;
  bool is_ipv6 = false;
  bool is_bad = true;  // its headers cannot be walked
  bool is_later_fragment = false;
  bool is_first_fragment = false;
  std::uint8_t protocol = 0;
  std::size_t transport = 0;
  std::size_t segment_size = 0;  // as the IP header has it

  std::size_t source() const { return at + (is_ipv6 ? 8 : 12); }
  std::size_t destination() const { return source() + address_size(); }
  std::size_t address_size() const { return is_ipv6 ? 16 : 4; }
  std::size_t hop() const { return at + (is_ipv6 ? 7 : 8); }
  std::size_t there() const { return end - std::min(end, transport); }
};

void walk_ipv6(const Frame& frame, Layout& layout) {
  layout.protocol = frame[layout.at + 6];
  layout.transport = layout.at + kIpv6Header;
  bool has_fragment = false;
  for (unsigned walked = 0; !layout.is_later_fragment; ++walked) {
    const std::set<std::uint8_t> extensions{kHopByHop, kRouting, kFragment, kDestinationOptions};
    if (extensions.count(layout.protocol) == 0) break;
    const bool is_first_only = layout.protocol == kHopByHop;
    if (walked == kMaxExtensions || (is_first_only && walked != 0)) return;
    if (layout.there() < kExtension) return;
    const std::uint8_t next = frame[layout.transport];
    std::size_t size = kExtension;
    if (layout.protocol == kFragment) {
      if (has_fragment) return;
      has_fragment = true;
      const std::uint16_t offset = load16(frame, layout.transport + 2);
      layout.is_later_fragment = (offset & 0xfff8) != 0;
      layout.is_first_fragment = !layout.is_later_fragment && (offset & 1) != 0;
    } else {
      size = (std::size_t{frame[layout.transport + 1]} + 1) * kExtension;
      if (size > layout.there()) return;
    }
    layout.protocol = next;
    layout.transport += size;
  }
  layout.is_bad = false;
}

Layout layout_of(const Frame& frame, std::size_t at, std::size_t end, bool is_ipv6) {
  Layout layout{.at = at, .end = end, .is_ipv6 = is_ipv6};
  const std::size_t least = is_ipv6 ? kIpv6Header : 20;
  if (end < at + least || frame[at] >> 4 != (is_ipv6 ? 6 : 4)) return layout;
  if (is_ipv6) {
    walk_ipv6(frame, layout);
    layout.segment_size = at + kIpv6Header + load16(frame, at + 4) - layout.transport;
    return layout;
  }
  const std::size_t header = std::size_t{frame[at] & 0xfu} * 4;
  if (header < 20) return layout;
  layout.is_bad = false;
  const std::uint16_t fragment = load16(frame, at + 6);
  layout.is_later_fragment = (fragment & 0x1fff) != 0;
  layout.is_first_fragment = !layout.is_later_fragment && (fragment & 0x2000) != 0;
  layout.protocol = frame[at + 9];
  layout.transport = at + header;
  layout.segment_size = load16(frame, at + 2) - header;
  return layout;
}

// A field that holds a sum over other bytes of the frame.
struct Sum {
  std::size_t at;
  std::uint8_t protocol;                             // of whose it is: how zero is written
  std::function<std::uint16_t(const Frame&)> right;  // what the field would have to hold
  std::uint16_t error = 0;                           // what it held beyond that

  bool is_none(const Frame& frame) const { return protocol == kUdp && load16(frame, at) == 0; }
  void remember_error(const Frame& frame) {
    error = static_cast<std::uint16_t>((load16(frame, at) + 0xffffu - right(frame)) % 0xffff);
  }
  void renew(Frame& frame) const {
    if (is_none(frame)) return;
    auto value = static_cast<std::uint16_t>((right(frame) + error) % 0xffff);
    if ((protocol == kUdp || protocol == kUdpLite) && value == 0) value = 0xffff;
    store16(frame, at, value);
  }
};

Frame part(const Frame& frame, std::size_t from, std::size_t to) {
  return {frame.begin() + static_cast<std::ptrdiff_t>(from), frame.begin() + static_cast<std::ptrdiff_t>(to)};
}

Sum ipv4_header_sum(const Layout& ip) {
  return {ip.at + 10, 0, [ip](const Frame& frame) {
            Frame header = part(frame, ip.at, std::min(ip.transport, ip.end));
            store16(header, 10, 0);
            return internet_checksum(header);
          }};
}

// Over the segment, as far as it is there: what is missing adds the same before and after.
Sum segment_sum(const Layout& ip, std::size_t field, bool with_addresses) {
  return {ip.transport + field, ip.protocol, [=](const Frame& frame) {
            Frame summed;
            if (with_addresses) {
              summed = part(frame, ip.source(), ip.source() + 2 * ip.address_size());
              summed.insert(summed.end(), {0, ip.protocol, static_cast<std::uint8_t>(ip.segment_size >> 8),
                                           static_cast<std::uint8_t>(ip.segment_size)});
            }
            const std::size_t begin = summed.size();
            const Frame segment = part(frame, ip.transport, ip.end);
            summed.insert(summed.end(), segment.begin(), segment.end());
            store16(summed, begin + field, 0);
            return internet_checksum(summed);
          }};
}

// Of a protocol whose checksum covers the addresses: not of ICMP, and of ICMPv6 only over IPv6.
std::optional<std::size_t> transport_field(const Layout& ip) {
  const bool has_none = ip.protocol == kIcmp || (ip.protocol == kIcmp6 && !ip.is_ipv6);
  return ip.is_later_fragment || has_none ? std::nullopt : l4_checksum_field(ip.protocol);
}

enum class Icmp { kOther, kError, kNeverForwarded };

Icmp classify(const Frame& frame, const Layout& ip) {
  const bool is_icmp = ip.protocol == (ip.is_ipv6 ? kIcmp6 : kIcmp);
  if (!is_icmp || ip.is_later_fragment || ip.there() < kIcmpHeader) return Icmp::kOther;
  const std::uint8_t type = frame[ip.transport];
  if (ip.is_ipv6) return type < 128 ? Icmp::kError : Icmp::kOther;
  if (type == 4 || type == 5) return Icmp::kNeverForwarded;
  return type == 3 || type == 11 || type == 12 ? Icmp::kError : Icmp::kOther;
}

template <class Address>
Frame bytes_of(const Address& address) {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    Frame bytes(4);
    store16(bytes, 0, static_cast<std::uint16_t>(address.host() >> 16));
    store16(bytes, 2, static_cast<std::uint16_t>(address.host()));
    return bytes;
  } else {
    return {address.bytes().begin(), address.bytes().end()};
  }
}

// The addresses that change, with what the sums of the frame are before.
class Translation {
 public:
  explicit Translation(Frame& frame) : frame_(frame) {}

  // False if the packet ends before its transport's checksum. Of a quote, which may end anywhere, it is no
  // fault.
  bool add(const Layout& ip, std::size_t address) {
    addresses_.push_back(address);
    if (!ip.is_ipv6) add(ipv4_header_sum(ip));
    if (ip.is_bad) return true;
    const auto field = transport_field(ip);
    if (!field) return true;
    if (ip.there() < *field + 2) return false;
    add(segment_sum(ip, *field, true));
    return true;
  }
  // Renewed after what was added before it.
  void add(Sum sum) {
    sum.remember_error(frame_);
    sums_.push_back(std::move(sum));
  }
  void carry_out(const Frame& to) {
    for (const std::size_t at : addresses_)
      std::copy(to.begin(), to.end(), frame_.begin() + static_cast<std::ptrdiff_t>(at));
    for (const Sum& sum : sums_) sum.renew(frame_);
  }

 private:
  Frame& frame_;
  std::vector<std::size_t> addresses_;
  std::vector<Sum> sums_;
};

}  // namespace

template <class Address>
std::optional<Frame> translate_slowly(Frame frame, const EthernetFields& macs, Translated side,
                                      const Address& from, const Address& to) {
  constexpr bool kIsIpv6 = std::is_same_v<Address, Ipv6>;
  const std::size_t size = kIsIpv6 ? kIpv6Header + load16(frame, kL3 + 4) : load16(frame, kL3 + 2);
  const Layout ip = layout_of(frame, kL3, kL3 + size, kIsIpv6);
  if (ip.is_bad || frame[ip.hop()] <= 1) return std::nullopt;
  if (!kIsIpv6 && internet_checksum(part(frame, ip.at, ip.transport)) != 0) return std::nullopt;
  // RFC 7112: a first fragment has all headers.
  if (kIsIpv6 && ip.is_first_fragment && ip.there() < (ip.protocol == kIcmp6 ? kIcmpHeader : 1))
    return std::nullopt;

  Translation translation(frame);
  const Icmp icmp = classify(frame, ip);
  if (icmp == Icmp::kNeverForwarded) return std::nullopt;
  if (icmp == Icmp::kError) {
    const Layout quoted = layout_of(frame, ip.transport + kIcmpHeader, ip.end, kIsIpv6);
    const bool has_header = ip.end >= quoted.at + (kIsIpv6 ? kIpv6Header : 20);
    if (!has_header || frame[quoted.at] >> 4 != (kIsIpv6 ? 6 : 4)) return std::nullopt;
    if (!kIsIpv6 && quoted.is_bad) return std::nullopt;
    const std::size_t other = side == Translated::kSource ? quoted.destination() : quoted.source();
    const Frame address = bytes_of(from);
    if (!std::equal(address.begin(), address.end(), frame.begin() + static_cast<std::ptrdiff_t>(other)))
      return std::nullopt;
    translation.add(quoted, other);
    if (!kIsIpv6) translation.add(segment_sum(ip, 2, false));
  }
  if (!translation.add(ip, side == Translated::kSource ? ip.source() : ip.destination())) return std::nullopt;
  --frame[ip.hop()];
  translation.carry_out(bytes_of(to));
  std::copy(macs.destination.bytes().begin(), macs.destination.bytes().end(), frame.begin());
  std::copy(macs.source.bytes().begin(), macs.source.bytes().end(), frame.begin() + 6);
  return frame;
}

template std::optional<Frame> translate_slowly(Frame, const EthernetFields&, Translated, const Ipv4&,
                                               const Ipv4&);
template std::optional<Frame> translate_slowly(Frame, const EthernetFields&, Translated, const Ipv6&,
                                               const Ipv6&);

void add_hop(Frame& frame) {
  const bool is_ipv6 = frame[kL3] >> 4 == 6;
  const Layout ip = layout_of(frame, kL3, frame.size(), is_ipv6);
  ++frame[ip.hop()];
  if (!is_ipv6) {
    Sum sum = ipv4_header_sum(ip);
    sum.renew(frame);
  }
}

}  // namespace vipswitch::testing
