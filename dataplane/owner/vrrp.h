#pragma once

// Purpose: reads a VRRP advert out of an IPv4 or IPv6 packet, or says why it is none: versions 2 and 3, over
//   IPv4 behind an authentication header too, with every checksum that routers in the field send (spec: owner
//   learning 2.1, checks 1-8). Whether the sender may send it, and for whom it speaks (checks 9-11), is the
//   snoop stage's question.
// Shape: a pure function; the advert refers to the packet's bytes and lives as long as they do.
// Units: intervals in milliseconds, whatever the version; addresses in network order.
// Errors: the learn counter that names the first check that failed. No such packet is dropped for it.
// Cost: one sum over the advert (20 to 100 bytes) and some compares. Never reads beyond `payload`.
// Source: RFC 3768 5.1-5.3 and 7.1 (v2), RFC 9568 5.1-5.2 and 7.1 (v3), RFC 4302 (AH).

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/learn_counter.h"

namespace vipswitch::owner {

// An unfragmented packet of protocol 112; over IPv4 also 51 with VRRP expected behind it. `Address` is Ipv4
// or Ipv6, here and below.
template <class Address>
struct VrrpPacket {
  Address source;
  Address destination;
  std::uint8_t hop_limit;  // IPv4: TTL
  std::uint8_t protocol;
  std::span<const std::uint8_t> payload;  // ends where the IP header says, not where the frame does
};

// What the checksum covers. v2 knows only kPlain, IPv6 only kPseudoHeader and kWholePayload.
enum class VrrpChecksumForm : std::uint8_t {
  kPlain,                  // the advert alone (RFC 9568 5.2.8)
  kPseudoHeader,           // and source, destination, protocol, length (RFC 5798 5.2.8)
  kPseudoHeaderMulticast,  // likewise, with 224.0.0.18 for the destination of a unicast advert
  kWholePayload,  // likewise the first two, up to the end of a payload that is longer than the advert
};

// The addresses that an advert lists, in its order.
template <class Address>
class VrrpAddressList {
 public:
  VrrpAddressList() noexcept = default;
  explicit VrrpAddressList(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  std::size_t size() const noexcept { return bytes_.size() / sizeof(Address); }
  Address operator[](std::size_t index) const noexcept {
    Address address;
    std::memcpy(static_cast<void*>(&address), bytes_.data() + index * sizeof(Address), sizeof(Address));
    return address;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

template <class Address>
struct VrrpAdvert {
  std::uint8_t version = 0;
  std::uint8_t vrid = 0;
  std::uint8_t priority = 0;  // 0: resigns
  VrrpChecksumForm checksum_form = VrrpChecksumForm::kPlain;
  std::uint32_t interval_ms = 0;
  VrrpAuth auth = VrrpAuth::kNone;
  VrrpAddressList<Address> addresses;  // may be empty
};

// Fills `advert` and returns nothing, or returns what to count and leaves `advert` in no particular state.
template <class Address>
[[nodiscard]] std::optional<LearnCounter> parse_vrrp(const VrrpPacket<Address>& packet,
                                                     VrrpAdvert<Address>& advert) noexcept;

// What to count for the form of a version 3 checksum.
constexpr LearnCounter counter_of(VrrpChecksumForm form) noexcept {
  switch (form) {
    case VrrpChecksumForm::kPlain:
      return LearnCounter::vrrp_checksum_plain;
    case VrrpChecksumForm::kPseudoHeader:
      return LearnCounter::vrrp_checksum_pseudo;
    case VrrpChecksumForm::kPseudoHeaderMulticast:
      return LearnCounter::vrrp_checksum_pseudo_multicast;
    case VrrpChecksumForm::kWholePayload:
      break;
  }
  return LearnCounter::vrrp_checksum_whole_payload;
}

}  // namespace vipswitch::owner
