#include "control/capture/capture_reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <pcap/pcap.h>
#include <string_view>

#include "control/capture/pcapng_reader.h"
#include "control/text/make_error.h"

namespace vipswitch {
namespace {

class PcapReader final : public CaptureReader {
 public:
  using File = std::unique_ptr<pcap_t, void (*)(pcap_t*)>;

  PcapReader(std::string path, File file) : CaptureReader(std::move(path)), file_(std::move(file)) {}

  Result<void> check() const {
    const int link_type = pcap_datalink(file_.get());
    return link_type == DLT_EN10MB ? Result<void>() : other_link_layer(link_type);
  }

  Result<std::optional<CapturedFrame>> next() override {
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int got = pcap_next_ex(file_.get(), &header, &bytes);
    if (got == PCAP_ERROR_BREAK) return std::optional<CapturedFrame>();
    if (got != 1) {
      // libpcap has no code for it.
      const std::string_view reason = pcap_geterr(file_.get());
      if (!reason.starts_with("truncated dump file"))
        return make_error(ErrorCode::io, "{}: frame {}: {}", path(), frames_ + 1, reason);
      set_cut();
      return std::optional<CapturedFrame>();
    }
    CapturedFrame frame;
    frame.number = ++frames_;
    frame.at_unix_ns = std::int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec;  // nanoseconds
    frame.size = header->len;
    frame.bytes.assign(bytes, bytes + header->caplen);
    return std::optional(std::move(frame));
  }

 private:
  File file_;
  std::uint64_t frames_ = 0;
};

Error unreadable(const std::string& path, std::string_view reason) {
  return make_error(ErrorCode::io, "{}: no capture file can be read: {}", path, reason);
}

}  // namespace

Result<std::unique_ptr<CaptureReader>> CaptureReader::open(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(path, std::strerror(errno));
  std::array<char, PcapngReader::kMagic.size()> magic{};
  file.read(magic.data(), magic.size());
  if (file && magic == PcapngReader::kMagic) {
    file.seekg(0);
    return std::unique_ptr<CaptureReader>(new PcapngReader(path, std::move(file)));
  }
  char reason[PCAP_ERRBUF_SIZE] = {};
  PcapReader::File pcap(
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, reason), pcap_close);
  if (!pcap) return unreadable(path, reason);
  auto reader = std::make_unique<PcapReader>(path, std::move(pcap));
  if (auto checked = reader->check(); !checked) return checked.error();
  return std::unique_ptr<CaptureReader>(std::move(reader));
}

Error CaptureReader::other_link_layer(int link_type) const {
  const char* name = pcap_datalink_val_to_name(link_type);
  return make_error(ErrorCode::invalid_argument, "{}: captured on another link layer ({}), expected Ethernet",
                    path_, name != nullptr ? name : fmt::to_string(link_type));
}

}  // namespace vipswitch
