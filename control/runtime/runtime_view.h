#pragma once

// What the running data plane can be asked, in the operator's names: the answers behind every `show`. The
// real one is DataplaneRuntime; tests of the shell use a canned one. All calls are made by the control
// thread; none waits for a worker longer than kAnswerTimeout.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/capture/capture_status.h"
#include "control/config/settings.h"
#include "control/event/event_journal.h"
#include "control/runtime/failover_totals.h"
#include "control/runtime/havip_status.h"
#include "control/trace/live_trace_status.h"
#include "control/trace/packet_trace.h"
#include "vipswitch/address.h"
#include "vipswitch/drop_reason.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/learn_counter.h"
#include "vipswitch/result.h"
#include "vipswitch/time.h"

namespace vipswitch {

// How full a table of the data plane is.
struct TableStatus {
  std::string name;  // as under `tables` in the configuration file, or of docs/architecture.md
  std::uint32_t entries;
  std::uint32_t capacity;
  std::uint64_t bytes = 0;  // memory that it takes, its rows included
};

// Of one port, by one reason.
struct PortDropCount {
  DropReason reason;
  std::uint64_t packets;     // received from the port, then dropped
  std::uint64_t tx_packets;  // bound for the port, and dropped on the way out
};

struct PortStatus {
  std::string name;  // "uplink" for the uplink
  std::string device;
  std::string driver;
  Mac mac;
  bool link_up;
  std::uint16_t mtu;
  std::uint16_t rx_queues;
  std::uint16_t tx_queues;
  std::uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
  std::uint64_t rx_missed;                      // lost by the device before the switch saw them
  std::uint64_t drops;                          // packets received from this port and dropped
  std::uint64_t tx_drops = 0;                   // packets bound for this port and dropped on the way out
  std::vector<PortDropCount> drop_counts = {};  // reasons that occurred, in the order of the table
};

// What the XDP program of a shared uplink decided of frames, by its verdict.
struct VerdictStatus {
  std::string name, help;
  bool is_for_switch = false;
  std::uint64_t frames = 0;
  std::uint64_t without_socket =
      0;  // the switch's, but given to the kernel: no socket was open on their queue
};

struct UplinkFilterStatus {
  bool is_attached = false;  // false: somebody has removed or replaced the program
  bool is_native = false;    // in the driver; else the kernel's generic mode
  std::uint32_t program_id = 0;
  std::string tag;
  std::size_t ipv4_addresses = 0, ipv4_capacity = 0, ipv6_addresses = 0, ipv6_capacity = 0;
  std::vector<VerdictStatus> verdicts = {};
};

struct BondMemberStatus {
  std::string name;  // of the device
  bool is_up, is_active;
};

struct UplinkStatus {
  PortStatus port;
  std::string interface;  // empty: the device is given by its arguments
  std::uint64_t rx_errors = 0, tx_errors = 0;
  std::vector<BondMemberStatus> members = {};     // of a bond
  std::optional<UplinkFilterStatus> filter = {};  // where the interface is shared
};

struct WorkerStatus {
  unsigned lcore;
  std::uint64_t polls, empty_polls, sleeps;
  std::uint64_t busy_cycles, idle_cycles;  // TSC cycles in polls with and without packets
  std::uint64_t rx, generated, replicated, handed_in;
  std::uint64_t tx, dropped, consumed, to_control, handed_out;
  std::uint64_t fragmented;         // packets cut for the MTU of the port they went to
  std::uint64_t errors_told;        // ICMP errors that the switch sent to the senders of packets
  std::vector<std::string> queues;  // "port:queue" polled by this worker
  double load_percent;              // of the last second's cycles, those of polls that found packets
  double packets_per_poll;          // in the last second, of polls that found packets
  bool stuck;                       // has not finished a poll for 100 ms or more

  // Every packet ends exactly once (docs/architecture.md, "Invariants"): both sides are equal.
  std::uint64_t packets_in() const { return rx + generated + replicated + handed_in; }
  std::uint64_t packets_out() const { return tx + dropped + consumed + to_control + handed_out; }
  bool conserved() const { return packets_in() == packets_out(); }
};

struct DropCount {
  DropReason reason;
  std::uint64_t packets;
};

struct LearnCount {
  LearnCounter counter;
  std::uint64_t count;
};

struct NeighbourStatus {
  IpAddress address;
  Mac mac;            // zero while unresolved
  std::string state;  // "resolving", "resolved", "probing"
};

class RuntimeView {
 public:
  virtual ~RuntimeView() = default;

  // Of each of its addresses, IPv4 first, with every decision and failover that is remembered.
  virtual Result<std::vector<HavipStatus>> havip(std::string_view name) = 0;
  // Every address, in order of name, IPv4 first, each with its last kRecentDecisions and no failovers;
  // asks the workers once.
  virtual Result<std::vector<HavipStatus>> all_havips() = 0;
  virtual std::vector<HavipSummary> havip_summaries() = 0;  // every address, in order of name, IPv4 first
  virtual std::vector<VrrpSpeaker> vrrp_speakers() = 0;     // in order of subnet, family, VRID and port
  virtual FailoverTotals failover_totals() = 0;
  virtual std::vector<TableStatus> tables() = 0;
  virtual std::vector<PortStatus> ports() = 0;       // in order of name, the uplink first
  virtual std::optional<UplinkStatus> uplink() = 0;  // none: no uplink is set
  virtual std::vector<WorkerStatus> workers() = 0;   // one consistent snapshot a worker
  virtual std::vector<DropCount> drops() = 0;        // every reason, summed over workers
  virtual std::vector<LearnCount> learning() = 0;    // every counter, summed over workers
  virtual std::vector<NeighbourStatus> neighbours() = 0;

  // What the pipeline would do with a packet; nothing is sent and nothing changes.
  virtual Result<PacketTrace> trace_packet(const TraceRequest& request) = 0;

  // Live traces and captures, by numbers that count from 1. Errors: not_found, for a port or number;
  // invalid_argument, for a filter; quota, for too many at once; io.
  virtual Result<unsigned> add_trace(const LiveTraceRequest& request) = 0;
  virtual Result<void> remove_trace(unsigned number) = 0;
  virtual Result<LiveTraceStatus> trace(unsigned number) = 0;
  virtual std::vector<LiveTraceStatus> traces() = 0;
  virtual Result<unsigned> start_capture(const CaptureRequest& request) = 0;
  virtual Result<CaptureStatus> stop_capture(unsigned number) = 0;
  virtual std::vector<CaptureStatus> captures() = 0;

  virtual TimeMs now_ms() const = 0;  // since the switch started
  virtual std::uint64_t cycles_per_second() const = 0;
  virtual EventJournal& events() = 0;

  virtual bool forwarding() const = 0;
  virtual void set_forwarding(bool on) = 0;  // `start` and `stop`

  virtual const Settings& settings() const = 0;  // that the process was started with
};

}  // namespace vipswitch
