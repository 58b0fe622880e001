#pragma once

// Programs and maps of the kernel (bpf(2)) as this process holds them: by file descriptors. All calls are
// made on the control thread.
//
// Finding an object by its id takes CAP_SYS_ADMIN, which a switch need not have; but what DPDK has loaded is
// open in this very process, and is found among its own descriptors.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vipswitch::xdp {

// Owns a descriptor; -1: none.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  bool is_open() const noexcept { return fd_ >= 0; }
  int get() const noexcept { return fd_; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

enum class ObjectKind { kProgram, kMap };

struct ProgramInfo {
  std::uint32_t id = 0;
  std::string name;  // as far as the kernel keeps it: 15 characters
  std::string tag;   // of its instructions, in hexadecimal, as bpftool shows it
  std::vector<std::uint32_t> maps;
};

struct MapInfo {
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t type = 0, key_bytes = 0, value_bytes = 0, max_entries = 0;
};

std::optional<ProgramInfo> program_info(int fd);
std::optional<MapInfo> map_info(int fd);

// A duplicate of the descriptor by which this process holds the object; not open if it holds none.
Descriptor find_own(ObjectKind kind, std::uint32_t id);
// Not open if there is none, or, with EPERM in errno, if this process may not ask.
Descriptor find_any(ObjectKind kind, std::uint32_t id);

}  // namespace vipswitch::xdp
