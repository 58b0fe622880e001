#pragma once

// The tables of a switch of any size, put in by hand: no device stands behind the ports unless attach() puts
// one there, so there may be more of them than DPDK has devices for, and each may own more HAVIPs than
// control would bind to it: kMaxPortHavips of them are then addresses that it may send from, which what comes
// from the internet does not ask. Every port has an address of its own too; each HAVIP has an EIP. VPCs are
// alike, with the same inner addresses; their ports are of two subnets in turn.
//
// Where HAVIPs have several members, these are neighbours: so many ports that follow one another, of one
// subnet, are bound to each other's HAVIPs. Each HAVIP has a VRRP group of its own then, and nobody owns it
// before an advert comes.

#include <cstdint>
#include <memory>
#include <type_traits>
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
    unsigned havips_of_port;  // with several members: times these at most kMaxPortHavips
    unsigned vpcs = 1;        // divides the ports
    unsigned members = 1;     // of a HAVIP; divides the ports of a VPC
    unsigned workers = 1;
    unsigned mbufs = 0;  // of each worker; 0: as many as a switch has unless told

    unsigned eips() const noexcept { return ports * havips_of_port; }
    unsigned ports_of_vpc() const noexcept { return ports / vpcs; }
    unsigned havips_of_vpc() const noexcept { return ports_of_vpc() * havips_of_port; }
  };
  // So many EIPs on `ports` ports, and some more for equal shares.
  static Size with_eips(unsigned eips, unsigned ports) noexcept {
    return {.ports = ports, .havips_of_port = (eips + ports - 1) / ports};
  }
  // On as few ports as control would bind them to.
  static Size with_bound_eips(unsigned eips) noexcept {
    constexpr unsigned kOfPort = kMaxPortHavips;
    return with_eips(eips, (eips + kOfPort - 1) / kOfPort);
  }

  explicit VpcWorld(Size size);
  ~VpcWorld();
  VpcWorld(const VpcWorld&) = delete;
  VpcWorld& operator=(const VpcWorld&) = delete;

  const Size& size() const noexcept { return size_; }
  WorkerState& worker(unsigned index = 0) noexcept { return host_->workers()[index]->state(); }
  // What sends to the port reaches the device's first queue.
  void attach(PortId port, std::uint16_t device) noexcept;
  Worker& polling_worker() noexcept { return *host_->workers().front(); }
  const PortRow& uplink() const noexcept { return *port_rows_.back(); }
  const PortRow& port(unsigned index) const noexcept { return *port_rows_[index]; }
  const PortRow& port_of(unsigned eip) const noexcept { return member_of(eip, 0); }
  // Which of the ports that are bound to the HAVIP behind an EIP; 0 is its owner.
  const PortRow& member_of(unsigned eip, unsigned which) const noexcept;
  OwnerWord owner_of(unsigned eip) const noexcept { return host_->tables().havips.owner_word(HavipId(eip)); }
  // What the workers have told control since the last call: how many events.
  unsigned take_events() noexcept;

  // 60-byte UDP frames (80 over IPv6): from the internet to an EIP, from its owner to the internet, and from
  // one port's own address to another's, by its MAC in the same subnet and through the gateway in the other.
  testing::Frame from_internet(unsigned eip) const;
  testing::Frame to_internet(unsigned eip) const;
  testing::Frame between_ports(unsigned from, unsigned to) const;
  // Of a member to its HAVIP's group, which is the HAVIP's alone.
  testing::Frame advert(unsigned eip, unsigned member,
                        std::uint8_t priority) const requires std::is_same_v<Address, Ipv4>;

 private:
  Address port_address(unsigned port) const noexcept;
  Address havip_address(unsigned eip) const noexcept;
  unsigned first_member(unsigned port) const noexcept { return port / size_.members * size_.members; }

  void add_vpc(VpcId id);
  void add_uplink(PortId id);
  void add_port(PortId id);
  void add_source(PortRow& row, unsigned eip);
  void add_eip(const PortRow& owner, unsigned eip);
  void add_havip(HavipId id, const PortRow& owner);
  void add_lanes(PortId id);
  AddressTables<Address>& address_tables() noexcept;

  Size size_;
  std::unique_ptr<DataplaneHost> host_;
  std::vector<VpcRow> vpcs_;
  std::vector<SubnetRow> subnets_;
  std::vector<std::unique_ptr<HavipGroups>> groups_;   // by SubnetId, if HAVIPs have several members
  std::vector<std::unique_ptr<SpokenGroups>> spoken_;  // by PortId, likewise
  UplinkRow uplink_;
  std::vector<std::unique_ptr<PortRow>> port_rows_;  // by PortId; the uplink's last
  std::vector<std::unique_ptr<HavipRow>> havip_rows_;
  std::vector<std::unique_ptr<PortLane>> lanes_;
};

extern template class VpcWorld<Ipv4>;
extern template class VpcWorld<Ipv6>;

}  // namespace vipswitch::bench
