#include "control/capture/pcapng_reader.h"

#include <algorithm>
#include <cstring>

#include "control/text/make_error.h"
#include "vipswitch/byte_order.h"

namespace vipswitch {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a, kInterface = 1, kOldPacket = 2, kSimplePacket = 3,
                        kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kOptEnd = 0, kOptComment = 1, kOptInterfaceName = 2, kOptFlags = 2,
                        kOptTimeResolution = 9, kOptTimeOffset = 14;
constexpr int kLinkEthernet = 1;
// Type, length and what follows; the length stands again at the end.
constexpr std::size_t kHeaderBytes = 12, kTrailerBytes = 4, kLargestBlock = 16 << 20;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

constexpr std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

// Wraps round with times that no file can mean.
constexpr std::uint64_t to_ns(std::uint64_t time, std::uint8_t resolution) {
  constexpr unsigned kMost = 63;
  if ((resolution & 0x80) != 0) {
    const unsigned bits = std::min(resolution & 0x7fu, kMost);
    std::uint64_t fraction = time & ((std::uint64_t{1} << bits) - 1);
    // 30 bits of a fraction are as fine as nanoseconds, and the product fits.
    const unsigned kept = std::min(bits, 30u);
    fraction = (fraction >> (bits - kept)) * kNsPerSecond >> kept;
    return (time >> bits) * kNsPerSecond + fraction;
  }
  for (unsigned digits = resolution; digits < 9; ++digits) time *= 10;
  for (unsigned digits = std::min<unsigned>(resolution, 28); digits > 9; --digits) time /= 10;
  return time;
}

}  // namespace

Result<std::optional<CapturedFrame>> PcapngReader::next() {
  while (true) {
    const auto block = read_block();
    if (!block) return block.error();
    if (block.value() == Block::kEnd) return std::optional<CapturedFrame>();
    switch (u32(0)) {
      case kSectionHeader:
        interfaces_.clear();
        break;
      case kInterface:
        if (auto added = add_interface(); !added) return added.error();
        break;
      case kEnhancedPacket:
      case kOldPacket: {
        auto frame = packet();
        if (!frame) return frame.error();
        return std::optional(std::move(frame).value());
      }
      case kSimplePacket:
        return damaged("a simple packet block has no time, expected enhanced ones");
      default:
        break;
    }
  }
}

Result<PcapngReader::Block> PcapngReader::read_block() {
  const auto read = [&](std::size_t size) {
    const std::size_t begin = block_.size();
    block_.resize(begin + size);
    file_.read(block_.data() + begin, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(file_.gcount());
  };
  block_.clear();
  const std::size_t got = read(kHeaderBytes);
  if (got < kHeaderBytes) {
    if (got > 0) set_cut();
    return Block::kEnd;
  }
  if (u32(0) == kSectionHeader) {
    // The same in both byte orders; what follows its length tells which one it is.
    is_swapped_ = false;
    if (u32(8) != kByteOrderMagic) {
      is_swapped_ = true;
      if (u32(8) != kByteOrderMagic) return damaged("a section without its byte order");
    }
  }
  const std::uint32_t size = u32(4);
  if (size < kHeaderBytes || size % 4 != 0 || size > kLargestBlock) {
    return damaged(fmt::format("a block of {} bytes", size));
  }
  if (read(size - kHeaderBytes) == size - kHeaderBytes) return Block::kRead;
  set_cut();
  return Block::kEnd;
}

Result<void> PcapngReader::add_interface() {
  constexpr std::size_t kOptions = 16;
  if (block_.size() < kOptions + kTrailerBytes) return damaged("an interface block that is too short");
  Interface interface;
  interface.link_type = u16(8);
  for_each_option(kOptions, [&](std::uint16_t code, std::size_t at, std::size_t size) {
    if (code == kOptInterfaceName) {
      interface.name = block_.substr(at, size);
    } else if (code == kOptTimeResolution && size == 1) {
      interface.resolution = static_cast<std::uint8_t>(block_[at]);
    } else if (code == kOptTimeOffset && size == 8) {
      interface.offset_s = u64(at);
    }
  });
  interfaces_.push_back(std::move(interface));
  return {};
}

Result<CapturedFrame> PcapngReader::packet() {
  constexpr std::size_t kData = 28;
  if (block_.size() < kData + kTrailerBytes) return damaged("a packet block that is too short");
  const std::uint32_t captured = u32(20);
  if (captured > block_.size() - kData - kTrailerBytes)
    return damaged("a packet that is longer than its block");
  const std::uint32_t number = u32(0) == kOldPacket ? u16(8) : u32(8);
  if (number >= interfaces_.size()) return damaged(fmt::format("no interface {} is described", number));
  const Interface& interface = interfaces_[number];
  if (interface.link_type != kLinkEthernet) return other_link_layer(interface.link_type);
  CapturedFrame frame;
  frame.number = ++frames_;
  const std::uint64_t time = std::uint64_t{u32(12)} << 32 | u32(16);
  frame.at_unix_ns =
      static_cast<std::int64_t>(to_ns(time, interface.resolution) + interface.offset_s * kNsPerSecond);
  frame.size = u32(24);
  const char* data = block_.data() + kData;
  frame.bytes.assign(data, data + captured);
  frame.interface = interface.name;
  for_each_option(kData + padded(captured), [&](std::uint16_t code, std::size_t at, std::size_t size) {
    if (code == kOptComment) {
      frame.comment = block_.substr(at, size);
    } else if (code == kOptFlags && size == 4) {
      frame.direction = static_cast<PcapngDirection>(u32(at) & 3);
    }
  });
  return frame;
}

Error PcapngReader::damaged(std::string_view what) const {
  return make_error(ErrorCode::io, "{}: is damaged behind frame {}: {}", path(), frames_, what);
}

std::uint16_t PcapngReader::u16(std::size_t offset) const {
  std::uint16_t value;
  std::memcpy(&value, block_.data() + offset, sizeof value);
  return is_swapped_ ? swap_bytes(value) : value;
}

std::uint32_t PcapngReader::u32(std::size_t offset) const {
  std::uint32_t value;
  std::memcpy(&value, block_.data() + offset, sizeof value);
  return is_swapped_ ? swap_bytes(value) : value;
}

std::uint64_t PcapngReader::u64(std::size_t offset) const {
  const std::uint64_t first = u32(offset), second = u32(offset + 4);
  return is_swapped_ ? first << 32 | second : second << 32 | first;
}

template <class Visit>
void PcapngReader::for_each_option(std::size_t offset, Visit&& visit) const {
  const std::size_t end = block_.size() - kTrailerBytes;
  while (offset + 4 <= end) {
    const std::uint16_t code = u16(offset), size = u16(offset + 2);
    if (code == kOptEnd || size > end - offset - 4) return;
    visit(code, offset + 4, size);
    offset += 4 + padded(size);
  }
}

}  // namespace vipswitch
