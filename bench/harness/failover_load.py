"""Failovers while the measured core is full: net_pcap repeats a file to one EIP before a HAVIP, two VMs claim it.

The VMs' ports receive from veth pairs, by libpcap, and throw away what is sent to them, so that nothing but the switch
itself limits how much is delivered.
"""

import socket
import time
from dataclasses import dataclass

from support.namespace import Namespace, add_veth
from support.switch import Config
from support.undo import wait_until

from . import eip_world, h2, machine
from .frames import gratuitous_arp
from .scheduling import between, turns
from .subject import Place
from .vipswitch import Vipswitch

HAVIP = "10.0.2.1"
_SETTLED_S = 0.3
_MOVED_S = 0.005
_SAMPLED_S = 0.05   # before and after a failover


@dataclass(frozen=True)
class Sample:
    """Packets delivered to each VM's port since it started, at a moment of time.monotonic()."""
    at: float
    delivered: tuple[int, int]


@dataclass(frozen=True)
class LoadedFailover:
    """As the switch tells it (docs/json.md), and samples around the claim, which was sent at `claimed`.

    `waited_us`: for how long the worker waited for its core in the meantime.
    """
    record: dict
    waited_us: float
    claimed: float
    samples: list[Sample]


class FailoverBed:
    def __init__(self, place: Place):
        self.vms = [Namespace(f"vm{number}", place.stack) for number in range(2)]
        for number, vm in enumerate(self.vms):
            add_veth(place.namespace, f"sw-vm{number}", vm, "eth0", eip_world.port_mac(number))
        self.switch = Vipswitch(place, self._config(h2.capture_to_eips(place.path("to-havip.pcap"), 1))).switch

    def fail_over(self, to: int) -> LoadedFailover:
        """The VM announces the address."""
        with machine.off_the_measured_core():
            return self._fail_over(to)

    def _fail_over(self, to: int) -> LoadedFailover:
        time.sleep(_SETTLED_S)
        known = len(self._failovers())
        samples = self._sample(_SAMPLED_S)
        claimed, before = time.monotonic(), turns(self.switch.process.pid)
        self._announce(to)
        samples += self._sample(_MOVED_S)
        waited_us = between(before, turns(self.switch.process.pid)).waited / 1000
        samples += self._sample(_SAMPLED_S)
        records = wait_until(lambda: self._failovers()[known:], f"the failover to vm{to}", 5.0)
        return LoadedFailover(records[-1], waited_us, claimed, samples)

    def _announce(self, number: int) -> None:
        with self.vms[number].socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
            sender.bind(("eth0", 0))
            sender.send(gratuitous_arp(eip_world.port_mac(number), HAVIP))

    def _failovers(self) -> list[dict]:
        return [each for each in self.switch.json("show havip front failovers")["failovers"]
                if each["gap_us"] is not None or each["from"] is None]

    def _sample(self, seconds: float) -> list[Sample]:
        samples, deadline = [], time.monotonic() + seconds
        while time.monotonic() < deadline:
            ports = {each["name"]: each["tx_packets"] for each in self.switch.json("show port stats")["ports"]}
            samples.append(Sample(time.monotonic(), (ports["p0"], ports["p1"])))
        return samples

    @staticmethod
    def _config(capture: str) -> Config:
        config = eip_world.eip_config(eip_world.EIPS_OF_PORT + 1, h2.pcap_device(capture),
                                      lambda port: f"net_pcap{port + 1},rx_iface=sw-vm{port}")
        config.limits = {"mbufs": h2.MBUFS}
        config.havips = [{"name": "front", "subnet": "web", "ipv4": HAVIP, "ports": ["p0", "p1"]}]
        config.eips = [{"name": "e0", "ipv4": eip_world.text(eip_world.eip(0)), "target": {"havip": "front"}}]
        return config
