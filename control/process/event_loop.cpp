#include "control/process/event_loop.h"

#include <array>
#include <csignal>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace vipswitch {

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  add(signals_, [this] { stop(); });
}

EventLoop::~EventLoop() {
  close(signals_);
  close(epoll_);
}

void EventLoop::add(int fd, std::function<void()> on_readable) {
  handlers_[fd] = std::move(on_readable);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) always_readable_.insert(fd);
}

void EventLoop::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  always_readable_.erase(fd);
  handlers_.erase(fd);
}

void EventLoop::serve(int fd) {
  const auto handler = handlers_.find(fd);
  if (handler == handlers_.end() || is_stopped_) return;
  const auto on_readable = handler->second;  // it may remove itself
  on_readable();
}

void EventLoop::run(const std::function<void()>& tick) {
  std::array<epoll_event, 16> ready;
  while (!is_stopped_) {
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), kTickMs);
    for (int i = 0; i < count; ++i) serve(ready[static_cast<std::size_t>(i)].data.fd);
    for (const int fd : std::set<int>(always_readable_)) serve(fd);
    tick();
  }
}

}  // namespace vipswitch
