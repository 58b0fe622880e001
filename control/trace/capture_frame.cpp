#include "control/trace/capture_frame.h"

#include <memory>
#include <pcap/pcap.h>

#include "control/text/make_error.h"

namespace vipswitch {

Result<FrameBytes> read_capture_frame(const std::string& path, std::uint64_t number) {
  char reason[PCAP_ERRBUF_SIZE] = {};
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> file(pcap_open_offline(path.c_str(), reason), pcap_close);
  if (!file) return make_error(ErrorCode::io, "{}: no capture file can be read: {}", path, reason);
  if (pcap_datalink(file.get()) != DLT_EN10MB) {
    return make_error(ErrorCode::invalid_argument,
                      "{}: captured on another link layer ({}), expected Ethernet", path,
                      pcap_datalink_val_to_name(pcap_datalink(file.get())));
  }
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  for (std::uint64_t i = 1;; ++i) {
    const int got = pcap_next_ex(file.get(), &header, &bytes);
    if (got == PCAP_ERROR_BREAK) {
      return make_error(ErrorCode::invalid_argument, "{}: has {} frames, expected at least {}", path, i - 1,
                        number);
    }
    if (got != 1) return make_error(ErrorCode::io, "{}: frame {}: {}", path, i, pcap_geterr(file.get()));
    if (i == number) break;
  }
  if (header->caplen != header->len) {
    return make_error(ErrorCode::invalid_argument, "{}: of the {} bytes of frame {} only {} were captured",
                      path, header->len, number, header->caplen);
  }
  return FrameBytes(bytes, bytes + header->caplen);
}

}  // namespace vipswitch
