"""Subjects take turns on the measured core: in each round every one of them is started, measured and ended."""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from support.undo import wait_until

from .subject import Counters, Place, Subject, place

Start = Callable[[Place], Subject]
Value = TypeVar("Value")

_WARM_UP_S = 0.2
_WARM_WITHIN_S = 20.0


def cycles_per_packet(subject: Subject, seconds: float) -> float:
    """Of a window: busy TSC cycles of the measured core by packets that it received."""
    before = subject.counters()
    time.sleep(seconds)
    return cycles(subject, before, subject.counters())


def cycles(subject: Subject, before: Counters, after: Counters) -> float:
    packets = after.packets - before.packets
    if packets <= 0:
        raise RuntimeError(f"{subject.process.name}: no packets any more\n{subject.process.log_tail()}")
    return (after.busy_cycles - before.busy_cycles) / packets


def warm_up(subject: Subject) -> None:
    time.sleep(_WARM_UP_S)
    try:
        wait_until(subject.is_warm, f"{subject.process.name} is warm", _WARM_WITHIN_S, _WARM_UP_S)
    except TimeoutError as error:
        raise RuntimeError(f"{error}\n{subject.process.log_tail()}") from error


def alternate(starts: Mapping[str, Start], rounds: int, seconds: float,
              measure: Callable[[Subject, float], Value] = cycles_per_packet) -> dict[str, list[Value]]:
    """`measure` of each subject, a value for each round."""
    values: dict[str, list[Value]] = {name: [] for name in starts}
    for _ in range(rounds):
        for name, start in starts.items():
            with place() as here:
                subject = start(here)
                warm_up(subject)
                values[name].append(measure(subject, seconds))
    return values
