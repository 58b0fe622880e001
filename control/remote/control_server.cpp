#include "control/remote/control_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace vipswitch::remote {
namespace {

// A round accepts that many; the others wait for the next one.
constexpr int kAcceptAtOnce = 16;

std::string name_of(const ClientConnection& client) {
  return client.peer() > 0 ? fmt::format("client (pid {})", client.peer()) : "client";
}

}  // namespace

ControlServer::ControlServer(EventLoop& loop, const ControlSocket& socket, Callbacks callbacks)
    : loop_(loop), socket_(socket), callbacks_(std::move(callbacks)) {
  loop_.add_socket(socket_.fd(),
                   {.on_readable = [this] { accept_clients(); }, .on_writable = [] {}, .on_hung_up = [] {}});
}

ControlServer::~ControlServer() {
  loop_.remove(socket_.fd());
  for (auto& [fd, client] : clients_) {
    loop_.remove(fd);
    client.connection->say_goodbye("the switch ends");
    client.connection->send();
  }
}

void ControlServer::accept_clients() {
  for (int i = 0; i < kAcceptAtOnce; ++i) {
    const int fd = accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)) return;
    if (fd < 0) {
      // The client waits, and would keep the loop from sleeping: it is looked at again with the next tick.
      if (!std::exchange(is_out_of_descriptors_, true)) {
        callbacks_.notice(fmt::format("control socket {}: a client cannot be accepted: {}", socket_.path(),
                                      std::strerror(errno)));
      }
      return loop_.watch(socket_.fd(), EventLoop::kNothing);
    }
    is_out_of_descriptors_ = false;
    if (clients_.size() >= kMaxClients) {
      refuse(fd);
      continue;
    }
    auto connection = std::make_unique<ClientConnection>(fd, callbacks_.make_session);
    auto& client = *connection;
    clients_.emplace(fd, Client{std::move(connection), EventLoop::kReadable});
    loop_.add_socket(fd, {.on_readable = [&client] { client.receive(); },
                          .on_writable = [&client] { client.send(); },
                          .on_hung_up = [&client] { client.hang_up(); }});
  }
}

void ControlServer::refuse(int fd) {
  const auto frame = make_frame(FrameType::kBye, fmt::format("{} clients are attached, expected at most {}",
                                                             clients_.size(), kMaxClients));
  // It fits into the buffer of a new socket.
  (void)::send(fd, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  close(fd);
}

void ControlServer::tick() {
  if (is_out_of_descriptors_) loop_.watch(socket_.fd(), EventLoop::kReadable);
  work();
  bool is_work_left = false;
  for (auto at = clients_.begin(); at != clients_.end();) {
    if (settle(at->first, at->second)) {
      is_work_left |= at->second.connection->has_work();
      ++at;
    } else {
      loop_.remove(at->first);
      at = clients_.erase(at);
    }
  }
  if (is_work_left) loop_.hurry();
}

void ControlServer::work() {
  const auto end = std::chrono::steady_clock::now() + kBudget;
  for (auto* client = next_with_work(); client != nullptr; client = next_with_work()) {
    client->work();
    if (client->wants_shutdown()) {
      callbacks_.notice(fmt::format("shutdown asked for by {} of the control socket", name_of(*client)));
      return callbacks_.shut_down();
    }
    if (std::chrono::steady_clock::now() >= end) return;
  }
}

// The one that comes next after the one that was served last.
ClientConnection* ControlServer::next_with_work() {
  const auto has_work = [](const auto& entry) { return entry.second.connection->has_work(); };
  const auto middle = clients_.upper_bound(last_served_);
  auto at = std::find_if(middle, clients_.end(), has_work);
  if (at == clients_.end()) {
    at = std::find_if(clients_.begin(), middle, has_work);
    if (at == middle) return nullptr;
  }
  last_served_ = at->first;
  return at->second.connection.get();
}

bool ControlServer::settle(int fd, Client& client) {
  auto& connection = *client.connection;
  if (connection.wants_to_send()) connection.send();
  if (connection.was_cut_off()) {
    callbacks_.notice(fmt::format("control socket {}: {} did not read {} MiB of output, it was cut off",
                                  socket_.path(), name_of(connection), ClientConnection::kCutAbove >> 20));
  }
  if (connection.is_over()) return false;
  const unsigned interest = (connection.wants_to_receive() ? EventLoop::kReadable : EventLoop::kNothing) |
                            (connection.wants_to_send() ? EventLoop::kWritable : EventLoop::kNothing);
  if (interest != client.interest) loop_.watch(fd, interest);
  client.interest = interest;
  return true;
}

}  // namespace vipswitch::remote
