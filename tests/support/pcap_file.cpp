#include "tests/support/pcap_file.h"

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "vipswitch/byte_order.h"

namespace vipswitch::testing {
namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xa1b2c3d4, kMagicNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kLinkTypeEthernet = 1;
constexpr std::uint32_t kMaxPacketSize = 262'144;

// The file in the byte order of the machine that wrote it.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) fail("cannot be opened");
    const std::optional<std::uint32_t> magic = next_u32();
    if (!magic) fail("is empty");
    swapped_ = *magic != kMagicMicroseconds && *magic != kMagicNanoseconds;
    const std::uint32_t kind = swapped_ ? swap_bytes(*magic) : *magic;
    if (kind != kMagicMicroseconds && kind != kMagicNanoseconds) fail("is no pcap file");
    nanoseconds_ = kind == kMagicNanoseconds;
    for (int word = 0; word < 4; ++word) u32();  // version, time zone, accuracy, snapshot length
    if ((u32() & 0xffff) != kLinkTypeEthernet) fail("does not hold Ethernet frames");
  }

  std::optional<CapturedPacket> next() {
    const std::optional<std::uint32_t> seconds = next_u32();
    if (!seconds) return std::nullopt;
    const std::uint32_t fraction = u32();
    const std::uint32_t size = u32();
    u32();  // length on the wire
    if (size > kMaxPacketSize) fail("holds a packet of impossible length");
    Frame frame(size);
    file_.read(reinterpret_cast<char*>(frame.data()), size);
    if (!file_) fail("ends inside a packet");
    return CapturedPacket{std::int64_t{*seconds} * 1'000'000 + (nanoseconds_ ? fraction / 1000 : fraction),
                          frame};
  }

 private:
  [[noreturn]] void fail(const char* what) const { throw std::runtime_error(path_.string() + ": " + what); }

  // Nothing at the end of the file.
  std::optional<std::uint32_t> next_u32() {
    std::uint32_t value = 0;
    file_.read(reinterpret_cast<char*>(&value), sizeof value);
    if (file_.gcount() == 0) return std::nullopt;
    if (!file_) fail("ends inside a header");
    return swapped_ ? swap_bytes(value) : value;
  }

  std::uint32_t u32() {
    const std::optional<std::uint32_t> value = next_u32();
    if (!value) fail("ends inside a header");
    return *value;
  }

  std::filesystem::path path_;
  std::ifstream file_;
  bool swapped_ = false;
  bool nanoseconds_ = false;
};

void put(std::ofstream& file, std::uint64_t value, int size_bytes) {
  for (int i = 0; i < size_bytes; ++i) file.put(static_cast<char>(value >> (8 * i)));
}

}  // namespace

std::vector<CapturedPacket> read_pcap(const std::filesystem::path& path) {
  Reader reader(path);
  std::vector<CapturedPacket> packets;
  while (std::optional<CapturedPacket> packet = reader.next()) packets.push_back(std::move(*packet));
  return packets;
}

void write_pcap(const std::filesystem::path& path, const std::vector<CapturedPacket>& packets) {
  constexpr int kVersionMajor = 2, kVersionMinor = 4;
  std::ofstream file(path, std::ios::binary);
  put(file, kMagicMicroseconds, 4);
  put(file, kVersionMajor, 2);
  put(file, kVersionMinor, 2);
  put(file, 0, 8);  // time zone, accuracy
  put(file, kMaxPacketSize, 4);
  put(file, kLinkTypeEthernet, 4);
  for (const CapturedPacket& packet : packets) {
    put(file, static_cast<std::uint64_t>(packet.time_us / 1'000'000), 4);
    put(file, static_cast<std::uint64_t>(packet.time_us % 1'000'000), 4);
    put(file, packet.frame.size(), 4);
    put(file, packet.frame.size(), 4);
    file.write(reinterpret_cast<const char*>(packet.frame.data()),
               static_cast<std::streamsize>(packet.frame.size()));
  }
  if (!file.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace vipswitch::testing
