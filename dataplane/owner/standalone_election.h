#pragma once

// An election with room of its own for as many members as there can be: for whoever copies one or keeps one
// beside the table.

#include "dataplane/owner/election.h"

namespace vipswitch::owner {

class StandaloneElection : public Election {
 public:
  StandaloneElection() noexcept = default;
  StandaloneElection(const Election& other) noexcept { *this = other; }
  StandaloneElection(const StandaloneElection& other) noexcept { *this = other; }
  StandaloneElection& operator=(const StandaloneElection& other) noexcept {
    return *this = static_cast<const Election&>(other);
  }
  StandaloneElection& operator=(const Election& other) noexcept {
    assign(other);
    return *this;
  }

  void assign(const Election& other) noexcept {
    if (this == &other) return;
    if (other.member_count() > Members::kInline) give_room(room_);
    Election::assign(other);
  }

  Outcome bind(PortId port, LinkState link, TimeMs now) noexcept {
    if (member_count() == Members::kInline) give_room(room_);
    return Election::bind(port, link, now);
  }

 private:
  Members::Room room_;
};

}  // namespace vipswitch::owner
