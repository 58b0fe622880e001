"""Prints the instructions a packet of every way beside those of bench/baseline.json.

usage: scripts/bench instructions [--write]

  --write  puts them into bench/baseline.json: to be committed with the reason
"""

import argparse
import json
import os

import counting


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    program = os.environ["VIPSWITCH_COUNT_INSTRUCTIONS"]
    known = counting.baseline() if counting.BASELINE.exists() else {}
    counts = {}
    print(f"{'way':28} {'instructions':>12} {'baseline':>9}")
    for way in counting.ways(program):
        counts[way] = round(counting.instructions_per_packet(program, way), 1)
        print(f"{way:28} {counts[way]:12} {known.get(way, '-'):>9}", flush=True)
    if options.write:
        document = {"of": "bursts of 64 on Debian 12's g++ -O2 -march=corei7, callgrind",
                    "instructions_per_packet": counts}
        counting.BASELINE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
