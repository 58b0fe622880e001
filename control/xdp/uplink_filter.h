#pragma once

// The XDP program on an uplink that the host uses too (xdp/uplink_filter.bpf.c), and what it is told: which
// addresses are the switch's. Everything else of the interface stays the kernel's. See docs/uplink.md.
//
//   auto lease = UplinkLease::take("eth1");              refuses a foreign program, removes a leftover
//   EthDevice::open("net_af_xdp0,iface=eth1,xdp_prog=" + uplink_filter_object(), ...)
//   auto filter = UplinkFilter::adopt(std::move(lease).value(), capacities);
//   filter.value()->add(addresses)                       from here on the switch gets their frames
//
// The filter outlives the device: net_af_xdp detaches the program when it closes, and the filter looks at
// what is left then. attach() is for what opens its sockets by itself. Control thread only; knows no DPDK.
//
// Errors: those of UplinkLease and AddressSet; device, naming the interface, and what was found.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/xdp/address_set.h"
#include "control/xdp/kernel_objects.h"
#include "control/xdp/uplink_lease.h"
#include "vipswitch/address.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/result.h"
#include "xdp/uplink_contract.h"

namespace vipswitch::xdp {

enum class AttachMode {
  kNative,   // in the driver, before the kernel makes a packet of the frame
  kGeneric,  // after that: any interface, slower
};

// How many addresses the sets have room for: EIPs and the uplink's own.
struct FilterCapacities {
  std::size_t ipv4 = 16384;
  std::size_t ipv6 = 16384;
};

struct AddressLists {
  std::vector<Ipv4> ipv4;
  std::vector<Ipv6> ipv6;

  void add(const IpAddress& address);
  bool is_empty() const noexcept { return ipv4.empty() && ipv6.empty(); }
};

enum class VerdictSide { kSwitch, kKernel };

// What is counted under a verdict, with the words for it.
struct VerdictName {
  const char* name;
  VerdictSide side;
  const char* help;
};
extern const std::array<VerdictName, UPLINK_VERDICT_COUNT> kVerdicts;

struct VerdictCount {
  std::uint64_t frames = 0;
  std::uint64_t without_socket = 0;  // of them: the switch's, but given to the kernel
};
using VerdictCounts = std::array<VerdictCount, UPLINK_VERDICT_COUNT>;

struct SetFill {
  std::size_t size = 0, capacity = 0;
};

struct FilterStatus {
  std::string interface;
  bool is_attached = false;  // false: somebody has removed or replaced the program
  AttachMode mode = AttachMode::kNative;
  std::uint32_t program_id = 0;
  std::string tag;
  VerdictCounts counts;
  SetFill ipv4, ipv6;
};

// The object that DPDK is to load: that of the build directory which the switch is run from, else the
// installed one.
std::string uplink_filter_object();

class UplinkFilter {
 public:
  // The program that this process, so DPDK in it, has attached to the interface.
  static Result<std::unique_ptr<UplinkFilter>> adopt(UplinkLease lease, const FilterCapacities& capacities);
  // Loads the object and attaches its program; no mode: native where the driver can, else generic.
  static Result<std::unique_ptr<UplinkFilter>> attach(UplinkLease lease, const std::string& object,
                                                      const std::optional<AttachMode>& mode,
                                                      const FilterCapacities& capacities);
  // Detaches the program if it is still there.
  ~UplinkFilter();
  UplinkFilter(const UplinkFilter&) = delete;
  UplinkFilter& operator=(const UplinkFilter&) = delete;

  Result<void> add(std::span<const Ipv4> addresses) { return ipv4_->add(addresses); }
  Result<void> add(std::span<const Ipv6> addresses) { return ipv6_->add(addresses); }
  Result<void> remove(std::span<const Ipv4> addresses) { return ipv4_->remove(addresses); }
  Result<void> remove(std::span<const Ipv6> addresses) { return ipv6_->remove(addresses); }
  // All of them or none.
  Result<void> add(const AddressLists& addresses);
  Result<void> remove(const AddressLists& addresses);
  Result<void> clear();
  // Where VXLAN to this host ends; none: VXLAN is the kernel's.
  Result<void> set_tunnel_endpoint(const std::optional<Ipv4>& address) {
    return ipv4_->set_tunnel_endpoint(address);
  }
  Result<void> set_tunnel_endpoint(const std::optional<Ipv6>& address) {
    return ipv6_->set_tunnel_endpoint(address);
  }

  const std::string& interface() const noexcept { return lease_.interface(); }
  AttachMode mode() const noexcept { return mode_; }
  std::uint32_t program_id() const noexcept { return info_.id; }
  const std::string& tag() const noexcept { return info_.tag; }
  bool has_removed_leftover() const noexcept { return lease_.has_removed_leftover(); }
  Result<FilterStatus> status() const;
  bool is_attached() const { return attached_id() == info_.id; }
  // For what inserts sockets (rx queue -> descriptor) or runs the program by itself.
  int sockets_map() const noexcept { return sockets_.get(); }
  int program() const noexcept { return program_.get(); }

 private:
  explicit UplinkFilter(UplinkLease lease) : lease_(std::move(lease)) {}
  Result<void> load(const std::string& object);
  Result<void> attach_in(const std::optional<AttachMode>& mode);
  Result<void> find_program();
  Result<void> find_maps();
  Result<void> install_sets(const FilterCapacities& capacities);
  // The id of the program that the interface has now, in the mode of ours; 0: none.
  std::uint32_t attached_id() const;
  Result<VerdictCounts> counts() const;

  UplinkLease lease_;
  Descriptor program_, sockets_, ipv4_sets_, ipv6_sets_, counts_;
  ProgramInfo info_;
  AttachMode mode_ = AttachMode::kNative;
  std::optional<AddressSet<Ipv4>> ipv4_;
  std::optional<AddressSet<Ipv6>> ipv6_;
};

}  // namespace vipswitch::xdp
