"""Debian's keepalived as a tenant runs it in a VM."""

import contextlib
import os
import signal
from dataclasses import dataclass

from .namespace import Namespace
from .process import Process
from .undo import wait_until


@dataclass(frozen=True)
class Vrrp:
    """How a cluster speaks VRRP; the same for all its members."""
    address: str                      # the virtual address with prefix length
    version: int = 2
    interval_s: float = 1             # whole seconds for version 2
    vrid: int = 51
    unicast: bool = False
    password: str | None = None       # authentication type PASS, version 2 only
    options: tuple[str, ...] = ()     # further lines of the instance, e.g. "garp_master_repeat 2"


class Keepalived:
    """One member. It starts as backup, as every member of a cluster with preemption should."""

    def __init__(self, name: str, namespace: Namespace, directory: str, stack: contextlib.ExitStack,
                 vrrp: Vrrp, priority: int, own_address: str, peers: list[str]):
        self.name = name
        self._namespace = namespace
        self._stack = stack
        self._directory = os.path.join(directory, f"keepalived-{name}")
        os.makedirs(self._directory)
        self._process: Process | None = None
        with open(self._file("conf"), "w", encoding="ascii") as file:
            file.write(configuration(vrrp, priority, own_address, peers))

    def start(self) -> None:
        for kind in ("pid", "vrrp.pid"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(self._file(kind))
        argv = ["keepalived", "-n", "-l", "-D", "-P", "-f", self._file("conf"), "-p", self._file("pid"),
                "-r", self._file("vrrp.pid"), "-c", self._file("checkers.pid")]
        self._process = Process("keepalived", argv, self._directory, self._stack, self._namespace)

    def stop(self) -> None:
        """Graceful: it resigns with priority 0, removes the address and ends. Returns before it has ended."""
        self._process.signal(signal.SIGTERM)

    def crash(self) -> None:
        """SIGKILL to parent and VRRP process: nobody resigns, the address stays configured."""
        # The VRRP process resigns when its parent dies, the parent restarts it when it dies: the parent must be
        # unable to act before the VRRP process goes first.
        for kind, number in (("pid", signal.SIGSTOP), ("vrrp.pid", signal.SIGKILL), ("pid", signal.SIGKILL)):
            os.kill(self._pid(kind), number)
        self._process.wait(5)

    def wait_ended(self) -> None:
        self._process.wait(10)

    def wait_running(self) -> None:
        """Until the VRRP process exists, from when on crash() can kill it."""
        wait_until(lambda: self._pid("vrrp.pid"), f"keepalived of {self.name} starts")

    def wait_backup(self) -> None:
        """Until this member, just started, listens to the master's adverts."""
        wait_until(lambda: "Entering BACKUP STATE" in self._process.log(), f"keepalived of {self.name} becomes backup")

    def log_tail(self) -> str:
        return self._process.log_tail() if self._process else ""

    def _file(self, kind: str) -> str:
        return os.path.join(self._directory, f"keepalived.{kind}")

    def _pid(self, kind: str) -> int | None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            with open(self._file(kind), encoding="ascii") as file:
                return int(file.read())
        return None


def configuration(vrrp: Vrrp, priority: int, own_address: str, peers: list[str]) -> str:
    # One brace a line: keepalived does not read blocks on one line.
    lines = ["global_defs {", "  router_id vipswitch_test", f"  vrrp_version {vrrp.version}", "}",
             f"vrrp_instance V{vrrp.vrid} {{", "  state BACKUP", "  interface eth0",
             f"  virtual_router_id {vrrp.vrid}", f"  priority {priority}", f"  advert_int {vrrp.interval_s:g}"]
    if vrrp.unicast:
        lines += [f"  unicast_src_ip {own_address}", "  unicast_peer {", *(f"    {peer}" for peer in peers), "  }"]
    if vrrp.password:
        lines += ["  authentication {", "    auth_type PASS", f"    auth_pass {vrrp.password}", "  }"]
    lines += [f"  {option}" for option in vrrp.options]
    lines += ["  virtual_ipaddress {", f"    {vrrp.address} dev eth0", "  }", "}"]
    return "\n".join(lines) + "\n"
