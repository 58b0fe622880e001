#include "dataplane/dhcp_answer.h"

#include <algorithm>
#include <cstring>

#include "dataplane/dhcp_view.h"
#include "dataplane/resize.h"
#include "vipswitch/checksum.h"
#include "vipswitch/ipv4_header.h"

namespace vipswitch {
namespace {

constexpr std::size_t kHeaders = sizeof(wire::Ipv4Header) + sizeof(wire::Udp);
// RFC 2131 section 2: what every client takes, as an IP datagram; and RFC 1542 section 2.1.
constexpr std::size_t kMinDatagram = 576, kMinMessage = 300;
// More than all options together have.
constexpr std::size_t kMaxMessage = 1024;
constexpr std::uint8_t kTtl = 64;

using Bytes = std::span<const std::uint8_t>;

// The subnet's prepared option `code`, head included; empty if there is none.
Bytes find_option(Bytes options, std::uint8_t code) noexcept {
  while (options.size() >= 2) {
    const Bytes option = options.first(std::min<std::size_t>(options[1] + std::size_t{2}, options.size()));
    if (option[0] == code) return option;
    options = options.subspan(option.size());
  }
  return {};
}

// A message under construction. What finds no room is left out, so what matters goes first.
class Message {
 public:
  explicit Message(std::size_t limit) noexcept : limit_(std::min(limit, kMaxMessage) - 1) {}

  wire::Dhcp& header() noexcept { return *PacketView(bytes_, sizeof bytes_).header_at<wire::Dhcp>(0); }
  void add(Bytes option) noexcept {
    if (option.empty() || option.size() > limit_ - size_ || has(option[0])) return;
    std::memcpy(bytes_ + size_, option.data(), option.size());
    size_ += option.size();
  }
  void add(std::uint8_t code, Bytes value) noexcept {
    std::uint8_t option[2 + 255] = {code, static_cast<std::uint8_t>(value.size())};
    std::memcpy(option + 2, value.data(), value.size());
    add(Bytes(option, 2 + value.size()));
  }
  Bytes finish() noexcept {
    bytes_[size_++] = wire::kDhcpEnd;
    return {bytes_, std::max(size_, kMinMessage)};
  }

 private:
  bool has(std::uint8_t code) const noexcept {
    return !find_option({bytes_ + sizeof(wire::Dhcp), size_ - sizeof(wire::Dhcp)}, code).empty();
  }

  std::uint8_t bytes_[kMaxMessage] = {};
  std::size_t size_ = sizeof(wire::Dhcp);
  std::size_t limit_;  // without the end option
};

constexpr bool is_said_always(std::uint8_t code) noexcept {
  return code == wire::kDhcpServer || code == wire::kDhcpLease || code == wire::kDhcpRenewal ||
         code == wire::kDhcpRebinding;
}

// In the order in which the client lists them, but the mask before the router (RFC 2132 section 3.3); all of
// them if it lists none.
void add_wanted(Message& message, Bytes options, std::uint16_t mtu, const DhcpView& request) noexcept {
  const auto add = [&](std::uint8_t code) {
    if (code == wire::kDhcpMtu) {
      const std::uint8_t value[] = {static_cast<std::uint8_t>(mtu >> 8), static_cast<std::uint8_t>(mtu)};
      message.add(code, value);
    } else if (!is_said_always(code)) {
      message.add(find_option(options, code));
    }
  };
  if (!request.has_wanted) {
    for (const std::uint8_t code :
         {wire::kDhcpMask, wire::kDhcpRoutes, wire::kDhcpRouter, wire::kDhcpDns, wire::kDhcpMtu}) {
      add(code);
    }
    return;
  }
  const bool wants_mask =
      std::find(request.wanted.begin(), request.wanted.end(), wire::kDhcpMask) != request.wanted.end();
  for (const std::uint8_t code : request.wanted) {
    if (code == wire::kDhcpRouter && wants_mask) add(wire::kDhcpMask);
    add(code);
  }
}

struct Reply {
  std::uint8_t type;
  Ipv4 yours;  // unspecified: none is told, and no lease
};

// What one guest is answered from.
struct Server {
  const SubnetRow& subnet;
  const PortRow& port;

  Ipv4 own() const noexcept { return port.ipv4[0].address; }
};

Bytes write(Message& message, const DhcpView& request, const Server& server, const Reply& reply) noexcept {
  const wire::Dhcp& asked = *request.header;
  wire::Dhcp& header = message.header();
  header.operation = wire::kDhcpReplyOperation;
  header.hardware_type = wire::kDhcpEthernet;
  header.hardware_length = sizeof(Mac);
  header.transaction = asked.transaction.get();
  header.flags = asked.flags.get();
  if (reply.type == wire::kDhcpAck) header.client = asked.client.get();
  header.yours = reply.yours;
  header.mac = asked.mac;
  header.cookie = Be32::from_host(wire::kDhcpCookie);

  const Bytes options = server.subnet.dhcp_options;
  message.add(wire::kDhcpMessageType, {&reply.type, 1});
  message.add(find_option(options, wire::kDhcpServer));
  if (!request.client.empty()) message.add(wire::kDhcpClient, request.client);  // RFC 6842
  if (reply.type == wire::kDhcpNak) return message.finish();
  if (!reply.yours.is_unspecified()) {
    for (const std::uint8_t code : {wire::kDhcpLease, wire::kDhcpRenewal, wire::kDhcpRebinding})
      message.add(find_option(options, code));
  }
  add_wanted(message, options, server.port.mtu, request);
  return message.finish();
}

struct Route {
  Ipv4 address;
  Mac mac;
};

// RFC 2131 section 4.1: how the answer goes back to a client on the link.
Route route_to(const wire::Dhcp& asked, const Reply& reply) noexcept {
  const Ipv4 client = asked.client;
  if (reply.type != wire::kDhcpNak) {
    if (!client.is_unspecified()) return {client, asked.mac};
    if ((asked.flags.get().host() & wire::kDhcpBroadcast) == 0) return {reply.yours, asked.mac};
  }
  return {Ipv4::broadcast(), Mac::broadcast()};
}

void fill_headers(Packet& packet, Ipv4 source, const Route& to) noexcept {
  wire::Ethernet& ethernet = packet.ethernet();
  ethernet.destination = to.mac;
  ethernet.source = kGatewayMac;
  wire::Ipv4Header& ip = packet.ipv4();
  const auto size = static_cast<std::uint16_t>(packet.l3_size - sizeof ip);
  ip = make_ipv4_header(source, to.address, wire::kProtoUdp, kTtl, size);
  ip.checksum = checksum(&ip, sizeof ip);
  auto& udp = *packet.ip_view().header_at<wire::Udp>(packet.l4_offset);
  udp.source_port = Be16::from_host(wire::kDhcpServerPort);
  udp.destination_port = Be16::from_host(wire::kDhcpClientPort);
  udp.length = Be16::from_host(size);
  udp.checksum = 0;
  const auto sum = static_cast<std::uint16_t>(
      ~fold(sum_pseudo_header(source, to.address, wire::kProtoUdp, size) + sum_bytes(&udp, size)));
  udp.checksum = sum != 0 ? sum : std::uint16_t{0xffff};
  packet.source = source;
  packet.destination = to.address;
}

void answer(WorkerState& worker, const Server& server, const DhcpView& request, const Reply& reply,
            Packet& packet) noexcept {
  const Route to = route_to(*request.header, reply);
  const std::size_t longest = std::max<std::size_t>(server.port.mtu, kMinDatagram);
  Message message(std::clamp<std::size_t>(request.max_size, kMinDatagram, longest) - kHeaders);
  const Bytes bytes = write(message, request, server, reply);  // the last look at the request
  if (!resize(packet, worker.pool, sizeof(wire::Ipv4Header), kHeaders + bytes.size()))
    return packet.drop(DropReason::no_mbuf);
  std::memcpy(packet.data + packet.l3_offset + kHeaders, bytes.data(), bytes.size());
  fill_headers(packet, server.subnet.gateway, to);
  packet.verdict = Verdict::kAnswer;
}

void consume(WorkerState& worker, LearnCounter counter, Packet& packet) noexcept {
  worker.count(counter);
  packet.verdict = Verdict::kConsume;
}

// RFC 2131 section 4.3.2: the client's state follows from what it fills in.
void answer_request(WorkerState& worker, const Server& server, const DhcpView& request,
                    Packet& packet) noexcept {
  const Ipv4 client = request.header->client;
  std::optional<Ipv4> claimed;
  if (request.server) {  // selecting
    if (*request.server != server.subnet.gateway)
      return consume(worker, LearnCounter::dhcp_other_server, packet);
    claimed = request.requested;
  } else if (request.requested) {  // rebooting
    claimed = request.requested;
  } else if (!client.is_unspecified()) {  // renewing, rebinding
    claimed = client;
  }
  if (!claimed) return packet.drop(DropReason::dhcp_bad);
  const Ipv4 own = server.own();
  const bool is_own = *claimed == own && (client.is_unspecified() || client == own);
  worker.count(is_own ? LearnCounter::dhcp_acked : LearnCounter::dhcp_refused);
  answer(worker, server, request, is_own ? Reply{wire::kDhcpAck, own} : Reply{wire::kDhcpNak, Ipv4()},
         packet);
}

void answer_message(WorkerState& worker, const Server& server, const DhcpView& request,
                    Packet& packet) noexcept {
  switch (request.type) {
    case wire::kDhcpDiscover:
      worker.count(LearnCounter::dhcp_offered);
      return answer(worker, server, request, {wire::kDhcpOffer, server.own()}, packet);
    case wire::kDhcpRequest:
      return answer_request(worker, server, request, packet);
    case wire::kDhcpInform:
      if (request.header->client.get().is_unspecified()) break;
      worker.count(LearnCounter::dhcp_acked);
      return answer(worker, server, request, {wire::kDhcpAck, Ipv4()}, packet);
    case wire::kDhcpDecline:
      return consume(worker, LearnCounter::dhcp_declined, packet);
    case wire::kDhcpRelease:
      return consume(worker, LearnCounter::dhcp_released, packet);
    default:
      break;
  }
  packet.drop(DropReason::dhcp_bad);
}

// The datagram's payload as far as it lies in one piece; empty if its length cannot be.
PacketView payload_of(const Packet& packet) noexcept {
  const auto* udp = packet.ip_view().header_at<wire::Udp>(packet.l4_offset);
  const std::size_t size = udp->length.get().host();
  if (size < sizeof *udp || size > packet.l4_size()) return {};
  const auto bytes = packet.ip_view().bytes(packet.l4_offset + sizeof *udp, size - sizeof *udp);
  return bytes.size() == size - sizeof *udp ? PacketView(bytes.data(), bytes.size()) : PacketView();
}

}  // namespace

bool serve_dhcp(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(port.subnet);
  if (subnet == nullptr || subnet->dhcp_options.empty()) return false;
  if (port.ipv4.count == 0 || port.ipv4[0].is_havip()) return false;
  const auto request = read_dhcp(payload_of(packet));
  if (!request) {
    packet.drop(DropReason::dhcp_bad);
  } else if (request->is_relayed()) {
    packet.drop(DropReason::dhcp_relayed);
  } else if (request->header->mac != port.mac) {
    packet.drop(DropReason::dhcp_foreign_client);
  } else {
    answer_message(worker, {*subnet, port}, *request, packet);
  }
  return true;
}

}  // namespace vipswitch
