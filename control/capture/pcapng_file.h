#pragma once

// A capture file in pcapng (draft-ietf-opsawg-pcapng), little-endian, nanoseconds: one interface a port, made
// when its first packet comes. A packet has its direction (epb_flags) and, if it was dropped, the reason as a
// comment, which Wireshark and tshark show as frame.comment.

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vipswitch/result.h"

namespace vipswitch {

enum class PcapngDirection : std::uint8_t { kUnknown = 0, kInbound = 1, kOutbound = 2 };

// What the comment of a dropped packet begins with; the reason follows.
inline constexpr std::string_view kDroppedComment = "dropped: ";

struct PcapngPacket {
  std::string_view interface;
  std::int64_t at_unix_ns;
  std::uint32_t size;  // of the packet, of which `bytes` are the first
  std::span<const std::uint8_t> bytes;
  PcapngDirection direction;
  std::string_view comment;  // empty: none
};

class PcapngFile {
 public:
  // Makes the file anew, readable by its owner alone. Errors: io.
  static Result<PcapngFile> create(const std::string& path, std::uint32_t snap_bytes);

  // False: it cannot be written; errno says why.
  bool write(const PcapngPacket& packet);
  bool flush();
  std::uint64_t size_bytes() const noexcept { return size_bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  PcapngFile(std::FILE* file, std::uint32_t snap_bytes) : file_(file), snap_bytes_(snap_bytes) {}

  std::uint32_t interface(std::string_view name);
  void begin_block(std::uint32_t type);
  void add(const void* data, std::size_t size);
  template <class T>
  void add_value(T value) {
    add(&value, sizeof value);
  }
  void pad();
  void add_option(std::uint16_t code, const void* data, std::size_t size);
  void end_block();
  bool write_blocks();

  std::unique_ptr<std::FILE, Close> file_;
  std::uint32_t snap_bytes_;
  std::uint64_t size_bytes_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> interfaces_;
  std::vector<std::uint8_t> block_;  // being made; several behind one another
  std::size_t block_begin_ = 0;
};

}  // namespace vipswitch
