"""The Linux kernel's own 1:1 NAT beside the switch: the same frames go into both, the same have to come out.

The boxes (support/nat_boxes.py) have the same addresses and MACs, so nothing is taken out before the comparison: it
is byte by byte, from the Ethernet destination to the last byte, with the IPv4 identification, both ways and in both
families.

Two Linux boxes, since no one set of rules compares everything:

  stateless   nft writes `ip daddr` and `ip saddr`, as the switch does, and corrects the sums incrementally. Connection
              tracking is not even loaded in that namespace, so fragments stay fragments, TCP may have any flags, a
              wrong checksum is no reason to leave a packet alone. All but ICMP errors is compared with it.
  conntrack   `dnat to` and `snat to`. Only connection tracking translates what an ICMP error quotes, and only for a
              connection it has seen: so a packet goes one way, then errors about it, quoting what came out, come back.

The switch's devices are net_pcap, which take what the wire brings. net_af_packet asks the kernel to put IPv4
fragments together, so that the switch would never see one.

Where kernel and switch differ and the switch is right, or at least not wrong, by design, the difference stands in
nat_differences.py with its reason, and both behaviours are tested. VIPSWITCH_ORACLE_SEED makes other frames; some
other seed may by chance run into the difference "checksum-becomes-zero" among the ordinary packets.
"""

import os
from collections.abc import Callable

import pytest
from nat_differences import DIFFERENCES, ERROR_DIFFERENCES, WAYS, Case

from support.nat_boxes import CONNTRACK_RULES, INET, OTHER_SIDE, STATELESS_RULES, VM, LinuxBox, SwitchBox, pcap_devices
from support.nat_expected import becoming_zero, describe_difference, readdressed, translated, with_field, \
    with_right_checksum
from support.nat_frames import ICMPV4_ERRORS, ICMPV6_ERRORS, TCP_, UDP_, UDP_LITE, Generator, Packet, checksum_offset, \
    icmp_error, with_ipv4_field
from support.undo import temporary_directory, undo_stack

SEED = os.environ.get("VIPSWITCH_ORACLE_SEED", "1")
ORDINARY_PACKETS, FRAGMENTED_PACKETS, FLOWS, ERRORS_PER_FLOW = 250, 50, 60, 3
EVERY_WAY = pytest.mark.parametrize("side, family", WAYS)


class Boxes:
    def __init__(self, stack):
        directory = temporary_directory(stack)
        self.switch = SwitchBox(stack, directory, pcap_devices())
        self.stateless = LinuxBox("stateless", stack, directory, STATELESS_RULES)
        self.conntrack = LinuxBox("conntrack", stack, directory, CONNTRACK_RULES)

    def log_tail(self) -> str:
        return self.switch.log_tail()

    def exchange(self, linux: LinuxBox, packets: list[Packet]) -> list[tuple[Packet, list[bytes], list[bytes]]]:
        """Each packet with what the switch and what the Linux box made of it."""
        frames = [packet.frame for packet in packets]
        side = packets[0].side
        return list(zip(packets, self.switch.exchange(side, frames), linux.exchange(side, frames)))

    def compare(self, linux: LinuxBox, packets: list[Packet]) -> list[list[bytes]]:
        """What came out of both alike."""
        exchanged = self.exchange(linux, packets)
        different = [describe_difference(*each) for each in exchanged if each[1] != each[2]]
        assert not different, f"{len(different)} of {len(packets)} differ, seed {SEED}:\n" + "\n".join(different[:5])
        return [left for _, left, _ in exchanged]


@pytest.fixture(scope="module")
def boxes():
    with undo_stack() as stack:
        yield Boxes(stack)


def every_way_of(differences: list) -> list:
    return [pytest.param(each, *way, id=f"{each.name}-{way[0]}-{way[1]}") for each in differences for way in each.ways]


def generator(side: str, family: int, purpose: str = "") -> Generator:
    return Generator(f"{SEED} {purpose}", side, family)


@EVERY_WAY
def test_ordinary_packets_are_translated_alike(boxes, side, family):
    random = generator(side, family)
    left = boxes.compare(boxes.stateless, [random.ordinary() for _ in range(ORDINARY_PACKETS)])
    # Neither a hop limit of 0 or 1 nor a transport that is cut off gets through; most of the rest does.
    assert ORDINARY_PACKETS // 2 < sum(map(len, left)) < ORDINARY_PACKETS


@EVERY_WAY
def test_fragments_are_translated_alike_each_by_itself(boxes, side, family):
    random = generator(side, family)
    pieces = [piece for _ in range(FRAGMENTED_PACKETS) for piece in random.fragments()]
    assert sum(map(len, boxes.compare(boxes.stateless, pieces))) > FRAGMENTED_PACKETS


@EVERY_WAY
def test_udp_checksum_that_becomes_zero_is_written_as_all_ones(boxes, side, family):
    random = generator(side, family)
    packets = [becoming_zero(random, protocol) for protocol in (UDP_, UDP_LITE) for _ in range(3)]
    for packet, frames in zip(packets, boxes.compare(boxes.stateless, packets)):
        assert frames == [with_field(translated(packet), packet.header_size + 6, 0xFFFF)]


@EVERY_WAY
def test_headers_that_are_broken_are_dropped_by_both(boxes, side, family):
    random = generator(side, family)
    good = random.packet("good", *random.ends(), 253, bytes(40), extended=False, hops=64)
    firsts = [b"\x65", b"\x44", b"\x4f"] if family == 4 else [b"\x45", b"\x55"]    # versions and header lengths
    broken = [good.with_data(first + good.data[1:], f"first byte {first.hex()}") for first in firsts]
    broken += [good.with_data(good.data[:size], f"cut to {size} bytes")
               for size in (0, 1, 19, 39, 45, len(good.data) - 1)]
    if family == 4:
        wrong = int.from_bytes(good.data[10:12], "big") ^ 0x0100
        broken += [good.with_data(good.data[:10] + wrong.to_bytes(2, "big") + good.data[12:], "wrong header checksum"),
                   good.with_data(with_ipv4_field(good.data, 2, 19), "total length below the header's"),
                   good.with_data(with_ipv4_field(good.data, 2, 61), "total length beyond the frame's end")]
    assert boxes.compare(boxes.stateless, [good, *broken]) == [[translated(good)], *([] for _ in broken)]


@EVERY_WAY
def test_icmp_errors_are_translated_alike_with_what_they_quote(boxes, side, family):
    random = generator(side, family, "errors")
    errors = []
    for packet, seen in make_flows(boxes, OTHER_SIDE[side], [Generator.flow] * FLOWS, family):
        shortest = packet.header_size + (20 if packet.protocol == TCP_ else 8)
        for _ in range(ERRORS_PER_FLOW):
            size = random.random.choice([shortest, len(seen), random.random.randint(shortest, len(seen))])
            quote = as_quoted_by_a_router(random, packet, seen)[:max(shortest, min(size, 1400))]
            kind = random.random.choice(ICMPV4_ERRORS if family == 4 else ICMPV6_ERRORS)
            errors.append(icmp_error(random, kind, random.random.randrange(16), quote))
    left = boxes.compare(boxes.conntrack, errors)
    assert [len(frames) for frames in left] == [1] * len(errors)


@EVERY_WAY
def test_icmp_errors_about_packets_of_others_are_dropped_by_both(boxes, side, family):
    random = generator(side, family)
    errors = []
    for _ in range(3):
        quote = random.packet("quote", random.remote(), random.remote(), UDP_, random.udp_segment(b""), extended=False)
        error = icmp_error(random, 3, 1, quote.data)
        errors.append(with_right_checksum(readdressed(error, *random.ends())))
    assert boxes.compare(boxes.conntrack, errors) == [[]] * 3


@pytest.mark.parametrize("side", [INET, VM])
def test_redirects_are_dropped_by_both(boxes, side):
    (_, seen), = make_flows(boxes, OTHER_SIDE[side], [Generator.flow], 4, "redirects")
    random = generator(side, 4)
    assert boxes.compare(boxes.conntrack, [icmp_error(random, 5, code, seen[:80]) for code in range(4)]) == [[]] * 4


@pytest.mark.parametrize("difference, side, family", every_way_of(DIFFERENCES))
def test_known_difference_is_exactly_that(boxes, difference, side, family):
    cases = difference.cases(generator(side, family, difference.name))
    check_cases(boxes, boxes.stateless, difference, cases)


@pytest.mark.parametrize("difference, side, family", every_way_of(ERROR_DIFFERENCES))
def test_known_difference_in_icmp_errors_is_exactly_that(boxes, difference, side, family):
    (packet, seen), = make_flows(boxes, OTHER_SIDE[side], [difference.flow], family, difference.name)
    cases = difference.cases(generator(side, family, difference.name), packet, seen)
    check_cases(boxes, boxes.conntrack, difference, cases)


def check_cases(boxes: Boxes, linux: LinuxBox, difference, cases: list[Case]) -> None:
    exchanged = boxes.exchange(linux, [case.packet for case in cases])
    for case, (packet, switch_left, linux_left) in zip(cases, exchanged):
        for name, left, expected in (("switch", switch_left, case.switch), ("linux", linux_left, case.linux)):
            wanted = [] if expected is None else [expected]
            assert left == wanted, (f"{name} does not do what is known of it: {difference.reason}\n" +
                                    describe_difference(packet, left, wanted, (name, "known")))


def make_flows(boxes: Boxes, side: str, makers: list[Callable], family: int,
               purpose: str = "") -> list[tuple[Packet, bytes]]:
    """First packets of connections, and what the other side has seen of each, which it may quote."""
    random = generator(side, family, f"flows {purpose}")
    packets = [make(random) for make in makers]
    left = boxes.compare(boxes.conntrack, packets)
    assert [len(frames) for frames in left] == [1] * len(packets)
    return [(packet, frames[0][14:]) for packet, frames in zip(packets, left)]


def as_quoted_by_a_router(random: Generator, packet: Packet, seen: bytes) -> bytes:
    """With the hop limit it had there; the sums may be wrong, and a NAT repairs none of them."""
    hops = random.random.randrange(64)
    if random.family == 6:
        seen = seen[:7] + bytes([hops]) + seen[8:]
    elif random.random.random() < 0.5:
        seen = with_ipv4_field(seen, 8, hops << 8 | seen[9])
    else:
        seen = seen[:8] + bytes([hops]) + seen[9:]
    at = checksum_offset(packet.protocol)
    if at is not None and any(packet.segment[at:at + 2]) and random.random.random() < 0.2:
        seen = random.with_wrong_field(seen, packet.header_size + at)
    return seen
