#pragma once

// Control's side of the running switch: publishes what the service asks for, and between requests handles
// what the workers tell, links, next hops and reclamation. Everything happens on the control thread, in
// publish() and tick().

#include "control/advice/vrid_conflicts.h"
#include "control/event/event_journal.h"
#include "control/observe/observations.h"
#include "control/publish/table_publisher.h"
#include "control/runtime/dataplane_host.h"
#include "control/runtime/decision_log.h"
#include "control/runtime/failover_log.h"
#include "control/runtime/link_watcher.h"
#include "control/runtime/load_meter.h"
#include "control/runtime/router_agent.h"
#include "control/runtime/uplink_agent.h"
#include "control/runtime/uplink_watcher.h"
#include "control/runtime/worker_watchdog.h"

namespace vipswitch {

class ControlPlane final : public Publisher {
 public:
  explicit ControlPlane(DataplaneHost& host);

  Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) override;
  Result<void> check(const model::Objects& after, const model::ChangeSet& changes) override;

  // Call it every few milliseconds, and when wake_fd() is readable.
  void tick();
  int wake_fd() const noexcept { return links_.wake_fd(); }

  // Takes what the workers have told up to now.
  void drain_events();

  // The owner of before a restart. Errors: not_found; timeout, for a full mailbox.
  Result<void> restore_owner(std::string_view havip, Family family, std::string_view port,
                             std::uint32_t generation) {
    return publisher_.restore_owner(havip, family, port, generation);
  }

  DataplaneHost& host() noexcept { return host_; }
  const TablePublisher& tables() const noexcept { return publisher_; }
  const DecisionLog& decisions() const noexcept { return decisions_; }
  const FailoverLog& failovers() const noexcept { return failovers_; }
  const LinkWatcher& links() const noexcept { return links_; }
  const UplinkAgent& uplink() const noexcept { return uplink_; }
  EventJournal& events() noexcept { return events_; }
  Observations& observations() noexcept { return observations_; }
  bool is_stuck(std::size_t worker) const { return watchdog_.is_stuck(worker); }
  const LoadMeter::Load& load_of(std::size_t worker) const { return load_.of(worker); }

 private:
  const SlotHolder* holder_of(const Event& event) const;
  void handle_owner_change(const Event& event, const SlotHolder& holder, const ClockReading& now);
  void report_notice(const Event& event, const SlotHolder& holder);
  void handle_about_havip(const Event& event);
  void report_link(PortId port, bool is_up);
  void report_lost_before(const SlotHolder& holder, const Decision& decision);
  void report(const SlotHolder& holder, const Decision& decision);

  DataplaneHost& host_;
  EventJournal events_;
  TablePublisher publisher_;
  UplinkAgent uplink_;
  RouterAgent routers_;
  LinkWatcher links_;
  UplinkWatcher uplink_watcher_;
  DecisionLog decisions_;
  FailoverLog failovers_;
  advice::VridConflictWatch vrid_conflicts_;
  WorkerWatchdog watchdog_;
  LoadMeter load_;
  Observations observations_;
};

}  // namespace vipswitch
