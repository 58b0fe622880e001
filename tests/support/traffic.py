"""The client's view: a numbered probe every millisecond, and which VM answered it.

Prober and Responder are programs of their own (prober.py, responder.py): what they measure must not wait for the
interpreter that drives the test. A probe is UDP with PROBE as payload; the answer repeats it and adds the VM's name.
"""

import contextlib
import os
import struct
import sys
from bisect import bisect_left
from dataclasses import dataclass

from .capture import Frame
from .namespace import Namespace
from .process import Process
from .undo import wait_until

PORT = 7777
PROBE = struct.Struct("!IQ")          # number, time sent (CLOCK_REALTIME ns)
RECORD = struct.Struct("!cIQ16s")     # SENT or ANSWERED, number, time, name of the VM
SENT, ANSWERED = b"S", b"A"
UNDER_WAY_NS = 50_000_000             # an answer that takes longer is lost
_HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Probe:
    sent_ns: int
    answered_ns: int | None = None
    answered_by: str | None = None


class Responder:
    """Answers probes inside a VM, from whichever address they were sent to, as any server would."""

    def __init__(self, vm_name: str, namespace: Namespace, directory: str, stack: contextlib.ExitStack):
        argv = [sys.executable, "-m", "support.responder", vm_name]
        self._process = Process(f"responder-{vm_name}", _python(argv), directory, stack, namespace)


class Prober:
    """Sends to `address` until stopped; `probes` grows with every refresh()."""

    def __init__(self, address: str, namespace: Namespace, directory: str, stack: contextlib.ExitStack,
                 interval_us: int = 1000):
        self.probes: list[Probe] = []
        record_path = os.path.join(directory, "probes")
        argv = [sys.executable, "-m", "support.prober", address, str(interval_us), record_path]
        self._process = Process("prober", _python(argv), directory, stack, namespace)
        self._records = wait_until(lambda: _open_if_there(record_path), "prober starts")
        stack.callback(self._records.close)
        self._partial = b""

    def refresh(self) -> None:
        if not self._process.is_running():
            raise RuntimeError(f"prober ended: {self._process.log_tail()}")
        data = self._partial + self._records.read()
        whole = len(data) - len(data) % RECORD.size
        self._partial = data[whole:]
        for kind, number, time_ns, name in RECORD.iter_unpack(data[:whole]):
            if kind == SENT:
                self.probes.append(Probe(time_ns))
            elif self.probes[number].answered_ns is None:
                self.probes[number].answered_ns = time_ns
                self.probes[number].answered_by = name.rstrip(b"\0").decode()

    def since(self, time_ns: int) -> list[Probe]:
        """Probes sent at or after `time_ns`."""
        self.refresh()
        return self.probes[bisect_left(self.probes, time_ns, key=lambda probe: probe.sent_ns):]

    def is_answered_by(self, name: str, window_ms: int = 300) -> bool:
        """Whether the probes of the last `window_ms`, those still under way aside, were answered by `name` alone.

        One in twenty may be missing: a stall of the machine is counted as loss, but is no failed failover.
        """
        self.refresh()
        if not self.probes:
            return False
        end_ns = self.probes[-1].sent_ns - UNDER_WAY_NS
        begin_ns = end_ns - window_ms * 1_000_000
        answered_by = [probe.answered_by for probe in self.since(begin_ns) if probe.sent_ns <= end_ns]
        answered = sum(1 for each in answered_by if each == name)
        return (begin_ns >= self.probes[0].sent_ns and answered >= 0.95 * len(answered_by)
                and all(each in (name, None) for each in answered_by))


def delivered_probes(frames: list[Frame]) -> list[tuple[int, int]]:
    """Of a capture of UDP to PORT in a VM: (time delivered, time sent) of each probe."""
    return [(frame.time_ns, PROBE.unpack_from(frame.data, 42)[1]) for frame in frames
            if not frame.outgoing and len(frame.data) >= 42 + PROBE.size]


def _python(argv: list[str]) -> list[str]:
    return ["env", f"PYTHONPATH={os.path.dirname(_HERE)}", "PYTHONDONTWRITEBYTECODE=1", *argv]


def _open_if_there(path: str):
    with contextlib.suppress(FileNotFoundError):
        return open(path, "rb")
