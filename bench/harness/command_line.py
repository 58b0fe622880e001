"""What every measurement is asked: how much effort to make, where to write the figures."""

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    rounds: int
    seconds: float    # of each window in which counters are read
    json: str | None
    is_quick: bool


def parser(program: str, rounds: int) -> argparse.ArgumentParser:
    """`rounds` is the default."""
    made = argparse.ArgumentParser(prog=program)
    made.add_argument("--quick", action="store_true", help="a short round or two: whether it runs, not figures")
    made.add_argument("--rounds", type=_rounds, metavar="N", help=f"default {rounds}")
    made.set_defaults(default_rounds=rounds)
    made.add_argument("--json", metavar="FILE", help="write the figures there, too")
    return made


def effort_of(given: argparse.Namespace, seconds: float = 1.0) -> Effort:
    """Of what a parser() got, `seconds` unless it is to be quick."""
    return Effort(given.rounds or (1 if given.quick else given.default_rounds), 0.2 if given.quick else seconds, given.json, given.quick)


def arguments(program: str, rounds: int) -> Effort:
    """Of the command line, where there is nothing else to ask."""
    return effort_of(parser(program, rounds).parse_args())


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is too few, expected 1 or more")
    return int(text)
