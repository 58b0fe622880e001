"""A VM behind vhost-user: scripts/bench vhost [--quick] [--rounds N] [--json FILE].

net_pcap repeats 10,000 flows to 17 EIPs at the uplink, which throws away what is sent to it. The VM is testpmd behind
virtio-user on the other core: it exchanges the two ends of each packet and sends it back, so that half of the packets
are translated in, half of them out. testpmd io in the place of the switch is the floor.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness import eip_world, h2, machine, openvswitch, ovs_flows, testpmd
from harness.alternation import Start, Window, alternate
from harness.command_line import arguments
from harness.figures import Figure, tell
from harness.links import Link
from harness.subject import Counters, Place, Subject
from harness.vipswitch import Vipswitch
from support.undo import undo_stack

EIPS = eip_world.EIPS_OF_PORT


@dataclass(frozen=True)
class Passage:
    """Of one window: the subject's busy cycles by packets of either direction, and the share that came from the VM."""
    cycles: float
    from_vm_percent: float


class WithVm:
    """A subject whose second port a VM has, which sends back what it gets."""

    def __init__(self, place: Place, subject: Subject, device: str):
        self.subject, self.process = subject, subject.process
        self.vm = testpmd.Testpmd(place, [device], "5tswap", name="vm", core=machine.other_core())

    def counters(self) -> Counters:
        return self.subject.counters()

    def is_warm(self) -> bool:
        return self.subject.is_warm() and self.vm.received(0) > 0


def measure(subject: WithVm, seconds: float) -> Passage:
    window, before, seen = Window(subject), subject.counters(), subject.vm.received(0)
    time.sleep(seconds)
    seen, after = subject.vm.received(0) - seen, subject.counters()
    return Passage(window.cycles_per_packet(), 100 * seen / (after.packets - before.packets))


def starts(capture: str) -> dict[str, Start]:
    found = {"vipswitch": lambda place, link: start_vipswitch(place, capture, link),
             "testpmd io": lambda place, link: start_testpmd(place, capture, link)}
    if not openvswitch.is_missing():
        found["ovs rewriting"] = lambda place, link: start_ovs(place, capture, link)
    return {name: with_vm(start) for name, start in found.items()}


def with_vm(start: Callable[[Place, Link], tuple[Subject, str]]) -> Start:
    return lambda place: WithVm(place, *start(place, Link("vhost", place.directory)))


def start_vipswitch(place: Place, capture: str, link: Link) -> tuple[Subject, str]:
    config = eip_world.eip_config(EIPS, h2.pcap_device(capture), lambda _port: link.served(0))
    config.limits = {"mbufs": h2.MBUFS}
    return Vipswitch(place, config), link.used(0)


def start_testpmd(place: Place, capture: str, link: Link) -> tuple[Subject, str]:
    return testpmd.Testpmd(place, [h2.pcap_device(capture), link.served(0)]), link.used(0)


def start_ovs(place: Place, capture: str, link: Link) -> tuple[Subject, str]:
    ports = [openvswitch.dpdk_port(h2.pcap_device(capture)), openvswitch.vhost_port()]
    ovs = openvswitch.OpenVswitch(place, ports, ovs_flows.rewriting_both_ways(EIPS))
    return ovs, link.used(0, ovs.socket_path(2))


def main() -> int:
    effort = arguments("scripts/bench vhost", rounds=7)
    if missing := testpmd.is_missing():
        print(f"error: there is no VM: {missing}", file=sys.stderr)
        return 1
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES)
        capture = h2.capture_to_eips(Place(stack).path("to-vm.pcap"), EIPS, others=[h2.answer_of_router()])
        passages = alternate(starts(capture), effort.rounds, effort.seconds, measure)
    floor = [each.cycles for each in passages["testpmd io"]]
    figures = []
    for name, each in passages.items():
        id = "vhost.pvp" if name == "vipswitch" else f"vhost.pvp.{name.replace(' ', '_')}"
        figures += [Figure(id, [passage.cycles for passage in each], floor=floor),
                    Figure(f"{id}.from_vm", [passage.from_vm_percent for passage in each], "% of packets")]
    if "ovs rewriting" in passages:
        ratios = [ours.cycles / theirs.cycles for ours, theirs in zip(passages["vipswitch"], passages["ovs rewriting"])]
        figures.append(Figure("vhost.pvp.ratio", ratios, "of Open vSwitch's cycles"))
    tell(figures, effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
