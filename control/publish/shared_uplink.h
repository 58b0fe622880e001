#pragma once

// An uplink on an interface that the host uses too (device af_xdp): opening it with the XDP program that
// tells the switch's frames from the host's, and which addresses the program must know. The program learns of
// an address before the tables do and forgets it after them, so that what is known to the tables always
// arrives.

#include <memory>

#include "control/device/eth_device.h"
#include "control/model/model.h"
#include "control/publish/port_attachments.h"
#include "control/xdp/uplink_filter.h"
#include "dataplane/tables.h"
#include "vipswitch/result.h"

namespace vipswitch {

// The device goes before the program that it needs. No filter: the uplink has the interface for itself.
struct OpenedUplink {
  std::shared_ptr<xdp::UplinkFilter> filter;
  std::unique_ptr<EthDevice> device;
};

// The program has room for as many EIPs as the tables, and knows those of `objects` from the start.
// Errors: device, table_full, io.
Result<OpenedUplink> open_uplink(PortAttachments& attachments, const Tables& tables,
                                 const model::Objects& objects);

// What a device says, said of the uplink.
Error of_uplink(const Error& error);

// The addresses that are the switch's after the changes and were not before, and the other way round.
struct AddressChanges {
  xdp::AddressLists come, go;
};
AddressChanges address_changes(const model::ChangeSet& changes);

}  // namespace vipswitch
