"""How long the switch takes from its configuration file to the first packet that it forwards.

Devices are what DPDK has room for, so one port owns 16 of the HAVIPs and the packet goes to one of these; the other
HAVIPs lie in the subnets of 1,000 VPCs, each with its EIP, and nobody is bound to them.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

from harness import eip_world, frames, h2
from harness.subject import Place
from support.process import Process
from support.switch import Config, binary, default_cores, remove_runtime_directory
from support.undo import undo_stack, wait_until

_VPCS = 1000
_FIRST_ADDRESS = frames.address("10.0.1.0")
_EMPTY_CAPTURE_BYTES = 24
_BYTES_OF_AN_EIP = 2000    # of tables, and something to spare


@dataclass(frozen=True)
class Load:
    """Seconds; bytes of the process's memory at the end, hugepages included."""
    until_forwarding: float
    of_check: float
    memory_bytes: int


def config_with(eips: int, uplink: str, port: str) -> Config:
    """`eips` EIPs and HAVIPs of 1,000 VPCs; `uplink` and `port` are device arguments."""
    config = eip_world.eip_config(eip_world.EIPS_OF_PORT, uplink, lambda _: port)
    others = eips - len(config.eips)
    of_vpc = -(-others // _VPCS)
    for vpc in range(_VPCS):
        config.vpcs.append({"name": f"tenant{vpc}", "vni": 2000 + vpc})
        config.subnets.append({"name": f"net{vpc}", "vpc": f"tenant{vpc}", "ipv4": "10.0.0.0/16", "gateway": "10.0.0.1",
                               "havip_quota": of_vpc})
    for number in range(others):
        config.havips.append({"name": f"other{number}", "subnet": f"net{number // of_vpc}",
                              "ipv4": eip_world.text(_FIRST_ADDRESS + number % of_vpc)})
        config.eips.append({"name": f"public{number}", "ipv4": eip_world.text(eip_world.eip(len(config.eips))),
                            "target": {"havip": f"other{number}"}})
    config.cores = default_cores()
    config.limits = {"mbufs": h2.MBUFS, "memory_mb": 512 + eips * _BYTES_OF_AN_EIP // 1_000_000,
                     "tables": {"eips": eips, "eips6": 1024, "havips": eips, "endpoints": eips + 4096,
                                "endpoints6": 4096, "vpcs": 2 * _VPCS}}
    return config


@contextlib.contextmanager
def _prepared(eips: int) -> Iterator[tuple[Place, str, str]]:
    """A place, the configuration file in it and the file that the port's packets go to."""
    with undo_stack() as stack:
        place = Place(stack)
        sent = place.path("sent.pcap")
        capture = h2.capture_to_eips(place.path("to-eips.pcap"), eip_world.EIPS_OF_PORT, eip_world.EIPS_OF_PORT)
        config = config_with(eips, h2.pcap_device(capture), f"net_pcap1,tx_pcap={sent}")
        config.eal.append(f"--file-prefix={place.prefix('load')}")
        stack.callback(remove_runtime_directory, place.prefix("load"))
        with open(place.path("load.yaml"), "w", encoding="utf-8") as file:
            file.write(config.text())
        yield place, file.name, sent


def load(eips: int, timeout_s: float) -> Load:
    with _prepared(eips) as (place, path, sent):
        begin = time.monotonic()
        subprocess.run([binary(), "--check-config", path], check=True, stdout=subprocess.DEVNULL, timeout=timeout_s)
        checked = time.monotonic()
        process = Process("vipswitch", [binary(), "--config", path], place.directory, place.stack, place.namespace)
        wait_until(lambda: _has_sent(process, sent), "a packet through the switch", timeout_s, 0.001)
        forwarding = time.monotonic()
        memory = _memory_bytes(process.pid)
        process.kill()    # before the file becomes large
        return Load(forwarding - checked, checked - begin, memory)


def _has_sent(process: Process, path: str) -> bool:
    if not process.is_running():
        raise RuntimeError(f"the switch ended:\n{process.log_tail()}")
    with contextlib.suppress(FileNotFoundError):
        return os.path.getsize(path) > _EMPTY_CAPTURE_BYTES
    return False


def _memory_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return sum(1024 * int(fields[name].split()[0]) for name in ("VmRSS", "HugetlbPages"))
