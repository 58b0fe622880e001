#include "control/process/event_loop.h"

#include <array>
#include <csignal>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace vipswitch {
namespace {

epoll_event make_event(int fd, unsigned interest) {
  epoll_event event{};
  if (interest & EventLoop::kReadable) event.events |= EPOLLIN;
  if (interest & EventLoop::kWritable) event.events |= EPOLLOUT;
  event.data.fd = fd;
  return event;
}

}  // namespace

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

void EventLoop::add(int fd, const std::function<void()>& on_readable) {
  // The end of a pipe or terminal is found by reading.
  add_handlers(fd, {.on_readable = on_readable, .on_writable = {}, .on_hung_up = on_readable});
}

void EventLoop::add_socket(int fd, SocketHandlers handlers) {
  add_handlers(fd, std::move(handlers));
}

void EventLoop::add_handlers(int fd, SocketHandlers handlers) {
  handlers_[fd] = std::move(handlers);
  auto event = make_event(fd, kReadable);
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) always_readable_.insert(fd);
}

void EventLoop::watch(int fd, unsigned interest) {
  auto event = make_event(fd, interest);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  always_readable_.erase(fd);
  handlers_.erase(fd);
}

void EventLoop::serve(int fd, unsigned events) {
  const auto call = [&](std::function<void()> SocketHandlers::*which) {
    const auto at = handlers_.find(fd);
    if (at == handlers_.end() || is_stopped_) return;
    const auto handler = at->second.*which;  // it may remove itself
    handler();
  };
  const bool is_readable = (events & EPOLLIN) != 0;
  // What came before the end is read first.
  if (is_readable) call(&SocketHandlers::on_readable);
  if (!is_readable && (events & (EPOLLHUP | EPOLLERR)) != 0) call(&SocketHandlers::on_hung_up);
  if ((events & EPOLLOUT) != 0) call(&SocketHandlers::on_writable);
}

void EventLoop::run(const std::function<void()>& tick) {
  std::array<epoll_event, 16> ready;
  while (!is_stopped_) {
    const int wait_ms = std::exchange(is_hurried_, false) ? 0 : kTickMs;
    const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), wait_ms);
    for (int i = 0; i < count; ++i) {
      const auto& event = ready[static_cast<std::size_t>(i)];
      serve(event.data.fd, event.events);
    }
    for (const int fd : std::set<int>(always_readable_)) serve(fd, EPOLLIN);
    tick();
  }
}

}  // namespace vipswitch
