// `trace packet`: what the pipeline would do with a packet that is made up or comes from a file.

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <initializer_list>
#include <optional>

#include "control/model/families.h"
#include "control/model/ranges.h"
#include "control/shell/commands.h"
#include "control/shell/json_form.h"
#include "control/shell/suggest.h"
#include "control/text/format.h"
#include "control/text/make_error.h"
#include "control/text/parse.h"
#include "control/trace/capture_frame.h"

namespace vipswitch::shell {
namespace {

// What `trace packet` can make, and which words say more about it.
struct Kind {
  std::string_view word;
  FrameKind kind;
  std::initializer_list<std::string_view> needs;
  std::initializer_list<std::string_view> takes;
  std::optional<Family> family = std::nullopt;  // the only one it is of
};

const Kind kKinds[] = {
    {"tcp", FrameKind::kTcp, {"to"}, {"from", "sport", "dport", "ttl", "bytes"}},
    {"udp", FrameKind::kUdp, {"to"}, {"from", "sport", "dport", "ttl", "bytes"}},
    {"icmp", FrameKind::kEcho, {"to"}, {"from", "ttl", "bytes"}},
    {"arp", FrameKind::kQuestion, {"to"}, {"from"}, Family::kIpv4},
    {"nd", FrameKind::kQuestion, {"to"}, {"from"}, Family::kIpv6},
    {"announce", FrameKind::kAnnouncement, {"address"}, {}},
    {"vrrp", FrameKind::kVrrp, {"vrid", "address"}, {"from", "priority", "version", "ttl"}},
};
const std::initializer_list<std::string_view> kFileWords = {"number"};

// The keywords about the frame, with the placeholders of their values.
constexpr std::pair<std::string_view, std::string_view> kWords[] = {
    {"from", "SOURCE"},     {"to", "DESTINATION"},  {"sport", "SPORT"},   {"dport", "DPORT"},
    {"ttl", "TTL"},         {"bytes", "BYTES"},     {"vrid", "VRID"},     {"priority", "PRIORITY"},
    {"version", "VERSION"}, {"address", "ADDRESS"}, {"number", "NUMBER"},
};

bool is_among(std::initializer_list<std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The words fit what is made.
Result<void> check_words(const Arguments& arguments, std::string_view what,
                         std::initializer_list<std::string_view> needs,
                         std::initializer_list<std::string_view> takes) {
  for (const auto& [word, placeholder] : kWords) {
    const bool is_given = arguments.has(placeholder);
    if (is_given && !is_among(needs, word) && !is_among(takes, word)) {
      return make_error(ErrorCode::usage, "trace packet: {} says nothing of {}", word, what);
    }
    if (!is_given && is_among(needs, word)) {
      return make_error(ErrorCode::usage, "trace packet: {} needs {} {}", what, word, placeholder);
    }
  }
  return {};
}

// The numbers that a frame's words may be.
constexpr model::Range kPortRange{0, 65535}, kByteRange{0, 255}, kPayloadRange{0, 1400}, kVersionRange{2, 3};

template <class T>
Result<void> read_number(const Arguments& arguments, std::string_view word, std::string_view placeholder,
                         const model::Range& range, T& number) {
  if (!arguments.has(placeholder)) return {};
  const auto value = static_cast<std::uint32_t>(arguments.get<std::uint64_t>(placeholder));
  number = static_cast<T>(value);
  return text::check_range(word, value, range);
}

Result<std::vector<IpAddress>> read_addresses(std::string_view list) {
  std::vector<IpAddress> addresses;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const auto word = list.substr(begin, end - begin);
    auto address = text::to_result("address", word, text::parse_address(word));
    if (!address) return address.error();
    addresses.push_back(address.value());
    begin = end + 1;
  }
  return addresses;
}

Result<void> read_numbers(const Arguments& arguments, FrameSpec& spec) {
  std::uint8_t ttl = 0;
  for (const auto& read : {read_number(arguments, "sport", "SPORT", kPortRange, spec.source_port),
                           read_number(arguments, "dport", "DPORT", kPortRange, spec.destination_port),
                           read_number(arguments, "bytes", "BYTES", kPayloadRange, spec.payload_bytes),
                           read_number(arguments, "ttl", "TTL", kByteRange, ttl),
                           read_number(arguments, "vrid", "VRID", kByteRange, spec.vrid),
                           read_number(arguments, "priority", "PRIORITY", kByteRange, spec.priority),
                           read_number(arguments, "version", "VERSION", kVersionRange, spec.version)}) {
    if (!read) return read.error();
  }
  if (arguments.has("TTL")) spec.ttl = ttl;
  return {};
}

Result<void> check_family(std::string_view word, const IpAddress& address, Family expected) {
  if (family_of(address) == expected) return {};
  return make_error(ErrorCode::invalid_argument, "{}: {} is {}, expected {}", word, address,
                    model::family_word(family_of(address)), model::family_word(expected));
}

// All addresses are of one family, and that is one that what is made can have.
Result<void> check_families(const FrameSpec& spec, const Kind& kind) {
  const Family family = kind.family.value_or(family_of(spec.destination));
  if (auto checked = check_family("to", spec.destination, family); !checked) return checked;
  for (const IpAddress& address : spec.addresses) {
    if (auto checked = check_family("address", address, family); !checked) return checked;
  }
  if (spec.source) {
    if (auto checked = check_family("from", *spec.source, family); !checked) return checked;
  }
  if (spec.version == 2 && family == Family::kIpv6)
    return make_error(ErrorCode::invalid_argument, "version: 2 is of IPv4, expected 3 for {}",
                      spec.destination);
  return {};
}

Result<FrameSpec> read_spec(const Arguments& arguments, const Kind& kind) {
  FrameSpec spec;
  spec.kind = kind.kind;
  if (arguments.has("SOURCE")) spec.source = arguments.get<IpAddress>("SOURCE");
  if (arguments.has("DESTINATION")) spec.destination = arguments.get<IpAddress>("DESTINATION");
  if (arguments.has("SMAC")) spec.source_mac = arguments.get<Mac>("SMAC");
  if (arguments.has("DMAC")) spec.destination_mac = arguments.get<Mac>("DMAC");
  if (auto read = read_numbers(arguments, spec); !read) return read.error();
  if (arguments.has("ADDRESS")) {
    auto addresses = read_addresses(arguments.text("ADDRESS"));
    if (!addresses) return addresses.error();
    spec.destination = addresses.value().front();
    spec.addresses = std::move(addresses).value();
    if (kind.kind == FrameKind::kAnnouncement && spec.addresses.size() != 1)
      return make_error(ErrorCode::invalid_argument, "address: \"{}\" is a list, expected one address",
                        arguments.text("ADDRESS"));
  }
  if (auto checked = check_families(spec, kind); !checked) return checked.error();
  return spec;
}

Error neither_kind_nor_file(const std::string& what) {
  std::vector<std::string_view> words;
  for (const Kind& kind : kKinds) words.push_back(kind.word);
  const auto near = suggest(what, words);
  return make_error(ErrorCode::not_found,
                    "trace packet: \"{}\" is no file, expected one of {}, or a capture{}", what,
                    fmt::join(words, ", "), near ? fmt::format("; did you mean \"{}\"?", *near) : "");
}

Result<std::variant<FrameSpec, FrameBytes>> read_frame(const Context& context, const Arguments& arguments) {
  const auto& what = arguments.text("WHAT");
  const auto kind =
      std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& each) { return each.word == what; });
  if (kind != std::end(kKinds)) {
    if (auto checked = check_words(arguments, what, kind->needs, kind->takes); !checked)
      return checked.error();
    auto spec = read_spec(arguments, *kind);
    if (!spec) return spec.error();
    return std::variant<FrameSpec, FrameBytes>(std::move(spec).value());
  }
  const std::string file = context.path(what);
  if (!std::filesystem::exists(file)) return neither_kind_nor_file(what);
  if (auto checked = check_words(arguments, "a file", {}, kFileWords); !checked) return checked.error();
  auto frame = read_capture_frame(file, arguments.get_or<std::uint64_t>("NUMBER", 1));
  if (!frame) return frame.error();
  return std::variant<FrameSpec, FrameBytes>(std::move(frame).value());
}

std::string hex(const FrameBytes& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

Json form_of(const PacketTrace& trace) {
  auto sent = Json::array();
  for (const auto& frame : trace.sent)
    sent.push_back({{"port", frame.port}, {"frame", frame.frame}, {"bytes", hex(frame.bytes)}});
  return {{"port", trace.port},       {"frame", trace.frame},
          {"assumed", trace.assumed}, {"steps", to_json(trace.steps)},
          {"verdict", trace.verdict}, {"reason", trace.reason.empty() ? Json() : Json(trace.reason)},
          {"sent", std::move(sent)}};
}

std::string tell(const PacketTrace& trace) {
  std::string text = fmt::format("from {}: {}\n", trace.port, trace.frame);
  for (const auto& assumption : trace.assumed) text += fmt::format("assumed: {}\n", assumption);
  text += tell_steps(trace.steps);
  for (const auto& frame : trace.sent) text += fmt::format("to {}: {}\n", frame.port, frame.frame);
  return text + (trace.reason.empty() ? fmt::format("result: {}\n", trace.verdict)
                                      : fmt::format("result: drop, {}\n", trace.reason));
}

Result<void> trace_packet(Context& context, const Arguments& arguments) {
  TraceRequest request;
  request.port = arguments.text("PORT");
  request.as_owner = arguments.get_or<std::string>("OWNER", "");
  auto frame = read_frame(context, arguments);
  if (!frame) return frame.error();
  request.frame = std::move(frame).value();
  const auto trace = context.runtime.trace_packet(request);
  if (!trace) return trace.error();
  context.print(arguments.has("json") ? to_text(form_of(trace.value())) : tell(trace.value()));
  return {};
}

}  // namespace

std::vector<Command> trace_commands() {
  return {
      {"trace packet port PORT WHAT [from SOURCE] [to DESTINATION] [sport SPORT] [dport DPORT] [ttl TTL] "
       "[bytes BYTES] [vrid VRID] [priority PRIORITY] [version VERSION] [address ADDRESS] [number NUMBER] "
       "[source-mac SMAC] [destination-mac DMAC] [as-owner OWNER] [json]",
       "tell what each stage would do with a packet; nothing is sent, nothing changes",
       {{"PORT", &value_type::kAnyPortName, "port that the packet comes from, or uplink"},
        {"WHAT", &value_type::kFrameKind,
         "tcp, udp or icmp (echo request) to DESTINATION, arp request or nd (neighbour solicitation) for "
         "DESTINATION, announce ADDRESS, vrrp advert of group VRID for ADDRESS, or a capture file (pcap, "
         "pcapng)"},
        {"SOURCE", &value_type::kAddress, "source address, default the port's own"},
        {"DESTINATION", &value_type::kAddress, "destination address, or the one asked for"},
        {"SPORT", &value_type::kNumberIn<kPortRange>, "source port, default 40000"},
        {"DPORT", &value_type::kNumberIn<kPortRange>, "destination port, default 80"},
        {"TTL", &value_type::kNumberIn<kByteRange>, "or hop limit, default 64, of an advert 255"},
        {"BYTES", &value_type::kNumberIn<kPayloadRange>, "of payload, default 0"},
        {"VRID", &value_type::kNumberIn<kByteRange>, "virtual router id"},
        {"PRIORITY", &value_type::kNumberIn<kByteRange>, "of the advert, default 100; 0 resigns"},
        {"VERSION", &value_type::kNumberIn<kVersionRange>, "of VRRP, 2 or 3, default 3"},
        {"ADDRESS", &value_type::kText, "that is announced; of an advert several, comma-separated"},
        {"NUMBER", &value_type::kCount, "which frame of the file, default the first"},
        {"SMAC", &value_type::kMac, "source MAC, default the port's own"},
        {"DMAC", &value_type::kMac,
         "destination MAC, default what ARP or neighbour discovery would have told"},
        {"OWNER", &value_type::kPortName, "what if: this port owned all HAVIPs that it is bound to"}},
       trace_packet},
  };
}

}  // namespace vipswitch::shell
