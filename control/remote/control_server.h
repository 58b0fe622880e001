#pragma once

// Serves the control socket: accepts clients, and executes what they ask for, in turn, between the other
// work of the control thread.
//
// In each round of the loop clients get kBudget together, one command at a time each, so that a client with
// ten thousand commands delays the others, and what else the thread does, by that much and the one command
// that is under way. Nothing here waits for a client. A client that is gone leaves nothing behind; what it
// had sent and was not executed is dropped. Control thread only.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "control/process/event_loop.h"
#include "control/remote/client_connection.h"
#include "control/remote/control_socket.h"

namespace vipswitch::remote {

class ControlServer {
 public:
  static constexpr std::size_t kMaxClients = 64;
  static constexpr std::chrono::milliseconds kBudget{2};

  struct Callbacks {
    ClientConnection::SessionFactory make_session;
    // A line for the operator, such as that a client was cut off.
    std::function<void(const std::string& text)> notice;
    // A client wants the switch to end.
    std::function<void()> shut_down;
  };

  // `loop` and `socket` outlive this.
  ControlServer(EventLoop& loop, const ControlSocket& socket, Callbacks callbacks);
  // Tells every client that the switch ends.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // To be called in every round of the loop.
  void tick();

  std::size_t client_count() const noexcept { return clients_.size(); }

 private:
  struct Client {
    std::unique_ptr<ClientConnection> connection;
    unsigned interest;  // what the loop watches it for
  };
  using Clients = std::map<int, Client>;  // by descriptor

  void accept_clients();
  void refuse(int fd);
  void work();
  ClientConnection* next_with_work();
  // Sends what there is to send; whether the client stays.
  bool settle(int fd, Client& client);

  EventLoop& loop_;
  const ControlSocket& socket_;
  Callbacks callbacks_;
  Clients clients_;
  int last_served_ = -1;
  bool is_out_of_descriptors_ = false;
};

}  // namespace vipswitch::remote
