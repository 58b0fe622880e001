"""Program of traffic.Prober: prober ADDRESS INTERVAL_US RECORD_FILE, until SIGTERM.

Appends traffic.RECORDs. A tick that was missed is not made up for: a burst after a pause would test queues, not
the failover.
"""

import contextlib
import gc
import socket
import sys
import time

from .capture import enable_time_stamps, time_stamp_ns
from .process import become_instrument
from .traffic import ANSWERED, PORT, PROBE, RECORD, SENT

_FLUSH_EVERY = 16


def main(address: str, interval_us: int, record_path: str) -> None:
    become_instrument()
    gc.disable()
    probe_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe_socket.connect((address, PORT))
    probe_socket.setblocking(False)
    enable_time_stamps(probe_socket)
    with open(record_path, "wb", buffering=0) as record_file:
        _probe_forever(probe_socket, interval_us * 1000, record_file)


def _probe_forever(probe_socket: socket.socket, interval_ns: int, record_file) -> None:
    records: list[bytes] = []
    number = 0
    next_ns = time.monotonic_ns()
    while True:
        wait_ns = next_ns - time.monotonic_ns()
        if wait_ns > 0:
            time.sleep(wait_ns / 1e9)
        next_ns = max(next_ns, time.monotonic_ns() - interval_ns) + interval_ns
        records.extend(_answers(probe_socket))
        sent_ns = time.time_ns()
        # A refused port or an address without a route is a lost probe, which is what is being counted.
        with contextlib.suppress(OSError):
            probe_socket.send(PROBE.pack(number, sent_ns))
        records.append(RECORD.pack(SENT, number, sent_ns, b""))
        number += 1
        if number % _FLUSH_EVERY == 0:
            record_file.write(b"".join(records))
            records.clear()


def _answers(probe_socket: socket.socket) -> list[bytes]:
    answers = []
    while True:
        try:
            data, control, _flags, _address = probe_socket.recvmsg(64, 64)
        except BlockingIOError:
            return answers
        except OSError:    # an ICMP error for an earlier probe
            continue
        number, _sent_ns = PROBE.unpack_from(data)
        answers.append(RECORD.pack(ANSWERED, number, time_stamp_ns(control), data[PROBE.size:]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
