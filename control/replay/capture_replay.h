#pragma once

// Purpose: what the switch would have made of captures: their frames go through the real parser, guard and
// election, on a clock that is the captures' own.
// Shape: a configuration and capture files -> every decision, and what stands and was counted at the end. The
// same input gives the same report: nothing in it comes from a clock, an address or an order of hashing.
// Devices of the configuration are not opened. Frames of all files go in by time; ties by the order of the
// files, frames of one file in the order of the file even where its clock steps back.
// Units: milliseconds since the first frame; election timers run at every one at which something is due.
// Errors: those of CaptureReader and of Service::apply(); invalid_argument, for frames a week apart;
// internal, where memory is short. EAL must be up (control/offline/offline_eal.h). Cost: a frame of each file
// in memory; what the pipeline costs for each frame.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/config/config.h"
#include "control/runtime/runtime_view.h"

namespace vipswitch::replay {

struct CaptureSource {
  std::string port;  // of the configuration, or uplink; empty: a file of several, see frame_origin.h
  std::string path;
};

struct ReplayRequest {
  Config config;
  std::vector<CaptureSource> captures;
  TimeMs after_ms;  // how long the clock may go on behind the last frame; it stops when nothing is due
};

struct ReplayedDecision {
  TimeMs at_ms;
  std::string file;         // of the frame that led to it; empty: a timer did
  std::uint64_t frame = 0;  // in its file
  std::string havip, address;
  std::string from, to;  // ports, empty: nobody
  std::string trigger, rule, evidence;
  unsigned priority = 0, vrid = 0;
  std::optional<std::string> data_goes_to = {};  // where the HAVIP is only observed: data stayed there
};

struct ReplayedCapture {
  CaptureSource source;
  std::uint64_t frames = 0;
  bool is_cut = false;  // it ends inside a frame, which is left out
};

// Each frame is counted once, but for by_vrid.
struct FrameCounts {
  std::uint64_t replayed = 0;
  std::uint64_t by_vrid = 0;         // of those: only the VRID of their virtual MAC told the port
  std::uint64_t sent_by_switch = 0;  // it sent them to a port
  std::uint64_t drop_notes = 0;      // copies of dropped packets, which the switch's captures hold twice
  std::uint64_t not_whole = 0;       // captured in part
  std::uint64_t too_long = 0;        // longer than a packet buffer, OfflineSwitch::kLongestFrame
  std::map<Mac, std::uint64_t> of_no_port = {};  // by their source
};

struct ReplayReport {
  std::vector<ReplayedCapture> captures;
  FrameCounts frames;
  std::optional<std::int64_t> first_frame_unix_us =
      {};  // wall clock of the captures; none: there is no frame
  TimeMs last_frame_ms = 0, end_ms = 0;
  std::vector<ReplayedDecision> decisions;
  std::vector<HavipSummary> havips;
  std::vector<LearnCount> learning;  // every counter
  std::vector<DropCount> drops;      // every reason
};

Result<ReplayReport> replay_captures(const ReplayRequest& request);

}  // namespace vipswitch::replay
