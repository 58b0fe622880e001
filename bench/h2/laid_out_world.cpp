// laid-out-world CAPTURE EIPS PORTS MBUFS: the switch's one worker between drivers, its tables put in by
// hand, so that it has more EIPs than control could bind to its ports, of which Debian's DPDK has devices
// for 31. Polls until standard input ends; for each line of it prints how many packets it has received and
// forwarded, and its busy cycles. CAPTURE is a file of frames to the EIPs from 60.0.0.0 on, which net_pcap
// repeats; MBUFS must suffice for all of them and more.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "bench/micro/vpc_world.h"
#include "bench/micro/ways.h"
#include "control/device/eth_device.h"

namespace vipswitch::bench {
namespace {

std::unique_ptr<EthDevice> open_device(const std::string& devargs, Worker& worker) {
  auto device = EthDevice::open(devargs, 1, {worker.pool()});
  if (!device) throw std::runtime_error(device.error().message);
  return std::move(device).value();
}

class LaidOutWorld {
 public:
  LaidOutWorld(const std::string& capture, unsigned eips, unsigned ports, unsigned mbufs)
      : world_(size_of(eips, ports, mbufs)) {
    attach(world_.uplink().id, fmt::format("net_pcap0,rx_pcap={},infinite_rx=1", capture));
    for (unsigned i = 0; i < ports; ++i) attach(world_.port(i).id, fmt::format("net_null{},no-rx=1", i));
    worker().replace_poll_list(&polled_);
  }
  ~LaidOutWorld() { worker().replace_poll_list(nullptr); }

  Worker& worker() noexcept { return world_.polling_worker(); }

 private:
  static VpcWorld<Ipv4>::Size size_of(unsigned eips, unsigned ports, unsigned mbufs) {
    auto size = VpcWorld<Ipv4>::with_eips(eips, ports);
    size.mbufs = mbufs;
    return size;
  }
  void attach(PortId port, const std::string& devargs) {
    const auto& device = devices_.emplace_back(open_device(devargs, worker()));
    world_.attach(port, device->id());
    polled_.queues.push_back({port, device->id(), 0});
  }

  VpcWorld<Ipv4> world_;
  std::vector<std::unique_ptr<EthDevice>> devices_;
  PollList polled_;
};

// How many bytes there were; nothing is waited for. -1: standard input has ended.
ssize_t read_questions(std::array<char, 64>& room) {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (poll(&input, 1, 0) <= 0) return 0;
  const ssize_t count = read(STDIN_FILENO, room.data(), room.size());
  return count > 0 ? count : -1;
}

void run(Worker& worker) {
  constexpr unsigned kPollsBetweenLooks = 4096;
  std::array<char, 64> room{};
  for (;;) {
    for (unsigned i = 0; i < kPollsBetweenLooks; ++i) worker.poll();
    const ssize_t count = read_questions(room);
    if (count < 0) return;
    if (count == 0) continue;
    const WorkerTotals totals = worker.state().counters.totals();
    fmt::print("{} {} {}\n", totals.rx, totals.tx, totals.busy_cycles);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace vipswitch::bench

int main(int argc, char** argv) {
  using namespace vipswitch::bench;
  if (argc != 5) {
    fmt::print(stderr, "usage: laid-out-world CAPTURE EIPS PORTS MBUFS\n");
    return 2;
  }
  try {
    start_eal_for_ways(true);
    const auto number = [argv](int place) { return static_cast<unsigned>(std::atoi(argv[place])); };
    LaidOutWorld world(argv[1], number(2), number(3), number(4));
    run(world.worker());
  } catch (const std::exception& error) {
    fmt::print(stderr, "laid-out-world: {}\n", error.what());
    return 1;
  }
}
