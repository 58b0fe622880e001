#pragma once

// The switch's end of one connection to the control socket: a shell session for whoever is at the other end.
//
// Never waits: receive() and send() take what the socket has and has room for, work() executes one thing of
// what was received, whenever the owner finds it fair. A client that does not read stops its own commands
// (kPauseAbove) and, should output come nonetheless, is cut off (kCutAbove). Protocol:
// control/remote/frame.h. Control thread only.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "control/remote/frame.h"
#include "control/shell/session.h"

namespace vipswitch::remote {

class ClientConnection {
 public:
  // `directory`: where relative file names of the session start.
  using SessionFactory =
      std::function<std::unique_ptr<shell::Session>(shell::Session::Sink sink, std::string directory)>;

  // Unsent output, in bytes: no further command above the one, the end above the other.
  static constexpr std::size_t kPauseAbove = std::size_t{256} << 10;
  static constexpr std::size_t kCutAbove = std::size_t{64} << 20;
  // Received and not executed, in bytes: nothing is received above it. A frame always fits.
  static constexpr std::size_t kMaxWaiting = kFrameHeaderSize + kMaxPayload;

  // Owns the connected socket `fd`. `make_session` outlives this.
  ClientConnection(int fd, const SessionFactory& make_session);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  void receive();
  void send();
  // Nobody is at the other end.
  void hang_up() noexcept { phase_ = Phase::kOver; }

  // Whether a command, a line of keys or another frame waits and may be executed now.
  bool has_work() const noexcept;
  void work();

  // Ends it once all output is sent. An empty reason: the client asked for it.
  void say_goodbye(std::string_view reason);

  bool wants_to_receive() const noexcept;
  bool wants_to_send() const noexcept { return unsent() > 0; }
  bool wants_shutdown() const noexcept { return session_ && session_->wants_shutdown(); }
  // Nothing more will happen: to be destroyed.
  bool is_over() const noexcept { return phase_ == Phase::kOver; }
  bool was_cut_off() const noexcept { return was_cut_off_; }
  // The process at the other end; 0 if unknown.
  pid_t peer() const noexcept { return peer_; }

 private:
  enum class Phase { kGreeting, kTerminal, kCommands, kLeaving, kOver };

  void handle(const Frame& frame);
  void greet(const Frame& frame);
  void execute(const std::string& line);
  void type_line();
  void queue(std::string_view frames);
  void print(std::string_view text);
  std::size_t untyped() const noexcept { return keys_.size() - typed_; }
  std::size_t unsent() const noexcept { return out_.size() - sent_; }

  int fd_;
  pid_t peer_;
  const SessionFactory& make_session_;
  Phase phase_ = Phase::kGreeting;
  std::unique_ptr<shell::Session> session_;  // from the hello on
  FrameReader reader_;
  std::string keys_;       // received in terminal mode
  std::size_t typed_ = 0;  // of keys_
  std::string out_;
  std::size_t sent_ = 0;  // of out_
  bool was_cut_off_ = false;
};

}  // namespace vipswitch::remote
