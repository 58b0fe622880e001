#include "control/capture/pcapng_file.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's byte order is the machine's");

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a, kInterface = 1, kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kLinkEthernet = 1;
constexpr std::uint16_t kOptEnd = 0, kOptComment = 1, kOptUserApplication = 4;
constexpr std::uint16_t kOptInterfaceName = 2, kOptTimeResolution = 9, kOptFlags = 2;
constexpr std::uint8_t kNanoseconds = 9;
constexpr std::string_view kApplication = "vipswitch";

}  // namespace

Result<PcapngFile> PcapngFile::create(const std::string& path, std::uint32_t snap_bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  std::FILE* opened = descriptor < 0 ? nullptr : fdopen(descriptor, "wb");
  if (opened == nullptr) {
    const int error = errno;
    if (descriptor >= 0) close(descriptor);
    return make_error(ErrorCode::io, "{}: cannot be written: {}", path, std::strerror(error));
  }
  PcapngFile file(opened, snap_bytes);
  file.begin_block(kSectionHeader);
  file.add_value(kByteOrderMagic);
  file.add_value(std::uint16_t{1});
  file.add_value(std::uint16_t{0});
  file.add_value(std::int64_t{-1});  // the section's length is not told
  file.add_option(kOptUserApplication, kApplication.data(), kApplication.size());
  file.end_block();
  if (!file.write_blocks() || !file.flush())
    return make_error(ErrorCode::io, "{}: cannot be written: {}", path, std::strerror(errno));
  return file;
}

bool PcapngFile::write(const PcapngPacket& packet) {
  const std::uint32_t id = interface(packet.interface);
  const auto at = static_cast<std::uint64_t>(packet.at_unix_ns);
  begin_block(kEnhancedPacket);
  add_value(id);
  add_value(static_cast<std::uint32_t>(at >> 32));
  add_value(static_cast<std::uint32_t>(at));
  add_value(static_cast<std::uint32_t>(packet.bytes.size()));
  add_value(packet.size);
  add(packet.bytes.data(), packet.bytes.size());
  pad();
  if (!packet.comment.empty()) add_option(kOptComment, packet.comment.data(), packet.comment.size());
  const auto flags = static_cast<std::uint32_t>(packet.direction);
  add_option(kOptFlags, &flags, sizeof flags);
  end_block();
  return write_blocks();
}

bool PcapngFile::flush() {
  return std::fflush(file_.get()) == 0;
}

std::uint32_t PcapngFile::interface(std::string_view name) {
  if (const auto found = interfaces_.find(name); found != interfaces_.end()) return found->second;
  const auto id = static_cast<std::uint32_t>(interfaces_.size());
  interfaces_.emplace(name, id);
  begin_block(kInterface);
  add_value(kLinkEthernet);
  add_value(std::uint16_t{0});
  add_value(snap_bytes_);
  add_option(kOptInterfaceName, name.data(), name.size());
  add_option(kOptTimeResolution, &kNanoseconds, sizeof kNanoseconds);
  end_block();
  return id;
}

void PcapngFile::begin_block(std::uint32_t type) {
  block_begin_ = block_.size();
  add_value(type);
  add_value(std::uint32_t{0});  // the length, once it is known
}

void PcapngFile::add(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  block_.insert(block_.end(), bytes, bytes + size);
}

void PcapngFile::pad() {
  block_.resize((block_.size() + 3) & ~std::size_t{3});
}

void PcapngFile::add_option(std::uint16_t code, const void* data, std::size_t size) {
  add_value(code);
  add_value(static_cast<std::uint16_t>(size));
  add(data, size);
  pad();
}

void PcapngFile::end_block() {
  add_value(kOptEnd);
  add_value(std::uint16_t{0});
  const auto size = static_cast<std::uint32_t>(block_.size() - block_begin_ + sizeof(std::uint32_t));
  add_value(size);
  std::memcpy(block_.data() + block_begin_ + sizeof(std::uint32_t), &size, sizeof size);
}

bool PcapngFile::write_blocks() {
  const bool is_written = std::fwrite(block_.data(), 1, block_.size(), file_.get()) == block_.size();
  if (is_written) size_bytes_ += block_.size();
  block_.clear();
  return is_written;
}

}  // namespace vipswitch
