"""Debian's Open vSwitch with DPDK (package openvswitch-switch-dpdk) as a subject, started by hand.

The userspace data path; its tap devices appear in the place's namespace, its files in the place's directory.
"""

import os
import re
from collections.abc import Iterable, Sequence

from support.namespace import run
from support.process import Process
from support.switch import remove_runtime_directory
from support.undo import wait_until

from . import machine
from .subject import Counters, Place

_DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
_RECEIVED = re.compile(r"^\s*packets received: (\d+)", re.MULTILINE)
_MISSES = re.compile(r"^\s*miss with \w+ upcall: (\d+)", re.MULTILINE)    # packets of failed ones are lost
_DROPPED = re.compile(r"^drop_action_of_pipeline .* total: (\d+)", re.MULTILINE)
_PROCESSING = re.compile(r"^\s*processing cycles: (\d+)", re.MULTILINE)


def dpdk_port(device: str) -> list[str]:
    """Options of a port on DPDK device arguments."""
    return ["type=dpdk", f'options:dpdk-devargs="{device}"']


def vhost_port() -> list[str]:
    """Its own vhost-user, as the server of a socket: socket_path()."""
    return ["type=dpdkvhostuser"]


def is_missing() -> str | None:
    """Why there is none, if so."""
    return None if os.access(_DAEMON, os.X_OK) else "no Open vSwitch with DPDK: scripts/install-packages --bench"


class OpenVswitch:
    """One bridge; `ports` are options of ovs-vsctl for each, numbered from 1; `flows` are lines of ovs-ofctl.

    It installs at most 10,000 cached flows at once in the beginning, and some 2,000 more each second: with many it is
    warm after a minute, unless `waits` is False.
    """

    def __init__(self, place: Place, ports: Sequence[Sequence[str]], flows: Iterable[str], name: str = "ovs",
                 waits: bool = True):
        self._place, self._name, self._waits = place, name, waits
        self._asked = (0, 0)    # packets received and misses, when is_warm() was asked last
        self._directory = place.path(name)
        os.mkdir(self._directory)
        self._start_database()
        self.process = self._start_daemon()
        self._vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=secure")
        self._set_flows(flows)
        self._add_ports(ports)

    def _set_flows(self, flows: Iterable[str]) -> None:
        path = self._path("flows")
        with open(path, "w", encoding="ascii") as file:
            file.write("".join(f"{flow}\n" for flow in flows))
        self._run("ovs-ofctl", "--bundle", "replace-flows", f"unix:{self._path('br0.mgmt')}", path)

    def socket_path(self, port: int) -> str:
        return self._path(f"d{port}")

    def counters(self) -> Counters:
        told = self._stats()
        counters = Counters(_number(_RECEIVED, told), _number(_PROCESSING, told))
        dropped = _number(_DROPPED, self._appctl("coverage/show"))
        if dropped * 100 > counters.packets > 1_000_000:
            raise RuntimeError(f"{self._name}: its rules drop packets, {dropped} of {counters.packets}")
        return counters

    def is_warm(self) -> bool:
        """Since the last question less than one packet in 10,000 went to the slow path; or nobody wants to wait."""
        if not self._waits:
            return self.counters().packets > 0
        told = self._stats()
        now = (_number(_RECEIVED, told), _misses(told))
        packets, misses = now[0] - self._asked[0], now[1] - self._asked[1]
        self._asked = now
        return packets > 0 and misses * 10_000 < packets

    def _stats(self) -> str:
        return self._appctl("dpif-netdev/pmd-stats-show")

    def _appctl(self, command: str) -> str:
        return self._run("ovs-appctl", "-t", self._path("daemon.ctl"), command)

    def _start_database(self) -> None:
        run("ovsdb-tool", "create", self._path("conf.db"), _SCHEMA)
        self._spawn("db", ["ovsdb-server", self._path("conf.db"), f"--remote=punix:{self._path('db.sock')}",
                           f"--unixctl={self._path('db.ctl')}", "--no-chdir"])
        wait_until(lambda: os.path.exists(self._path("db.sock")), "ovsdb-server listens")

    def _start_daemon(self) -> Process:
        prefix = self._place.prefix(self._name)
        self._place.stack.callback(remove_runtime_directory, prefix)
        self._vsctl("--no-wait", "init", "--", "set", "Open_vSwitch", ".", "other_config:dpdk-init=true",
                    f'other_config:dpdk-extra="--in-memory --no-pci --file-prefix={prefix}"',
                    f"other_config:dpdk-lcore-mask={1 << machine.other_core():#x}",
                    f"other_config:pmd-cpu-mask={1 << machine.measured_core():#x}")
        daemon = self._spawn("daemon", [_DAEMON, f"unix:{self._path('db.sock')}", f"--unixctl={self._path('daemon.ctl')}",
                                        "--no-chdir", "-vfile:off", "-vsyslog:off"])
        wait_until(lambda: os.path.exists(self._path("daemon.ctl")), "ovs-vswitchd listens", 30.0)
        return daemon

    def _add_ports(self, ports: Sequence[Sequence[str]]) -> None:
        commands = []
        for number, options in enumerate(ports, 1):
            commands += ["--", "add-port", "br0", f"d{number}", "--", "set", "Interface", f"d{number}",
                         f"ofport_request={number}", *options]
        self._vsctl(*commands)
        failed = self._vsctl("--bare", "--columns=error", "find", "Interface", "error!=[]").strip()
        if failed:
            raise RuntimeError(f"{self._name}: {failed}")

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name)

    def _spawn(self, name: str, argv: Sequence[str]) -> Process:
        return Process(f"{self._name}-{name}", ["env", *self._environment(), *argv], self._directory,
                       self._place.stack, self._place.namespace)

    def _vsctl(self, *arguments: str) -> str:
        return self._run("ovs-vsctl", f"--db=unix:{self._path('db.sock')}", "--timeout=60", *arguments)

    def _run(self, *argv: str) -> str:
        return run("env", *self._environment(), *argv, timeout_s=120.0).stdout

    def _environment(self) -> list[str]:
        return [f"OVS_{each}={self._directory}" for each in ("RUNDIR", "LOGDIR", "DBDIR", "SYSCONFDIR")]


def _number(pattern: re.Pattern, told: str) -> int:
    """Of the first polling thread, which is named first; 0 while there is none."""
    found = pattern.search(told)
    return int(found[1]) if found else 0


def _misses(told: str) -> int:
    return sum(int(found) for found in _MISSES.findall(told))
