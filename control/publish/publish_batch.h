#pragma once

// What one TablePublisher::publish() collects on its way from step to step.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/device/eth_device.h"
#include "control/model/model.h"
#include "control/publish/shared_uplink.h"
#include "control/publish/table_publisher.h"
#include "dataplane/tables.h"

namespace vipswitch {

// Keys that lead to what came.
struct NewKeys {
  template <class Key>
  using List = std::vector<std::pair<Key, EndpointRef>>;

  List<EndpointKey<Ipv4>> ipv4;
  List<EndpointKey<Ipv6>> ipv6;
  List<MacKey> macs;
};

struct TablePublisher::Batch {
  Names moved_subnets;                  // those that go to another VPC
  model::ChangeSet with_members;        // what is asked and what moves with these
  std::deque<model::Port> moved_ports;  // as these are
  std::deque<model::Havip> moved_havips;
  std::map<std::string, std::unique_ptr<EthDevice>> devices;  // opened for ports that come
  OpenedUplink uplink_opened;
  Names vpcs, subnets, ports;                // whose rows must be built anew
  std::vector<HavipEntry*> havips;           // the same: those that come or change
  std::vector<EipEntry*> eips;               // the same
  std::set<model::EipTarget> moved_targets;  // that mean another address, slot or VPC
  bool uplink = false;
  RetiredEips retired_eips;
  NewKeys new_keys;  // inserted once the rows are in
};

template <class T>
bool is_removed(const model::Change<T>& change) {
  return change.before && !change.after;
}
template <class T>
bool is_added(const model::Change<T>& change) {
  return !change.before && change.after;
}

// Whether the object, a port or a HAVIP, is a member of the same subnet in the same VPC as before.
template <class T>
bool stays_in_subnet(const model::Change<T>& change,
                     const std::set<std::string, std::less<>>& moved_subnets) {
  return change.before && change.after && change.before->subnet == change.after->subnet &&
         !moved_subnets.contains(change.before->subnet);
}

// Whether it is found there by the same address of the family as before. A HAVIP's that is not is another one
// to the tables: new slot, new election.
template <class T>
bool keeps_address(const model::Change<T>& change, Family family,
                   const std::set<std::string, std::less<>>& moved_subnets) {
  return stays_in_subnet(change, moved_subnets) && model::address_of(*change.before, family) &&
         model::address_of(*change.before, family) == model::address_of(*change.after, family);
}

// Whether it comes to be found by another address of the family.
template <class T>
bool needs_address(const model::Change<T>& change, Family family,
                   const std::set<std::string, std::less<>>& moved_subnets) {
  return change.after && model::address_of(*change.after, family) &&
         !keeps_address(change, family, moved_subnets);
}

}  // namespace vipswitch
