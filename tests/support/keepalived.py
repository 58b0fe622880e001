"""Debian's keepalived as a tenant runs it in a VM."""

import contextlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from .namespace import Namespace
from .process import Process
from .undo import wait_until


@dataclass(frozen=True)
class Vrrp:
    """How a group speaks VRRP; the same for all its members."""
    address: str | None               # the virtual address with prefix length; None: it lists none
    version: int = 2
    interval_s: float = 1             # whole seconds for version 2
    vrid: int = 51
    unicast: bool = False
    password: str | None = None       # version 2 only
    authentication: str = "PASS"      # or AH; with a password
    more_addresses: tuple[str, ...] = ()    # listed behind the first
    excluded: tuple[str, ...] = ()    # announced, but in no advert; of either family
    vmac: bool = False                # addresses are on a macvlan with the virtual MAC
    is_ipv6: bool = False             # VRRP over IPv6
    options: tuple[str, ...] = ()     # further lines of the instance, e.g. "garp_master_repeat 2"

    @property
    def name(self) -> str:
        return f"V{self.vrid}"

    @property
    def addresses(self) -> list[str]:
        """Listed ones, without prefix length and what else stands behind."""
        listed = [self.address, *self.more_addresses] if self.address else []
        return [each.partition("/")[0] for each in listed]


class Keepalived:
    """One member. It starts as backup, as every member of a cluster with preemption should."""

    def __init__(self, name: str, namespace: Namespace, directory: str, stack: contextlib.ExitStack,
                 vrrp: Vrrp | Sequence[Vrrp], priority: int, own_address: str, peers: list[str]):
        self.name = name
        self._groups = [vrrp] if isinstance(vrrp, Vrrp) else list(vrrp)
        self._own_address, self._peers = own_address, peers
        self._namespace = namespace
        self._stack = stack
        self._directory = os.path.join(directory, f"keepalived-{name}")
        os.makedirs(self._directory)
        self._process: Process | None = None
        self._configure(priority)

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

    def freeze(self) -> None:
        """The VRRP process stands still, as in a VM that is paused."""
        os.kill(self._pid("vrrp.pid"), signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._pid("vrrp.pid"), signal.SIGCONT)

    def reload(self, priority: int) -> None:
        """With another priority from now on."""
        self._configure(priority)
        self._process.signal(signal.SIGHUP)

    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running()

    def masterships(self, vrrp: Vrrp | None = None) -> int:
        """How often it became master of the group, by default its first, since it was made."""
        name = (vrrp or self._groups[0]).name
        return self._process.log().count(f"({name}) Entering MASTER STATE") if self._process else 0

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

    def _configure(self, priority: int) -> None:
        with open(self._file("conf"), "w", encoding="ascii") as file:
            file.write(configuration(self._groups, priority, self._own_address, self._peers))

    def _file(self, kind: str) -> str:
        return os.path.join(self._directory, f"keepalived.{kind}")

    def _pid(self, kind: str) -> int | None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            with open(self._file(kind), encoding="ascii") as file:
                return int(file.read())
        return None


def configuration(groups: Sequence[Vrrp], priority: int, own_address: str, peers: list[str]) -> str:
    # One brace a line: keepalived does not read blocks on one line.
    lines = ["global_defs {", "  router_id vipswitch_test", f"  vrrp_version {groups[0].version}", "}"]
    for vrrp in groups:
        lines += [f"vrrp_instance {vrrp.name} {{", *(f"  {line}" for line in _instance(vrrp, priority)),
                  *(f"  {line}" for line in _unicast(vrrp, own_address, peers)), "}"]
    return "\n".join(lines) + "\n"


def _instance(vrrp: Vrrp, priority: int) -> list[str]:
    lines = ["state BACKUP", "interface eth0", f"virtual_router_id {vrrp.vrid}", f"priority {priority}",
             f"advert_int {vrrp.interval_s:g}", f"version {vrrp.version}"]
    if vrrp.is_ipv6:
        lines += ["native_ipv6"]
    if vrrp.vmac:
        lines += [f"use_vmac vrrp.{vrrp.vrid}"]
    if vrrp.password:
        lines += _block("authentication", [f"auth_type {vrrp.authentication}", f"auth_pass {vrrp.password}"])
    lines += vrrp.options
    device = "" if vrrp.vmac else " dev eth0"
    if vrrp.address:
        lines += _block("virtual_ipaddress", [f"{each}{device}" for each in (vrrp.address, *vrrp.more_addresses)])
    if vrrp.excluded:
        lines += _block("virtual_ipaddress_excluded", [f"{each}{device}" for each in vrrp.excluded])
    return lines


def _unicast(vrrp: Vrrp, own_address: str, peers: list[str]) -> list[str]:
    return [f"unicast_src_ip {own_address}", *_block("unicast_peer", peers)] if vrrp.unicast else []


def _block(name: str, lines: Sequence[str]) -> list[str]:
    return [f"{name} {{", *(f"  {line}" for line in lines), "}"]
