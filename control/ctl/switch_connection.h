#pragma once

// vipswitch-ctl's end of the control socket; the protocol is in control/remote/frame.h.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/remote/frame.h"
#include "vipswitch/result.h"

namespace vipswitch::ctl {

class SwitchConnection {
 public:
  // Connects and says hello. Errors: io, with the system's reason and what to look at.
  static Result<std::unique_ptr<SwitchConnection>> open(const std::string& path, const remote::Hello& hello);
  ~SwitchConnection();
  SwitchConnection(const SwitchConnection&) = delete;
  SwitchConnection& operator=(const SwitchConnection&) = delete;

  int fd() const noexcept { return fd_; }

  // Waits until the switch has taken it all, and meanwhile takes what the switch sends: neither side ever
  // waits for the other to read. What cannot be sent shows in receive(), which comes to the end.
  void send(std::string_view frame);

  enum class Wait { kNo, kYes };
  // The next frame; nothing at the end of the connection or, with kNo, if none is there yet: see is_ended().
  std::optional<remote::Frame> receive(Wait wait);
  bool is_ended() const noexcept { return is_ended_; }

 private:
  explicit SwitchConnection(int fd) : fd_(fd) {}
  void take(Wait wait);

  int fd_;
  remote::FrameReader reader_;
  bool is_ended_ = false;
};

}  // namespace vipswitch::ctl
