"""How long threads had their core, and how long they waited while others had it: proc(5), schedstat.

The TSC goes on while a polling thread waits for its core, so that its own counters call that time busy.
"""

import contextlib
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """Nanoseconds."""
    ran: int
    waited: int

    def since(self, before: "Turn") -> "Turn":
        return Turn(self.ran - before.ran, self.waited - before.waited)


def turns(pid: int) -> dict[str, Turn]:
    """Of each thread, since it started."""
    found = {}
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
            found[thread.name] = Turn(int(ran), int(waited))
    return found


def between(before: Mapping[str, Turn], after: Mapping[str, Turn]) -> Turn:
    """Of the thread that ran the longest."""
    return max((turn.since(before.get(thread, Turn(0, 0))) for thread, turn in after.items()), key=lambda turn: turn.ran)


def share(turn: Turn) -> float:
    """Of the time in which it wanted the core, that in which it had it: 0 to 1."""
    return turn.ran / (turn.ran + turn.waited) if turn.ran > 0 else 1.0
