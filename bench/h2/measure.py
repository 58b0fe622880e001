"""The whole switch on one core without a generator: scripts/bench h2 [--quick] [--rounds N] [--json FILE].

net_pcap repeats a file of 60-byte UDP frames to EIPs as fast as they are taken, 10,000 flows in random order; VM ports
are net_null, which throws packets away. Figures are the busy cycles of the measured worker by packets. testpmd, which
does nothing but forward the same frames between the same drivers, is the floor, measured in alternation.

More EIPs than control could bind to so few ports are put into the tables by hand: 1,000, and a million with as many
flows, which is left out with --quick; behind one port, as the others of --compare have them, and behind 30 (.ports).
"""

import sys

from harness import h2, laid_out, machine, testpmd
from harness.alternation import Start, alternate
from harness.command_line import Effort, arguments
from harness.figures import Figure, tell
from harness.subject import Place
from support.undo import undo_stack

EIPS = (1, 17, 500)
MILLION = 1_000_000
LAID_OUT_PORTS = {"": 1, ".ports": 30}
# The frames of a million flows, each in an mbuf of its own, and tables for as many.
HUGEPAGES_OF_MILLION = 2600


def measure(name: str, switch: Start, capture: str, flows: int, effort: Effort) -> Figure:
    starts = {"vipswitch": switch}
    if not testpmd.is_missing():
        starts["testpmd"] = h2.testpmd_forwards(capture, "io", flows)
    values = alternate(starts, effort.rounds, effort.seconds)
    return Figure(f"h2.eip_in.{name}", values["vipswitch"], floor=values.get("testpmd", ()))


def of_switch(place: Place, eips: int, effort: Effort) -> Figure:
    capture = h2.capture_to_eips(place.path(f"to-{eips}.pcap"), eips)
    return measure(str(eips), h2.vipswitch_eip_in(capture, eips), capture, h2.FLOWS, effort)


def of_laid_out(place: Place, name: str, eips: int, flows: int, effort: Effort) -> list[Figure]:
    capture = h2.capture_to_eips(place.path(f"to-{eips}.pcap"), eips, flows, eip=laid_out.eip)
    return [measure(name + suffix, h2.laid_out_eip_in(capture, eips, ports, flows), capture, flows, effort)
            for suffix, ports in LAID_OUT_PORTS.items()]


def main() -> int:
    effort = arguments("scripts/bench h2", rounds=9)
    if missing := testpmd.is_missing():
        print(f"without a floor: {missing}", file=sys.stderr)
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES if effort.is_quick else HUGEPAGES_OF_MILLION)
        place = Place(stack)
        figures = [of_switch(place, eips, effort) for eips in EIPS]
        figures += of_laid_out(place, "1k", 1_000, h2.FLOWS, effort)
        if not effort.is_quick:
            figures += of_laid_out(place, "1m", MILLION, MILLION, effort)
        tell(figures, effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
