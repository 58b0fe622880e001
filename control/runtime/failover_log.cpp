#include "control/runtime/failover_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dataplane/owner_word.h"

namespace vipswitch {
namespace {

std::int64_t ns_between(std::uint64_t from_tsc, std::uint64_t to_tsc, const ClockReading& clock) {
  const auto cycles = static_cast<std::int64_t>(to_tsc - from_tsc);
  return static_cast<std::int64_t>(static_cast<double>(cycles) * 1e9 /
                                   static_cast<double>(clock.tsc_per_second));
}

double as_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

// Packets bear what the owner word has of the sequence: the one of that remainder which is nearest to
// `newest`.
std::uint32_t whole_sequence(std::uint32_t remainder, std::uint32_t newest) {
  constexpr std::uint32_t kModulus = OwnerWord::kSequences;
  const std::uint32_t ahead = (remainder - newest) % kModulus, behind = kModulus - ahead;
  return ahead < behind || newest < behind ? newest + ahead : newest - behind;
}

}  // namespace

// That of the sequence; else the one of the oldest sequence, emptied, unless that is newer.
FailoverLog::Parts* FailoverLog::place_of(Assembly& assembly, std::uint32_t sequence) {
  Parts* oldest = &assembly[0];
  for (Parts& parts : assembly) {
    if (parts.sequence == sequence) return &parts;
    if (parts.sequence < oldest->sequence) oldest = &parts;
  }
  if (oldest->sequence > sequence) return nullptr;
  *oldest = Parts{};
  oldest->sequence = sequence;
  return oldest;
}

// Between a move and the first packet that follows it a decision may have been made that has moved nothing
// yet: the packet bears that one's sequence, but goes to the port of before.
FailoverLog::Parts* FailoverLog::place_of_delivery(Assembly& assembly, const Event& event) {
  const auto by_sequence = [](const Parts& left, const Parts& right) {
    return left.sequence < right.sequence;
  };
  const auto newest = std::max_element(assembly.begin(), assembly.end(), by_sequence)->sequence;
  const std::uint32_t sequence = whole_sequence(event.sequence, newest);
  Parts* own = place_of(assembly, sequence);
  if (own == nullptr || own->names(event.to) || (!own->decided && !own->moved)) return own;
  Parts* last = nullptr;
  for (Parts& parts : assembly) {
    if (parts.sequence > sequence || !parts.moved || parts.moved->to != event.to) continue;
    if (last == nullptr || parts.sequence > last->sequence) last = &parts;
  }
  return last;
}

// The move to nobody that the sequence ended; null if a port had the data until then, or none ever.
const FailoverLog::Moved* FailoverLog::loss_before(const Assembly& assembly, std::uint32_t sequence) {
  const Parts* last = nullptr;
  for (const Parts& parts : assembly) {
    if (parts.sequence >= sequence || !parts.moved) continue;
    if (last == nullptr || parts.sequence > last->sequence) last = &parts;
  }
  return last != nullptr && !last->moved->to.is_valid() ? &*last->moved : nullptr;
}

void FailoverLog::add(const Event& event, const Registry& registry, const ClockReading& now) {
  if (event.sequence == 0) return;
  Assembly& assembly = assemblies_[event.havip];
  Parts* parts = event.kind == EventKind::kFirstDelivered ? place_of_delivery(assembly, event)
                                                          : place_of(assembly, event.sequence);
  if (parts == nullptr) return;
  switch (event.kind) {
    case EventKind::kOwnerChanged:
      parts->decided = {event.to, event.commit_tsc, event.evidence_cycles, event.trigger};
      break;
    case EventKind::kDataMoved:
      parts->moved = {event.from, event.to, event.commit_tsc, event.packet_tsc, event.dropped};
      break;
    case EventKind::kFirstDelivered:
      if (!parts->delivered) parts->delivered = {event.to, event.packet_tsc, event.dropped};
      break;
    default:
      return;
  }
  assemble(event.havip, assembly, *parts, registry, now);
  // The loss of the address may come behind its return.
  if (event.kind != EventKind::kDataMoved || event.to.is_valid()) return;
  for (const Parts& later : assembly) {
    if (later.sequence > event.sequence && loss_before(assembly, later.sequence) == &*parts->moved)
      assemble(event.havip, assembly, later, registry, now);
  }
}

Failover* FailoverLog::find(HavipId havip, std::uint32_t sequence) {
  for (std::size_t back = 0; back < kAssembled; ++back) {
    Failover* failover = failovers_.last(havip, back);
    if (failover == nullptr || failover->sequence == sequence) return failover;
  }
  return nullptr;
}

// A port that is gone has no name any more, but the failover that gave it the data knows it.
std::string FailoverLog::name_of(HavipId havip, PortId port, std::uint32_t before, const Registry& registry) {
  if (!port.is_valid()) return {};
  if (auto name = registry.port_name(port); !name.empty()) return name;
  for (std::size_t back = 0; back < kAssembled; ++back) {
    const Failover* failover = failovers_.last(havip, back);
    if (failover != nullptr && failover->sequence < before) return failover->to;
  }
  return {};
}

void FailoverLog::assemble(HavipId havip, const Assembly& assembly, const Parts& parts,
                           const Registry& registry, const ClockReading& now) {
  if (!parts.decided || !parts.moved || !parts.moved->to.is_valid()) return;
  const Decided& decided = *parts.decided;
  const Moved& moved = *parts.moved;
  const Moved* loss = moved.from.is_valid() ? nullptr : loss_before(assembly, parts.sequence);
  const Moved& left = loss == nullptr ? moved : *loss;
  const std::uint64_t evidence = decided.tsc - decided.evidence_cycles;

  Failover failover{};
  failover.sequence = parts.sequence;
  failover.at_unix_us = now.unix_us - ns_between(evidence, now.tsc, now) / 1000;
  failover.from = name_of(havip, left.from, parts.sequence, registry);
  failover.to = registry.port_name(moved.to);
  failover.trigger = decided.trigger;
  if (left.from.is_valid() && left.last_packet_tsc != 0)
    failover.last_to_old_ns = ns_between(evidence, left.last_packet_tsc, now);
  failover.decided_ns = ns_between(evidence, decided.tsc, now);
  failover.moved_ns = std::max(failover.decided_ns, ns_between(evidence, moved.tsc, now));
  const bool is_delivered = parts.delivered && parts.delivered->to == moved.to;
  if (is_delivered) failover.first_to_new_ns = ns_between(evidence, parts.delivered->tsc, now);
  const std::uint64_t dropped = is_delivered ? parts.delivered->dropped : moved.dropped;
  failover.dropped = dropped > left.dropped ? dropped - left.dropped : 0;

  const bool has_packet = decided.evidence_cycles != 0;
  Failover* known = find(havip, parts.sequence);
  // It counts from when both ports are known.
  const bool was_counted = known != nullptr && !known->from.empty();
  const bool was_delivered = was_counted && known->first_to_new_ns.has_value();
  if (!was_counted) count_decision(failover, has_packet);
  if (!was_delivered) count_delivery(failover, has_packet);
  if (known == nullptr) {
    failovers_.add(havip, std::move(failover));
  } else {
    failover.at_unix_us = known->at_unix_us;
    *known = std::move(failover);
  }
}

void FailoverLog::count_decision(const Failover& failover, bool has_packet) {
  if (failover.from.empty()) return;
  totals_.dropped.observe(static_cast<double>(failover.dropped));
  if (!has_packet) return;
  totals_.evidence_to_decision.observe(as_seconds(failover.decided_ns));
  totals_.evidence_to_move.observe(as_seconds(failover.moved_ns));
}

void FailoverLog::count_delivery(const Failover& failover, bool has_packet) {
  if (failover.from.empty() || !failover.first_to_new_ns) return;
  if (has_packet) totals_.evidence_to_first_packet.observe(as_seconds(*failover.first_to_new_ns));
  if (failover.last_to_old_ns)
    totals_.gap.observe(as_seconds(*failover.first_to_new_ns - *failover.last_to_old_ns));
}

void FailoverLog::keep_only(const std::map<HavipId, SlotHolder>& slots) {
  std::erase_if(assemblies_, [&](const auto& entry) { return !slots.contains(entry.first); });
  failovers_.keep_only(slots);
}

}  // namespace vipswitch
