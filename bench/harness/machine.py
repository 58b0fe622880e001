"""The machine that a figure was measured on, and what a run takes of it."""

import contextlib
import os
import pathlib
import platform
from collections.abc import Iterator

_HUGEPAGES = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB")
_CORES = sorted(os.sched_getaffinity(0))


def description() -> str:
    """One line: processor, cores, kernel."""
    processor = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return f"{processor}, {os.cpu_count()} cores, kernel {platform.release()}"


def other_core() -> int:
    """For control threads and generators."""
    return _CORES[0]


def measured_core() -> int:
    return _CORES[-1]


@contextlib.contextmanager
def off_the_measured_core() -> Iterator[None]:
    """The calling thread, and what it starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {other_core()})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def reserve_hugepages(stack: contextlib.ExitStack, pages: int) -> None:
    """At least `pages` free ones of 2 MB while the stack lasts, if the machine has the memory."""
    if not _HUGEPAGES.exists() or os.geteuid() != 0:
        return
    reserved, free = (_hugepages(name) for name in ("nr_hugepages", "free_hugepages"))
    if free < pages:
        stack.callback(_set_hugepages, reserved)
        _set_hugepages(reserved + pages - free)


def has_hugepages() -> bool:
    return _HUGEPAGES.exists() and _hugepages("free_hugepages") >= 256


def _hugepages(name: str) -> int:
    return int((_HUGEPAGES / name).read_text(encoding="ascii"))


def _set_hugepages(count: int) -> None:
    with contextlib.suppress(OSError):
        (_HUGEPAGES / "nr_hugepages").write_text(str(count), encoding="ascii")
