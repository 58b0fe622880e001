"""Subjects take turns on the measured core: in each round every one of them is started, measured and ended."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from support.undo import wait_until

from . import machine
from .scheduling import between, share, turns
from .subject import Counters, Place, Subject, place

Start = Callable[[Place], Subject]
Value = TypeVar("Value")

_WARM_UP_S = 0.2
_WARM_WITHIN_S = 90.0


class Window:
    """From when it is made: what a subject's core did. Time that other programs had the core is taken off the cycles."""

    def __init__(self, subject: Subject):
        self._subject = subject
        self._before, self._turns_before = subject.counters(), turns(subject.process.pid)

    def cycles_per_packet(self) -> float:
        """Busy TSC cycles of the measured core by packets that it received, until now."""
        after = self._counters_with_packets()
        turns_after = turns(self._subject.process.pid)
        packets = after.packets - self._before.packets
        return ((after.busy_cycles - self._before.busy_cycles) / packets
                * share(between(self._turns_before, turns_after)))

    def _counters_with_packets(self) -> Counters:
        """On a busy machine the core may have been others' for the whole window."""
        def look() -> Counters | None:
            now = self._subject.counters()
            return now if now.packets > self._before.packets else None
        process = self._subject.process
        try:
            return wait_until(look, f"packets through {process.name}", _WARM_UP_S * 50)
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{process.log_tail()}") from error


def cycles_per_packet(subject: Subject, seconds: float) -> float:
    window = Window(subject)
    time.sleep(seconds)
    return window.cycles_per_packet()


def warm_up(subject: Subject) -> None:
    """Says so if it does not become warm; it is measured as it is then."""
    time.sleep(_WARM_UP_S)
    try:
        wait_until(subject.is_warm, f"{subject.process.name} is warm", _WARM_WITHIN_S, _WARM_UP_S)
    except TimeoutError as error:
        print(f"{error}", file=sys.stderr, flush=True)


def alternate(starts: Mapping[str, Start], rounds: int, seconds: float,
              measure: Callable[[Subject, float], Value] = cycles_per_packet) -> dict[str, list[Value]]:
    """`measure` of each subject, a value for each round."""
    values: dict[str, list[Value]] = {name: [] for name in starts}
    for _ in range(rounds):
        for name, start in starts.items():
            with place() as here:
                subject = start(here)
                warm_up(subject)
                with machine.off_the_measured_core():
                    values[name].append(measure(subject, seconds))
    return values
