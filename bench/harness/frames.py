"""Captures for net_pcap to repeat: 60-byte UDP frames, without the frame check sequence."""

import random
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FILE_HEADER = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
_SIZE_BYTES = 60
_PAYLOAD_BYTES = _SIZE_BYTES - 14 - 20 - 8
_CLIENTS = 250    # addresses of 198.18.0.0/24 (RFC 2544)


@dataclass(frozen=True)
class Flow:
    """Addresses as numbers."""
    source: int
    destination: int
    source_port: int


def address(text: str) -> int:
    return int.from_bytes(bytes(int(part) for part in text.split(".")), "big")


def flows_to(destinations: Sequence[int], count: int) -> list[Flow]:
    """From clients of the internet, evenly to all destinations, in random but always the same order."""
    client = address("198.18.0.1")
    flows = [Flow(client + number % _CLIENTS, destinations[number % len(destinations)], 1024 + number // _CLIENTS)
             for number in range(count)]
    random.Random(1).shuffle(flows)
    return flows


def write_capture(path: str, to_mac: str, from_mac: str, flows: Iterable[Flow], others: Sequence[bytes] = ()) -> str:
    """Behind the datagrams of the flows `others`, which are whole frames of 60 bytes."""
    ethernet = _mac(to_mac) + _mac(from_mac) + b"\x08\x00"
    record = struct.pack("<4I", 0, 0, _SIZE_BYTES, _SIZE_BYTES)
    with open(path, "wb") as file:
        file.write(_FILE_HEADER + b"".join(record + ethernet + _datagram(flow) for flow in flows)
                   + b"".join(record + frame for frame in others))
    return path


def arp_reply(from_mac: str, from_address: str, to_mac: str, to_address: str) -> bytes:
    return _arp(2, _mac(to_mac), _mac(from_mac), from_address, _mac(to_mac), to_address)


def gratuitous_arp(mac: str, ip: str) -> bytes:
    """The request by which a host announces that it has the address now."""
    return _arp(1, b"\xff" * 6, _mac(mac), ip, bytes(6), ip)


def _arp(operation: int, to: bytes, sender_mac: bytes, sender: str, target_mac: bytes, target: str) -> bytes:
    """RFC 826, over Ethernet."""
    header = to + sender_mac + bytes.fromhex("0806 0001 0800 06 04") + struct.pack(">H", operation)
    pairs = ((sender_mac, sender), (target_mac, target))
    return (header + b"".join(mac + struct.pack(">I", address(ip)) for mac, ip in pairs)).ljust(_SIZE_BYTES, b"\0")


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _datagram(flow: Flow) -> bytes:
    """IPv4 and UDP, both checksums right."""
    udp_size = 8 + _PAYLOAD_BYTES
    addresses = struct.pack(">II", flow.source, flow.destination)
    start = struct.pack(">BBHHHBB", 0x45, 0, 20 + udp_size, 0, 0, 64, 17)
    ports = struct.pack(">HHH", flow.source_port, 9, udp_size)
    pseudo_header = addresses + struct.pack(">HH", 17, udp_size)
    return (start + _checksum(start + addresses) + addresses + ports + _checksum(pseudo_header + ports)
            + bytes(_PAYLOAD_BYTES))


def _checksum(data: bytes) -> bytes:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return struct.pack(">H", (total + (total >> 16)) & 0xffff ^ 0xffff)
