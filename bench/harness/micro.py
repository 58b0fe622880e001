"""bench/micro, run for its counters: TSC cycles of the code itself, without devices (harness H1)."""

import json
import os
import re
import subprocess

from . import machine

_NUMBER = {"": 1, "k": 1000, "m": 1_000_000}


def binary() -> str | None:
    """VIPSWITCH_MICRO_BENCH, or the one of the build directory that the switch is from."""
    of_build = os.path.join(os.path.dirname(os.environ["VIPSWITCH_BINARY"]), "..", "bench", "micro", "micro-bench")
    path = os.environ.get("VIPSWITCH_MICRO_BENCH") or of_build
    return path if os.access(path, os.X_OK) else None


def cycles(pattern: str, seconds: float, repetitions: int) -> dict[str, list[float]]:
    """Median cycles of each benchmark whose name matches, one for each repetition."""
    argv = ["taskset", "--cpu-list", str(machine.measured_core()), binary(), f"--benchmark_filter={pattern}",
            f"--benchmark_min_time={seconds}", f"--benchmark_repetitions={repetitions}", "--benchmark_format=json"]
    told = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=True).stdout
    found: dict[str, list[float]] = {}
    for each in json.loads(told)["benchmarks"]:
        if each["run_type"] == "iteration":
            found.setdefault(each["run_name"], []).append(each["cycles"])
    return found


def by_parameter(measured: dict[str, list[float]], pattern: str) -> dict[int, list[float]]:
    """Those whose name matches, by the number in its group: `1k` is 1,000."""
    found = ((re.fullmatch(pattern, name), values) for name, values in measured.items())
    return dict(sorted((_number(match[1]), values) for match, values in found if match))


def _number(text: str) -> int:
    return int(text.rstrip("km")) * _NUMBER[text.lstrip("0123456789")]
