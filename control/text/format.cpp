#include "control/text/format.h"

#include <arpa/inet.h>

namespace vipswitch::text {

// The system's form is the canonical one: lower case, the longest run of zero groups left out.
ShortText format_ipv6(const Ipv6& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, address.bytes().data(), text.data(), text.size());
  return ShortText("{}", text.data());
}

}  // namespace vipswitch::text
