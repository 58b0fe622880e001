#pragma once

// Purpose: which port of the switch a captured frame came from.
// Shape: frames in the order of time -> a port, or why it is no input. A frame is judged by what its capture
// tells, from the surest to the least sure:
//   - the direction and the interface (pcapng: the switch's own captures, several interfaces at once), where
//     the interface has the name of a port, or that of the kernel interface below it;
//   - the port that the user named: everything is from it but what the switch sends itself (0e:00, 0e:06),
//   and
//     what has another port's MAC or address, which was sent to it;
//   - else, as at a bridge: the port whose MAC the frame has as its source. A VRRP virtual MAC belongs to
//   many:
//     of those the one whose address the frame names as its sender (its IP source or ARP sender, link-local
//     ones included), else the one whose advert of that VRID came last.
// Errors: none; a frame that fits no port, or several, is nobody's.
// Cost: O(log ports) a frame.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/capture/capture_reader.h"
#include "control/model/objects.h"

namespace vipswitch::replay {

enum class OriginKind : std::uint8_t {
  kPort,      // of `port`
  kSwitch,    // the switch sent it, or another port did by way of the switch
  kDropNote,  // the copy of a dropped packet, which its capture holds also as it came
  kNobody,
};

struct FrameOrigin {
  OriginKind kind;
  std::string port = {};  // "uplink" for the uplink
  bool by_vrid = false;   // only the VRID told
  Mac sender = {};        // source of the frame
};

class OriginFinder {
 public:
  // `objects` outlives this.
  explicit OriginFinder(const model::Objects& objects);

  // `port`: where the capture was made, as the user says; empty: nobody says.
  FrameOrigin find(const CapturedFrame& frame, const std::string& port);

 private:
  using Ports = std::vector<const model::Port*>;
  struct Sender;

  static Sender sender_of(const CapturedFrame& frame);
  std::string port_of_interface(const std::string& interface) const;
  FrameOrigin at_port(const CapturedFrame& frame, const Sender& sender, const std::string& port) const;
  FrameOrigin at_bridge(const Sender& sender) const;
  const model::Port* port_with_mac(const Sender& sender) const;
  const model::Port* port_with_address(const Sender& sender) const;
  const std::string* last_adverter(const Mac& mac) const;

  const model::Objects& objects_;
  std::map<Mac, Ports> by_mac_;
  std::map<IpAddress, Ports> by_address_;
  std::map<std::string, std::string, std::less<>> by_interface_;
  std::map<Mac, std::string> last_adverters_;  // by the virtual MAC of the group
};

}  // namespace vipswitch::replay
