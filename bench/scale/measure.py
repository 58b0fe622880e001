"""A million of everything: scripts/bench scale [--quick] [--rounds N] [--million] [--json FILE].

Memory of each object, packets, adverts and failovers among very many HAVIPs, two workers against one (bench/scale's
program, no devices), and how long the whole switch takes from a configuration file of 100,000 EIPs and HAVIPs to the
first packet that it forwards.
"""

import subprocess
import sys

import load
from harness import built, h2, machine
from harness.command_line import Effort, effort_of, parser
from harness.figures import Figure, tell
from support.undo import undo_stack

LOADED, QUICKLY_LOADED, MILLION = 100_000, 1_000, 1_000_000


def run(*arguments: str) -> str:
    program = built.program("VIPSWITCH_SCALE_BENCH", "scale/scale-bench")
    return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          timeout=1800, check=True).stdout


def of_program(effort: Effort) -> list[Figure]:
    """A line for each value: id, value, unit, floor."""
    values: dict[tuple[str, str], list[list[float]]] = {}
    for subject in run("--list").split():
        for line in run(subject, str(effort.rounds), "small" if effort.is_quick else "full").splitlines():
            name, value, unit, *floor = line.split()
            values.setdefault((name, unit), []).append([float(each) for each in (value, *floor)])
    return [Figure(name, [each[0] for each in rows], unit, [floor for each in rows for floor in each[1:]])
            for (name, unit), rows in values.items()]


def of_loads(name: str, loads: list[load.Load]) -> list[Figure]:
    return [Figure(name, [each.until_forwarding for each in loads], "s"),
            Figure(f"{name}.check", [each.of_check for each in loads], "s"),
            Figure(f"{name}.memory", [each.memory_bytes / 1e6 for each in loads], "MB")]


def main() -> int:
    asked = parser("scripts/bench scale", rounds=5)
    asked.add_argument("--million", action="store_true", help="load a million EIPs, too, once: a minute, and 4 GB of memory for the switch")
    given = asked.parse_args()
    effort = effort_of(given)
    with undo_stack() as stack:
        machine.reserve_hugepages(stack, h2.HUGEPAGES)
        figures = of_program(effort)
        eips = QUICKLY_LOADED if effort.is_quick else LOADED
        figures += of_loads("load.100k_eips", [load.load(eips, 60.0) for _ in range(effort.rounds)])
    if given.million:
        figures += of_loads("load.1m_eips", [load.load(MILLION, 900.0)])
    tell(figures, effort.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
