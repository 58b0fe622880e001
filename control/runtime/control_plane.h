#pragma once

// Control's side of the running switch: publishes what the service asks for, and between requests handles
// what the workers tell, links, next hops and reclamation. Everything happens on the control thread, in
// publish() and tick().

#include <functional>
#include <string>

#include "control/publish/table_publisher.h"
#include "control/runtime/dataplane_host.h"
#include "control/runtime/decision_log.h"
#include "control/runtime/link_watcher.h"
#include "control/runtime/uplink_agent.h"

namespace vipswitch {

class ControlPlane final : public Publisher {
 public:
  // A line for the operator about what nobody asked for, such as a link that went down.
  using Notice = std::function<void(const std::string& text)>;

  explicit ControlPlane(DataplaneHost& host, Notice notice = {});

  Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) override;

  // Call it every few milliseconds, and when wake_fd() is readable.
  void tick();
  int wake_fd() const noexcept { return links_.wake_fd(); }

  // Takes what the workers have told up to now.
  void drain_events();

  DataplaneHost& host() noexcept { return host_; }
  const TablePublisher& tables() const noexcept { return publisher_; }
  const DecisionLog& decisions() const noexcept { return decisions_; }
  const LinkWatcher& links() const noexcept { return links_; }
  const UplinkAgent& uplink() const noexcept { return uplink_; }

 private:
  void handle_owner_change(const Event& event);
  void report_link(PortId port, bool is_up);

  DataplaneHost& host_;
  Notice notice_;
  TablePublisher publisher_;
  UplinkAgent uplink_;
  LinkWatcher links_;
  DecisionLog decisions_;
};

}  // namespace vipswitch
