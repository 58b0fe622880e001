#pragma once

// Makes the tables follow the model. One publish() is one batch:
//
//   1. check    room in every table and mailbox, changes that only remove-and-add can make; devices are
//               opened, and a shared uplink's filter is told what it takes
//   2. erase    keys that lead to what goes
//   3. link     ids for what comes, links between objects
//   4. rows     every row that depends on something that changed, built anew and swapped in
//   5. insert   keys that lead to what came
//   6. steer    what the operator says about the data of HAVIPs: pins and learning modes
//   7. release  what was replaced, after one grace period for the whole batch
//
// Only step 1 can fail, and it changes nothing that workers see. Workers find rows before keys that lead to
// them, and lose keys before rows. A HAVIP of which the election must learn (bind, unbind) is told to its
// home worker by message.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "control/publish/id_allocator.h"
#include "control/publish/port_attachments.h"
#include "control/publish/publisher.h"
#include "control/publish/reclaimer.h"
#include "control/publish/registry.h"
#include "control/publish/row_builder.h"
#include "control/publish/shared_uplink.h"
#include "control/runtime/dataplane_host.h"

namespace vipswitch {

class TablePublisher final : public Publisher {
 public:
  explicit TablePublisher(DataplaneHost& host);
  // The workers must have stopped: takes the tables apart and closes the devices.
  ~TablePublisher() override;

  Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) override;
  Result<void> check(const model::Objects& after, const model::ChangeSet& changes) override;

  // Goes on with what may take longer than a publication: steering for which a mailbox had no room, and
  // freeing what grace periods that are over allow. Call it from the control loop.
  void tick() {
    steer_havips();
    age_groups();
    reclaimer_.poll();
  }

  const Registry& registry() const noexcept { return registry_; }
  // The owner of before a restart. Errors: not_found, in the names of today; timeout, for a full mailbox.
  Result<void> restore_owner(std::string_view havip, Family family, std::string_view port,
                             std::uint32_t generation);

  const PortAttachments& ports() const noexcept { return attachments_; }
  // Null if the uplink shares its interface with nobody, or there is none.
  const xdp::UplinkFilter* uplink_filter() const noexcept { return uplink_filter_.get(); }

  // The MAC of a next hop on the uplink; zero forgets it. False if an address that is not the gateway's finds
  // no room.
  bool set_next_hop(const IpAddress& address, const Mac& mac);

  // Tells the home workers what is to be told; what finds no room stays for the next tick().
  void steer_havips();

  // Tells the elections of the port's HAVIPs. `trigger` is kPortDown or kPortUp.
  void post_link_change(PortId port, Trigger trigger);

 private:
  struct Batch;
  // Rows of EipTable that no key leads to any more.
  struct RetiredEips {
    std::vector<std::uint32_t> ipv4, ipv6;
  };
  using Names = std::set<std::string, std::less<>>;

  // What the tables have to follow, and which subnets move.
  const model::ChangeSet& prepare(const model::ChangeSet& asked, Batch& batch) const;
  void add_members(const model::ChangeSet& asked, Batch& batch) const;
  Result<void> check_changes(const model::ChangeSet& changes, const Batch& batch);
  Result<void> check_workers(const model::ChangeSet& changes);
  Result<void> check_room(const model::ChangeSet& changes, const Batch& batch);
  Result<void> check_room_of(const model::ChangeSet& changes, Family family, std::uint32_t members);
  Result<void> check_mailboxes(const model::ChangeSet& changes, const Batch& batch);
  Result<void> check_devices(const model::ChangeSet& changes);
  Result<void> drain_devices();
  Result<void> open_devices(const model::Objects& after, const model::ChangeSet& changes, Batch& batch);

  void erase(const model::ChangeSet& changes, Batch& batch);
  void erase_route(const model::Change<model::Route>& change, Batch& batch);
  void erase_eip(const model::Change<model::Eip>& change, Batch& batch);
  void erase_havip(const model::Change<model::Havip>& change, Batch& batch);
  template <class Address>
  void erase_slot(const model::Change<model::Havip>& change, HavipEntry& havip, Batch& batch);
  void erase_port(const model::Change<model::Port>& change, Batch& batch);
  void erase_subnet(const model::Change<model::Subnet>& change, Batch& batch);
  void erase_vpc(const model::Change<model::Vpc>& change);
  void erase_uplink(const model::Change<model::Uplink>& change);

  void link(const model::ChangeSet& changes, Batch& batch);
  void link_uplink(const model::Uplink& uplink, Batch& batch);
  void link_vpc(const model::Vpc& vpc, Batch& batch);
  void link_subnet(const model::Change<model::Subnet>& change, Batch& batch);
  void link_port(const model::Change<model::Port>& change, Batch& batch);
  void link_havip(const model::Change<model::Havip>& change, Batch& batch);
  template <class Address>
  bool link_slot(const model::Havip& havip, const SubnetEntry& subnet, HavipEntry& linked, Batch& batch);
  void link_eip(const model::Eip& eip, Batch& batch);
  void link_route(const model::Route& route, Batch& batch);
  // A new one, with its whole burst; the old one goes.
  void replace_rate(std::unique_ptr<RateLimiter>& rate, std::optional<std::uint32_t> mbps,
                    std::optional<std::uint32_t> burst_kb);

  void relink_eips(Batch& batch);

  void publish_rows(Batch& batch);
  void insert_keys(const Batch& batch);
  void publish_havip_row(const HavipEntry& havip, Family family, HavipSlot& slot);
  void publish_eip(const EipEntry& eip, Batch& batch);
  void await_eip_rows(Batch& batch);
  void free_eip_rows(const RetiredEips& rows);
  void publish_uplink();
  void publish_uplink_row(const GatewayMacs& macs);
  template <class Address>
  bool set_next_hop_of(const Address& address, const Mac& mac);

  MemberEips* eips_of(const model::EipTarget& target, Batch& batch);
  void set_target_eip(const EipEntry& eip, Batch& batch);
  void forget_target_eip(const model::EipTarget& target, Family family, Batch& batch);
  // Both sides forget the binding; the port's id.
  PortId unlink(HavipEntry& havip, const std::string& port, Batch& batch);
  // `members`: bound ports when the batch is in force.
  void bind(HavipEntry& havip, const std::string& port, std::size_t members, Batch& batch);
  void renew_spoken(PortEntry& port);
  void mark_steered(const model::ChangeSet& changes, const Batch& batch);
  bool is_steered(const HavipEntry& havip) const;
  LearnMode mode_of(const model::Havip& havip) const { return havip.learn.value_or(registry_.learn); }
  Steering steering_of(const HavipEntry& havip) const;
  bool steer(HavipSlot& slot, const Steering& steering);
  void age_groups();
  void post_election(HavipId havip, PortId port, Trigger trigger, bool is_down = false,
                     owner::Members::Room* room = nullptr);

  // The type of an address that std::visit() hands over.
  template <class Visited>
  using Part = std::remove_cvref_t<Visited>;

  template <class Key>
  void erase_key(LookupTable<Key>& table, const Key& key) {
    const auto number = table.erase(key);
    if (number) reclaimer_.retire([&table, number] { table.free_erased(*number); });
  }

  DataplaneHost& host_;
  Tables& tables_;
  IdAllocator vpc_ids_, subnet_ids_, port_ids_, havip_ids_;
  Registry registry_;
  TimeMs next_ageing_ms_ = HavipGroups::kPeriodMs;    // of the groups of subnets
  Names to_steer_;                                    // HAVIPs whose home worker is to be told
  std::shared_ptr<xdp::UplinkFilter> uplink_filter_;  // its device has it too, and lets go of it last
  PortAttachments attachments_;
  Reclaimer reclaimer_;  // goes first: what it frees goes back to the members above
};

}  // namespace vipswitch
