"""Instructions a packet of the ways of bench/micro, counted by callgrind: the same on every run of a binary."""

import functools
import json
import pathlib
import re
import subprocess

BASELINE = pathlib.Path(__file__).resolve().parents[1] / "baseline.json"
PACKETS = 64    # a burst
BURSTS = 64     # that are counted
MAY_GROW = 1.02


def ways(program: str) -> list[str]:
    """Those that are counted: what large worlds have beyond the others are misses of caches, not instructions."""
    lines = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in lines if not line.endswith(" large")]


@functools.lru_cache
def instructions_per_packet(program: str, way: str) -> float:
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured_burst", "--callgrind-out-file=/dev/null",
               program, way, str(PACKETS), str(BURSTS)]
    run = subprocess.run(command, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected:
        raise RuntimeError(f"{' '.join(command)}: exit status {run.returncode}\n{run.stderr}")
    return int(collected[1]) / int(run.stdout)


def baseline() -> dict[str, float]:
    return json.loads(BASELINE.read_text(encoding="utf-8"))["instructions_per_packet"]
