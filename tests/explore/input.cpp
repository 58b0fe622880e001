#include "tests/explore/input.h"

#include <cstdlib>
#include <fmt/format.h>

namespace vipswitch::owner {
namespace {

std::string name_of(const Input& input) {
  switch (input.kind) {
    case Kind::kAdvert:
      return input.priority == 0 ? "resign" : fmt::format("advert {}", input.priority);
    case Kind::kAnnounce:
      return input.vrid == 0 ? "announce" : fmt::format("announce, new master of {},", input.vrid);
    case Kind::kWeak:
      return "weak";
    case Kind::kDown:
      return "down";
    case Kind::kUp:
      return "up";
    case Kind::kUnbind:
      return "unbind";
    case Kind::kBind:
      return "bind";
    case Kind::kPin:
      return "pin";
    case Kind::kGroup:
      return fmt::format("unlisted advert {} of {}", input.priority, input.vrid);
    case Kind::kAcquire:
      return fmt::format("first unlisted advert {} of {}", input.priority, input.vrid);
    case Kind::kEmpty:
      return fmt::format("empty advert {} of {}", input.priority, input.vrid);
    case Kind::kAnswer:
      return "answer";
    case Kind::kAnswerVirtual:
      return "answer with a virtual MAC";
    case Kind::kRestore:
      return "restore";
    case Kind::kUnpin:
      return "unpin";
    case Kind::kHint:
      return fmt::format("hint {}", input.vrid);
    case Kind::kPass:
      return fmt::format("pass {} ms", input.passed);
    case Kind::kDue:
      return "next deadline";
    case Kind::kLate:
      return "next deadline missed";
    case Kind::kPutOff:
      return "next deadline, put off";
  }
  std::abort();
}

Outcome group_advert(StandaloneElection& election, const Input& input, TimeMs now) {
  const bool is_new = input.kind == Kind::kAcquire;
  return election.group_advert(input.port,
                               {.evidence = advert(input.port, input.priority, input.vrid),
                                .news = is_new ? GroupNews::kAcquired : GroupNews::kNone,
                                .is_list_empty = input.kind == Kind::kEmpty},
                               now);
}

}  // namespace

std::string Input::text() const {
  const std::string name = name_of(*this);
  return port.is_valid() ? fmt::format("{} by {}", name, static_cast<char>('A' + port.value() - 1)) : name;
}

AdvertEvidence advert(PortId port, std::uint8_t priority, std::uint8_t vrid) {
  return {Ipv4(10, 0, 0, static_cast<std::uint8_t>(port.value())), kIntervalMs, priority, vrid,
          Delivery::port_mac()};
}

Outcome apply(StandaloneElection& election, const Input& input, TimeMs now) {
  switch (input.kind) {
    case Kind::kAdvert:
      return election.advert(input.port, advert(input.port, input.priority), now);
    case Kind::kAnnounce:
      return election.announce(input.port, Delivery::port_mac(), now, input.group());
    case Kind::kWeak:
      return election.weak(input.port, now);
    case Kind::kDown:
      return election.down(input.port, now);
    case Kind::kUp:
      return election.up(input.port, now);
    case Kind::kUnbind:
      return election.unbind(input.port, now);
    case Kind::kBind:
      return election.bind(input.port, LinkState::kUp, now);
    case Kind::kPin:
      return election.pin(input.port, now);
    case Kind::kUnpin:
      return election.unpin(now);
    case Kind::kRestore:
      return election.restore(input.port, 0, now);
    case Kind::kGroup:
    case Kind::kAcquire:
    case Kind::kEmpty:
      return group_advert(election, input, now);
    case Kind::kHint:
      return election.follow(input.vrid, now);
    case Kind::kPass:
      return election.tick(now);
    case Kind::kAnswer:
    case Kind::kAnswerVirtual:
    case Kind::kDue:
    case Kind::kLate:
    case Kind::kPutOff:
      break;
  }
  std::abort();
}

void add_for_each_port(std::vector<Input>& inputs, unsigned ports, const std::vector<Input>& of_a_port) {
  for (unsigned port = 1; port <= ports; ++port) {
    for (Input input : of_a_port) {
      input.port = PortId(port);
      inputs.push_back(input);
    }
  }
}

StandaloneElection make_election(unsigned ports) {
  StandaloneElection election;
  for (unsigned port = 1; port <= ports; ++port) election.bind(PortId(port), LinkState::kUp, 0);
  return election;
}

}  // namespace vipswitch::owner
