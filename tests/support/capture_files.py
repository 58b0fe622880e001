"""Capture files by hand: frames of a pcap file, and files of the same frames in other forms."""

import pathlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace

_MICROSECONDS, _NANOSECONDS = 0xa1b2c3d4, 0xa1b23c4d
_INBOUND_OR_OUTBOUND = {None: 0, "in": 1, "out": 2}


@dataclass(frozen=True)
class Captured:
    time_ns: int
    data: bytes
    interface: str = ""
    direction: str | None = None   # "in" or "out", pcapng only
    comment: str = ""
    size: int = 0                  # on the wire, if more than was captured

    @property
    def source(self) -> str:
        return self.data[6:12].hex(":")

    def over(self, **fields) -> "Captured":
        return replace(self, **fields)


def read_pcap(path: pathlib.Path) -> list[Captured]:
    """Of microseconds, in little-endian order."""
    content = path.read_bytes()
    frames, at = [], 24
    while at < len(content):
        seconds, fraction, captured, size = struct.unpack_from("<4I", content, at)
        frames.append(Captured(seconds * 10**9 + fraction * 1000, content[at + 16:at + 16 + captured], size=size))
        at += 16 + captured
    return frames


def write_pcap(path: pathlib.Path, frames: Iterable[Captured], *, nanoseconds: bool = False, order: str = "<",
               link_type: int = 1) -> pathlib.Path:
    content = struct.pack(f"{order}IHHiIII", _NANOSECONDS if nanoseconds else _MICROSECONDS, 2, 4, 0, 0, 65535, link_type)
    for frame in frames:
        seconds, rest = divmod(frame.time_ns, 10**9)
        content += struct.pack(f"{order}4I", seconds, rest if nanoseconds else rest // 1000, len(frame.data),
                               max(frame.size, len(frame.data))) + frame.data
    path.write_bytes(content)
    return path


def write_pcapng(path: pathlib.Path, frames: Iterable[Captured], *, order: str = "<", resolution: int = 9,
                 link_type: int = 1) -> pathlib.Path:
    """An interface for each name; times in 10**-resolution seconds, or with the upper bit in 2**-N."""
    def block(kind: int, body: bytes) -> bytes:
        size = len(body) + 12
        return struct.pack(f"{order}II", kind, size) + body + struct.pack(f"{order}I", size)

    def option(code: int, value: bytes) -> bytes:
        return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)

    per_second = 2**(resolution & 0x7f) if resolution & 0x80 else 10**resolution
    content = block(0x0a0d0d0a, struct.pack(f"{order}IHHq", 0x1a2b3c4d, 1, 0, -1))
    interfaces: list[str] = []
    for frame in frames:
        if frame.interface not in interfaces:
            interfaces.append(frame.interface)
            described = option(2, frame.interface.encode()) if frame.interface else b""
            content += block(1, struct.pack(f"{order}HHI", link_type, 0, 65535) + described
                             + option(9, bytes([resolution])) + option(0, b""))
        time = frame.time_ns * per_second // 10**9
        options = option(1, frame.comment.encode()) if frame.comment else b""
        options += option(2, struct.pack(f"{order}I", _INBOUND_OR_OUTBOUND[frame.direction])) + option(0, b"")
        content += block(6, struct.pack(f"{order}5I", interfaces.index(frame.interface), time >> 32, time & 0xffffffff,
                                        len(frame.data), max(frame.size, len(frame.data)))
                         + frame.data + bytes(-len(frame.data) % 4) + options)
    path.write_bytes(content)
    return path
