#pragma once

// A compiled pcap filter expression (pcap-filter(7)): an interpreted program of bounded length, which neither
// blocks nor allocates. Made by control, read by any worker.

#include <pcap/pcap.h>
#include <rte_mbuf.h>
#include <utility>

namespace vipswitch {

class PacketFilter {
 public:
  // Every packet matches.
  PacketFilter() noexcept = default;
  // Takes the program, which is of DLT_EN10MB.
  explicit PacketFilter(const bpf_program& program) noexcept : program_(program) {}
  PacketFilter(PacketFilter&& other) noexcept : program_(std::exchange(other.program_, {})) {}
  PacketFilter& operator=(PacketFilter&& other) noexcept {
    std::swap(program_, other.program_);
    return *this;
  }
  ~PacketFilter() {
    if (program_.bf_insns != nullptr) pcap_freecode(&program_);
  }

  // Looks at the bytes of the first segment alone.
  bool matches(const rte_mbuf& mbuf) const noexcept {
    if (program_.bf_insns == nullptr) return true;
    pcap_pkthdr header{};
    header.caplen = mbuf.data_len;
    header.len = mbuf.pkt_len;
    return pcap_offline_filter(&program_, &header, rte_pktmbuf_mtod(&mbuf, const u_char*)) != 0;
  }

 private:
  bpf_program program_{};
};

}  // namespace vipswitch
