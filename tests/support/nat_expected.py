"""What has to come out of the boxes of nat_boxes, computed anew and not by increments; and what differs, in words."""

import socket
from collections.abc import Iterator

from scapy.layers.l2 import Ether

from .nat_boxes import EIP, INET, INNER, OTHER_SIDE, leaving_header
from .nat_frames import ICMPV6, TCP_, UDP_, UDP_LITE, Generator, Packet, addresses_of, checksum_offset, with_checksum, \
    with_ipv4_field


def translated(packet: Packet) -> bytes:
    """The frame that has to leave, its transport's checksum computed anew."""
    return leaving(with_right_checksum(moved(packet)))


def expected_error(error: Packet, quote: bytes) -> bytes:
    """The frame of an ICMP error that has to leave with this quote."""
    return translated(error.with_data(error.data[:error.header_size + 8] + quote))


def moved(packet: Packet) -> Packet:
    """Its IP header as it has to leave, its transport untouched."""
    source, destination = addresses_of(packet.data)
    if packet.side == INET:
        return readdressed(packet, source, INNER[packet.family], hops_less=1)
    return readdressed(packet, EIP[packet.family], destination, hops_less=1)


def leaving(packet: Packet) -> bytes:
    return leaving_header(OTHER_SIDE[packet.side], packet.family) + packet.data


def with_field(frame: bytes, at: int, value: int) -> bytes:
    """A 16-bit field of the IP packet in a frame changed."""
    return frame[:14 + at] + value.to_bytes(2, "big") + frame[14 + at + 2:]


def readdressed(packet: Packet, source: str, destination: str, hops_less: int = 0) -> Packet:
    """With other addresses, and the header's sum right again; the transport's is left as it is."""
    kind = socket.AF_INET if packet.family == 4 else socket.AF_INET6
    addresses = socket.inet_pton(kind, source) + socket.inet_pton(kind, destination)
    data = packet.data
    if packet.family == 6:
        return packet.with_data(data[:7] + bytes([data[7] - hops_less]) + addresses + data[40:])
    data = data[:12] + addresses + data[20:]
    return packet.with_data(with_ipv4_field(data, 8, (data[8] - hops_less) << 8 | data[9]))


def with_right_checksum(packet: Packet) -> Packet:
    segment = with_checksum(packet.family, *addresses_of(packet.data), packet.protocol, packet.segment)
    return packet.with_data(packet.data[:packet.header_size] + segment)


def describe_difference(packet: Packet, one: list[bytes], other: list[bytes],
                        names: tuple[str, str] = ("switch", "linux")) -> str:
    """What was sent, what came out of both, and where that is not the same."""
    lines = [f"{packet.what}, IPv{packet.family} from {packet.side}", f"  sent    {packet.frame.hex()}"]
    for name, frames in zip(names, (one, other)):
        lines += [f"  {name:7} {frame.hex()}" for frame in frames] or [f"  {name:7} nothing"]
    if len(one) != 1 or len(other) != 1:
        return "\n".join(lines)
    offsets = [at for at, (left, right) in enumerate(zip(one[0], other[0])) if left != right]
    lines.append(f"  lengths {len(one[0])} and {len(other[0])}, different bytes at {offsets}")
    fields = [dict(_fields(frames[0])) for frames in (one, other)]
    lines += [f"  {field}: {names[0]} {fields[0].get(field)!r}, {names[1]} {fields[1].get(field)!r}"
              for field in dict.fromkeys([*fields[0], *fields[1]]) if fields[0].get(field) != fields[1].get(field)]
    return "\n".join(lines)


def _fields(frame: bytes) -> Iterator[tuple[str, object]]:
    layer, depth = Ether(frame), 0
    while layer:
        for name, value in layer.fields.items():
            yield f"{depth} {layer.name} {name}", value
        layer, depth = layer.payload, depth + 1


def becoming_zero(random: Generator, protocol: int) -> Packet:
    """A packet whose transport's checksum, computed after the translation, is 0."""
    lengths = {TCP_: 20, UDP_: 8, UDP_LITE: 8, ICMPV6: 8}
    source, destination = random.ends()
    segment = bytearray(random.bytes(lengths[protocol], lengths[protocol]) + bytes(2))
    if protocol == TCP_:
        segment[12] = 0x50
    elif protocol == ICMPV6:
        segment[:2] = b"\x80\0"
    else:
        segment[4:6] = len(segment).to_bytes(2, "big")
    at = checksum_offset(protocol)
    segment[at:at + 2] = bytes(2)
    packet = random.packet("checksum that becomes 0", source, destination, protocol, bytes(segment), extended=False,
                           hops=64)
    filler = with_right_checksum(moved(packet)).segment[at:at + 2]
    return with_right_checksum(packet.with_data(packet.data[:-2] + filler))
