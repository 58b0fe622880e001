"""Two processes and links between them: scripts/bench h3 [--quick] [--rounds N] [--json FILE].

A generator on the other core sends 10,000 flows to 17 EIPs of one VM port into the subject and counts what comes back,
over memif and over vhost-user (virtio-user on its side): over vhost-user pktgen, if it is on the PATH or named by
$PKTGEN, else testpmd. Judged is the ratio to testpmd io in the place of the switch, in the same round: what crosses
between two cores limits both.
"""

import sys

from harness import h2, h3, machine, pktgen
from harness.alternation import alternate
from harness.command_line import Effort, arguments
from harness.figures import Figure, tell
from harness.subject import Place
from support.undo import undo_stack


def measure(place: Place, kind: str, effort: Effort) -> list[Figure]:
    capture = h2.capture_to_eips(place.path(f"{kind}.pcap"), h3.EIPS)
    print(f"{kind}: the generator is {h3.generator(kind)}", file=sys.stderr, flush=True)
    loads = alternate(h3.starts(kind, capture), effort.rounds, effort.seconds, h3.measure)
    floor = loads["testpmd io"]
    figures = [Figure(f"h3.{kind}.ratio", [ours.mpps / io.mpps for ours, io in zip(loads["vipswitch"], floor)],
                      "of testpmd io's Mpps")]
    for name, each in loads.items():
        suffix = "" if name == "vipswitch" else f".{name.replace(' ', '_')}"
        figures += [Figure(f"h3.{kind}.rate{suffix}", [load.mpps for load in each], "Mpps", [io.mpps for io in floor]),
                    Figure(f"h3.{kind}.busy{suffix}", [load.cycles for load in each],
                           floor=[io.cycles for io in floor])]
    return figures


def main() -> int:
    effort = arguments("scripts/bench h3", rounds=7)
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES + (pktgen.HUGEPAGES if pktgen.binary() else 0))
        place = Place(stack)
        tell([figure for kind in h3.KINDS for figure in measure(place, kind, effort)], effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
