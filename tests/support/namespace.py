"""Network namespaces, veth pairs between them, and sockets inside them.

Names carry the pid of the run (`vip<pid>-<n>-<role>`), so that runs side by side never meet and what a killed
run left behind can be told from what is in use. Interfaces are made inside their namespace: nothing ever appears in
the root namespace.
"""

import contextlib
import ctypes
import itertools
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence

_CLONE_NEWNET = 0x40000000
_RUN_DIRECTORY = "/run/netns"
_libc = ctypes.CDLL(None, use_errno=True)
_counter = itertools.count(1)


def run(*argv: str, check: bool = True, timeout_s: float = 20.0) -> subprocess.CompletedProcess:
    """Runs a short command; a failure shows the command with its output."""
    result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=timeout_s)
    if check and result.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit {result.returncode}: {result.stdout.strip()}")
    return result


def sweep() -> None:
    """Removes namespaces, and what still runs in them, of runs that were killed and so could not do it themselves."""
    names = os.listdir(_RUN_DIRECTORY) if os.path.isdir(_RUN_DIRECTORY) else []
    for name in names:
        owner = re.fullmatch(r"vip(\d+)-\d+-.+", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            for pid in run("ip", "netns", "pids", name, check=False).stdout.split():
                with contextlib.suppress(ProcessLookupError, ValueError):
                    os.kill(int(pid), signal.SIGKILL)
            run("ip", "netns", "del", name, check=False)


class Namespace:
    """One network namespace with loopback up; its interfaces speak IPv6 only after enable_ipv6()."""

    def __init__(self, role: str, stack: contextlib.ExitStack):
        self.name = f"vip{os.getpid()}-{next(_counter)}-{role}"
        self.path = f"{_RUN_DIRECTORY}/{self.name}"
        stack.callback(run, "ip", "netns", "del", self.name, check=False)
        run("ip", "netns", "add", self.name)
        # Router solicitations and neighbour discovery of the kernel would be traffic that no test asked for.
        self.sysctl("net/ipv6/conf/all/disable_ipv6", "1")
        self.sysctl("net/ipv6/conf/default/disable_ipv6", "1")
        self.sysctl("net/ipv4/ip_forward", "0")
        self.ip("link", "set", "lo", "up")

    def command(self, argv: Sequence[str]) -> list[str]:
        """argv, to be run inside the namespace; the process is argv's own, no wrapper stays."""
        return ["nsenter", f"--net={self.path}", "--", *argv]

    def run(self, *argv: str, check: bool = True, timeout_s: float = 20.0) -> subprocess.CompletedProcess:
        return run(*self.command(argv), check=check, timeout_s=timeout_s)

    def ip(self, *arguments: str, check: bool = True) -> str:
        return run("ip", "-n", self.name, *arguments, check=check).stdout

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread inside the namespace."""
        with open("/proc/thread-self/ns/net", "rb") as outside, open(self.path, "rb") as inside:
            _setns(inside.fileno())
            try:
                yield
            finally:
                _setns(outside.fileno())

    def socket(self, *arguments: int) -> socket.socket:
        """socket.socket(*arguments) that lives in the namespace, usable from any thread."""
        with self.entered():
            return socket.socket(*arguments)

    def enable_ipv6(self, interface: str) -> None:
        """From now on the interface has a link-local address, and does what a host does to get others."""
        self.sysctl(f"net/ipv6/conf/{interface}/disable_ipv6", "0")

    def sysctl(self, key: str, value: str) -> None:
        with self.entered(), open(f"/proc/sys/{key}", "w", encoding="ascii") as file:
            file.write(value)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def add_veth(near: Namespace, near_name: str, far: Namespace, far_name: str, far_mac: str | None = None) -> None:
    """A veth pair, both ends up, without transmit offloads.

    A packet socket at one end sees a partial checksum as it is, so the other end's kernel has to finish each.
    """
    mac = ["address", far_mac] if far_mac else []
    near.ip("link", "add", near_name, "type", "veth", "peer", "name", far_name, *mac, "netns", far.name)
    for namespace, name in ((near, near_name), (far, far_name)):
        namespace.run("ethtool", "-K", name, "tx", "off")
        namespace.ip("link", "set", name, "up")
