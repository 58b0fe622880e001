#pragma once

// The tables of a switch with one VPC of any size, put in by hand: no device stands behind the ports, so
// there may be more of them than DPDK has devices for. Every port has an address of its own and owns some
// HAVIPs, each of which has an EIP. Ports are of two subnets in turn.

#include <cstdint>
#include <memory>
#include <vector>

#include "control/runtime/dataplane_host.h"
#include "tests/support/frame.h"

namespace vipswitch::bench {

// Address is Ipv4 or Ipv6.
template <class Address>
class VpcWorld {
 public:
  struct Size {
    unsigned ports;
    unsigned havips_of_port;  // at most kMaxPortHavips
    unsigned eips() const noexcept { return ports * havips_of_port; }
  };
  // So many EIPs on as few ports as they fit on.
  static Size with_eips(unsigned eips) noexcept {
    constexpr unsigned kOfPort = kMaxPortHavips;
    return {(eips + kOfPort - 1) / kOfPort, kOfPort};
  }

  explicit VpcWorld(Size size);
  ~VpcWorld();
  VpcWorld(const VpcWorld&) = delete;
  VpcWorld& operator=(const VpcWorld&) = delete;

  const Size& size() const noexcept { return size_; }
  WorkerState& worker() noexcept { return host_->workers().front()->state(); }
  const PortRow& uplink() const noexcept { return *port_rows_.back(); }
  const PortRow& port(unsigned index) const noexcept { return *port_rows_[index]; }
  const PortRow& port_of(unsigned eip) const noexcept { return port(eip / size_.havips_of_port); }

  // 60-byte UDP frames (80 over IPv6): from the internet to an EIP, from its owner to the internet, and from
  // one port's own address to another's, by its MAC in the same subnet and through the gateway in the other.
  testing::Frame from_internet(unsigned eip) const;
  testing::Frame to_internet(unsigned eip) const;
  testing::Frame between_ports(unsigned from, unsigned to) const;

 private:
  void add_uplink(PortId id);
  void add_port(PortId id);
  void add_eip(PortRow& owner, unsigned eip);
  void add_havip(HavipId id, const PortRow& owner);
  void add_lane(PortId id);
  AddressTables<Address>& address_tables() noexcept;

  Size size_;
  std::unique_ptr<DataplaneHost> host_;
  VpcRow vpc_;
  std::vector<SubnetRow> subnets_;
  UplinkRow uplink_;
  std::vector<std::unique_ptr<PortRow>> port_rows_;  // by PortId; the uplink's last
  std::vector<std::unique_ptr<HavipRow>> havip_rows_;
  std::vector<std::unique_ptr<PortLane>> lanes_;
};

extern template class VpcWorld<Ipv4>;
extern template class VpcWorld<Ipv6>;

}  // namespace vipswitch::bench
