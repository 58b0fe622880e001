#pragma once

// The control thread's loop: descriptors that become readable, signals that end it, and a tick every kTickMs.

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
  void add(int fd, std::function<void()> on_readable);
  void remove(int fd);

  // Until stop() or a signal.
  void run(const std::function<void()>& tick);
  void stop() noexcept { is_stopped_ = true; }

 private:
  void serve(int fd);

  int epoll_;
  int signals_;
  std::map<int, std::function<void()>> handlers_;
  std::set<int> always_readable_;  // regular files, which epoll refuses
  bool is_stopped_ = false;
};

}  // namespace vipswitch
