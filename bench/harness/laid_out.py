"""The switch's worker between drivers with tables put in by hand (bench/h2) as a subject: more EIPs than control binds."""

from support.process import Process

from . import built, machine
from .frames import address
from .subject import Counters, Place

_FIRST_EIP = address("60.0.0.0")
_MBUFS_BESIDE_FRAMES = 65536


def eip(number: int) -> int:
    return _FIRST_EIP + number


class LaidOutWorld:
    """`capture` has `frames` frames to the EIPs, which begin with eip(0)."""

    def __init__(self, place: Place, capture: str, eips: int, ports: int, frames: int):
        program = built.program("VIPSWITCH_LAID_OUT_WORLD", "h2/laid-out-world")
        self.process = Process("laid-out-world", ["taskset", "-c", str(machine.measured_core()), program, capture, str(eips),
                                                  str(ports), str(frames + _MBUFS_BESIDE_FRAMES)],
                               place.directory, place.stack, place.namespace, pipe_shell=True)

    def counters(self) -> Counters:
        received, forwarded, busy_cycles = self._ask()
        if received != forwarded:
            raise RuntimeError(f"of {received} packets {forwarded} were forwarded\n{self.process.log_tail()}")
        return Counters(received, busy_cycles)

    def is_warm(self) -> bool:
        return self.counters().packets > 0

    def _ask(self) -> list[int]:
        self.process.popen.stdin.write(b"\n")
        self.process.popen.stdin.flush()
        answer = self.process.popen.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.process.name} has ended\n{self.process.log_tail()}")
        return [int(number) for number in answer.split()]
