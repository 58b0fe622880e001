"""The whole switch on one core without a generator: scripts/bench h2 [--quick] [--rounds N] [--json FILE].

net_pcap repeats a file of 60-byte UDP frames to EIPs as fast as they are taken, 10,000 flows in random order; VM ports
are net_null, which throws packets away. Figures are the busy cycles of the measured worker by packets. testpmd, which
does nothing but forward the same frames between the same drivers, is the floor, measured in alternation.
"""

import sys

from harness import h2, machine, testpmd
from harness.alternation import alternate
from harness.command_line import Effort, arguments
from harness.figures import Figure, tell
from harness.subject import Place
from support.undo import undo_stack

EIPS = (1, 17, 500)


def measure(place: Place, eips: int, effort: Effort) -> Figure:
    capture = h2.capture_to_eips(place.path(f"to-{eips}.pcap"), eips)
    starts = {"vipswitch": h2.vipswitch_eip_in(capture, eips)}
    if not testpmd.is_missing():
        starts["testpmd"] = h2.testpmd_forwards(capture, "io")
    values = alternate(starts, effort.rounds, effort.seconds)
    return Figure(f"h2.eip_in.{eips}", values["vipswitch"], floor=values.get("testpmd", ()))


def main() -> int:
    effort = arguments("scripts/bench h2", rounds=9)
    if missing := testpmd.is_missing():
        print(f"without a floor: {missing}", file=sys.stderr)
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES)
        place = Place(stack)
        tell([measure(place, eips, effort) for eips in EIPS], effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
