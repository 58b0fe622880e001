"""Undo whatever a run made, in reverse order, however the run ends."""

import contextlib
import os
import signal
import tempfile
import shutil
import time
from collections.abc import Callable, Iterator

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _interrupt(signum: int, _frame: object) -> None:
    raise KeyboardInterrupt(signal.Signals(signum).name)


@contextlib.contextmanager
def undo_stack() -> Iterator[contextlib.ExitStack]:
    """An ExitStack that is unwound on return, exception, Ctrl-C, SIGTERM and SIGHUP.

    While it unwinds these signals are ignored: an impatient second Ctrl-C must not leave namespaces behind.
    Register the undo step before the step itself, so that no signal can fall between the two.
    """
    previous = {number: signal.signal(number, _interrupt) for number in _ENDING_SIGNALS}
    stack = contextlib.ExitStack()
    try:
        yield stack
    finally:
        for number in _ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        try:
            stack.close()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def temporary_directory(stack: contextlib.ExitStack) -> str:
    """A directory that goes with the stack; VIPSWITCH_KEEP_LOGS=1 keeps it and says where it is."""
    path = tempfile.mkdtemp(prefix="vipswitch-")
    if os.environ.get("VIPSWITCH_KEEP_LOGS"):
        stack.callback(print, f"logs kept in {path}")
    else:
        stack.callback(shutil.rmtree, path, ignore_errors=True)
    return path


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 10.0, poll_s: float = 0.01):
    """The first true value of condition(); TimeoutError naming `what` when it stays false."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s:g} s")
        time.sleep(poll_s)
