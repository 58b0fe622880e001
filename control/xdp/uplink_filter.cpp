#include "control/xdp/uplink_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/if_link.h>
#include <vector>

#include "control/text/make_error.h"
#include "uplink_filter_path.h"

namespace vipswitch::xdp {
namespace {

constexpr std::uint32_t flags_of(AttachMode mode) noexcept {
  return mode == AttachMode::kGeneric ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
}

bpf_xdp_query_opts query(unsigned index) {
  bpf_xdp_query_opts found{};
  found.sz = sizeof found;
  if (bpf_xdp_query(static_cast<int>(index), 0, &found) != 0) found.attach_mode = XDP_ATTACHED_NONE;
  return found;
}

// What libbpf would write to standard error beside the error that is returned.
class QuietLibbpf {
 public:
  QuietLibbpf() : before_(libbpf_set_print(nullptr)) {}
  ~QuietLibbpf() { libbpf_set_print(before_); }
  QuietLibbpf(const QuietLibbpf&) = delete;
  QuietLibbpf& operator=(const QuietLibbpf&) = delete;

 private:
  libbpf_print_fn_t before_;
};

struct CloseObject {
  void operator()(bpf_object* object) const noexcept { bpf_object__close(object); }
};

int duplicate(int fd) {
  return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

}  // namespace

const std::array<VerdictName, UPLINK_VERDICT_COUNT> kVerdicts = {{
#define SWITCH VerdictSide::kSwitch
#define KERNEL VerdictSide::kKernel
#define VERDICT_NAME(name, side, help) {#name, side, help},
    UPLINK_VERDICTS(VERDICT_NAME)
#undef VERDICT_NAME
#undef KERNEL
#undef SWITCH
}};

std::string uplink_filter_object() {
  // Where the switch is run from its build directory: build/control/vipswitch.
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto built = program.parent_path().parent_path() / "xdp" / "uplink_filter.bpf.o";
  return !error && std::filesystem::exists(built, error) ? built.string() : kUplinkFilterPath;
}

Result<std::unique_ptr<UplinkFilter>> UplinkFilter::adopt(UplinkLease lease,
                                                          const FilterCapacities& capacities) {
  std::unique_ptr<UplinkFilter> filter(new UplinkFilter(std::move(lease)));
  if (auto found = filter->find_program(); !found) return found.error();
  if (auto found = filter->find_maps(); !found) return found.error();
  if (auto installed = filter->install_sets(capacities); !installed) return installed.error();
  return filter;
}

Result<std::unique_ptr<UplinkFilter>> UplinkFilter::attach(UplinkLease lease, const std::string& object,
                                                           const std::optional<AttachMode>& mode,
                                                           const FilterCapacities& capacities) {
  std::unique_ptr<UplinkFilter> filter(new UplinkFilter(std::move(lease)));
  if (auto loaded = filter->load(object); !loaded) return loaded.error();
  if (auto installed = filter->install_sets(capacities); !installed) return installed.error();
  if (auto attached = filter->attach_in(mode); !attached) return attached.error();
  return filter;
}

UplinkFilter::~UplinkFilter() {
  if (!program_.is_open() || attached_id() != info_.id) return;
  bpf_xdp_attach_opts options{};
  options.sz = sizeof options;
  options.old_prog_fd = program_.get();  // whatever has come in its place since stays
  bpf_xdp_detach(static_cast<int>(lease_.index()), flags_of(mode_) | XDP_FLAGS_REPLACE, &options);
}

Result<void> UplinkFilter::load(const std::string& path) {
  const QuietLibbpf quiet;
  const std::unique_ptr<bpf_object, CloseObject> object(bpf_object__open_file(path.c_str(), nullptr));
  if (!object) {
    return make_error(ErrorCode::device, "uplink {}: cannot read the XDP program {}: {}", interface(), path,
                      std::strerror(errno));
  }
  if (bpf_object__load(object.get()) != 0) {
    return make_error(ErrorCode::device,
                      "uplink {}: the kernel refused the XDP program {}: {}, expected Linux 5.18 or later",
                      interface(), path, std::strerror(errno));
  }
  const auto* program = bpf_object__find_program_by_name(object.get(), UPLINK_PROGRAM_NAME);
  if (program == nullptr) {
    return make_error(ErrorCode::device, "uplink {}: no program {} in {}, expected the switch's own",
                      interface(), UPLINK_PROGRAM_NAME, path);
  }
  program_ = Descriptor(duplicate(bpf_program__fd(program)));
  if (const auto info = program_info(program_.get())) info_ = *info;
  // While the object is open its maps are descriptors of this process.
  return find_maps();
}

Result<void> UplinkFilter::attach_in(const std::optional<AttachMode>& mode) {
  const QuietLibbpf quiet;
  const auto index = static_cast<int>(lease_.index());
  int number = 0;
  for (const AttachMode tried : {AttachMode::kNative, AttachMode::kGeneric}) {
    if (mode && *mode != tried) continue;
    mode_ = tried;
    const auto flags = flags_of(tried) | XDP_FLAGS_UPDATE_IF_NOEXIST;
    if (bpf_xdp_attach(index, program_.get(), flags, nullptr) == 0) return {};
    number = errno;
    // What a driver says that has no XDP, or none at this MTU or number of queues.
    const bool can_not = number == EOPNOTSUPP || number == EINVAL || number == ERANGE;
    if (!can_not) break;
  }
  return make_error(ErrorCode::device, "uplink {}: cannot attach the XDP program in {} mode: {}", interface(),
                    mode_ == AttachMode::kNative ? "native" : "generic", std::strerror(number));
}

Result<void> UplinkFilter::find_program() {
  const auto found = query(lease_.index());
  if (found.attach_mode == XDP_ATTACHED_NONE) {
    return make_error(ErrorCode::device,
                      "uplink {}: has no XDP program, expected {}, which net_af_xdp loads with xdp_prog={}",
                      interface(), UPLINK_PROGRAM_NAME, uplink_filter_object());
  }
  mode_ = found.attach_mode == XDP_ATTACHED_SKB ? AttachMode::kGeneric : AttachMode::kNative;
  Descriptor program = find_own(ObjectKind::kProgram, found.prog_id);
  const auto info = program.is_open() ? program_info(program.get()) : std::nullopt;
  if (!info || info->name != UPLINK_PROGRAM_NAME) {
    return make_error(ErrorCode::device,
                      "uplink {}: its XDP program (id {}{}) is not {} of this process, expected "
                      "xdp_prog={} in its device arguments",
                      interface(), found.prog_id, info ? ", " + info->name : "", UPLINK_PROGRAM_NAME,
                      uplink_filter_object());
  }
  info_ = *info;
  program_ = std::move(program);
  return {};
}

Result<void> UplinkFilter::find_maps() {
  struct Wanted {
    const char* name;
    std::uint32_t type, key_bytes, value_bytes;
    Descriptor& found;
  };
  const Wanted wanted[] = {
      {UPLINK_SOCKETS_NAME, BPF_MAP_TYPE_XSKMAP, 4, 4, sockets_},
      {UPLINK_IPV4_NAME, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, ipv4_sets_},
      {UPLINK_IPV6_NAME, BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, ipv6_sets_},
      {UPLINK_COUNTS_NAME, BPF_MAP_TYPE_PERCPU_ARRAY, 4, sizeof(uplink_count), counts_},
  };
  for (const std::uint32_t id : info_.maps) {
    Descriptor map = find_own(ObjectKind::kMap, id);
    const auto info = map.is_open() ? map_info(map.get()) : std::nullopt;
    for (const auto& one : wanted) {
      if (info && info->name == one.name && info->type == one.type && info->key_bytes == one.key_bytes &&
          info->value_bytes == one.value_bytes) {
        one.found = std::move(map);
        break;
      }
    }
  }
  for (const auto& one : wanted) {
    if (one.found.is_open()) continue;
    return make_error(ErrorCode::device,
                      "uplink {}: its XDP program (id {}, tag {}) has no map {} as this version knows it, "
                      "expected the program of {}",
                      interface(), info_.id, info_.tag, one.name, uplink_filter_object());
  }
  return {};
}

Result<void> UplinkFilter::install_sets(const FilterCapacities& capacities) {
  auto ipv4 = AddressSet<Ipv4>::install(ipv4_sets_.get(), capacities.ipv4);
  if (!ipv4) return ipv4.error();
  auto ipv6 = AddressSet<Ipv6>::install(ipv6_sets_.get(), capacities.ipv6);
  if (!ipv6) return ipv6.error();
  ipv4_ = std::move(ipv4).value();
  ipv6_ = std::move(ipv6).value();
  return {};
}

void AddressLists::add(const IpAddress& address) {
  if (const auto* address6 = std::get_if<Ipv6>(&address)) {
    ipv6.push_back(*address6);
  } else {
    ipv4.push_back(std::get<Ipv4>(address));
  }
}

Result<void> UplinkFilter::add(const AddressLists& addresses) {
  std::vector<Ipv4> fresh;
  for (const Ipv4 address : addresses.ipv4) {
    if (!ipv4_->holds(address)) fresh.push_back(address);
  }
  if (auto added = ipv4_->add(fresh); !added) return added;
  auto added = ipv6_->add(addresses.ipv6);
  if (!added) (void)ipv4_->remove(fresh).ok();
  return added;
}

Result<void> UplinkFilter::remove(const AddressLists& addresses) {
  const auto removed = ipv4_->remove(addresses.ipv4);
  const auto removed6 = ipv6_->remove(addresses.ipv6);
  return removed ? removed6 : removed;
}

Result<void> UplinkFilter::clear() {
  if (auto cleared = ipv4_->clear(); !cleared) return cleared;
  return ipv6_->clear();
}

std::uint32_t UplinkFilter::attached_id() const {
  const auto found = query(lease_.index());
  return mode_ == AttachMode::kGeneric ? found.skb_prog_id : found.drv_prog_id;
}

Result<VerdictCounts> UplinkFilter::counts() const {
  const int cpus = libbpf_num_possible_cpus();
  std::vector<uplink_count> of_cpus(cpus > 0 ? static_cast<std::size_t>(cpus) : 0);
  VerdictCounts counts;
  for (std::uint32_t verdict = 0; verdict < counts.size(); ++verdict) {
    if (of_cpus.empty() || bpf_map_lookup_elem(counts_.get(), &verdict, of_cpus.data()) != 0) {
      return make_error(ErrorCode::io, "uplink {}: cannot read the counters of its XDP program: {}",
                        interface(), std::strerror(errno));
    }
    for (const auto& one : of_cpus) {
      counts[verdict].frames += one.frames;
      counts[verdict].without_socket += one.without_socket;
    }
  }
  return counts;
}

Result<FilterStatus> UplinkFilter::status() const {
  auto read = counts();
  if (!read) return read.error();
  return FilterStatus{.interface = interface(),
                      .is_attached = is_attached(),
                      .mode = mode_,
                      .program_id = info_.id,
                      .tag = info_.tag,
                      .counts = read.value(),
                      .ipv4 = {ipv4_->size(), ipv4_->capacity()},
                      .ipv6 = {ipv6_->size(), ipv6_->capacity()}};
}

}  // namespace vipswitch::xdp
