#pragma once

// The control thread's loop: descriptors that become readable or writable, signals that end it, and a tick
// every kTickMs. Nothing here waits for anything else, so handlers must not either.

#include <functional>
#include <map>
#include <set>

namespace vipswitch {

class EventLoop {
 public:
  static constexpr int kTickMs = 5;

  // Blocks SIGINT and SIGTERM for the calling thread and those it starts; the loop takes them instead. So
  // make it before EAL starts threads.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // `on_readable` must read what there is, or remove the descriptor.
  void add(int fd, const std::function<void()>& on_readable);
  void remove(int fd);

  // For a socket whose sending must not wait either. on_hung_up: nobody reads or writes at the other end any
  // more; it must remove the descriptor.
  struct SocketHandlers {
    std::function<void()> on_readable;
    std::function<void()> on_writable;
    std::function<void()> on_hung_up;
  };
  // What is asked for at the moment; the end of the other side always is. A new socket: kReadable.
  enum Interest : unsigned { kNothing = 0, kReadable = 1, kWritable = 2 };
  void add_socket(int fd, SocketHandlers handlers);
  void watch(int fd, unsigned interest);

  // The next round does not wait: work was left over. To be called from within a handler or the tick.
  void hurry() noexcept { is_hurried_ = true; }

  // Until stop() or a signal.
  void run(const std::function<void()>& tick);
  void stop() noexcept { is_stopped_ = true; }

 private:
  void add_handlers(int fd, SocketHandlers handlers);
  void serve(int fd, unsigned events);

  int epoll_;
  int signals_;
  std::map<int, SocketHandlers> handlers_;
  std::set<int> always_readable_;  // regular files, which epoll refuses
  bool is_hurried_ = false;
  bool is_stopped_ = false;
};

}  // namespace vipswitch
