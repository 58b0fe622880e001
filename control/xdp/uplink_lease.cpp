#include "control/xdp/uplink_lease.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/if_link.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "control/text/make_error.h"
#include "xdp/uplink_contract.h"

namespace vipswitch::xdp {
namespace {

// The smallest program needs the rights that ours needs.
Result<void> check_rights(const std::string& interface) {
  constexpr bpf_insn kPass[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  const Descriptor program(
      bpf_prog_load(BPF_PROG_TYPE_XDP, "vsw_rights", "GPL", kPass, std::size(kPass), nullptr));
  if (program.is_open()) return {};
  if (errno == EPERM) {
    return make_error(ErrorCode::device,
                      "uplink {}: no right to load XDP programs, expected CAP_BPF, CAP_NET_ADMIN and "
                      "CAP_NET_RAW, and bpf(2) in the service's SystemCallFilter",
                      interface);
  }
  return make_error(ErrorCode::device, "uplink {}: bpf(2): {}, expected a kernel with CONFIG_BPF_SYSCALL",
                    interface, std::strerror(errno));
}

Result<void> check_sockets(const std::string& interface) {
  const Descriptor socket_fd(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (socket_fd.is_open()) return {};
  if (errno == EPERM) {
    return make_error(ErrorCode::device, "uplink {}: no right to open AF_XDP sockets, expected CAP_NET_RAW",
                      interface);
  }
  return make_error(ErrorCode::device,
                    "uplink {}: AF_XDP: {}, expected a kernel with CONFIG_XDP_SOCKETS, and AF_XDP in the "
                    "service's RestrictAddressFamilies",
                    interface, std::strerror(errno));
}

Error foreign(const std::string& interface, std::uint32_t id, const std::string& name) {
  return make_error(ErrorCode::device,
                    "uplink {}: has the XDP program {} (id {}), which is not the switch's, expected none; "
                    "whoever loaded it can remove it: ip link set dev {} xdp off",
                    interface, name.empty() ? "without a name" : name, id, interface);
}

}  // namespace

Result<UplinkLease> UplinkLease::take(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) {
    return make_error(ErrorCode::device,
                      "uplink {}: no such interface, expected one of this network namespace", interface);
  }
  UplinkLease lease(interface, index);
  for (const auto& check : {check_rights(interface), check_sockets(interface)}) {
    if (!check) return check.error();
  }
  if (auto locked = lease.lock(); !locked) return locked.error();
  if (auto removed = lease.remove_leftover(); !removed) return removed.error();
  return lease;
}

Result<void> UplinkLease::lock() {
  union {
    sockaddr_un path;
    sockaddr any;
  } address{};
  address.path.sun_family = AF_UNIX;
  // A name that begins with zero is no file's (unix(7), "abstract").
  const std::string name = fmt::format("vipswitch-uplink-{}", index_);
  std::memcpy(address.path.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  lock_ = Descriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (lock_.is_open() && bind(lock_.get(), &address.any, size) == 0) return {};
  if (errno == EADDRINUSE) {
    return make_error(ErrorCode::device,
                      "uplink {}: is the uplink of another switch that runs, which holds the abstract socket "
                      "@{}, expected an interface that no switch has",
                      interface_, name);
  }
  return make_error(ErrorCode::device, "uplink {}: cannot bind the abstract socket @{}: {}", interface_, name,
                    std::strerror(errno));
}

Result<void> UplinkLease::remove_leftover() {
  bpf_xdp_query_opts found{};
  found.sz = sizeof found;
  const auto index = static_cast<int>(index_);
  if (bpf_xdp_query(index, 0, &found) != 0) {
    return make_error(ErrorCode::device, "uplink {}: cannot ask for its XDP program: {}", interface_,
                      std::strerror(errno));
  }
  if (found.attach_mode == XDP_ATTACHED_NONE) return {};
  if (found.attach_mode == XDP_ATTACHED_MULTI || found.hw_prog_id != 0) {
    return make_error(ErrorCode::device,
                      "uplink {}: has XDP programs in several modes, or in hardware, expected none",
                      interface_);
  }
  const Descriptor program = find_any(ObjectKind::kProgram, found.prog_id);
  if (!program.is_open() && errno == EPERM) {
    return make_error(
        ErrorCode::device,
        "uplink {}: has an XDP program (id {}); whose it is can only be seen with CAP_SYS_ADMIN; "
        "if a switch was killed that had this uplink: ip link set dev {} xdp off",
        interface_, found.prog_id, interface_);
  }
  if (!program.is_open()) return {};  // gone meanwhile
  const auto info = program_info(program.get());
  if (!info || info->name != UPLINK_PROGRAM_NAME) {
    return foreign(interface_, found.prog_id, info ? info->name : "");
  }

  bpf_xdp_attach_opts options{};
  options.sz = sizeof options;
  options.old_prog_fd = program.get();  // if another one has come meanwhile, that one stays
  const std::uint32_t mode = found.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
  if (bpf_xdp_detach(index, mode | XDP_FLAGS_REPLACE, &options) != 0) {
    return make_error(ErrorCode::device, "uplink {}: cannot remove the leftover XDP program (id {}): {}",
                      interface_, found.prog_id, std::strerror(errno));
  }
  has_removed_leftover_ = true;
  return {};
}

}  // namespace vipswitch::xdp
