"""vipswitch-ctl and what speaks its protocol: as a command, on a terminal, and byte by byte."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Sequence

from .switch import PROMPT, binary

HELLO, KEYS, COMMAND, END = 1, 2, 3, 4
OUTPUT, ERROR, STATUS, BYE = 16, 17, 18, 19
TERMINAL, COMMANDS = 1, 2


def ctl_binary() -> str:
    """vipswitch-ctl of the same build as vipswitch."""
    return os.path.join(os.path.dirname(binary()), "ctl", "vipswitch-ctl")


def ctl_command(socket_path: str, *arguments: str) -> list[str]:
    return [ctl_binary(), "--socket", socket_path, *arguments]


def run_ctl(socket_path: str, *arguments: str, lines: str | None = None, cwd: str | None = None,
            timeout_s: float = 30.0) -> subprocess.CompletedProcess:
    """vipswitch-ctl run to its end; `lines` on its standard input."""
    given = {"stdin": subprocess.DEVNULL} if lines is None else {"input": lines}
    return subprocess.run(ctl_command(socket_path, *arguments), capture_output=True, text=True, cwd=cwd,
                          timeout=timeout_s, **given)


class RawClient:
    """A client of the control socket that does what it likes."""

    def __init__(self, socket_path: str, stack: contextlib.ExitStack, mode: int | None = COMMANDS):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stack.callback(self.socket.close)
        self.socket.settimeout(20)
        self.socket.connect(socket_path)
        self._received = b""
        if mode is not None:
            self.send(HELLO, b"vipswitch" + struct.pack(">HB", 1, mode) + b"/")

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.socket.sendall(struct.pack(">IB", len(payload), kind) + payload)

    def receive(self) -> tuple[int, bytes] | None:
        """The next frame; None at the end."""
        while True:
            if len(self._received) >= 5:
                size, kind = struct.unpack_from(">IB", self._received)
                if len(self._received) >= 5 + size:
                    payload, self._received = self._received[5:5 + size], self._received[5 + size:]
                    return kind, payload
            try:
                chunk = self.socket.recv(1 << 20)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return None
            self._received += chunk

    def run(self, line: str) -> int:
        """Executes one command; its status."""
        self.send(COMMAND, line.encode())
        return self.wait_for_status()

    def wait_for_status(self) -> int:
        while frame := self.receive():
            if frame[0] == STATUS:
                return struct.unpack(">I", frame[1])[0]
        raise RuntimeError("the switch closed the connection")


def _visible(text: str) -> str:
    """Without what clears the rest of a line, and with one kind of newline."""
    return re.sub("\r+\n", "\n", text.replace("\x1b[0K", ""))


class Terminal:
    """A program on a terminal of its own, as a person would use it."""

    def __init__(self, argv: Sequence[str], stack: contextlib.ExitStack):
        self._master, slave = pty.openpty()
        stack.callback(os.close, self._master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        stack.callback(os.close, slave)
        self.popen = subprocess.Popen(list(argv), stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        stack.callback(self._end)
        self.screen = ""

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read_until(self, text: str, timeout_s: float = 20.0) -> str:
        """What came up to and with `text`, which the next call does not see again."""
        deadline = time.monotonic() + timeout_s
        while text not in self.screen:
            readable, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                raise TimeoutError(f"no {text!r} within {timeout_s:g} s in {self.screen!r}")
            self.screen = _visible(self.screen + os.read(self._master, 65536).decode(errors="replace"))
        end = self.screen.index(text) + len(text)
        seen, self.screen = self.screen[:end], self.screen[end:]
        return seen

    def enter(self, line: str) -> str:
        """What the line prints, up to the next prompt."""
        self.type(line + "\r")
        self.read_until("\n")
        return self.read_until(PROMPT).removesuffix(PROMPT)

    def modes(self) -> list:
        return termios.tcgetattr(self._slave)

    def wait(self, timeout_s: float = 20.0) -> int:
        return self.popen.wait(timeout_s)

    def _end(self) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()
