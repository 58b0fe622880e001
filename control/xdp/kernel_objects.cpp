#include "control/xdp/kernel_objects.h"

#include <algorithm>
#include <bit>
#include <bpf/bpf.h>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>

namespace vipswitch::xdp {
namespace {

namespace fs = std::filesystem;

template <std::size_t N>
std::string name_of(const char (&name)[N]) {
  return {name, strnlen(name, N)};
}

std::optional<std::uint32_t> id_of(ObjectKind kind, int fd) {
  if (kind == ObjectKind::kMap) {
    const auto map = map_info(fd);
    return map ? std::optional(map->id) : std::nullopt;
  }
  const auto program = program_info(fd);
  return program ? std::optional(program->id) : std::nullopt;
}

}  // namespace

void Descriptor::reset() noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::optional<ProgramInfo> program_info(int fd) {
  // The program may use more maps than fit: the kernel says how many there are, and writes those that fit.
  std::vector<std::uint32_t> maps(64);
  bpf_prog_info info{};
  info.nr_map_ids = static_cast<std::uint32_t>(maps.size());
  info.map_ids = std::bit_cast<std::uintptr_t>(maps.data());
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) return std::nullopt;
  maps.resize(std::min<std::size_t>(maps.size(), info.nr_map_ids));
  ProgramInfo program{info.id, name_of(info.name), {}, std::move(maps)};
  for (const unsigned byte : info.tag) program.tag += fmt::format("{:02x}", byte);
  return program;
}

std::optional<MapInfo> map_info(int fd) {
  bpf_map_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) return std::nullopt;
  return MapInfo{info.id, name_of(info.name), info.type, info.key_size, info.value_size, info.max_entries};
}

Descriptor find_own(ObjectKind kind, std::uint32_t id) {
  const std::string_view link = kind == ObjectKind::kMap ? "anon_inode:bpf-map" : "anon_inode:bpf-prog";
  std::error_code error;
  for (fs::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(it->path(), gone) != link) continue;
    const std::string number = it->path().filename();
    int fd = -1;
    std::from_chars(number.data(), number.data() + number.size(), fd);
    if (id_of(kind, fd) == id) return Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  }
  return {};
}

Descriptor find_any(ObjectKind kind, std::uint32_t id) {
  return Descriptor(kind == ObjectKind::kMap ? bpf_map_get_fd_by_id(id) : bpf_prog_get_fd_by_id(id));
}

}  // namespace vipswitch::xdp
