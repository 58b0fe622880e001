"""The show of scripts/demo: three failovers told as time lines, then a table. Measuring is support.failover's."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))

from support.failover import EIP, HAVIP, PRIORITIES, Failover, FailoverError, HaPair  # noqa: E402
from support.switch import binary  # noqa: E402
from support.testbed import CLIENT_ADDRESS, af_xdp_is_missing  # noqa: E402
from support.undo import undo_stack  # noqa: E402

ACTIONS = {
    "graceful": "{old}: keepalived stopped (SIGTERM)",
    "preempt": "{new}: keepalived started again",
    "crash": "{old}: keepalived killed (SIGKILL); its address stays, its server goes on answering",
}
TITLES = {
    "graceful": "The master is stopped",
    "preempt": "The first master returns and preempts",
    "crash": "The master's keepalived is killed, the VM lives on",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--uplink", choices=("af_xdp", "af_packet"),
                        default="af_packet" if af_xdp_is_missing() else "af_xdp")
    arguments = parser.parse_args()
    if not os.access(binary(), os.X_OK):
        print(f"scripts/demo: {binary()} is no executable", file=sys.stderr)
        return 1
    try:
        with undo_stack() as stack:
            failovers = perform(stack, arguments.uplink)
    except KeyboardInterrupt as interrupt:
        print(f"\nscripts/demo: ended by {interrupt.args[0] if interrupt.args else 'SIGINT'}; all removed",
              file=sys.stderr)
        return 130
    except (FailoverError, RuntimeError, TimeoutError, OSError) as error:
        print(f"\nscripts/demo: FAILED: {error}", file=sys.stderr)
        return 1
    print_table(failovers)
    if arguments.json:
        with open(arguments.json, "w", encoding="ascii") as file:
            json.dump({"failovers": [each.record() for each in failovers]}, file, indent=2)
            file.write("\n")
    return 0


def perform(stack, uplink: str) -> list[Failover]:
    print("Setting up: vm1 and vm2 with keepalived, switch, provider router, client")
    pair = HaPair(stack, uplink_device=uplink)
    try:
        print_scene(pair)
        pair.elect()
        print("vm1 is master and answers the client.")
        failovers = []
        for step in (pair.graceful, pair.preempt, pair.crash):
            failovers.append(step())
            print_time_line(failovers[-1])
        print("\nWhat the switch says of the HAVIP now:\n" + pair.switch.command("show havip front"))
        unconserved = pair.switch.unconserved_workers()
        if unconserved:
            raise FailoverError(f"packets do not add up on {unconserved}")
        return failovers
    except Exception:
        print(f"\n{pair.log_tail()}", file=sys.stderr)
        raise


def print_scene(pair: HaPair) -> None:
    members = ", ".join(f"{vm.name} {vm.address} priority {PRIORITIES[vm.name]}" for vm in pair.bed.vms.values())
    print(f"  VMs     {members}; VRRPv{pair.vrrp.version}, one advert every {pair.vrrp.interval_s:g} s\n"
          f"  HAVIP   {HAVIP} bound to both, EIP {EIP} mapped to it\n"
          f"  uplink  {describe_uplink(pair)}\n"
          f"  client  {CLIENT_ADDRESS} sends to the EIP every millisecond\n"
          "Waiting for keepalived's first election", flush=True)


def describe_uplink(pair: HaPair) -> str:
    uplink = pair.switch.json("show uplink")
    if uplink["filter"] is None:
        return f"{uplink['driver']} on {uplink['interface']}, which is the switch's alone"
    return (f"{uplink['driver']} on {uplink['interface']}, shared with the host by XDP program "
            f"{uplink['filter']['program_id']}, {uplink['filter']['mode']} mode")


def print_time_line(failover: Failover) -> None:
    old, new, decision = failover.old, failover.new, failover.decision
    last, first = failover.last_advert, failover.first_advert
    by = f"by {decision['trigger']}, rule {decision['rule']}"
    lines = [
        (failover.action_ns, ACTIONS[failover.kind].format(old=old, new=new)),
        (last.time_ns, f"last advert of {old}, priority {last.priority}" + ("" if last.priority else ": it resigns")),
        (first.time_ns, f"first advert of {new}, priority {first.priority}"),
        (failover.committed_ns, f"switch: owner is {decision['to']}, {by}, "
                                f"{decision['evidence_to_commit_us']:.1f} us after it got the advert"),
        (failover.first_packet_ns, f"first packet delivered to {new}"),
        (failover.first_answer_ns, f"first packet answered by {new}"),
    ]
    print(f"\n{TITLES[failover.kind]}: {old} -> {new}\n      time ms")
    for time_ns, text in sorted(lines, key=lambda line: line[0]):
        print(f"  {(time_ns - failover.action_ns) / 1e6:+11.3f}  {text}")
    print(f"  lost {failover.lost} of {failover.sent} packets, {failover.lost_after_advert} after the advert, "
          f"{failover.lost_in_new_owner} of these in {new}, which did not hold the address yet\n"
          f"  the sender's longest pause was {failover.longest_send_gap_ms:.1f} ms")
    if failover.to_old_owner_after_advert:
        print(f"  {old} was still there and got {failover.to_old_owner_after_advert} more packets, until {new} announced the address")
    if failover.seen_by_old_owner != failover.delivered_to_old_owner:
        print(f"  note: the switch counts {failover.delivered_to_old_owner} packets to {old} after the commit, "
              f"{old} saw {failover.seen_by_old_owner} after the first that {new} got")
    sys.stdout.flush()


def print_table(failovers: list[Failover]) -> None:
    columns = ("guest_detection_ms", "advert_to_commit_us", "advert_to_first_packet_ms",
               "served_by_old_owner_after_advert", "lost", "lost_after_advert")
    headings = (("guests'", "detection ms"), ("advert to", "commit us"), ("advert to first", "packet ms"),
                ("then served by", "the old owner"), ("lost", "in all"), ("lost after", "advert"))
    print()
    for row in zip(*headings):
        print(" " * 10 + "".join(f"{heading:>17}" for heading in row))
    for failover in failovers:
        record = failover.record()
        print(f"{failover.kind:<10}" + "".join(f"{record[column]:>17}" for column in columns))
    print("\nThe guests' detection is VRRP's own timing; until the new master's advert nobody else holds the address.")


if __name__ == "__main__":
    sys.exit(main())
