"""What every measurement is asked: how much effort to make, where to write the figures."""

import argparse
import sys
from dataclasses import dataclass

from . import machine


@dataclass(frozen=True)
class Effort:
    rounds: int
    seconds: float    # of each window in which counters are read
    json: str | None
    is_quick: bool


def arguments(program: str, rounds: int, seconds: float = 1.0) -> Effort:
    """The command line's; `rounds` and `seconds` are the defaults. Tells the machine on standard error."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--quick", action="store_true", help="a short round or two: whether it runs, not figures")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"default {rounds}")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    given = parser.parse_args()
    if given.rounds is not None and given.rounds < 1:
        parser.error(f"--rounds: {given.rounds} is too few, expected 1 or more")
    print(f"machine: {machine.description()}", file=sys.stderr)
    return Effort(given.rounds or (1 if given.quick else rounds), 0.2 if given.quick else seconds, given.json, given.quick)
