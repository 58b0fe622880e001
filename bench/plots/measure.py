"""Pictures: scripts/bench plots [--directory DIR] [--quick] [--rounds N] [--json FILE].

  table-size   cycles a packet by the number of EIPs: the switch (H2), its pipeline alone (H1, as far as bench/micro
               goes), Open vSwitch and testpmd beside it
  burst        cycles a packet by the size of the burst, of the pipeline alone
  failover     packets delivered to two VMs while one takes the address from the other and the core is full

Each as SVG, PNG, the data and the script of gnuplot in DIR (plots/ of the build directory).
"""

import os
import shutil
import sys

from harness import figures, gnuplot, h2, machine, micro, openvswitch, ovs_flows, testpmd
from harness.alternation import Start, alternate
from harness.command_line import Effort, effort_of, parser
from harness.failover_load import FailoverBed, LoadedFailover
from harness.figures import Figure
from harness.gnuplot import Curve, Plot
from harness.subject import Place, place
from support.undo import undo_stack

SIZES = (1, 2, 4, 8, 17, 34, 68, 136, 272, 500)
OTHERS_SIZES = (1, 17, 500, 1000, 10_000)
QUICK_SIZES, QUICK_OTHERS_SIZES = (1, 500), (1, 1000)
DISTURBED_US = 100
FAILOVERS = 3    # of one address, before it is damped


def table_sizes(here: Place, effort: Effort) -> tuple[Plot, list[Figure]]:
    sizes, others = (QUICK_SIZES, QUICK_OTHERS_SIZES) if effort.is_quick else (SIZES, OTHERS_SIZES)
    curves: dict[str, dict[int, list[float]]] = {}
    for size in sorted({*sizes, *others}):
        for name, values in alternate(_starts(here, size, size in sizes, size in others), effort.rounds,
                                      effort.seconds).items():
            curves.setdefault(name, {})[size] = values
    h1 = micro.cycles(r"h1\.eip_in\.[0-9]+[km]?/64$", effort.seconds, effort.rounds) if micro.binary() else {}
    curves["vipswitch, pipeline alone (H1)"] = micro.by_parameter(h1, r"h1\.eip_in\.(\d+[km]?)/64")
    measured = [Figure(f"h2.eip_in.{size}", values, floor=curves.get("testpmd io", {}).get(size, ()))
                for size, values in curves["vipswitch"].items()]
    return Plot("table-size", "From the internet through an EIP to a VM", "EIPs", "TSC cycles a packet",
                [Curve(name, curve) for name, curve in curves.items() if curve], is_log_x=True), measured


def _starts(here: Place, eips: int, is_ours: bool, is_others: bool) -> dict[str, Start]:
    capture = h2.capture_to_eips(here.path(f"to-{eips}.pcap"), eips, max(eips, h2.FLOWS))
    starts: dict[str, Start] = {"vipswitch": h2.vipswitch_eip_in(capture, eips)} if is_ours else {}
    if not testpmd.is_missing():
        starts["testpmd io"] = h2.testpmd_forwards(capture, "io", max(eips, h2.FLOWS))
    if is_others and not openvswitch.is_missing():
        starts["Open vSwitch, rewriting, one port"] = h2.ovs_forwards(capture, 1, ovs_flows.rewriting(eips, 1))
    return starts


def bursts(effort: Effort) -> tuple[Plot, list[Figure]]:
    measured = micro.cycles(r"h1\.eip_(in|out)\.1k/", effort.seconds, effort.rounds)
    curves = [Curve(name, micro.by_parameter(measured, pattern)) for name, pattern in (
        ("internet to VM", r"h1\.eip_in\.1k/(\d+)"), ("VM to internet", r"h1\.eip_out\.1k/(\d+)"))]
    return (Plot("burst", "The pipeline alone, 1,000 EIPs", "packets in a burst", "TSC cycles a packet", curves,
                 is_log_x=True), [Figure(name, values) for name, values in measured.items()])


def failovers(effort: Effort) -> tuple[Plot, list[Figure]]:
    made: list[LoadedFailover] = []
    for _ in range(effort.rounds):
        with place() as here:
            bed = FailoverBed(here)
            # The first one has nobody to take the address from.
            made += [bed.fail_over(number % 2) for number in range(FAILOVERS)][1:]
    undisturbed = [each for each in made if each.waited_us < DISTURBED_US] or made
    print(f"failovers: {len(made)}, in {len(undisturbed)} of them the worker had its core", file=sys.stderr, flush=True)
    made = undisturbed
    gaps = [each.record["gap_us"] for each in made]
    typical = min(made, key=lambda each: abs(each.record["gap_us"] - sorted(gaps)[len(gaps) // 2]))
    first = typical.samples[0]
    curves = [Curve(f"to vm{number}", {1000 * (sample.at - typical.claimed):
                                       [(sample.delivered[number] - first.delivered[number]) / 1e6]
                                       for sample in typical.samples}) for number in (0, 1)]
    return (Plot("failover", f"vm{typical.record['to'][1:]} announces the address at 0; gap {typical.record['gap_us']:.0f} us",
                 "ms", "packets delivered, millions", curves),
            [Figure("h2.failover.gap", gaps, "us"),
             Figure("h2.failover.decided", [each.record["decided_us"] for each in made], "us"),
             Figure("h2.failover.dropped", [each.record["dropped"] for each in made], "packets")])


def main() -> int:
    asked = parser("scripts/bench plots", rounds=5)
    asked.add_argument("--directory", default=_default_directory(), help="default: plots/ of the build directory")
    given = asked.parse_args()
    effort, directory = effort_of(given, seconds=0.5), given.directory
    if not shutil.which("gnuplot"):
        print("error: no gnuplot: scripts/install-packages --bench", file=sys.stderr)
        return 1
    os.makedirs(directory, exist_ok=True)
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES)
        pictures = [failovers(effort), table_sizes(Place(stack), effort)]
        if micro.binary():
            pictures.append(bursts(effort))
    for plot, _ in pictures:
        print("\n".join(gnuplot.draw(plot, directory)), file=sys.stderr)
    figures.tell([figure for _, measured in pictures for figure in measured], effort.json)
    return 0


def _default_directory() -> str:
    return os.path.join(os.path.dirname(os.environ["VIPSWITCH_BINARY"]), "..", "plots")


if __name__ == "__main__":
    sys.exit(main())
