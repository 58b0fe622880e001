#pragma once

// `trace packet`: fills in what the request leaves open as the guest or the router behind the port would,
// lets a DryWorld have the packet, and puts the outcome in words. Control thread only.

#include <functional>
#include <vector>

#include "control/publish/registry.h"
#include "control/runtime/dataplane_host.h"
#include "control/trace/packet_trace.h"
#include "vipswitch/result.h"

namespace vipswitch {

class PacketTracer {
 public:
  // What the home worker of one of the HAVIP's addresses knows of it.
  using Ask = std::function<Result<HavipSnapshot>(const HavipEntry&, Family)>;

  PacketTracer(DataplaneHost& host, const Registry& registry, Ask ask)
      : host_(host), registry_(registry), ask_(std::move(ask)) {}

  // Errors: not_found, for a port; invalid_argument; timeout, if a worker does not answer; internal.
  Result<PacketTrace> trace(const TraceRequest& request);

 private:
  struct AskedSlot {
    const HavipEntry* havip;
    HavipId slot;
    HavipSnapshot snapshot;
  };
  Result<std::vector<AskedSlot>> ask_for_havips_of(std::string_view port) const;

  DataplaneHost& host_;
  const Registry& registry_;
  Ask ask_;
};

}  // namespace vipswitch
