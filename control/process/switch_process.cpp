#include "control/process/switch_process.h"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <future>
#include <optional>
#include <rte_cycles.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "control/runtime/status_line.h"
#include "control/text/read_file.h"
#include "version.h"

namespace vipswitch {
namespace {

void write_to_stdout(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void notice(std::string_view text) {
  fmt::print(stderr, "vipswitch: {}\n", text);
}

// What a user at the terminal should see unasked; `events on` shows the rest.
bool is_alarm(EventName name) {
  switch (name) {
    case EventName::decisions_lost:
    case EventName::owner_not_restored:
    case EventName::state_file:
    case EventName::port_link_changed:
    case EventName::worker_stuck:
    case EventName::worker_resumed:
    case EventName::control_socket:
    case EventName::contention:
    case EventName::multi_responder:
    case EventName::nlb_unsupported:
    case EventName::vrid_conflict:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::unique_ptr<SwitchProcess>> SwitchProcess::start(const Options& options, EventLoop& loop) {
  std::unique_ptr<SwitchProcess> process(new SwitchProcess(loop));
  if (auto up = process->bring_up(options); !up) return up.error();
  return process;
}

Result<void> SwitchProcess::bring_up(const Options& options) {
  is_interactive_ = options.interactive;
  cmdline_file_ = options.cmdline_file;
  if (cmdline_file_) {
    if (auto commands = text::read_file(*cmdline_file_); !commands) return commands.error();
  }
  std::optional<ConfigFile> file;
  if (options.config) {
    auto opened = ConfigFile::open(*options.config);
    if (!opened) return opened.error();
    file = std::move(opened).value();
  }
  const Settings settings = file ? file->settings() : Settings();
  if (const auto& path = settings.control.socket; !path.empty()) {
    auto listening = remote::ControlSocket::listen(path);
    if (!listening) return listening.error();
    control_socket_ = std::move(listening).value();
  }
  auto plan = plan_eal(settings, options.eal, Machine::here());
  if (!plan) return plan.error();
  for (const auto& text : plan.value().notices) notice(text);
  // EAL sleeps and clears hugepages for a third of a second, in which 100,000 objects are read; where there
  // is no thread to be had, after it.
  auto reading = std::async(std::launch::async | std::launch::deferred,
                            [&] { return file ? file->read_objects() : Result<Config>(Config()); });
  auto eal = Eal::start(plan.value());
  auto config = reading.get();
  if (!config) return config.error();
  if (!eal) return eal.error();
  eal_ = std::move(eal).value();
  return bring_up_workers(options, plan.value(), std::move(config).value());
}

Result<void> SwitchProcess::bring_up_workers(const Options& options, const EalPlan& plan, Config config) {
  auto host =
      DataplaneHost::create(config.settings, plan.worker_lcores, Clock(rte_rdtsc(), rte_get_tsc_hz()));
  if (!host) return host.error();
  host_ = std::move(host).value();
  control_ = std::make_unique<ControlPlane>(*host_);
  if (auto opened = open_event_log(options); !opened) return opened;
  runtime_ = std::make_unique<DataplaneRuntime>(*control_);
  service_ = std::make_unique<Service>(*control_);
  if (auto started = start_telemetry(config.settings); !started) return started;
  if (auto launched = host_->launch(); !launched) return launched;
  config.objects = {};  // the model has its own, and what is published takes their memory
  if (auto in_force = bring_into_force(options, std::move(config.model)); !in_force) return in_force;
  tell_started();
  return {};
}

Result<void> SwitchProcess::open_event_log(const Options& options) {
  notices_ = control_->events().subscribe([this](const OperatorEvent& event) {
    if (!is_interactive_ || is_alarm(event.name)) notice(to_message(event));
  });
  if (!options.event_log) return {};
  auto log = EventLogFile::open(*options.event_log, control_->events());
  if (!log) return log.error();
  event_log_ = std::move(log).value();
  return {};
}

// A state that cannot be used is refused before anything is changed.
Result<void> SwitchProcess::bring_into_force(const Options& options, model::Model model) {
  if (!options.state_dir) return service_->adopt(std::move(model));
  const auto before = load_state(*options.state_dir);
  if (!before) return before.error();
  if (auto applied = service_->adopt(std::move(model)); !applied) return applied;
  auto owners = OwnerKeeper::start(*options.state_dir, before.value(), *control_);
  if (!owners) return owners.error();
  owners_ = std::move(owners).value();
  return {};
}

void SwitchProcess::tell_started() {
  const auto& objects = service_->objects();
  control_->events().add(EventName::started, {{"version", kVersion},
                                              {"incarnation", owners_ ? owners_->incarnation() : 0},
                                              {"ports", objects.ports.size()},
                                              {"havips", objects.havips.size()},
                                              {"eips", objects.eips.size()}});
  notice(fmt::format("{} running, workers on lcores {}; ports: {}, HAVIPs: {}, EIPs: {}", kVersion,
                     fmt::join(host_->lcores(), ","), objects.ports.size(), objects.havips.size(),
                     objects.eips.size()));
}

Result<void> SwitchProcess::start_telemetry(const Settings& settings) {
  auto started = telemetry::Telemetry::start(settings.metrics, {commands_, *service_, *runtime_}, notice);
  if (!started) return started.error();
  telemetry_ = std::move(started).value();
  loop_.add(telemetry_->fd(), [this] { telemetry_->serve(); });
  return {};
}

SwitchProcess::~SwitchProcess() {
  control_server_.reset();
  terminal_.reset();
  if (telemetry_) loop_.remove(telemetry_->fd());
  telemetry_.reset();
  owners_.reset();
  if (host_) host_->stop();
}

Result<void> SwitchProcess::run() {
  session_ = std::make_unique<shell::Session>(commands_, *service_, *runtime_, write_to_stdout);
  if (cmdline_file_) {
    auto executed = session_->execute_file(*cmdline_file_);
    if (!executed && executed.error().code == ErrorCode::io) return executed;
    if (!executed) notice(executed.error().message);  // as testpmd does: the switch goes on
  }
  if (session_->wants_quit()) return {};
  if (is_interactive_) {
    terminal_ = std::make_unique<shell::TerminalMode>(STDIN_FILENO);
    session_->start_interactive(terminal_->is_terminal() ? shell::InputKind::kTerminal
                                                         : shell::InputKind::kLines);
    loop_.add(STDIN_FILENO, [this] { read_standard_input(); });
  }
  if (control_socket_) serve_control_socket();
  loop_.add(control_->wake_fd(), [] {});  // tick() reads it
  const auto status = [this] { return status_line(*control_, *runtime_); };
  control_->tick();
  notify_.ready(ServiceNotify::Clock::now(), status);
  loop_.run([&] {
    control_->tick();
    if (control_server_) control_server_->tick();
    if (owners_) owners_->tick(host_->now_ms());
    notify_.tick(ServiceNotify::Clock::now(), status);
  });
  control_->events().add(EventName::stopping, {{"reason", end_reason_}});
  notify_.stopping();
  return {};
}

void SwitchProcess::serve_control_socket() {
  control_server_ = std::make_unique<remote::ControlServer>(
      loop_, *control_socket_,
      remote::ControlServer::Callbacks{
          .make_session =
              [this](shell::Session::Sink sink, std::string directory) {
                return std::make_unique<shell::Session>(commands_, *service_, *runtime_, std::move(sink),
                                                        std::move(directory));
              },
          .notice =
              [this](std::string_view text) {
                control_->events().add(EventName::control_socket, {{"text", text}});
              },
          .shut_down =
              [this] {
                end_reason_ = "shutdown";
                loop_.stop();
              }});
}

void SwitchProcess::read_standard_input() {
  char bytes[4096];
  const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) {
    session_->feed({bytes, static_cast<std::size_t>(count)});
  } else {
    session_->end_of_input();
  }
  if (!session_->wants_quit()) return;
  end_reason_ = session_->wants_shutdown() ? "shutdown" : "quit";
  loop_.stop();
}

}  // namespace vipswitch
