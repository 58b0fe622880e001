"""A program under test: its own process group, its output in a log, gone with the stack."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence

from .namespace import Namespace

_LOG_TAIL_LINES = 40


class Process:
    """Starts argv at once, inside `namespace` if given. Output goes to `<directory>/<name>.log`.

    A session of its own keeps a terminal's Ctrl-C away from it: the run decides in which order things end. The
    parent-death signal ends it also when the run itself is killed with SIGKILL.
    """

    def __init__(self, name: str, argv: Sequence[str], directory: str, stack: contextlib.ExitStack,
                 namespace: Namespace | None = None, pipe_shell: bool = False):
        self.name = name
        self.log_path = os.path.join(directory, f"{name}.log")
        command = namespace.command(argv) if namespace else list(argv)
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *command],
                stdin=subprocess.PIPE if pipe_shell else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe_shell else log, stderr=log, start_new_session=True)
        stack.callback(self.kill)

    @property
    def pid(self) -> int:
        return self.popen.pid

    def is_running(self) -> bool:
        return self.popen.poll() is None

    def signal(self, number: int) -> None:
        if self.is_running():
            self.popen.send_signal(number)

    def wait(self, timeout_s: float) -> int:
        """The exit status; negative: the signal that ended it."""
        return self.popen.wait(timeout_s)

    def stop(self, timeout_s: float = 5.0) -> int:
        """SIGTERM, and SIGKILL for the whole group should that not end it in time."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.popen.returncode

    def kill(self) -> None:
        # Once the leader is reaped its number may be somebody else's.
        if self.is_running():
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def log(self) -> str:
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def log_tail(self) -> str:
        return "\n".join(self.log().splitlines()[-_LOG_TAIL_LINES:])


def become_instrument() -> None:
    """Real-time scheduling for the calling process: a busy machine should not blur the yardstick itself."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
