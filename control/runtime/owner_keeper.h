#pragma once

// Keeps the owners over a restart: writes them to the state directory when they change, at most once in
// kMinIntervalMs and never more than a twentieth of the time, and brings those of before back. A restored
// owner is SUSPECT: any claim of another port moves the HAVIP at once. Control thread only.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "control/runtime/control_plane.h"
#include "control/state/file_writer.h"
#include "control/state/owner_state.h"
#include "vipswitch/time.h"

namespace vipswitch {

class OwnerKeeper {
 public:
  static constexpr TimeMs kMinIntervalMs = 1000;

  // `before` is what load_state() found in `directory`; this start is its next incarnation, which is on disk
  // when this returns. The configuration must be in force. Errors: io.
  static Result<std::unique_ptr<OwnerKeeper>> start(const std::string& directory, const SavedOwners& before,
                                                    ControlPlane& control);
  // Writes the owners of now. The workers must still be there.
  ~OwnerKeeper();
  OwnerKeeper(const OwnerKeeper&) = delete;
  OwnerKeeper& operator=(const OwnerKeeper&) = delete;

  void tick(TimeMs now);
  std::uint64_t incarnation() const noexcept { return incarnation_; }

 private:
  OwnerKeeper(std::string path, const SavedOwners& before, ControlPlane& control);
  void restore_waiting();
  std::string reason_to_leave_out(const RememberedOwner& owner) const;
  SavedOwners state() const;
  void report_news();

  ControlPlane& control_;
  const std::string path_;
  const std::uint64_t incarnation_;
  std::deque<RememberedOwner> to_restore_;
  std::map<std::pair<std::string, IpAddress>, std::uint32_t>
      generations_;  // of before, until an election decides anew
  bool is_changed_ = true;
  TimeMs next_write_ms_;
  EventJournal::Subscription changes_;
  FileWriter writer_;
};

}  // namespace vipswitch
