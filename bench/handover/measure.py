"""Packets lost in failovers with each kind of handover: scripts/bench handover [--rounds N].

Two VMs with keepalived behind one EIP, a client that sends to it every millisecond. In each round vm1's keepalived is
killed (its address stays) and comes back, which is a crash and a preemption; rounds take turns between `announced` and
`at-once`, so that both see the same machine.
"""

import argparse
import statistics
import sys

from support.failover import HAVIP, Failover, HaPair
from support.keepalived import Vrrp
from support.undo import undo_stack

HANDOVERS = ("announced", "at-once")
KINDS = ("preempt", "crash")


def perform(rounds: int) -> dict[tuple[str, str], list[Failover]]:
    failovers: dict[tuple[str, str], list[Failover]] = {(kind, each): [] for kind in KINDS for each in HANDOVERS}
    with undo_stack() as stack:
        pair = HaPair(stack, Vrrp(f"{HAVIP}/24", version=3, interval_s=0.5))
        pair.elect()
        for number in range(rounds * len(HANDOVERS)):
            handover = HANDOVERS[number % len(HANDOVERS)]
            pair.switch.command(f"havip handover front {handover}")
            failovers["crash", handover].append(pair.crash())
            failovers["preempt", handover].append(pair.preempt())
            print(f"round {number + 1}, {handover}: "
                  + ", ".join(f"{kind} lost {failovers[kind, handover][-1].lost_after_advert}" for kind in KINDS),
                  file=sys.stderr, flush=True)
    return failovers


def print_table(failovers: dict[tuple[str, str], list[Failover]]) -> None:
    print("| failover | handover | failovers | packets lost after the advert: sum | median | most | failovers without loss |\n"
          "|---|---|---|---|---|---|---|")
    for (kind, handover), each in failovers.items():
        lost = [failover.lost_after_advert for failover in each]
        print(f"| {kind} | `{handover}` | {len(lost)} | {sum(lost)} | {statistics.median(lost):g} | {max(lost)} | {lost.count(0)} |")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench handover")
    parser.add_argument("--rounds", type=int, default=20, help="crashes and preemptions with each handover, default 20")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error(f"--rounds: {arguments.rounds} is too few, expected 1 or more")
    print_table(perform(arguments.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
