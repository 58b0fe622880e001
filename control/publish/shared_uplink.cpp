#include "control/publish/shared_uplink.h"

#include <algorithm>
#include <set>

#include "control/model/device.h"

namespace vipswitch {
namespace {

// The uplink's own addresses need room beside the EIPs.
constexpr std::size_t kOwnAddresses = 64;

using AddressSet = std::set<IpAddress>;

void add_own(const model::Uplink& uplink, AddressSet& addresses) {
  for (const auto& interface : uplink.addresses) addresses.insert(interface.address);
  for (const auto& interface : uplink.addresses6) addresses.insert(interface.address);
}

xdp::AddressLists difference(const AddressSet& from, const AddressSet& without) {
  xdp::AddressLists lists;
  for (const auto& address : from) {
    if (!without.contains(address)) lists.add(address);
  }
  return lists;
}

}  // namespace

Error of_uplink(const Error& error) {
  return {error.code, fmt::format("uplink: {}", error.message)};
}

Result<OpenedUplink> open_uplink(PortAttachments& attachments, const Tables& tables,
                                 const model::Objects& objects) {
  const model::Uplink& uplink = *objects.uplink;
  OpenedUplink opened;
  if (uplink.device != model::kAfXdp) {
    auto device = attachments.open(model::device_arguments(uplink), uplink.queues);
    if (!device) return of_uplink(device.error());
    opened.device = std::move(device).value();
    return opened;
  }
  auto lease = xdp::UplinkLease::take(*uplink.interface);
  if (!lease) return lease.error();
  auto device = attachments.open(
      fmt::format("{},xdp_prog={}", model::device_arguments(uplink), xdp::uplink_filter_object()),
      uplink.queues);
  if (!device) return of_uplink(device.error());
  opened.device = std::move(device).value();
  auto filter = xdp::UplinkFilter::adopt(
      std::move(lease).value(),
      {tables.ipv4.eips.capacity() + kOwnAddresses, tables.ipv6.eips.capacity() + kOwnAddresses});
  if (!filter) return filter.error();
  opened.filter = std::move(filter).value();

  AddressSet addresses;
  add_own(uplink, addresses);
  for (const auto& [name, eip] : objects.eips) addresses.insert(eip.address);
  if (auto added = opened.filter->add(difference(addresses, {})); !added) return added.error();
  return opened;
}

AddressChanges address_changes(const model::ChangeSet& changes) {
  AddressSet before, after;
  for (const auto& change : changes.eips) {
    if (change.before) before.insert(change.before->address);
    if (change.after) after.insert(change.after->address);
  }
  if (changes.uplink) {
    if (changes.uplink->before) add_own(*changes.uplink->before, before);
    if (changes.uplink->after) add_own(*changes.uplink->after, after);
  }
  return {difference(after, before), difference(before, after)};
}

}  // namespace vipswitch
