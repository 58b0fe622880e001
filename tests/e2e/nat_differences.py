"""Where the kernel's NAT and the switch differ by design: each with the reason, and what both do to the byte.

DIFFERENCES are against the stateless box, ERROR_DIFFERENCES, about ICMP errors, against connection tracking.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from scapy.layers.sctp import crc32c

from support.nat_boxes import GATEWAY, INET, UPLINK, VM
from support.nat_expected import becoming_zero, expected_error, leaving, moved, readdressed, translated, with_field, \
    with_right_checksum
from support.nat_frames import ICMPV6, NEIGHBOUR_DISCOVERY, SCTP_, TCP_, UDP_, Generator, Packet, addresses_of, \
    checksum_offset, icmp_error, with_ipv4_field

WAYS = [(INET, 4), (INET, 6), (VM, 4), (VM, 6)]
IPV4_WAYS, IPV6_WAYS = WAYS[::2], WAYS[1::2]


@dataclass(frozen=True)
class Case:
    """A packet, and the frame that the switch and the kernel have to make of it; None: they drop it."""
    packet: Packet
    switch: bytes | None
    linux: bytes | None


@dataclass(frozen=True)
class Difference:
    name: str
    reason: str
    cases: Callable[[Generator], list[Case]]
    ways: list[tuple[str, int]]


@dataclass(frozen=True)
class ErrorDifference:
    """`flow` is the first packet of a connection; `cases` gets it with what the other side has seen of it."""
    name: str
    reason: str
    flow: Callable[[Generator], Packet]
    cases: Callable[[Generator, Packet, bytes], list[Case]]
    ways: list[tuple[str, int]]


def plain(random: Generator, what: str, protocol: int, segment: bytes) -> Packet:
    """Without options or extension headers, its checksum right."""
    packet = random.packet(what, *random.ends(), protocol, segment, extended=False, hops=64)
    return with_right_checksum(packet)


def header_only(packet: Packet) -> bytes:
    """The frame whose IP header is translated, and nothing else."""
    return leaving(moved(packet))


def dccp(random: Generator) -> list[Case]:
    packets = [plain(random, *random.dccp()) for _ in range(20)]
    return [Case(packet, translated(packet), header_only(packet)) for packet in packets]


def sums_becoming_zero(random: Generator) -> list[Case]:
    protocols = [TCP_] if random.family == 4 else [TCP_, ICMPV6]
    packets = [becoming_zero(random, protocol) for protocol in protocols for _ in range(3)]
    return [Case(packet, with_field(translated(packet), packet.header_size + checksum_offset(packet.protocol), 0),
                 with_field(translated(packet), packet.header_size + checksum_offset(packet.protocol), 0xFFFF))
            for packet in packets]


def header_sum_becoming_zero(random: Generator) -> list[Case]:
    packet = plain(random, "header checksum that becomes 0", 253, b"1234")
    cleared = packet.with_data(with_ipv4_field(packet.data, 4, 0))
    identification = int.from_bytes(moved(cleared).data[10:12], "big")
    packet = packet.with_data(with_ipv4_field(packet.data, 4, identification))
    return [Case(packet, with_field(header_only(packet), 10, 0), with_field(header_only(packet), 10, 0xFFFF))]


def padded(random: Generator) -> list[Case]:
    packets = [plain(random, f"with {size} bytes of padding", UDP_, random.udp_segment(b"x")) for size in (1, 17, 1000)]
    paddings = [random.bytes(size, size) for size in (1, 17, 1000)]
    return [Case(packet.with_data(packet.data + padding), translated(packet) + padding, translated(packet))
            for packet, padding in zip(packets, paddings)]


def udp_without_room(random: Generator) -> list[Case]:
    packets = [plain(random, f"{size} bytes of UDP", UDP_, random.bytes(size, size)) for size in range(8)]
    return [Case(packet, None, header_only(packet)) for packet in packets]


def with_options(random: Generator, what: str, options: bytes) -> Packet:
    packet = plain(random, what, 253, random.bytes(4, 9))
    header = bytes([0x45 + len(options) // 4]) + packet.data[1:20] + options
    return packet.with_data(with_ipv4_field(header + packet.segment, 2, len(header) + len(packet.segment)))


def record_route(random: Generator) -> list[Case]:
    packet = with_options(random, "record route", b"\7\7\4" + bytes(4) + b"\0")
    way_out = socket.inet_aton((GATEWAY if random.side == INET else UPLINK)[4])
    data = moved(packet).data
    recorded = with_ipv4_field(data[:20] + b"\7\7\x08" + way_out + data[27:], 4, int.from_bytes(data[4:6], "big"))
    return [Case(packet, header_only(packet), leaving(moved(packet).with_data(recorded)))]


def malformed_option(random: Generator) -> list[Case]:
    options = [b"\x9e\0\0\0", b"\x9e\1\0\0", b"\x9e\5\0\0", b"\1\1\1\x9e"]
    packets = [with_options(random, f"option {option.hex()}", option) for option in options]
    return [Case(packet, header_only(packet), None) for packet in packets]


def hop_by_hop_to_discard(random: Generator) -> list[Case]:
    """An option nobody knows whose two highest bits ask whoever processes it to drop the packet."""
    packets = [plain(random, f"hop-by-hop option {kind:#x}", 0, bytes([59, 0, kind, 4]) + bytes(4))
               for kind in (0x5E, 0x9E, 0xDE)]
    return [Case(packet, header_only(packet), None) for packet in packets]


def neighbour_discovery(random: Generator) -> list[Case]:
    packets = [random.packet(f"ICMPv6 type {kind}", *random.ends(), ICMPV6, bytes([kind, 0, 0, 0]) + bytes(20),
                             extended=False, hops=255) for kind in NEIGHBOUR_DISCOVERY]
    packets = [with_right_checksum(packet) for packet in packets]
    return [Case(packet, None, translated(packet)) for packet in packets]


def udp_flow(random: Generator) -> Packet:
    return plain(random, "UDP", UDP_, random.udp_segment(random.bytes(8, 40)))


def tcp_flow(random: Generator) -> Packet:
    _, _, segment = random.tcp()
    return plain(random, "TCP SYN", TCP_, segment[:12] + bytes([segment[12] & 0xF0, 2]) + segment[14:])


def sctp_flow(random: Generator) -> Packet:
    return plain(random, "SCTP INIT", SCTP_, random.sctp_init())


def as_sent(packet: Packet) -> bytes:
    """What the sender has to be quoted: its own packet, one hop later."""
    return readdressed(packet, *addresses_of(packet.data), hops_less=1).data


def unreachable(random: Generator, quote: bytes) -> Packet:
    return icmp_error(random, 3 if random.family == 4 else 1, 1, quote)


def short_quotes(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    cases = []
    for size in range(packet.header_size, packet.header_size + 8):
        error = unreachable(random, seen[:size])
        cases.append(Case(error, expected_error(error, as_sent(packet)[:size]), None))
    return cases


def tcp_quotes_up_to_the_checksum(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    cases, at = [], packet.header_size + checksum_offset(TCP_)
    for size in (at + 2, at + 3):
        error, quote = unreachable(random, seen[:size]), as_sent(packet)[:size]
        cases.append(Case(error, expected_error(error, quote), expected_error(error, quote[:at] + seen[at:size])))
    return cases


def sctp_quotes(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    cases, start = [], packet.header_size
    for size in (start + 12, start + 16, start + 20):
        error, quote = unreachable(random, seen[:size]), as_sent(packet)[:size]
        part = quote[start:start + 8] + bytes(4) + quote[start + 12:]
        wrong = quote[:start + 8] + crc32c(part).to_bytes(4, "big") + quote[start + 12:]
        cases.append(Case(error, expected_error(error, quote), expected_error(error, wrong)))
    return cases


def wrong_icmp_sums(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    error = unreachable(random, seen)
    at = error.header_size + 2
    wrong = error.with_data(random.with_wrong_field(error.data, at), "wrong ICMP checksum")
    right = expected_error(error, as_sent(packet))
    sums = [int.from_bytes(data[at:at + 2], "big") for data in (right[14:], wrong.data, error.data)]
    return [Case(wrong, with_field(right, at, (sums[0] + sums[1] - sums[2]) % 0xFFFF), None)]


def quotes_of_later_fragments(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    """The beginning of its data looks like any transport."""
    fragment = with_ipv4_field(seen, 6, 10)
    error = unreachable(random, fragment)
    quote = with_ipv4_field(as_sent(packet), 6, 10)[:20] + fragment[20:]
    return [Case(error, expected_error(error, quote), None)]


def source_quench(random: Generator, packet: Packet, seen: bytes) -> list[Case]:
    error = icmp_error(random, 4, 0, seen)
    return [Case(error, None, expected_error(error, as_sent(packet)))]


DIFFERENCES = [
    Difference(
        "dccp",
        "RFC 4340 9.1: the checksum covers the addresses; nft does not correct it",
        dccp, WAYS),
    Difference(
        "checksum-becomes-zero",
        "RFC 9293 3.1, RFC 4443 2.3: 0 means nothing in TCP and ICMPv6; nft writes 0xffff as in UDP, "
        "which receivers take for right too",
        sums_becoming_zero, WAYS),
    Difference(
        "header-checksum-becomes-zero",
        "RFC 1624 3: the sum of a header is never 0xffff, -0; nft writes that",
        header_sum_becoming_zero, [(VM, 4)]),
    Difference(
        "padding",
        "RFC 894: padding is no part of the packet, and the receiver's IP cuts it off; the switch "
        "leaves that to the receiver",
        padded, WAYS),
    Difference(
        "udp-without-room",
        "RFC 768: a whole packet has 8 bytes of header; one that ends before its checksum cannot be "
        "translated (`l4_truncated`), and nobody could use it",
        udp_without_room, WAYS),
    Difference(
        "record-route",
        "RFC 1812 5.3.13.5 would have a router add its address unless it is configured not to; the "
        "switch processes no IPv4 options",
        record_route, IPV4_WAYS),
    Difference(
        "malformed-option",
        "the switch processes no IPv4 options: the receiver refuses these (RFC 1122 3.2.1.8)",
        malformed_option, IPV4_WAYS),
    Difference(
        "hop-by-hop",
        "RFC 8200 4: a node on the way processes the hop-by-hop options only if it is configured to",
        hop_by_hop_to_discard, IPV6_WAYS),
    Difference(
        "neighbour-discovery",
        "RFC 4861 3.1: hop limit 255 proves that no router was on the way, so behind one these mean "
        "nothing (`icmp_link_scoped`)",
        neighbour_discovery, [(INET, 6)]),
]

ERROR_DIFFERENCES = [
    ErrorDifference(
        "short-quote",
        "RFC 792 has 8 bytes of transport quoted; the kernel needs them to find the connection, the "
        "switch only the address",
        tcp_flow, short_quotes, WAYS),
    ErrorDifference(
        "tcp-checksum-at-the-end",
        "RFC 5508 4: the embedded packet is reverted; the kernel corrects the checksum only where all "
        "20 bytes of TCP are quoted",
        tcp_flow, tcp_quotes_up_to_the_checksum, WAYS),
    ErrorDifference(
        "sctp",
        "RFC 9260 6.8: the CRC does not cover addresses; the kernel computes it anew over the part that "
        "is quoted, which makes it wrong",
        sctp_flow, sctp_quotes, WAYS),
    ErrorDifference(
        "wrong-icmp-checksum",
        "RFC 5508 REQ-3 (SHOULD drop): the switch verifies no checksum behind the IP header; it stays "
        "wrong by the same amount, and the receiver drops it",
        udp_flow, wrong_icmp_sums, WAYS),
    ErrorDifference(
        "later-fragment",
        "RFC 5508 REQ-3 reverts the IP header of any embedded packet; the kernel finds no connection "
        "without ports",
        udp_flow, quotes_of_later_fragments, IPV4_WAYS),
    ErrorDifference(
        "source-quench",
        "RFC 6633 3 and 6: nobody is to send or obey them any more (`icmp_link_scoped`)",
        udp_flow, source_quench, IPV4_WAYS),
]
