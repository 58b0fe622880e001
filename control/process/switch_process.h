#pragma once

// The composition root: everything a running switch consists of, made in the order in which the parts need
// each other and taken apart in the reverse one.

#include <memory>
#include <optional>

#include "control/config/config.h"
#include "control/event/event_log_file.h"
#include "control/process/eal.h"
#include "control/process/event_loop.h"
#include "control/process/options.h"
#include "control/process/service_notify.h"
#include "control/remote/control_server.h"
#include "control/remote/control_socket.h"
#include "control/runtime/control_plane.h"
#include "control/runtime/dataplane_host.h"
#include "control/runtime/dataplane_runtime.h"
#include "control/runtime/owner_keeper.h"
#include "control/service/service.h"
#include "control/shell/session.h"
#include "control/shell/terminal_mode.h"
#include "control/telemetry/telemetry.h"

namespace vipswitch {

class SwitchProcess {
 public:
  // Reads the configuration, starts DPDK and the workers, brings the model into force. `loop` must have been
  // made before, so that no thread of DPDK takes the signals.
  static Result<std::unique_ptr<SwitchProcess>> start(const Options& options, EventLoop& loop);
  ~SwitchProcess();
  SwitchProcess(const SwitchProcess&) = delete;
  SwitchProcess& operator=(const SwitchProcess&) = delete;

  // Until a signal, `shutdown`, or with -i `quit` or the end of standard input.
  Result<void> run();

 private:
  explicit SwitchProcess(EventLoop& loop) : loop_(loop) {}
  Result<void> bring_up(const Options& options);
  Result<void> bring_up_workers(const Options& options, const EalPlan& plan, Config config);
  Result<void> start_telemetry(const Settings& settings);
  void serve_control_socket();
  Result<void> open_event_log(const Options& options);
  Result<void> bring_into_force(const Options& options, model::Model model);
  void tell_started();
  void read_standard_input();

  EventLoop& loop_;
  ServiceNotify notify_;
  bool is_interactive_ = false;
  std::optional<std::string> cmdline_file_;
  std::string_view end_reason_ = "signal";  // why the loop ended
  std::unique_ptr<Eal> eal_;
  std::unique_ptr<DataplaneHost> host_;
  std::unique_ptr<ControlPlane> control_;
  std::unique_ptr<DataplaneRuntime> runtime_;
  std::unique_ptr<Service> service_;
  EventJournal::Subscription notices_;  // events on standard error
  std::unique_ptr<EventLogFile> event_log_;
  std::unique_ptr<OwnerKeeper> owners_;
  shell::CommandSet commands_;
  std::unique_ptr<telemetry::Telemetry> telemetry_;
  std::unique_ptr<remote::ControlSocket> control_socket_;
  std::unique_ptr<remote::ControlServer> control_server_;
  std::unique_ptr<shell::Session> session_;
  std::unique_ptr<shell::TerminalMode> terminal_;
};

}  // namespace vipswitch
