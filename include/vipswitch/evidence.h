#pragma once

// The words in which a decision of the election is told, shared by the worker that decides and by control
// that explains (design: owner learning 5.1-5.3).

#include <cstdint>

namespace vipswitch {

// What a record of a port rests on; larger displaces smaller.
enum class EvidenceClass : std::uint8_t { kNone = 0, kWeak = 1, kAnnouncement = 2, kVrrp = 3 };

// What made the election decide anew.
enum class Trigger : std::uint8_t {
  kAdvert,        // VRRP advert with a priority above 0
  kResignation,   // VRRP advert with priority 0
  kAnnouncement,  // gratuitous ARP
  kWeak,          // other ARP from the address
  kExpiry,        // adverts ceased, or a waiting announcement came due
  kPortDown,
  kPortUp,
  kUnbind,
  kBind,
  kPin,
  kUnpin,
};

// Which rule named the owner (owner learning 5.1).
enum class Rule : std::uint8_t {
  kNobody,       // no record stands: the owner resigned, went down or was unbound
  kPinned,       // T4
  kFreshVrrp,    // T3: highest priority among ports with fresh adverts
  kLatestClaim,  // T2: latest announcement, or the last VRRP owner whose adverts ceased
  kWeakHint,     // T1
};

enum class OwnerState : std::uint8_t {
  kUnknown,
  kOwnedVrrp,
  kOwnedAnnouncement,
  kPinned,
  kSuspect,
  kReleased
};

}  // namespace vipswitch
