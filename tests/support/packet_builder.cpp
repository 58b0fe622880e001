#include "tests/support/packet_builder.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

constexpr std::uint8_t kVrrpProtocol = 112;
constexpr Ipv4 kVrrpGroup4{224, 0, 0, 18};

// What a layer needs to know of its neighbours.
struct Surroundings {
  std::uint16_t next_type = 0;       // EtherType or IP protocol of the layer behind it
  const Ipv4Fields* ipv4 = nullptr;  // the nearest IP header before it, of either family
  const Ipv6Fields* ipv6 = nullptr;
};

class Writer {
 public:
  Writer& u8(unsigned value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Writer& u16(unsigned value) { return u8(value >> 8).u8(value); }
  Writer& u32(std::uint32_t value) { return u16(value >> 16).u16(value); }
  Writer& mac(const Mac& value) { return range(value.bytes()); }
  Writer& ip(Ipv4 value) { return u32(value.host()); }
  Writer& ip(const Ipv6& value) { return range(value.bytes()); }
  template <class Range>
  Writer& range(const Range& values) {
    bytes_.insert(bytes_.end(), values.begin(), values.end());
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  Frame take() { return std::move(bytes_); }

 private:
  Frame bytes_;
};

void store16(Frame& bytes, std::size_t offset, std::uint16_t value) {
  bytes.at(offset) = static_cast<std::uint8_t>(value >> 8);
  bytes.at(offset + 1) = static_cast<std::uint8_t>(value);
}

std::uint16_t in_form(std::uint16_t correct, Checksum form) {
  switch (form) {
    case Checksum::kCorrect:
      return correct;
    case Checksum::kWrong:
      // Never 0 or 0xffff, which in one's complement are the same number and in UDP mean something else.
      return static_cast<std::uint16_t>(correct % 0xfffe + 1);
    case Checksum::kZero:
      return 0;
  }
  return correct;
}

// Of a transport, with the pseudo-header of the IP header before it.
std::uint16_t transport_checksum(const Surroundings& around, const char* layer, std::uint8_t protocol,
                                 std::span<const std::uint8_t> segment) {
  if (around.ipv6 != nullptr) {
    return internet_checksum(around.ipv6->source, around.ipv6->destination, protocol, segment);
  }
  if (around.ipv4 == nullptr) throw std::logic_error(std::string(layer) + " needs an IP header before it");
  return internet_checksum(around.ipv4->source, around.ipv4->destination, protocol, segment);
}

// The type by which the layer before this one announces it; 0 where it has none.
std::uint16_t type_of(const EthernetFields&) {
  return 0;
}
std::uint16_t type_of(const VlanFields& fields) {
  return fields.tag_type;
}
std::uint16_t type_of(const ArpFields&) {
  return 0x0806;
}
std::uint16_t type_of(const Ipv4Fields&) {
  return 0x0800;
}
std::uint16_t type_of(const Ipv6Fields&) {
  return 0x86dd;
}
std::uint16_t type_of(const Ipv6ExtensionFields& fields) {
  return fields.type;
}
std::uint16_t type_of(const Ipv6FragmentFields&) {
  return 44;
}
std::uint16_t type_of(const Icmp6Fields&) {
  return 58;
}
std::uint16_t type_of(const NeighbourFields&) {
  return 58;
}
std::uint16_t type_of(const UdpFields&) {
  return 17;
}
std::uint16_t type_of(const TcpFields&) {
  return 6;
}
std::uint16_t type_of(const IcmpFields&) {
  return 1;
}
std::uint16_t type_of(const AuthenticationHeaderFields&) {
  return 51;
}
std::uint16_t type_of(const Vrrp2Fields&) {
  return kVrrpProtocol;
}
std::uint16_t type_of(const Vrrp3Fields&) {
  return kVrrpProtocol;
}
std::uint16_t type_of(const PayloadBytes&) {
  return 0;
}

// render() returns the layer's header with the bytes behind it.

Frame render(const EthernetFields& fields, const Frame& behind, const Surroundings& around) {
  return Writer()
      .mac(fields.destination)
      .mac(fields.source)
      .u16(fields.type.value_or(around.next_type))
      .range(behind)
      .take();
}

// The tag's own type stands in the layer before it.
Frame render(const VlanFields& fields, const Frame& behind, const Surroundings& around) {
  return Writer()
      .u16(static_cast<unsigned>(fields.priority << 13 | fields.id))
      .u16(fields.type.value_or(around.next_type))
      .range(behind)
      .take();
}

Frame render(const ArpFields& fields, const Frame& behind, const Surroundings&) {
  return Writer()
      .u16(fields.hardware_type)
      .u16(fields.protocol_type)
      .u8(fields.hardware_length)
      .u8(fields.protocol_length)
      .u16(fields.operation)
      .mac(fields.sender_mac)
      .ip(fields.sender_ip)
      .mac(fields.target_mac)
      .ip(fields.target_ip)
      .range(behind)
      .take();
}

Frame render(const Ipv4Fields& fields, const Frame& behind, const Surroundings& around) {
  const std::size_t header_size = 20 + fields.options.size();
  if (header_size % 4 != 0 || header_size > 60) throw std::logic_error("IPv4 options: 0, 4, ... 40 bytes");
  if (fields.fragment_offset % 8 != 0) throw std::logic_error("IPv4 fragment offset: a multiple of 8");
  const auto length_words = fields.header_length.value_or(static_cast<std::uint8_t>(header_size)) / 4U;
  const auto flags = (fields.dont_fragment ? 0x4000U : 0U) | (fields.more_fragments ? 0x2000U : 0U);
  Frame header =
      Writer()
          .u8(static_cast<unsigned>(fields.version << 4) | (length_words & 0xf))
          .u8(fields.type_of_service)
          .u16(fields.total_length.value_or(static_cast<std::uint16_t>(header_size + behind.size())))
          .u16(fields.identification)
          .u16(flags | fields.fragment_offset / 8U)
          .u8(fields.ttl)
          .u8(fields.protocol.value_or(static_cast<std::uint8_t>(around.next_type)))
          .u16(0)
          .ip(fields.source)
          .ip(fields.destination)
          .range(fields.options)
          .take();
  store16(header, 10, in_form(internet_checksum(header), fields.checksum));
  return Writer().range(header).range(behind).take();
}

Frame render(const Ipv6Fields& fields, const Frame& behind, const Surroundings& around) {
  return Writer()
      .u32(std::uint32_t{fields.version} << 28 | std::uint32_t{fields.traffic_class} << 20)
      .u16(fields.payload_length.value_or(static_cast<std::uint16_t>(behind.size())))
      .u8(fields.next_header.value_or(static_cast<std::uint8_t>(around.next_type)))
      .u8(fields.hop_limit)
      .ip(fields.source)
      .ip(fields.destination)
      .range(behind)
      .take();
}

Frame render(const Ipv6ExtensionFields& fields, const Frame& behind, const Surroundings& around) {
  if (fields.size % 8 != 0 || fields.size == 0)
    throw std::logic_error("IPv6 extension: a multiple of 8 bytes");
  return Writer()
      .u8(fields.next_header.value_or(static_cast<std::uint8_t>(around.next_type)))
      .u8(fields.length.value_or(static_cast<std::uint8_t>(fields.size / 8 - 1)))
      .u8(1)
      .u8(static_cast<unsigned>(fields.size - 4))
      .range(std::vector<std::uint8_t>(fields.size - 4))
      .range(behind)
      .take();
}

Frame render(const Ipv6FragmentFields& fields, const Frame& behind, const Surroundings& around) {
  return Writer()
      .u8(fields.next_header.value_or(static_cast<std::uint8_t>(around.next_type)))
      .u8(0)
      .u16(fields.offset | (fields.more_fragments ? 1U : 0U))
      .u32(fields.identification)
      .range(behind)
      .take();
}

Frame render(const Icmp6Fields& fields, const Frame& behind, const Surroundings& around) {
  Frame message =
      Writer().u8(fields.type).u8(fields.code).u16(0).u32(fields.rest_of_header).range(behind).take();
  store16(message, 2, in_form(transport_checksum(around, "ICMPv6", 58, message), fields.checksum));
  return message;
}

Frame render(const NeighbourFields& fields, const Frame& behind, const Surroundings& around) {
  constexpr std::uint8_t kSolicitation = 135, kSourceMac = 1, kTargetMac = 2;
  Writer writer;
  writer.u8(fields.type).u8(fields.code).u16(0).u32(fields.flags).ip(fields.target);
  if (fields.mac) writer.u8(fields.type == kSolicitation ? kSourceMac : kTargetMac).u8(1).mac(*fields.mac);
  Frame message = writer.range(behind).take();
  store16(message, 2, in_form(transport_checksum(around, "ICMPv6", 58, message), fields.checksum));
  return message;
}

Frame render(const UdpFields& fields, const Frame& behind, const Surroundings& around) {
  Frame segment = Writer()
                      .u16(fields.source_port)
                      .u16(fields.destination_port)
                      .u16(fields.length.value_or(static_cast<std::uint16_t>(8 + behind.size())))
                      .u16(0)
                      .range(behind)
                      .take();
  // RFC 768: a computed zero is sent as all ones, since zero says that none was computed.
  const auto sum = transport_checksum(around, "UDP", 17, segment);
  store16(segment, 6, in_form(sum == 0 ? 0xffff : sum, fields.checksum));
  return segment;
}

Frame render(const TcpFields& fields, const Frame& behind, const Surroundings& around) {
  const std::size_t header_size = 20 + fields.options.size();
  if (header_size % 4 != 0 || header_size > 60) throw std::logic_error("TCP options: 0, 4, ... 40 bytes");
  Frame segment = Writer()
                      .u16(fields.source_port)
                      .u16(fields.destination_port)
                      .u32(fields.sequence)
                      .u32(fields.acknowledgment)
                      .u8(static_cast<unsigned>(header_size / 4 << 4))
                      .u8(fields.flags)
                      .u16(fields.window)
                      .u16(0)
                      .u16(0)
                      .range(fields.options)
                      .range(behind)
                      .take();
  store16(segment, 16, in_form(transport_checksum(around, "TCP", 6, segment), fields.checksum));
  return segment;
}

Frame render(const IcmpFields& fields, const Frame& behind, const Surroundings&) {
  Frame message =
      Writer().u8(fields.type).u8(fields.code).u16(0).u32(fields.rest_of_header).range(behind).take();
  store16(message, 2, in_form(internet_checksum(message), fields.checksum));
  return message;
}

Frame render(const AuthenticationHeaderFields& fields, const Frame& behind, const Surroundings& around) {
  const auto units = (12 + fields.integrity_check_value.size()) / 4 - 2;
  return Writer()
      .u8(fields.next_header.value_or(static_cast<std::uint8_t>(around.next_type)))
      .u8(fields.length.value_or(static_cast<std::uint8_t>(units)))
      .u16(0)
      .u32(fields.spi)
      .u32(fields.sequence)
      .range(fields.integrity_check_value)
      .range(behind)
      .take();
}

std::uint16_t vrrp_checksum(VrrpChecksum form, std::span<const std::uint8_t> announced,
                            std::span<const std::uint8_t> whole, const Surroundings& around) {
  const auto with_pseudo_header = [&](std::span<const std::uint8_t> bytes) {
    return transport_checksum(around, "VRRP", kVrrpProtocol, bytes);
  };
  switch (form) {
    case VrrpChecksum::kPlain:
      return internet_checksum(announced);
    case VrrpChecksum::kPseudoHeader:
      return with_pseudo_header(announced);
    case VrrpChecksum::kPseudoHeaderMulticast:
      return around.ipv6 != nullptr
                 ? internet_checksum(around.ipv6->source, kVrrpGroup6, kVrrpProtocol, announced)
                 : internet_checksum(around.ipv4->source, kVrrpGroup4, kVrrpProtocol, announced);
    case VrrpChecksum::kPlainWholePayload:
      return internet_checksum(whole);
    case VrrpChecksum::kPseudoHeaderWholePayload:
      return with_pseudo_header(whole);
    case VrrpChecksum::kWrong:
      break;
  }
  // Right in no form: there are more values than forms.
  constexpr VrrpChecksum kForms[] = {VrrpChecksum::kPlain, VrrpChecksum::kPseudoHeader,
                                     VrrpChecksum::kPseudoHeaderMulticast, VrrpChecksum::kPlainWholePayload,
                                     VrrpChecksum::kPseudoHeaderWholePayload};
  std::uint16_t wrong = 1;
  while (std::any_of(std::begin(kForms), std::end(kForms), [&](VrrpChecksum right) {
    return vrrp_checksum(right, announced, whole, around) == wrong;
  })) {
    ++wrong;
  }
  return wrong;
}

// Stores the checksum of an advert whose first announced_size bytes are VRRP's own.
Frame with_vrrp_checksum(Frame advert, std::size_t announced_size, VrrpChecksum form,
                         const Surroundings& around) {
  const std::span<const std::uint8_t> whole(advert);
  store16(advert, 6, vrrp_checksum(form, whole.first(announced_size), whole, around));
  return advert;
}

Frame render(const Vrrp2Fields& fields, const Frame& behind, const Surroundings& around) {
  if (fields.auth_data.size() > 8) throw std::logic_error("VRRP authentication data: at most 8 bytes");
  const auto count = fields.address_count.value_or(static_cast<std::uint8_t>(fields.addresses.size()));
  Writer advert;
  advert.u8(0x20U | fields.type).u8(fields.vrid).u8(fields.priority).u8(count);
  advert.u8(fields.auth_type).u8(fields.interval_s).u16(0);
  for (const auto address : fields.addresses) advert.ip(address);
  advert.range(fields.auth_data).range(std::vector<std::uint8_t>(8 - fields.auth_data.size()));
  const auto announced_size = advert.size();
  return with_vrrp_checksum(advert.range(behind).take(), announced_size, fields.checksum, around);
}

Frame render(const Vrrp3Fields& fields, const Frame& behind, const Surroundings& around) {
  const auto listed = fields.addresses.size() + fields.addresses6.size();
  const auto count = fields.address_count.value_or(static_cast<std::uint8_t>(listed));
  Writer advert;
  advert.u8(static_cast<unsigned>(fields.version << 4) | fields.type)
      .u8(fields.vrid)
      .u8(fields.priority)
      .u8(count);
  advert.u16(fields.interval_cs & 0xfffU).u16(0);
  for (const auto address : fields.addresses) advert.ip(address);
  for (const Ipv6& address : fields.addresses6) advert.ip(address);
  const auto announced_size = advert.size();
  return with_vrrp_checksum(advert.range(behind).take(), announced_size, fields.checksum, around);
}

Frame render(const PayloadBytes& payload, const Frame& behind, const Surroundings&) {
  return Writer().range(payload.bytes).range(behind).take();
}

}  // namespace

Ipv4Fields vrrp_ipv4(Ipv4 source, Ipv4 destination) {
  return {.source = source, .destination = destination, .ttl = 255, .type_of_service = 0xc0};
}

Ipv6Fields vrrp_ipv6(const Ipv6& source, const Ipv6& destination) {
  return {.source = source, .destination = destination, .hop_limit = 255, .traffic_class = 0xc0};
}

PacketBuilder& PacketBuilder::arp_request(const Mac& sender_mac, Ipv4 sender_ip, Ipv4 target_ip) {
  return arp({.operation = 1, .sender_mac = sender_mac, .sender_ip = sender_ip, .target_ip = target_ip});
}

PacketBuilder& PacketBuilder::arp_reply(const Mac& sender_mac, Ipv4 sender_ip, const Mac& target_mac,
                                        Ipv4 target_ip) {
  return arp({.operation = 2,
              .sender_mac = sender_mac,
              .sender_ip = sender_ip,
              .target_mac = target_mac,
              .target_ip = target_ip});
}

PacketBuilder& PacketBuilder::arp_probe(const Mac& sender_mac, Ipv4 target_ip) {
  return arp_request(sender_mac, Ipv4(), target_ip);
}

PacketBuilder& PacketBuilder::gratuitous_arp_request(const Mac& mac, Ipv4 ip) {
  return arp(
      {.operation = 1, .sender_mac = mac, .sender_ip = ip, .target_mac = Mac::broadcast(), .target_ip = ip});
}

PacketBuilder& PacketBuilder::gratuitous_arp_reply(const Mac& mac, Ipv4 ip) {
  return arp_reply(mac, ip, mac, ip);
}

PacketBuilder& PacketBuilder::icmp_echo_request(std::uint16_t identifier, std::uint16_t sequence) {
  return icmp({.type = 8, .rest_of_header = std::uint32_t{identifier} << 16 | sequence});
}

PacketBuilder& PacketBuilder::icmp_echo_reply(std::uint16_t identifier, std::uint16_t sequence) {
  return icmp({.type = 0, .rest_of_header = std::uint32_t{identifier} << 16 | sequence});
}

PacketBuilder& PacketBuilder::payload(std::string_view text) {
  return payload(std::vector<std::uint8_t>(text.begin(), text.end()));
}

PacketBuilder& PacketBuilder::counting_payload(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return payload(std::move(bytes));
}

PacketBuilder& PacketBuilder::pad_to(std::size_t size) {
  padded_size_ = size;
  return *this;
}

PacketBuilder& PacketBuilder::add(Layer layer) {
  layers_.push_back(std::move(layer));
  return *this;
}

// From the inside out: a header's lengths and checksums depend on what is behind it, and on the one IP
// header before it, whose addresses are fields.
Frame PacketBuilder::build() const {
  Frame frame;
  Surroundings around;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    const auto outer = std::find_if(std::next(layer), layers_.rend(), [](const Layer& l) {
      return std::holds_alternative<Ipv4Fields>(l) || std::holds_alternative<Ipv6Fields>(l);
    });
    around.ipv4 = outer == layers_.rend() ? nullptr : std::get_if<Ipv4Fields>(&*outer);
    around.ipv6 = outer == layers_.rend() ? nullptr : std::get_if<Ipv6Fields>(&*outer);
    frame = std::visit([&](const auto& fields) { return render(fields, frame, around); }, *layer);
    around.next_type = std::visit([](const auto& fields) { return type_of(fields); }, *layer);
  }
  if (frame.size() < padded_size_) frame.resize(padded_size_);
  return frame;
}

}  // namespace vipswitch::testing
