#pragma once

// The switch as a host of the provider network: keeps its next hops resolved and announces its EIPs. Frames
// that it makes are sent by a worker. Control thread only.

#include "control/model/model.h"
#include "control/neighbour/announcer.h"
#include "control/neighbour/neighbour_cache.h"
#include "control/publish/table_publisher.h"
#include "control/runtime/dataplane_host.h"
#include "vipswitch/event.h"

namespace vipswitch {

class UplinkAgent {
 public:
  UplinkAgent(DataplaneHost& host, TablePublisher& publisher);

  // The model has changed and the tables follow it.
  void follow(const model::ChangeSet& changes);
  void handle(const Event& event);
  // Every EIP with a target, as when the uplink was new: its link was gone.
  void announce_all();
  void tick(TimeMs now);

  const std::map<Ipv4, Neighbour>& neighbours() const noexcept { return neighbours_.entries(); }
  const std::map<Ipv6, Neighbour>& neighbours6() const noexcept { return neighbours6_.entries(); }

 private:
  void announce(const model::Eip& eip);
  void cancel(const IpAddress& address);
  void ask(Ipv4 address, const std::optional<Mac>& known);
  void ask(const Ipv6& address, const std::optional<Mac>& known);
  template <class Frame>
  void send(const Frame& frame);

  DataplaneHost& host_;
  TablePublisher& publisher_;
  NeighbourCache neighbours_;
  NeighbourCache6 neighbours6_;
  Announcer announcer_;
  Announcer6 announcer6_;
};

}  // namespace vipswitch
