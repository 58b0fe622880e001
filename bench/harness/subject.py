"""A running switch whose core is measured by its own counters."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from support.namespace import Namespace, sweep
from support.process import Process
from support.undo import temporary_directory, undo_stack


@dataclass(frozen=True)
class Counters:
    """Of the measured core, since it started: packets received, TSC cycles of the rounds that found some."""
    packets: int
    busy_cycles: int


class Subject(Protocol):
    """Starts when made, and goes with the place that it was made in."""
    process: Process

    def counters(self) -> Counters:
        """Of now."""

    def is_warm(self) -> bool:
        """Whether it does by now what it will go on doing; asked a few times a second."""


class Place:
    """Where subjects live: a namespace of their own, a directory, and their names."""

    def __init__(self, stack: contextlib.ExitStack):
        sweep()
        self.stack = stack
        self.directory = temporary_directory(stack)
        self.namespace = Namespace("bench", stack)

    def path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def prefix(self, name: str) -> str:
        """EAL's --file-prefix, unique among all that runs."""
        return f"{self.namespace.name}-{name}"


@contextlib.contextmanager
def place() -> Iterator[Place]:
    with undo_stack() as stack:
        yield Place(stack)
