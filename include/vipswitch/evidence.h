#pragma once

// The words in which a decision of the election is told, shared by the worker that decides and by control
// that explains (design: owner learning 5.1-5.3).

#include <cstddef>
#include <cstdint>

#include "vipswitch/time.h"

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
  kLearnMode,  // the operator changed the learning mode
  kRestart,    // the owner of before the last restart, or of before learning was off, until something claims
  kProbe,      // an answer to the switch's own question who has the address, or the owner's silence to it
  kFollow,     // the operator changed which group the address goes with
};

// Which rule named the owner (owner learning 5.1).
enum class Rule : std::uint8_t {
  kNobody,       // no record stands: the owner resigned, went down or was unbound
  kPinned,       // T4
  kFreshVrrp,    // T3: highest priority among ports with fresh adverts
  kLatestClaim,  // T2: latest announcement, or the last VRRP owner whose adverts ceased
  kWeakHint,     // T1
  kFixed,        // learning is not enforced: the pinned port, or the one bound first
};

// Why a bound port is, or is not, the one that the claims name.
enum class CandidateStanding : std::uint8_t {
  kElected,
  kNeverClaimed,
  kDown,        // the port or its vhost peer is gone
  kResigned,    // it gave the address up with priority 0, and has claimed nothing since
  kOutranked,   // its adverts are fresh, and another's have the higher priority, address or port id
  kShadowed,    // its announcement waits: another's adverts hold against it
  kDamped,      // its announcement waits: the address moved too often
  kSuperseded,  // it claimed the address, and another has claimed it since
};

// Of a VRRP advert (RFC 3768 5.3.6; RFC 9568 has none).
enum class VrrpAuth : std::uint8_t { kNone, kPassword, kHeader };

// What workers tell once, while it lasts, because an operator should look at it.
enum class Notice : std::uint8_t {
  kContention,      // a port adverts though the owner's fresh adverts outrank it: neither hears the other
  kMultiResponder,  // several ports answered one question of the switch: more than one holds the address
  kNlbUnsupported,  // an announcement names a multicast MAC, as NLB does
  kClaimUnbound,    // a port that is not bound to it announces the address, adverts it or sends from it
};
inline constexpr std::size_t kNoticeCount = 4;

// How far the election is trusted, for all HAVIPs or for one.
enum class LearnMode : std::uint8_t {
  kOff,      // claims are not evaluated; data goes to the pinned port, or the one bound first
  kObserve,  // the election runs and tells what it would do; data goes as with kOff
  kEnforce,  // data goes to the port that the election names
};

// When data follows a decision away from an owner that still delivers (owner learning 5.4 "Handover"): a
// guest adverts before it holds the address.
enum class Handover : std::uint8_t {
  kAtOnce,     // with the decision
  kAnnounced,  // at the new owner's first announcement, kHandoverMs after its advert at the latest
};
inline constexpr TimeMs kHandoverMs = 20;

enum class OwnerState : std::uint8_t {
  kUnknown,
  kOwnedVrrp,
  kOwnedAnnouncement,
  kPinned,
  kSuspect,
  kReleased,
  kFixed  // learning is not enforced
};

}  // namespace vipswitch
