"""Two processes: a generator on the other core, and links between it and the subject.

The generator sends into the subject's first link and counts what comes back by the second. pktgen where there is one
and it can, else testpmd, which repeats a capture.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from . import eip_world, h2, machine, openvswitch, ovs_flows, pktgen, testpmd
from .alternation import Start, Window
from .links import Link
from .subject import Place, Subject
from .vipswitch import Vipswitch

KINDS = ("memif", "vhost")
EIPS = eip_world.EIPS_OF_PORT    # that one VM port can have

_RETURNED = 3    # testpmd's port


@dataclass(frozen=True)
class Load:
    """Of one window: packets that came back, in millions a second, and the subject's busy cycles by packets."""
    mpps: float
    cycles: float


class Loaded(Protocol):
    """A subject with its generator; otherwise as the subject alone."""

    def load(self, seconds: float) -> Load:
        """Of a window."""


class WithTestpmd:
    def __init__(self, subject: Subject, generator: testpmd.Testpmd):
        self._subject, self._generator = subject, generator
        self.process, self.counters = subject.process, subject.counters

    def is_warm(self) -> bool:
        return self._subject.is_warm() and self._generator.received(_RETURNED) > 0

    def load(self, seconds: float) -> Load:
        window, began, returned = Window(self._subject), time.monotonic(), self._generator.received(_RETURNED)
        time.sleep(seconds)
        returned, ended = self._generator.received(_RETURNED) - returned, time.monotonic()
        return Load(returned / (ended - began) / 1e6, window.cycles_per_packet())


class WithPktgen:
    def __init__(self, place: Place, subject: Subject, devices: list[str]):
        self._place, self._subject, self._devices = place, subject, devices
        self.process, self.counters = subject.process, subject.counters

    def is_warm(self) -> bool:
        return True    # nothing comes until pktgen runs

    def load(self, seconds: float) -> Load:
        window = Window(self._subject)
        result = pktgen.run(self._place, "range", self._devices, math.ceil(seconds), eips=EIPS)[-1]
        return Load(result["received_mpps"], window.cycles_per_packet())


def generator(kind: str) -> str:
    return "pktgen" if kind == "vhost" and pktgen.binary() else "testpmd"


def measure(loaded: Loaded, seconds: float) -> Load:
    return loaded.load(seconds)


def starts(kind: str, capture: str) -> dict[str, Start]:
    """vipswitch; testpmd and Open vSwitch, if they are installed."""
    if missing := testpmd.is_missing():
        raise RuntimeError(f"there is no generator: {missing}")
    found: dict[str, Start] = {"vipswitch": _loaded(kind, capture, _start_vipswitch),
                               "testpmd io": _loaded(kind, capture, _start_testpmd)}
    if not openvswitch.is_missing():
        found["ovs rewriting"] = _loaded(kind, capture, _start_ovs)
    return found


@dataclass(frozen=True)
class Linked:
    """A subject, and what the generator needs to reach it: devices, and queues of each."""
    subject: Subject
    devices: list[str]
    queues: int = 1


def _loaded(kind: str, capture: str, start: Callable[[Place, Link], Linked]) -> Start:
    def start_both(place: Place) -> WithTestpmd | WithPktgen:
        linked = start(place, Link(kind, place.directory))
        if generator(kind) == "pktgen":
            return WithPktgen(place, linked.subject, linked.devices)
        to_subject, from_subject = linked.devices
        devices = [h2.pcap_device(capture, linked.queues), to_subject, h2.null_device(0), from_subject]
        return WithTestpmd(linked.subject, testpmd.Testpmd(place, devices, name="generator", core=machine.other_core(),
                                                           queues=linked.queues))
    return start_both


def _start_vipswitch(place: Place, link: Link) -> Linked:
    config = eip_world.eip_config(EIPS, link.served(0), lambda _port: link.served(1))
    return Linked(Vipswitch(place, config), [link.used(0), link.used(1)])


def _start_testpmd(place: Place, link: Link) -> Linked:
    return Linked(testpmd.Testpmd(place, [link.served(0), link.served(1)]), [link.used(0), link.used(1)])


def _start_ovs(place: Place, link: Link) -> Linked:
    rules = ovs_flows.rewriting(EIPS, 1)
    if link.kind == "vhost":
        ovs = openvswitch.OpenVswitch(place, [openvswitch.vhost_port()] * 2, rules)
        return Linked(ovs, [link.used(number, ovs.socket_path(number + 1)) for number in range(2)])
    # It sends by its second queue: a memif drops what comes by one that the other side lacks.
    ports = [[*openvswitch.dpdk_port(link.served(number)), "options:n_rxq=2"] for number in range(2)]
    return Linked(openvswitch.OpenVswitch(place, ports, rules), [link.used(0), link.used(1)], queues=2)
