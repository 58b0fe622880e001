"""Frames of one interface with the kernel's own time stamps.

The kernel filters and stamps; frames wait in the socket's buffer until drain() reads them. So capturing costs
the machine next to nothing while a failover runs, and a busy reader makes no time stamp late. Times are
CLOCK_REALTIME in nanoseconds, the clock of the prober and of the switch's `at_unix_us`.
"""

import contextlib
import ctypes
import socket
import struct
from dataclasses import dataclass

from .namespace import Namespace

_ETH_P_ALL = 0x0003
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_BUFFER_BYTES = 64 << 20

# A field that must have a value: (offset in the Ethernet frame, size in bytes, value).
Match = tuple[int, int, int]
IPV4: Match = (12, 2, 0x0800)
ARP: Match = (12, 2, 0x0806)
VRRP: Match = (23, 1, 112)
UDP: Match = (23, 1, 17)


def udp_destination_port(port: int) -> Match:
    """Holds for IPv4 headers without options, which is all that the bed's own programs send."""
    return (36, 2, port)


@dataclass(frozen=True)
class Frame:
    time_ns: int
    outgoing: bool
    data: bytes


class Capture:
    """All frames of `interface` that fulfil every match, both directions."""

    def __init__(self, namespace: Namespace, interface: str, stack: contextlib.ExitStack, *matches: Match):
        # Protocol 0 receives nothing: the filter stands before the first frame can enter.
        self._socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        stack.callback(self._socket.close)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _attach_filter(self._socket, matches)
        self._socket.bind((interface, _ETH_P_ALL))

    def drain(self) -> list[Frame]:
        """What came since the last call, oldest first."""
        frames = []
        with contextlib.suppress(BlockingIOError):
            while True:
                data, control, _flags, address = self._socket.recvmsg(2048, 64)
                frames.append(Frame(time_stamp_ns(control), address[2] == socket.PACKET_OUTGOING, data))
        return frames


def time_stamp_ns(control: list) -> int:
    """The SO_TIMESTAMPNS of a received message."""
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("@ll", data[:16])
            return seconds * 1_000_000_000 + nanoseconds
    raise ValueError("message without a time stamp")


def enable_time_stamps(any_socket: socket.socket) -> None:
    any_socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def _attach_filter(packet_socket: socket.socket, matches: tuple[Match, ...]) -> None:
    """Classic BPF: load each field, leave for `ret 0` at the first that differs, else accept the frame."""
    load = {1: 0x30, 2: 0x28, 4: 0x20}    # BPF_LD | BPF_ABS with size B, H, W
    jump_if_equal, accept_or_drop = 0x15, 0x06
    program = []
    for index, (offset, size, value) in enumerate(matches):
        instructions_left = 2 * (len(matches) - index - 1)
        program.append((load[size], 0, 0, offset))
        program.append((jump_if_equal, 0, instructions_left + 1, value))
    program += [(accept_or_drop, 0, 0, 0xFFFF), (accept_or_drop, 0, 0, 0)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("@HBBI", *instruction) for instruction in program))
    packet_socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER,
                             struct.pack("@HL", len(program), ctypes.addressof(code)))


@dataclass(frozen=True)
class Advert:
    """A VRRP advert a VM sent."""
    time_ns: int
    vrid: int
    priority: int


def adverts_sent(frames: list[Frame]) -> list[Advert]:
    """Of a capture with IPV4 and VRRP in a VM, the adverts the VM itself sent."""
    adverts = []
    for frame in frames:
        header = 14 + 4 * (frame.data[14] & 0x0F)
        if frame.outgoing and len(frame.data) >= header + 8:
            adverts.append(Advert(frame.time_ns, frame.data[header + 1], frame.data[header + 2]))
    return adverts
