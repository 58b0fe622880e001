#include "control/process/switch_process.h"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rte_cycles.h>
#include <unistd.h>

#include "control/runtime/status_line.h"
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

}  // namespace

Result<std::unique_ptr<SwitchProcess>> SwitchProcess::start(const Options& options, EventLoop& loop) {
  std::unique_ptr<SwitchProcess> process(new SwitchProcess(loop));
  if (auto up = process->bring_up(options); !up) return up.error();
  return process;
}

Result<void> SwitchProcess::bring_up(const Options& options) {
  is_interactive_ = options.interactive;
  cmdline_file_ = options.cmdline_file;
  Config config;
  if (options.config) {
    auto loaded = load_config(*options.config);
    if (!loaded) return loaded.error();
    config = std::move(loaded).value();
  }
  if (const auto& path = config.settings.control.socket; !path.empty()) {
    auto listening = remote::ControlSocket::listen(path);
    if (!listening) return listening.error();
    control_socket_ = std::move(listening).value();
  }
  auto plan = plan_eal(config.settings, options.eal, Machine::here());
  if (!plan) return plan.error();
  for (const auto& text : plan.value().notices) notice(text);
  auto eal = Eal::start(plan.value());
  if (!eal) return eal.error();
  eal_ = std::move(eal).value();

  auto host = DataplaneHost::create(config.settings, plan.value().worker_lcores,
                                    Clock(rte_rdtsc(), rte_get_tsc_hz()));
  if (!host) return host.error();
  host_ = std::move(host).value();
  control_ = std::make_unique<ControlPlane>(*host_, notice);
  runtime_ = std::make_unique<DataplaneRuntime>(*control_);
  service_ = std::make_unique<Service>(*control_);
  if (auto started = start_telemetry(config.settings); !started) return started;
  if (auto launched = host_->launch(); !launched) return launched;
  if (auto applied = service_->apply(config.objects); !applied) return applied;

  const auto& objects = service_->objects();
  notice(fmt::format("{} running, workers on lcores {}; ports: {}, HAVIPs: {}, EIPs: {}", kVersion,
                     fmt::join(host_->lcores(), ","), objects.ports.size(), objects.havips.size(),
                     objects.eips.size()));
  return {};
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
  if (host_) host_->stop();
}

Result<void> SwitchProcess::run() {
  session_ = std::make_unique<shell::Session>(commands_, *service_, *runtime_, write_to_stdout);
  if (cmdline_file_) {
    const auto executed = session_->execute_file(*cmdline_file_);
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
    notify_.tick(ServiceNotify::Clock::now(), status);
  });
  notify_.stopping();
  return {};
}

void SwitchProcess::serve_control_socket() {
  control_server_ = std::make_unique<remote::ControlServer>(
      loop_, *control_socket_,
      remote::ControlServer::Callbacks{.make_session =
                                           [this](shell::Session::Sink sink, std::string directory) {
                                             return std::make_unique<shell::Session>(
                                                 commands_, *service_, *runtime_, std::move(sink),
                                                 std::move(directory));
                                           },
                                       .notice = notice,
                                       .shut_down = [this] { loop_.stop(); }});
}

void SwitchProcess::read_standard_input() {
  char bytes[4096];
  const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count > 0) {
    session_->feed({bytes, static_cast<std::size_t>(count)});
  } else {
    session_->end_of_input();
  }
  if (session_->wants_quit()) loop_.stop();
}

}  // namespace vipswitch
