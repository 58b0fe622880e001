#pragma once

// The gateways of the subnets with IPv6, as routers that advertise themselves to their guests without being
// asked (RFC 4861 6.2.4); who asks is answered by a worker. A subnet whose IPv6 ends says so once (6.2.5).
// Frames are sent by a worker. Control thread only.

#include <random>

#include "control/model/model.h"
#include "control/neighbour/router_schedule.h"
#include "control/publish/table_publisher.h"
#include "control/runtime/dataplane_host.h"

namespace vipswitch {

class RouterAgent {
 public:
  RouterAgent(DataplaneHost& host, TablePublisher& publisher);

  // The model has changed and the tables follow it.
  void follow(const model::ChangeSet& changes);
  void tick(TimeMs now) { schedule_.tick(now); }

 private:
  void follow_port(const std::string& name);
  void follow_subnet(const std::string& name);
  void advertise(const std::string& port);
  void end(const model::Subnet& before);
  void send(PortId port, const RouterAdvertisement& advertisement);

  DataplaneHost& host_;
  TablePublisher& publisher_;
  std::minstd_rand random_;
  RouterSchedule schedule_;
};

}  // namespace vipswitch
