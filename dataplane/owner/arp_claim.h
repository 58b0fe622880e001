#pragma once

// Purpose: what an ARP packet claims about its sender's address (spec: owner learning 2.2). Whether that
// address is a
//   HAVIP, and whether the port may send it, is the caller's question.
// Shape: a pure function of the ARP packet and the Ethernet destination. The target MAC says nothing: real
// senders
//   put the broadcast address, zero or their own there.
// Errors: kBad and kBadSenderMac; such a packet is no claim whatever its addresses.
// Cost: a few compares.
// Source: RFC 826, RFC 5227 (probes and announcements), RFC 5944 4.6 (gratuitous ARP in both forms).

#include <cstdint>

#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/wire.h"

namespace vipswitch::owner {

enum class ArpForm : std::uint8_t {
  kBad,           // not Ethernet and IPv4, or neither request nor reply
  kBadSenderMac,  // the sender's MAC is zero or a group address
  kProbe,         // without a sender's address (RFC 5227 2.1.1): asks about the target's, claims nothing
  kAnnouncement,  // gratuitous: request for the sender's own address, or broadcast reply
  kRequest,       // asks about the target's address; in passing a hint about the sender's
  kReply,         // answers one asker; a hint about the sender's address
};

inline ArpForm classify_arp(const wire::Arp& arp, const Mac& ethernet_destination) noexcept {
  constexpr std::uint16_t kHardwareEthernet = 1;
  const std::uint16_t operation = arp.operation.get().host();
  if (arp.hardware_type.get().host() != kHardwareEthernet || arp.hardware_length != sizeof(Mac) ||
      arp.protocol_type.get().host() != wire::kEtherIpv4 || arp.protocol_length != sizeof(Ipv4) ||
      (operation != wire::kArpRequest && operation != wire::kArpReply)) {
    return ArpForm::kBad;
  }
  if (arp.sender_mac.is_group() || arp.sender_mac.is_zero()) return ArpForm::kBadSenderMac;
  const Ipv4 sender = arp.sender_ip;
  if (sender.is_unspecified()) return ArpForm::kProbe;
  if (operation == wire::kArpRequest) {
    return sender == arp.target_ip.get() ? ArpForm::kAnnouncement : ArpForm::kRequest;
  }
  return ethernet_destination.is_broadcast() ? ArpForm::kAnnouncement : ArpForm::kReply;
}

// The strength of the claim to the sender's address.
constexpr EvidenceClass evidence_of(ArpForm form) noexcept {
  switch (form) {
    case ArpForm::kAnnouncement:
      return EvidenceClass::kAnnouncement;
    case ArpForm::kRequest:
    case ArpForm::kReply:
      return EvidenceClass::kWeak;
    case ArpForm::kBad:
    case ArpForm::kBadSenderMac:
    case ArpForm::kProbe:
      break;
  }
  return EvidenceClass::kNone;
}

}  // namespace vipswitch::owner
