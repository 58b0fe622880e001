#include "control/model/words.h"

namespace vipswitch::model {
namespace {

// The parts between commas; `parse` gives what is wrong with one.
template <class T, class Parse>
text::Parsed<std::vector<T>> parse_list(std::string_view text, Parse&& parse) {
  std::vector<T> list;
  if (text == kNone) return list;
  while (true) {
    const auto comma = text.find(',');
    auto parsed = parse(text.substr(0, comma));
    if (auto* mismatch = std::get_if<text::Mismatch>(&parsed)) return *mismatch;
    list.push_back(std::get<T>(std::move(parsed)));
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

text::Parsed<DhcpRoute> parse_route(std::string_view text) {
  const text::Mismatch mismatch{"not a list of routes",
                                "PREFIX=ADDRESS,... such as 10.9.0.0/16=10.77.0.5, or none"};
  const auto sign = text.find('=');
  if (sign == std::string_view::npos) return mismatch;
  const auto to = text::parse_prefix(text.substr(0, sign));
  const auto via = text::parse_ipv4(text.substr(sign + 1));
  if (to.index() != 0 || via.index() != 0) return mismatch;
  return DhcpRoute{std::get<0>(to), std::get<0>(via)};
}

}  // namespace

text::Parsed<std::vector<IpAddress>> parse_dns(std::string_view text) {
  return parse_list<IpAddress>(text, [](std::string_view part) -> text::Parsed<IpAddress> {
    auto parsed = text::parse_address(part);
    if (parsed.index() == 0) return parsed;
    return text::Mismatch{"not a list of addresses", "such as 10.77.0.2,2001:db8::2, or none"};
  });
}

text::Parsed<std::vector<DhcpRoute>> parse_dhcp_routes(std::string_view text) {
  return parse_list<DhcpRoute>(text, parse_route);
}

}  // namespace vipswitch::model
