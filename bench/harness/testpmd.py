"""Debian's testpmd (package dpdk-dev) as a subject, and as a generator."""

import os
import re
import select
import shutil
import time
from collections.abc import Sequence

from support.process import Process
from support.switch import remove_runtime_directory

from . import machine
from .subject import Counters, Place

_PROMPT = "testpmd> "
_RECEIVED = re.compile(r"RX-packets: (\d+)")
_CYCLES = re.compile(r"total cycles=(\d+) / total \w+ packets=(\d+)")


def is_missing() -> str | None:
    """Why there is none, if so."""
    return None if shutil.which("dpdk-testpmd") else "no dpdk-testpmd: scripts/install-packages --bench"


class Testpmd:
    """Forwards between its devices in pairs: the first and the second, the third and the fourth; one alone to itself."""
    __test__ = False    # not a class of tests, whatever its name suggests to pytest

    def __init__(self, place: Place, devices: Sequence[str], mode: str = "io", name: str | None = None,
                 core: int | None = None, mbufs: int = 65536, queues: int = 1):
        name = name or f"testpmd-{mode}"
        prefix = place.prefix(name)
        place.stack.callback(remove_runtime_directory, prefix)
        topology = "loop" if len(devices) == 1 else "paired"
        self.process = Process(name, [*self._eal(prefix, devices, core), "--", "--interactive", "--no-flush-rx",
                                      f"--forward-mode={mode}", f"--port-topology={topology}", "--nb-cores=1",
                                      f"--total-num-mbufs={mbufs}", f"--rxq={queues}", f"--txq={queues}"],
                               place.directory, place.stack, place.namespace, pipe_shell=True)
        self._read_until_prompt(30.0)
        self.command("set record-core-cycles on")
        self.command("start")

    def command(self, line: str, timeout_s: float = 10.0) -> str:
        self.process.popen.stdin.write(line.encode() + b"\n")
        self.process.popen.stdin.flush()
        return self._read_until_prompt(timeout_s)

    def counters(self) -> Counters:
        told = _CYCLES.search(self.command("show fwd stats all"))
        return Counters(int(told[2]), int(told[1])) if told else Counters(0, 0)

    def received(self, port: int) -> int:
        """Packets, by the port of the device in the order of the devices, since the start."""
        return int(_RECEIVED.search(self.command(f"show port stats {port}"))[1])

    def is_warm(self) -> bool:
        return self.counters().packets > 0

    @staticmethod
    def _eal(prefix: str, devices: Sequence[str], core: int | None) -> list[str]:
        control, forwarding = machine.other_core(), machine.measured_core() if core is None else core
        memory = ["--in-memory", "--single-file-segments"] if machine.has_hugepages() \
            else ["--no-huge", "--no-shconf", "-m", "512"]
        return ["stdbuf", "-oL", "dpdk-testpmd", *memory, "--no-pci", f"--file-prefix={prefix}",
                "--lcores", f"0@{control},1@{forwarding}", *(f"--vdev={device}" for device in devices)]

    def _read_until_prompt(self, timeout_s: float) -> str:
        descriptor = self.process.popen.stdout.fileno()
        deadline, output = time.monotonic() + timeout_s, ""
        while not output.endswith(_PROMPT):
            readable, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(descriptor, 65536).decode(errors="replace") if readable else ""
            if not chunk:
                raise RuntimeError(f"{self.process.name}: no prompt after {output!r}\n{self.process.log_tail()}")
            output += chunk
        return output
