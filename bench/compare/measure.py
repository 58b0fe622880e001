"""vipswitch beside testpmd and Open vSwitch with DPDK: scripts/bench --compare [--quick] [--rounds N] [--json FILE].

All of them on the same harness (H2: net_pcap repeats a file, net_null throws away, one core), in turns: a round
measures each of them once, and a ratio is of two figures of one round. What is not installed is left out. vipswitch and
Open vSwitch have the same ports; where vipswitch cannot have as many EIPs (eip_world says why) Open vSwitch has one.
"""

import sys
from dataclasses import dataclass, field

from harness import eip_world, h2, machine, openvswitch, ovs_flows, testpmd
from harness.alternation import Start, alternate
from harness.command_line import arguments
from harness.figures import Figure, table, with_spread, write_json
from harness.subject import Place
from support.undo import undo_stack

OURS = "vipswitch"


@dataclass(frozen=True)
class Work:
    id: str
    description: str
    starts: dict[str, Start]    # by name of the subject; without vipswitch where it cannot do it


@dataclass
class Results:
    figures: list[Figure] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, work: Work, values: dict[str, list[float]]) -> None:
        ours = values.get(OURS, [])
        floor = values.get("testpmd io", [])
        for name, theirs in values.items():
            id = work.id if name == OURS else f"{work.id}.{name.replace(',', '').replace(' ', '_')}"
            self.figures.append(Figure(id, theirs, floor=floor))
            if name != OURS:
                ratios = [each / own for each, own in zip(theirs, ours)]
                self.rows.append((work.description, with_spread(ours), name, with_spread(theirs), with_spread(ratios, 2)))


def forward(place: Place) -> Work:
    capture = h2.capture_between_ports(place.path("vm-vm.pcap"))
    return Work("h2.vm_vm.1", "VM to VM, one flow", {
        OURS: h2.vipswitch_vm_vm(capture), **testpmds(capture, "io"),
        **ovs({"ovs forward": h2.ovs_forwards(capture, 1, ovs_flows.forward())})})


def nat(place: Place, eips: int, flows: int) -> Work:
    capture = h2.capture_to_eips(place.path(f"to-{eips}.pcap"), eips, flows)
    is_ours = eips <= eip_world.MOST_EIPS
    ports = eip_world.port_count(eips) if is_ours else 1
    ours = {OURS: h2.vipswitch_eip_in(capture, eips)} if is_ours else {}
    theirs = {"ovs rewriting": h2.ovs_forwards(capture, ports, ovs_flows.rewriting(eips, ports)),
              "ovs conntrack": h2.ovs_forwards(capture, ports, ovs_flows.conntrack(eips, ports))}
    if ports > 1:
        theirs["ovs rewriting, one port"] = h2.ovs_forwards(capture, 1, ovs_flows.rewriting(eips, 1))
    return Work(f"h2.eip_in.{label(eips)}", f"{counted(eips, 'EIP')}, {counted(flows, 'flow')}", {
        **ours, **testpmds(capture, "io", "5tswap", flows=flows), **ovs(theirs)})


def nat_of_many(place: Place, eips: int, is_quick: bool) -> Work:
    """As many flows as EIPs: Open vSwitch needs a minute for its cache of flows."""
    capture = h2.capture_to_eips(place.path(f"to-{eips}.pcap"), eips, eips)
    rules = ovs_flows.rewriting(eips, 1)
    theirs = {"ovs rewriting, just started": h2.ovs_forwards(capture, 1, rules, waits=False)}
    if not is_quick:
        theirs["ovs rewriting"] = h2.ovs_forwards(capture, 1, rules)
    return Work(f"h2.eip_in.{label(eips)}", f"{eips:,} EIPs and flows", {
        **testpmds(capture, "io", "5tswap", flows=eips), **ovs(theirs)})


def label(count: int) -> str:
    return f"{count // 1000}k" if count >= 1000 else str(count)


def counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def testpmds(capture: str, *modes: str, flows: int = 1) -> dict[str, Start]:
    if testpmd.is_missing():
        return {}
    return {f"testpmd {mode}": h2.testpmd_forwards(capture, mode, flows) for mode in modes}


def ovs(starts: dict[str, Start]) -> dict[str, Start]:
    return {} if openvswitch.is_missing() else starts


def main() -> int:
    effort = arguments("scripts/bench --compare", rounds=5)
    for missing in filter(None, (testpmd.is_missing(), openvswitch.is_missing())):
        print(f"left out: {missing}", file=sys.stderr)
    results = Results()
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES)
        place = Place(stack)
        works = [forward(place), nat(place, 1, 1), nat(place, 500, h2.FLOWS), nat(place, 1000, h2.FLOWS),
                 nat_of_many(place, 100_000, effort.is_quick)]
        for work in works:
            print(f"{work.description}: {', '.join(work.starts)}", file=sys.stderr, flush=True)
            results.add(work, alternate(work.starts, effort.rounds, effort.seconds))
    print(table(("work", "vipswitch: cycles/packet", "beside it", "cycles/packet", "ratio"), results.rows))
    if effort.json:
        write_json(results.figures, effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
