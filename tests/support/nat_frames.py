"""Random frames for the boxes of nat_boxes: what a 1:1 NAT has to translate, of every transport it may meet.

A generator with the same seed makes the same frames. Checksums are right unless a frame is made to carry a wrong one.
"""

import logging
import random
import socket
import struct
from dataclasses import dataclass, replace

from .nat_boxes import EIP, INET, INNER, ethernet_header, internet_checksum

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.inet import IP, TCP, UDP    # noqa: E402
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,    # noqa: E402
                                IPv6ExtHdrRouting, PadN, RouterAlert)
from scapy.layers.sctp import SCTP, SCTPChunkData, SCTPChunkInit    # noqa: E402

ICMPV4, TCP_, UDP_, DCCP, GRE, ESP, AH, ICMPV6, SCTP_, UDP_LITE = 1, 6, 17, 33, 47, 50, 51, 58, 132, 136
# Where the checksum lies that covers a pseudo-header; ICMP's and SCTP's do not.
CHECKSUM_OFFSETS = {TCP_: 16, UDP_: 6, UDP_LITE: 6, DCCP: 6, ICMPV6: 2}
EXTENSIONS = {IPv6ExtHdrHopByHop: 0, IPv6ExtHdrRouting: 43, IPv6ExtHdrFragment: 44, IPv6ExtHdrDestOpt: 60}
# VRRP is the switch's own business, the others tests of their own.
NOT_RANDOM = {*EXTENSIONS.values(), *CHECKSUM_OFFSETS, ICMPV4, GRE, AH, SCTP_, 112}
NO_NEXT_HEADER = 59    # connection tracking finds nothing to follow in it
ICMPV4_ERRORS, ICMPV4_LINK_SCOPED = (3, 11, 12), (4, 5)
# Types below 128 are errors, also those that nobody has assigned (RFC 4443 2.1).
ICMPV6_ERRORS, NEIGHBOUR_DISCOVERY = (0, 1, 2, 3, 4, 5, 100, 127), range(133, 138)
MTU = 1500


@dataclass(frozen=True)
class Packet:
    """What one box gets: an IP packet from one side, and in words what it is."""
    side: str
    family: int
    what: str
    data: bytes
    protocol: int       # of the transport, behind options and extension headers
    header_size: int    # with these

    @property
    def frame(self) -> bytes:
        return ethernet_header(self.side, self.family) + self.data

    @property
    def segment(self) -> bytes:
        return self.data[self.header_size:]

    def with_data(self, data: bytes, what: str = "") -> "Packet":
        return replace(self, data=data, what=what or self.what)


def pseudo_header(family: int, source: str, destination: str, protocol: int, size: int) -> bytes:
    """RFC 793 3.1, RFC 8200 8.1."""
    kind, layout = (socket.AF_INET, ">HH") if family == 4 else (socket.AF_INET6, ">II")
    addresses = socket.inet_pton(kind, source) + socket.inet_pton(kind, destination)
    return addresses + struct.pack(layout, *((protocol, size) if family == 4 else (size, protocol)))


def covered(protocol: int, segment: bytes) -> bytes:
    """What of a segment its checksum covers: RFC 3828 3.1, RFC 4340 9.2."""
    if protocol == UDP_LITE:
        return segment[:int.from_bytes(segment[4:6], "big") or len(segment)]
    if protocol == DCCP and segment[5] & 15:
        return segment[:4 * (segment[4] + (segment[5] & 15) - 1)]
    return segment


def transport_checksum(family: int, source: str, destination: str, protocol: int, segment: bytes) -> int:
    """Over the segment as it is: 0 if its own checksum is right, what to write into a cleared one otherwise."""
    return internet_checksum(pseudo_header(family, source, destination, protocol, len(segment)) +
                             covered(protocol, segment))


def with_checksum(family: int, source: str, destination: str, protocol: int, segment: bytes) -> bytes:
    """The segment with the right checksum."""
    at = checksum_offset(protocol)
    if at is None or len(segment) < at + 2:
        return segment
    cleared = segment[:at] + b"\0\0" + segment[at + 2:]
    if protocol == ICMPV4:
        value = internet_checksum(cleared)
    else:
        value = transport_checksum(family, source, destination, protocol, cleared)
        value = value or (0xFFFF if protocol in (UDP_, UDP_LITE) else 0)
    return segment[:at] + value.to_bytes(2, "big") + segment[at + 2:]


def checksum_offset(protocol: int) -> int | None:
    return 2 if protocol == ICMPV4 else CHECKSUM_OFFSETS.get(protocol)


class Generator:
    """Random packets of one family from one side."""

    def __init__(self, seed: str, side: str, family: int):
        self.random = random.Random(f"{seed} {side} {family}")
        self.side, self.family = side, family

    def ends(self, side: str | None = None) -> tuple[str, str]:
        """Source and destination as a sender at `side` sees them."""
        if (side or self.side) == INET:
            return self.remote(), EIP[self.family]
        return INNER[self.family], self.remote()

    def remote(self) -> str:
        """Some public address that no box knows."""
        if self.family == 4:
            first = self.random.choice([8, 9, 45, 80, 141, 191, 199, 223])
            return f"{first}.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"
        prefix = self.random.choice(["2001:db8:200", "2600:1f00:1", "2a00:1450:4001", "2620:0:2d0", "3fff:1:2"])
        return f"{prefix}:" + ":".join(f"{self.random.randrange(1, 1 << 16):x}" for _ in range(5))

    def bytes(self, low: int, high: int) -> bytes:
        return self.random.randbytes(self.random.randint(low, high))

    def port(self) -> int:
        return self.random.choice([self.random.randrange(1, 1 << 16), 53, 80, 443, 500, 1, 65535])

    def ordinary(self) -> Packet:
        """Anything but an ICMP error or a fragment; sometimes its transport's checksum is wrong, or cut off."""
        source, destination = self.ends()
        what, protocol, segment = self.segment()
        segment = with_checksum(self.family, source, destination, protocol, segment)
        at = checksum_offset(protocol)
        if at is not None and self.random.random() < 0.2:
            what += " with a wrong checksum"
            segment = self.with_wrong_field(segment, at)
        elif protocol == UDP_ and self.random.random() < 0.15:
            what += " without a checksum"
            segment = segment[:6] + b"\0\0" + segment[8:]
        elif protocol in (TCP_, ICMPV6) and self.random.random() < 0.05:
            what += " that ends before its checksum"
            segment = segment[:self.random.randint(0, CHECKSUM_OFFSETS[protocol] + 1)]
        return self.packet(what, source, destination, protocol, segment)

    def with_wrong_field(self, data: bytes, at: int) -> bytes:
        """A 16-bit checksum changed, never to 0, which may mean that there is none."""
        value = int.from_bytes(data[at:at + 2], "big")
        others = [value ^ self.random.randrange(1, 1 << 16), value ^ 1, 0xFFFE, 0xFFFD]
        wrong = self.random.choice([other for other in others if other not in (0, value)])
        return data[:at] + wrong.to_bytes(2, "big") + data[at + 2:]

    def packet(self, what: str, source: str, destination: str, protocol: int, segment: bytes, extended: bool = True,
               atomic: bool = True, hops: int | None = None) -> Packet:
        """The IP header around a segment; `extended` allows IPv4 options and IPv6 extension headers, with `atomic` a
        fragment header of a packet that is whole."""
        if hops is None:
            hops = self.random.choice([0, 1, 2, 2, 3, 17, 63, 64, 64, 128, 254, 255])
        if self.family == 4:
            options = self.options() if extended and self.random.random() < 0.2 else b""
            options = options if 20 + len(options) + len(segment) <= MTU else b""
            header = IP(ihl=5 + len(options) // 4, tos=self.random.randrange(256), len=20 + len(options) + len(segment),
                        id=self.random.randrange(1 << 16), flags=self.random.choice(["", "DF", "DF", "evil"]), ttl=hops,
                        proto=protocol, src=source, dst=destination, chksum=0)
            data = bytes(header)[:20] + options
            data = data[:10] + internet_checksum(data).to_bytes(2, "big") + data[12:]
            what += " with options" if options else ""
            return Packet(self.side, 4, what, data + segment, protocol, len(data))
        chain = self.extensions(protocol, atomic) if extended and self.random.random() < 0.3 else []
        chain = chain if 40 + sum(map(len, chain)) + len(segment) <= MTU else []
        data = b"".join(bytes(header) for header in chain) + segment
        header = IPv6(tc=self.random.randrange(256), fl=self.random.randrange(1 << 20), plen=len(data), hlim=hops,
                      src=source, dst=destination, nh=EXTENSIONS[type(chain[0])] if chain else protocol)
        what += f" behind {len(chain)} extension headers" if chain else ""
        return Packet(self.side, 6, what, bytes(header) + data, protocol, 40 + len(data) - len(segment))

    def segment(self) -> tuple[str, int, bytes]:
        """Name, protocol and bytes of a transport's segment, its checksum not yet right."""
        kinds = [self.tcp, self.tcp, self.udp, self.udp, self.icmp, self.icmp, self.udp_lite, self.sctp, self.gre,
                 self.esp, self.ah, self.unknown]
        return self.random.choice(kinds)()

    def payload(self, header_size: int) -> bytes:
        """Short, of medium length, or up to the full MTU; odd lengths as often as even ones."""
        room = MTU - (20 if self.family == 4 else 40) - header_size
        return self.bytes(*self.random.choice([(0, 0), (0, 3), (0, 30), (0, 200), (0, 1300), (room - 1, room)]))

    def tcp(self) -> tuple[str, int, bytes]:
        options = [("MSS", self.random.randrange(1 << 16)), ("WScale", self.random.randrange(15)), ("SAckOK", b""),
                   ("Timestamp", (self.random.randrange(1 << 32), self.random.randrange(1 << 32))), ("NOP", None),
                   ("SAck", (self.random.randrange(1 << 32), self.random.randrange(1 << 32))), (253, self.bytes(0, 6))]
        header = bytes(TCP(sport=self.port(), dport=self.port(), seq=self.random.randrange(1 << 32),
                           ack=self.random.randrange(1 << 32), reserved=self.random.randrange(8),
                           flags=self.random.randrange(512), window=self.random.randrange(1 << 16), chksum=0,
                           urgptr=self.random.randrange(1 << 16),
                           options=self.random.sample(options, self.random.randint(0, 4))))
        return "TCP", TCP_, header + self.payload(len(header))

    def udp(self) -> tuple[str, int, bytes]:
        return "UDP", UDP_, self.udp_segment(self.payload(8))

    def udp_segment(self, payload: bytes) -> bytes:
        return bytes(UDP(sport=self.port(), dport=self.port(), len=8 + len(payload), chksum=0)) + payload

    def udp_lite(self) -> tuple[str, int, bytes]:
        payload = self.payload(8)
        coverage = self.random.choice([0, 8, 8 + len(payload), self.random.randint(8, 8 + len(payload))])
        return "UDP-Lite", UDP_LITE, struct.pack(">HHHH", self.port(), self.port(), coverage, 0) + payload

    def dccp(self) -> tuple[str, int, bytes]:
        payload = self.payload(28)
        words = 4 + self.random.randint(0, 3)    # DCCP-Data with long sequence numbers, and padding as options
        coverage = self.random.choice([0, 0, 1, min(15, 1 + len(payload) // 4)])
        header = struct.pack(">HHBBHBBHI", self.port(), self.port(), words, coverage, 0, 2 << 1 | 1, 0,
                             self.random.randrange(1 << 16), self.random.randrange(1 << 32))
        return "DCCP", DCCP, header + bytes(4 * words - 16) + payload

    def icmp(self) -> tuple[str, int, bytes]:
        """Echo, and what else is neither an error nor the business of one link."""
        if self.family == 4:
            others = set(range(256)) - {*ICMPV4_ERRORS, *ICMPV4_LINK_SCOPED}
            kind = self.random.choice([0, 8, 13, 14, self.random.choice(sorted(others))])
            return f"ICMP type {kind}", ICMPV4, bytes([kind, 0, 0, 0]) + self.bytes(4, 4) + self.payload(8)
        others = set(range(128, 256)) - set(NEIGHBOUR_DISCOVERY)
        kind = self.random.choice([128, 129, self.random.choice(sorted(others))])
        return f"ICMPv6 type {kind}", ICMPV6, bytes([kind, 0, 0, 0]) + self.bytes(4, 4) + self.payload(8)

    def sctp_init(self) -> bytes:
        """As it opens an association: RFC 9260 8.5.1 wants the tag 0."""
        chunk = SCTPChunkInit(init_tag=self.random.randrange(1, 1 << 32))
        return bytes(SCTP(sport=self.port(), dport=self.port(), tag=0) / chunk)

    def sctp(self) -> tuple[str, int, bytes]:
        if self.random.random() < 0.5:
            return "SCTP INIT", SCTP_, self.sctp_init()
        header = SCTP(sport=self.port(), dport=self.port(), tag=self.random.randrange(1 << 32))
        return "SCTP", SCTP_, bytes(header / SCTPChunkData(data=self.payload(28)))

    def gre(self) -> tuple[str, int, bytes]:
        first = self.random.choice([0x0000, 0x2000, 0x3000, 0x3081])
        return "GRE", GRE, struct.pack(">HH", first, 0x0800) + self.bytes(8, 80)

    def esp(self) -> tuple[str, int, bytes]:
        return "ESP", ESP, self.bytes(8, 200)

    def ah(self) -> tuple[str, int, bytes]:
        """In front of TCP, whose checksum nobody must touch: RFC 4302 authenticates it, and the addresses too."""
        return "AH", AH, bytes([TCP_, 4, 0, 0]) + self.bytes(20, 20) + self.tcp()[2][:1300]

    def unknown(self) -> tuple[str, int, bytes]:
        protocol = self.random.choice([number for number in range(256) if number not in NOT_RANDOM])
        return f"protocol {protocol}", protocol, self.payload(0)

    def options(self) -> bytes:
        """IPv4 options that mean nothing to a router on the way: no-operation, router alert, security, experiment."""
        parts = [b"\1", b"\x94\4\0\0", b"\x82\x0b" + self.bytes(9, 9), b"\x9e\6" + self.bytes(4, 4), b"\xde\2"]
        chosen = b"".join(self.random.sample(parts, self.random.randint(1, 4)))
        return chosen + bytes(-len(chosen) % 4)

    def extensions(self, protocol: int, atomic: bool) -> list:
        """Headers in front of `protocol`, each in a place it may have (RFC 8200 4.1)."""
        hop_by_hop = self.random.choice([PadN(optdata=bytes(4)), RouterAlert(value=0)])
        makers = [lambda: IPv6ExtHdrHopByHop(options=[hop_by_hop]),
                  lambda: IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(self.random.choice([4, 12])))]),
                  lambda: IPv6ExtHdrRouting(type=self.random.choice([4, 253]), segleft=0, addresses=[self.remote()]),
                  lambda: IPv6ExtHdrFragment(id=self.random.randrange(1 << 32))]    # RFC 6946
        chain = [make() for make in makers[:None if atomic else -1] if self.random.random() < 0.4]
        for header, number in zip(chain, [*(EXTENSIONS[type(each)] for each in chain[1:]), protocol]):
            header.nh = number
        return chain

    def fragments(self) -> list[Packet]:
        """A packet in pieces, in any order, some twice; each piece is translated without knowing the others."""
        source, destination = self.ends()
        what, protocol, segment = self.segment()
        while len(segment) < 32:
            segment += self.bytes(1, 40)
        segment = with_checksum(self.family, source, destination, protocol, segment)
        cuts = sorted({0, *(8 * self.random.randint(1, len(segment) // 8 - 1) for _ in range(3))})
        identity = self.random.randrange(1 << 32)
        pieces = []
        for start, end in zip(cuts, [*cuts[1:], len(segment)]):
            more, said = end < len(segment), f"{what}, bytes {start} to {end}"
            if self.family == 4:
                piece = self.packet(said, source, destination, protocol, segment[start:end], hops=64)
                flags = int(more) << 13 | start // 8
                data = with_ipv4_field(piece.data, 4, identity & 0xFFFF)
                pieces.append(piece.with_data(with_ipv4_field(data, 6, flags)))
                continue
            header = bytes(IPv6ExtHdrFragment(nh=protocol, offset=start // 8, m=int(more), id=identity))
            pieces.append(self.packet(said, source, destination, 44, header + segment[start:end], extended=False,
                                      hops=64))
        self.random.shuffle(pieces)
        return pieces + pieces[:self.random.randint(0, 1)]

    def flow(self) -> Packet:
        """The first packet of a connection, as connection tracking takes it for one."""
        source, destination = self.ends()
        kinds = [self.tcp, self.tcp, self.udp, self.udp, self.udp_lite, self.icmp, self.esp, self.unknown]
        what, protocol, segment = self.random.choice(kinds)()
        protocol = 253 if protocol == NO_NEXT_HEADER else protocol
        if protocol == TCP_:
            what, segment = "TCP SYN", segment[:12] + bytes([segment[12] & 0xF0, 2]) + segment[14:]
        elif protocol in (ICMPV4, ICMPV6):
            what, segment = "echo request", bytes([8 if protocol == ICMPV4 else 128]) + segment[1:]
        segment = with_checksum(self.family, source, destination, protocol, segment + bytes(max(0, 8 - len(segment))))
        if protocol == UDP_ and self.family == 4 and self.random.random() < 0.3:
            what, segment = what + " without a checksum", segment[:6] + b"\0\0" + segment[8:]
        return self.packet(what, source, destination, protocol, segment, atomic=False, hops=64)


def with_ipv4_field(data: bytes, offset: int, value: int) -> bytes:
    """The IPv4 packet with a 16-bit field of its header changed, and the header's checksum right."""
    size = 4 * (data[0] & 15)
    header = bytearray(data[:size])
    header[offset:offset + 2] = value.to_bytes(2, "big")
    header[10:12] = bytes(2)
    header[10:12] = internet_checksum(bytes(header)).to_bytes(2, "big")
    return bytes(header) + data[size:]


def addresses_of(data: bytes) -> tuple[str, str]:
    """Source and destination of an IP packet."""
    kind, start, size = (socket.AF_INET, 12, 4) if data[0] >> 4 == 4 else (socket.AF_INET6, 8, 16)
    return socket.inet_ntop(kind, data[start:start + size]), socket.inet_ntop(kind, data[start + size:start + 2 * size])


def icmp_error(generator: Generator, kind: int, code: int, quote: bytes) -> Packet:
    """An error about the quoted packet to who sent that: of any router on the internet, or of the VM."""
    reporter = generator.remote() if generator.side == INET else INNER[generator.family]
    destination = addresses_of(quote)[0]
    protocol = ICMPV4 if generator.family == 4 else ICMPV6
    segment = bytes([kind, code, 0, 0]) + generator.bytes(4, 4) + quote
    segment = with_checksum(generator.family, reporter, destination, protocol, segment)
    what = f"ICMP{'v6' if generator.family == 6 else ''} type {kind} code {code} with {len(quote)} bytes of quote"
    return generator.packet(what, reporter, destination, protocol, segment, extended=False, hops=64)
