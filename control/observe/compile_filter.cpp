#include "control/observe/compile_filter.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

// Every word of pcap-filter(7) that is no name, as far as it is about Ethernet; sorted.
constexpr std::array kWords = std::to_array<std::string_view>(
    {"aarp",  "address1", "address2",  "ah",        "and",       "arp",      "atalk",      "broadcast",
     "carp",  "decnet",   "dst",       "esp",       "ether",     "gateway",  "geneve",     "greater",
     "host",  "icmp",     "icmp6",     "icmp6code", "icmp6type", "icmpcode", "icmptype",   "igmp",
     "igrp",  "inbound",  "ip",        "ip6",       "ipx",       "iso",      "l1",         "l2",
     "lat",   "len",      "less",      "link",      "llc",       "loopback", "mask",       "mopdl",
     "moprc", "mpls",     "multicast", "net",       "netbeui",   "not",      "or",         "outbound",
     "pim",   "port",     "portrange", "pppoed",    "pppoes",    "proto",    "protochain", "rarp",
     "sctp",  "src",      "stp",       "tcp",       "tcpflags",  "udp",      "vlan",       "vrrp"});

bool is_word_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_' || letter == '-' ||
         letter == '.' || letter == ':';
}

// Of an address or a MAC, or a number.
bool is_literal(std::string_view word) {
  return std::isdigit(static_cast<unsigned char>(word.front())) != 0 ||
         word.find(':') != std::string_view::npos;
}

bool is_known(std::string_view word) {
  for (const std::string_view prefix : {"icmp-", "icmp6-", "tcp-"}) {
    if (word.starts_with(prefix)) return true;
  }
  return is_literal(word) || std::binary_search(kWords.begin(), kWords.end(), word);
}

// The first word that only a look-up could explain; empty: there is none.
std::string_view find_name(std::string_view expression) {
  for (std::size_t at = 0; at < expression.size();) {
    std::size_t end = at;
    while (end < expression.size() && is_word_letter(expression[end])) ++end;
    const auto word = expression.substr(at, end - at);
    if (!word.empty() && !is_known(word)) return word;
    at = end + 1;
  }
  return {};
}

}  // namespace

Result<PacketFilter> compile_filter(const std::string& expression) {
  if (expression.empty()) return PacketFilter();
  if (const auto name = find_name(expression); !name.empty()) {
    return make_error(ErrorCode::invalid_argument,
                      "filter: \"{}\" is not a word of pcap-filter(7), and names are not looked up, expected "
                      "addresses and numbers",
                      name);
  }
  constexpr int kSnapBytes = 65535;
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> compiler(pcap_open_dead(DLT_EN10MB, kSnapBytes),
                                                            pcap_close);
  bpf_program program{};
  if (!compiler || pcap_compile(compiler.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return make_error(ErrorCode::invalid_argument, "filter: \"{}\" does not compile: {}", expression,
                      compiler ? pcap_geterr(compiler.get()) : "no memory");
  }
  return PacketFilter(program);
}

}  // namespace vipswitch
