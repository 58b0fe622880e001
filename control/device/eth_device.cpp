#include "control/device/eth_device.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <net/if.h>
#include <optional>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "control/device/kernel_interface.h"

namespace vipswitch {
namespace {

constexpr std::uint16_t kRxDescriptors = 1024, kTxDescriptors = 1024;

Error device_error(const std::string& devargs, std::string_view what) {
  return {ErrorCode::device, fmt::format("device \"{}\": {}", devargs, what)};
}

std::string reason(int error) {
  return std::strerror(error < 0 ? -error : error);
}

// "net_tap0,iface=dtap0" -> "net_tap0"; "0000:03:00.0" stays.
std::string device_name(const std::string& devargs) {
  return devargs.substr(0, devargs.find(','));
}

std::optional<std::uint16_t> find_device(const std::string& name) {
  std::uint16_t id = 0;
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) != 0) return std::nullopt;
  return id;
}

// False if somebody has the device: another port of the switch, or a driver that stands on top of it.
bool take_ownership(std::uint16_t id) {
  rte_eth_dev_owner owner{RTE_ETH_DEV_NO_OWNER, "vipswitch"};
  return rte_eth_dev_owner_new(&owner.id) == 0 && rte_eth_dev_owner_set(id, &owner) == 0;
}

// What was attached and turned out to be of another kind.
void detach(const std::string& devargs) {
  rte_devargs parsed{};
  if (rte_devargs_parse(&parsed, devargs.c_str()) != 0) return;
  rte_eal_hotplug_remove(rte_bus_name(parsed.bus), parsed.name);
  rte_devargs_reset(&parsed);
}

// The kernel interface that device arguments name must exist for the drivers that attach to one; they only
// log what they miss.
std::optional<std::string> missing_interface(const std::string& devargs) {
  const std::string name = device_name(devargs);
  if (!name.starts_with("net_af_packet") && !name.starts_with("net_af_xdp")) return std::nullopt;
  const auto at = devargs.find("iface=");
  if (at == std::string::npos) return "\"iface=\" is missing, expected the name of a kernel interface";
  const auto begin = at + std::strlen("iface=");
  const std::string interface = devargs.substr(begin, devargs.find(',', begin) - begin);
  if (if_nametoindex(interface.c_str()) != 0) return std::nullopt;
  return fmt::format("there is no interface \"{}\" in this network namespace", interface);
}

// net_af_packet (of DPDK 22.11) opens its packet socket for all interfaces before it binds it to one: what
// went over any of them in between would come in at this one. Before any worker polls the device; what its
// own interface received until now goes, too.
void discard_frames_of_others(std::uint16_t id, std::string_view driver, std::uint16_t queues) {
  if (driver != "net_af_packet") return;
  constexpr unsigned kMaxFrames = 65'536;  // more than a queue holds; its own interface may go on filling it
  std::array<rte_mbuf*, 64> packets;
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    for (unsigned discarded = 0; discarded < kMaxFrames;) {
      const auto count = rte_eth_rx_burst(id, queue, packets.data(), packets.size());
      if (count == 0) break;
      rte_pktmbuf_free_bulk(packets.data(), count);
      discarded += count;
    }
  }
}

bool has_owner(std::uint16_t id) {
  rte_eth_dev_owner owner{};
  return rte_eth_dev_owner_get(id, &owner) == 0 && owner.id != RTE_ETH_DEV_NO_OWNER;
}

Error in_use(const std::string& devargs) {
  return device_error(devargs, "is in use already");
}

}  // namespace

Result<void> EthDevice::check(const std::string& devargs, unsigned others) {
  if (const auto found = find_device(device_name(devargs))) {
    return has_owner(*found) ? Result<void>(in_use(devargs)) : Result<void>();
  }
  if (rte_eth_dev_count_total() + others >= RTE_MAX_ETHPORTS) {
    return device_error(devargs,
                        fmt::format("is one too many: this build of DPDK has room for {} devices, ports and "
                                    "uplink together",
                                    RTE_MAX_ETHPORTS));
  }
  if (const auto missing = missing_interface(devargs)) return device_error(devargs, *missing);
  return {};
}

Result<std::unique_ptr<EthDevice>> EthDevice::open(const std::string& devargs, std::uint16_t queues,
                                                   const std::vector<rte_mempool*>& pools) {
  if (auto checked = check(devargs); !checked) return checked.error();
  const std::string name = device_name(devargs);
  auto found = find_device(name);
  if (!found) {
    if (const int status = rte_dev_probe(devargs.c_str()); status != 0) {
      return device_error(devargs, fmt::format("cannot be attached: {}", reason(status)));
    }
    found = find_device(name);
    if (!found) {
      detach(devargs);
      return device_error(devargs, "is no network device");
    }
  }
  if (!take_ownership(*found)) return in_use(devargs);
  std::unique_ptr<EthDevice> device(new EthDevice(*found));
  if (auto started = device->start(devargs, queues, pools); !started) return started.error();
  return device;
}

Result<void> EthDevice::start(const std::string& devargs, std::uint16_t queues,
                              const std::vector<rte_mempool*>& pools) {
  const auto refused = [&](std::string_view step, int status) {
    return device_error(devargs, fmt::format("refuses to {}: {}", step, reason(status)));
  };
  rte_eth_dev_info info{};
  if (const int status = rte_eth_dev_info_get(id_, &info); status != 0)
    return refused("describe itself", status);
  driver_ = info.driver_name;
  queues_ = std::min({std::max<std::uint16_t>(queues, 1), info.max_rx_queues, info.max_tx_queues});
  if (queues_ == 0) return device_error(devargs, "has no rx or no tx queue");

  rte_eth_conf config{};
  if (queues_ > 1 && info.flow_type_rss_offloads != 0) {
    config.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    config.rx_adv_conf.rss_conf.rss_hf =
        info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
  }
  if (const int status = rte_eth_dev_configure(id_, queues_, queues_, &config); status != 0) {
    return refused(fmt::format("be configured with {} queues", queues_), status);
  }
  is_configured_ = true;
  std::uint16_t rx_descriptors = kRxDescriptors, tx_descriptors = kTxDescriptors;
  rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_descriptors, &tx_descriptors);
  for (std::uint16_t queue = 0; queue < queues_; ++queue) {
    rte_mempool* pool = pools[queue % pools.size()];
    if (const int status = rte_eth_rx_queue_setup(id_, queue, rx_descriptors, rte_socket_id(), nullptr, pool);
        status != 0) {
      return refused(fmt::format("set up rx queue {}", queue), status);
    }
    if (const int status = rte_eth_tx_queue_setup(id_, queue, tx_descriptors, rte_socket_id(), nullptr);
        status != 0) {
      return refused(fmt::format("set up tx queue {}", queue), status);
    }
  }
  if (const int status = rte_eth_dev_start(id_); status != 0) return refused("start", status);
  // The port's MAC is the guest's, the uplink's may be any: the device's own filter must not decide. Devices
  // without one (vdevs) refuse, and need it not.
  rte_eth_promiscuous_enable(id_);
  rte_eth_allmulticast_enable(id_);
  if (rte_eth_dev_get_mtu(id_, &mtu_) != 0 || mtu_ == 0) mtu_ = RTE_ETHER_MTU;
  mtu_ = std::min(mtu_, interface_mtu(info.if_index).value_or(mtu_));
  if (is_bond())
    start_bond();
  else
    discard_frames_of_others(id_, driver_, queues_);
  return {};
}

EthDevice::~EthDevice() {
  rte_eth_dev_info info{};
  const bool is_known = rte_eth_dev_info_get(id_, &info) == 0;
  if (is_configured_) rte_eth_dev_stop(id_);
  rte_eth_dev_close(id_);
  if (is_known && info.device != nullptr) rte_dev_remove(info.device);
}

// As long as its members are: none may be longer than the smallest takes.
void EthDevice::start_bond() {
  make_members_promiscuous(id_);
  for (const BondMember& member : members()) {
    rte_eth_dev_info info{};
    if (rte_eth_dev_info_get(member.id, &info) != 0) continue;
    mtu_ = std::min(mtu_, interface_mtu(info.if_index).value_or(mtu_));
    discard_frames_of_others(member.id, info.driver_name, queues_);
  }
}

bool EthDevice::is_link_up() const {
  if (!is_bond()) return vipswitch::is_link_up(id_);
  const auto all = members();
  return std::any_of(all.begin(), all.end(), [](const BondMember& member) { return member.is_up; });
}

std::vector<BondMember> EthDevice::members() const {
  return is_bond() ? bond_members(id_) : std::vector<BondMember>();
}

DeviceLink EthDevice::follow_link() const {
  return is_bond() ? follow_bond(id_) : DeviceLink{is_link_up()};
}

DeviceStats EthDevice::stats() const {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(id_, &stats) != 0) return {};
  return {
      .rx_missed = stats.imissed + stats.rx_nombuf, .rx_errors = stats.ierrors, .tx_errors = stats.oerrors};
}

}  // namespace vipswitch
