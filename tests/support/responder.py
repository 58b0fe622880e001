"""Program of traffic.Responder: responder VM_NAME, until SIGTERM."""

import contextlib
import socket
import sys

from .process import become_instrument
from .traffic import PORT

_IP_PKTINFO = 8


def main(name: bytes) -> None:
    become_instrument()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    server.bind(("0.0.0.0", PORT))
    while True:
        data, control, _flags, client = server.recvmsg(64, 64)
        # struct in_pktinfo { ifindex, spec_dst, addr }: spec_dst, the address asked, is the one to answer from.
        asked = next(data[4:8] for _level, kind, data in control if kind == _IP_PKTINFO)
        answer_from = b"\0" * 4 + asked + b"\0" * 4
        # The address may be gone since the question came: keepalived has just resigned.
        with contextlib.suppress(OSError):
            server.sendmsg([data, name], [(socket.IPPROTO_IP, _IP_PKTINFO, answer_from)], 0, client)


if __name__ == "__main__":
    main(sys.argv[1].encode())
