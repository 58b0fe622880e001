#!/usr/bin/python3
"""Writes the capture files that go into the golden cases, with scapy: an author of packets and checksums other than the
switch's own tests. What comes out of the switch is recorded by `golden-tests --bless`.

usage: tests/golden/make_inputs.py [CASE...]
"""

import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
import inputs.world  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
MODULES = ("failover", "addresses", "forwarding")


def main(names):
    known = {"shop": HERE / "worlds"}
    makers = {"shop": inputs.world.shop}
    for module in MODULES:
        for name, maker in importlib.import_module(f"inputs.{module}").CASES.items():
            known[name], makers[name] = CASES / name, maker
    missing = {path.name for path in CASES.iterdir()} ^ (set(known) - {"shop"})
    if missing:
        sys.exit(f"error: {', '.join(sorted(missing))}: a folder of cases/ without a maker, or the reverse")
    for name in names or known:
        for file, packets in makers[name]().items():
            inputs.world.write(known[name] / f"{file}.pcap", packets)


if __name__ == "__main__":
    main(sys.argv[1:])
