#pragma once

// The reader of pcapng behind CaptureReader::open(): libpcap reads the format too, but tells neither
// interface nor direction nor comment.

#include <array>
#include <fstream>
#include <string_view>
#include <vector>

#include "control/capture/capture_reader.h"

namespace vipswitch {

class PcapngReader final : public CaptureReader {
 public:
  // What every file begins with, in either byte order.
  static constexpr std::array<char, 4> kMagic{'\n', '\r', '\r', '\n'};

  // `file` stands at the beginning.
  PcapngReader(std::string path, std::ifstream file)
      : CaptureReader(std::move(path)), file_(std::move(file)) {}

  Result<std::optional<CapturedFrame>> next() override;

 private:
  struct Interface {
    std::string name;
    int link_type = 0;
    std::uint8_t resolution = 6;  // of times: 10^-N seconds, with the upper bit 2^-N
    std::uint64_t offset_s = 0;   // to be added to them, modulo 2^64
  };
  enum class Block { kRead, kEnd };

  Result<Block> read_block();
  Result<void> add_interface();
  Result<CapturedFrame> packet();
  Error damaged(std::string_view what) const;

  std::uint16_t u16(std::size_t offset) const;
  std::uint32_t u32(std::size_t offset) const;
  std::uint64_t u64(std::size_t offset) const;
  // Calls visit(code, offset, size) for each option of the block from `offset` on.
  template <class Visit>
  void for_each_option(std::size_t offset, Visit&& visit) const;

  std::ifstream file_;
  bool is_swapped_ = false;
  std::uint64_t frames_ = 0;
  std::vector<Interface> interfaces_;  // of the section
  std::string block_;                  // the one being read, with its header and trailer
};

}  // namespace vipswitch
