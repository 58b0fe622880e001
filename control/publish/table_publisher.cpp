#include "control/publish/table_publisher.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "control/model/device.h"
#include "control/publish/publish_batch.h"

namespace vipswitch {
namespace {

constexpr std::chrono::milliseconds kGraceLimit{2000};

template <class T, class Predicate>
std::uint32_t count(const std::vector<model::Change<T>>& changes, Predicate&& predicate) {
  return static_cast<std::uint32_t>(std::count_if(changes.begin(), changes.end(), predicate));
}
template <class T>
std::uint32_t count_added(const std::vector<model::Change<T>>& changes) {
  return count(changes, is_added<T>);
}

// Whether a key made from `part` of the object must be inserted: the object comes, or that part of it
// changes.
template <class T, class Part>
auto needs_key(Part part) {
  return [part](const model::Change<T>& change) {
    return change.after && (!change.before || part(*change.before) != part(*change.after));
  };
}

// Those that change nothing by themselves: as a change from what they are to what they are. `moved` keeps
// what that is while entries are erased.
template <class T, class Entry>
void add_moved(const Entries<Entry>& entries, const std::set<std::string, std::less<>>& subnets,
               std::vector<model::Change<T>>& changes, std::deque<T>& moved) {
  std::set<std::string> listed;
  for (const auto& change : changes) {
    if (change.before) listed.insert(change.before->name);
  }
  for (const auto& [name, entry] : entries) {
    if (!subnets.contains(entry.spec.subnet) || listed.contains(name)) continue;
    const T* spec = &moved.emplace_back(entry.spec);
    changes.push_back({spec, spec});
  }
}

std::optional<IpAddress> gateway_address(const model::Subnet& subnet, Family family) {
  if (family == Family::kIpv6)
    return subnet.gateway6 ? std::optional<IpAddress>(*subnet.gateway6) : std::nullopt;
  return subnet.gateway ? std::optional<IpAddress>(*subnet.gateway) : std::nullopt;
}

// `settings` are those that make it larger.
Error table_full(std::string_view table, std::uint32_t capacity, std::string_view settings) {
  return {ErrorCode::table_full,
          fmt::format("the table of {} is full: it holds {}, set by \"tables: {{{}}}\" at start", table,
                      capacity, settings)};
}
Error table_full(std::string_view table, std::uint32_t capacity) {
  return table_full(table, capacity, fmt::format("{}: N", table));
}

Error fixed_device(std::string_view what) {
  return {ErrorCode::device, fmt::format("{} cannot be changed in place, delete it and add it anew", what)};
}

Error of_port(const std::string& name, const Error& error) {
  return {error.code, fmt::format("port \"{}\": {}", name, error.message)};
}

bool has_same_device(const model::Uplink& a, const model::Uplink& b) {
  return a.device == b.device && a.interface == b.interface && a.queues == b.queues && a.mtu == b.mtu;
}

// How many of the names are not among the others.
std::size_t not_in(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  return static_cast<std::size_t>(std::count_if(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) == others.end();
  }));
}

}  // namespace

TablePublisher::TablePublisher(DataplaneHost& host)
    : host_(host),
      tables_(host.tables()),
      vpc_ids_(tables_.vpcs.capacity()),
      subnet_ids_(tables_.subnets.capacity()),
      port_ids_(tables_.ports.capacity()),
      havip_ids_(tables_.havips.capacity()),
      attachments_(host.workers(), reclaimer_, host.settings().flood_pps),
      reclaimer_(host.rcu(), host.workers()) {}

Result<void> TablePublisher::publish(const model::Objects& after, const model::ChangeSet& asked) {
  Batch batch;
  const model::ChangeSet& changes = prepare(asked, batch);
  if (auto checked = check_changes(changes, batch); !checked) return checked;
  if (auto opened = open_devices(after, changes, batch); !opened) return opened;
  const auto addresses = uplink_filter_ ? address_changes(changes) : AddressChanges();
  if (uplink_filter_) {
    if (auto added = uplink_filter_->add(addresses.come); !added) return added;
  }
  erase(changes, batch);
  link(changes, batch);
  publish_rows(batch);
  insert_keys(batch);
  // What the kernel refuses to take out brings frames that are dropped by name.
  if (uplink_filter_) (void)uplink_filter_->remove(addresses.go).ok();
  mark_steered(changes, batch);
  steer_havips();
  attachments_.publish_poll_lists();
  reclaimer_.retire([this, rows = std::move(batch.retired_eips)] { free_eip_rows(rows); });
  reclaimer_.close_batch();
  return {};
}

const model::ChangeSet& TablePublisher::prepare(const model::ChangeSet& asked, Batch& batch) const {
  for (const auto& change : asked.subnets) {
    if (change.before && change.after && change.before->vpc != change.after->vpc)
      batch.moved_subnets.insert(change.after->name);
  }
  if (batch.moved_subnets.empty()) return asked;
  add_members(asked, batch);
  return batch.with_members;
}

// A subnet that goes to another VPC takes its members with it: to the tables they change too.
void TablePublisher::add_members(const model::ChangeSet& asked, Batch& batch) const {
  batch.with_members = asked;
  add_moved(registry_.ports, batch.moved_subnets, batch.with_members.ports, batch.moved_ports);
  add_moved(registry_.havips, batch.moved_subnets, batch.with_members.havips, batch.moved_havips);
}

// --- check
// ----------------------------------------------------------------------------------------------------------

Result<void> TablePublisher::check(const model::Objects&, const model::ChangeSet& asked) {
  Batch batch;
  const model::ChangeSet& changes = prepare(asked, batch);
  if (auto checked = check_changes(changes, batch); !checked) return checked;
  return check_devices(changes);
}

Result<void> TablePublisher::check_changes(const model::ChangeSet& changes, const Batch& batch) {
  for (const auto& change : changes.ports) {
    if (change.before && change.after &&
        (model::device_arguments(*change.before) != model::device_arguments(*change.after) ||
         change.before->queues != change.after->queues)) {
      return fixed_device(fmt::format("port \"{}\": device, interface and queues", change.after->name));
    }
  }
  if (changes.uplink && changes.uplink->before && changes.uplink->after &&
      !has_same_device(*changes.uplink->before, *changes.uplink->after)) {
    return fixed_device("uplink: device, interface, queues and mtu");
  }
  if (auto checked = check_workers(changes); !checked) return checked;
  auto room = check_room(changes, batch);
  if (room || room.error().code != ErrorCode::table_full) return room;
  // Places of what was deleted a moment ago may only wait for their grace period.
  if (!reclaimer_.drain(kGraceLimit)) return room;
  return check_room(changes, batch);
}

// With more EIPs to change than there are free rows, publishing waits for the workers in between.
Result<void> TablePublisher::check_workers(const model::ChangeSet& changes) {
  const std::size_t may_change = changes.eips.size() + changes.havips.size() + changes.ports.size();
  const auto free_rows = std::min(tables_.ipv4.eips.free_rows(), tables_.ipv6.eips.free_rows());
  if (may_change <= free_rows || reclaimer_.await_workers(kGraceLimit)) return {};
  return Error{
      ErrorCode::timeout,
      fmt::format("a worker has not passed a poll for 2 s, {} objects cannot change now", may_change)};
}

Result<void> TablePublisher::check_room(const model::ChangeSet& changes, const Batch& batch) {
  using model::Port;
  const std::uint32_t uplink_port = changes.uplink && is_added(*changes.uplink) ? 1 : 0;
  const auto come = [&](const auto& members, Family family) {
    return count(members, [&](const auto& c) { return needs_address(c, family, batch.moved_subnets); });
  };
  const std::uint32_t slots6 = come(changes.havips, Family::kIpv6);
  const std::uint32_t slots = slots6 + come(changes.havips, Family::kIpv4);
  const std::uint32_t macs =
      slots6 +
      count(changes.ports, needs_key<Port>([](const Port& p) { return std::pair(p.subnet, p.mac); }));

  if (count_added(changes.vpcs) > vpc_ids_.room()) return table_full("vpcs", tables_.vpcs.capacity());
  if (count_added(changes.subnets) > subnet_ids_.room())
    return table_full("subnets", tables_.subnets.capacity());
  if (count_added(changes.ports) + uplink_port > port_ids_.room())
    return table_full("ports", tables_.ports.capacity());
  if (macs > tables_.macs.room())
    return table_full("macs", tables_.macs.capacity(), "ports: N, havips: N, endpoints6: N");
  if (slots > havip_ids_.room()) return table_full("havips", tables_.havips.capacity());
  for (const auto family : kFamilies) {
    const std::uint32_t members = come(changes.ports, family) + come(changes.havips, family);
    if (auto checked = check_room_of(changes, family, members); !checked) return checked;
  }
  return check_mailboxes(changes, batch);
}

// The tables of one family.
Result<void> TablePublisher::check_room_of(const model::ChangeSet& changes, Family family,
                                           std::uint32_t members) {
  using model::Eip, model::Subnet;
  const auto is_of_family = [&](const auto& eip) { return family_of(eip.address) == family; };
  const std::uint32_t eips = count(changes.eips, [&](const model::Change<Eip>& c) {
    return c.after && is_of_family(*c.after) && (!c.before || c.before->address != c.after->address);
  });
  const std::uint32_t gateways = count(changes.subnets, [&](const model::Change<Subnet>& c) {
    if (!c.after || !gateway_address(*c.after, family)) return false;
    return !c.before || c.before->vpc != c.after->vpc ||
           gateway_address(*c.before, family) != gateway_address(*c.after, family);
  });
  const bool is_ipv6 = family == Family::kIpv6;
  const auto check = [&](const auto& tables) -> Result<void> {
    if (eips > tables.eips.room()) return table_full(is_ipv6 ? "eips6" : "eips", tables.eips.capacity());
    if (members + gateways > tables.endpoints.room())
      return table_full(is_ipv6 ? "endpoints6" : "endpoints", tables.endpoints.capacity());
    return {};
  };
  return is_ipv6 ? check(tables_.ipv6) : check(tables_.ipv4);
}

// Binding and unbinding must not fail half way. Steering may wait: see steer_havips().
Result<void> TablePublisher::check_mailboxes(const model::ChangeSet& changes, const Batch& batch) {
  std::size_t messages = 0;
  for (const auto& change : changes.havips) {
    for (const auto family : kFamilies) {
      if (keeps_address(change, family, batch.moved_subnets))
        messages += not_in(change.before->ports, change.after->ports) +
                    not_in(change.after->ports, change.before->ports);
    }
  }
  for (const auto& worker : host_.workers()) {
    if (messages > worker->mailbox_room()) {
      return Error{ErrorCode::timeout,
                   fmt::format("{} bindings change at once, and a worker's mailbox has room for {}", messages,
                               worker->mailbox_room())};
    }
  }
  return {};
}

Result<void> TablePublisher::check_devices(const model::ChangeSet& changes) {
  const bool opens_uplink = changes.uplink && is_added(*changes.uplink);
  if (count_added(changes.ports) == 0 && !opens_uplink) return {};
  if (auto drained = drain_devices(); !drained) return drained;
  unsigned to_open = 0;
  if (opens_uplink) {
    if (auto checked = EthDevice::check(model::device_arguments(*changes.uplink->after), to_open++); !checked)
      return of_uplink(checked.error());
  }
  for (const auto& change : changes.ports) {
    if (!is_added(change)) continue;
    if (auto checked = EthDevice::check(model::device_arguments(*change.after), to_open++); !checked)
      return of_port(change.after->name, checked.error());
  }
  return {};
}

// A device deleted a moment ago may be wanted again under the same name.
Result<void> TablePublisher::drain_devices() {
  if (reclaimer_.drain(kGraceLimit)) return {};
  return Error{ErrorCode::timeout, "a worker has not passed a poll for 2 s, devices cannot be opened now"};
}

Result<void> TablePublisher::open_devices(const model::Objects& after, const model::ChangeSet& changes,
                                          Batch& batch) {
  const bool opens_uplink = changes.uplink && is_added(*changes.uplink);
  if (count_added(changes.ports) == 0 && !opens_uplink) return {};
  if (auto drained = drain_devices(); !drained) return drained;
  if (opens_uplink) {
    auto opened = open_uplink(attachments_, tables_, after);
    if (!opened) return opened.error();
    batch.uplink_opened = std::move(opened).value();
  }
  for (const auto& change : changes.ports) {
    if (!is_added(change)) continue;
    auto device = attachments_.open(model::device_arguments(*change.after), change.after->queues);
    if (!device) return of_port(change.after->name, device.error());
    batch.devices[change.after->name] = std::move(device).value();
  }
  return {};
}

}  // namespace vipswitch
