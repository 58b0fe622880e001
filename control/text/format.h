#pragma once

// Typed values -> text, as fmt formatters; what is written reads back by control/text/parse.h. Width and
// alignment work as for strings.

#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <string_view>
#include <variant>

#include "control/text/words.h"
#include "vipswitch/address.h"
#include "vipswitch/ids.h"
#include "vipswitch/ip_address.h"

namespace vipswitch::text {

// Text without allocation; the longest is an IPv6 prefix.
class ShortText {
 public:
  template <class... Args>
  explicit ShortText(fmt::format_string<Args...> format, Args&&... args) {
    size_ = fmt::format_to_n(data_.data(), data_.size(), format, std::forward<Args>(args)...).size;
  }

  std::string_view view() const noexcept { return {data_.data(), size_}; }

 private:
  std::array<char, 52> data_{};
  std::size_t size_ = 0;
};

inline ShortText format_ipv4(Ipv4 address) {
  const auto h = address.host();
  return ShortText("{}.{}.{}.{}", h >> 24, (h >> 16) & 0xff, (h >> 8) & 0xff, h & 0xff);
}

// The canonical form (RFC 5952).
ShortText format_ipv6(const Ipv6& address);

}  // namespace vipswitch::text

template <>
struct fmt::formatter<vipswitch::Ipv4> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(vipswitch::Ipv4 address, FormatContext& context) const {
    return formatter<std::string_view>::format(vipswitch::text::format_ipv4(address).view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Ipv4Interface> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const vipswitch::Ipv4Interface& interface, FormatContext& context) const {
    const vipswitch::text::ShortText text("{}/{}", interface.address, interface.length);
    return formatter<std::string_view>::format(text.view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Ipv4Prefix> : fmt::formatter<vipswitch::Ipv4Interface> {
  template <class FormatContext>
  auto format(const vipswitch::Ipv4Prefix& prefix, FormatContext& context) const {
    return formatter<vipswitch::Ipv4Interface>::format({prefix.address, prefix.length}, context);
  }
};

template <>
struct fmt::formatter<vipswitch::Ipv6> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const vipswitch::Ipv6& address, FormatContext& context) const {
    return formatter<std::string_view>::format(vipswitch::text::format_ipv6(address).view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Ipv6Interface> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const vipswitch::Ipv6Interface& interface, FormatContext& context) const {
    const vipswitch::text::ShortText text("{}/{}", interface.address, interface.length);
    return formatter<std::string_view>::format(text.view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Ipv6Prefix> : fmt::formatter<vipswitch::Ipv6Interface> {
  template <class FormatContext>
  auto format(const vipswitch::Ipv6Prefix& prefix, FormatContext& context) const {
    return formatter<vipswitch::Ipv6Interface>::format({prefix.address, prefix.length}, context);
  }
};

template <>
struct fmt::formatter<vipswitch::IpAddress> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const vipswitch::IpAddress& address, FormatContext& context) const {
    const auto text =
        std::visit([](const auto& held) { return vipswitch::text::ShortText("{}", held); }, address);
    return formatter<std::string_view>::format(text.view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Mac> : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const vipswitch::Mac& mac, FormatContext& context) const {
    const auto& b = mac.bytes();
    const vipswitch::text::ShortText text("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2], b[3],
                                          b[4], b[5]);
    return formatter<std::string_view>::format(text.view(), context);
  }
};

template <>
struct fmt::formatter<vipswitch::Vni> : fmt::formatter<std::uint32_t> {
  template <class FormatContext>
  auto format(vipswitch::Vni vni, FormatContext& context) const {
    return formatter<std::uint32_t>::format(vni.value(), context);
  }
};

namespace vipswitch::text {

template <class Enum>
struct WordFormatter : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(Enum value, FormatContext& context) const {
    return fmt::formatter<std::string_view>::format(to_word(value), context);
  }
};

}  // namespace vipswitch::text

template <>
struct fmt::formatter<vipswitch::OwnerState> : vipswitch::text::WordFormatter<vipswitch::OwnerState> {};
template <>
struct fmt::formatter<vipswitch::Trigger> : vipswitch::text::WordFormatter<vipswitch::Trigger> {};
template <>
struct fmt::formatter<vipswitch::Rule> : vipswitch::text::WordFormatter<vipswitch::Rule> {};
template <>
struct fmt::formatter<vipswitch::LearnMode> : vipswitch::text::WordFormatter<vipswitch::LearnMode> {};
template <>
struct fmt::formatter<vipswitch::Handover> : vipswitch::text::WordFormatter<vipswitch::Handover> {};
template <>
struct fmt::formatter<vipswitch::VrrpFilter> : vipswitch::text::WordFormatter<vipswitch::VrrpFilter> {};
template <>
struct fmt::formatter<vipswitch::Family> : vipswitch::text::WordFormatter<vipswitch::Family> {};
template <>
struct fmt::formatter<vipswitch::EvidenceClass> : vipswitch::text::WordFormatter<vipswitch::EvidenceClass> {};
