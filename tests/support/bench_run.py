"""scripts/bench, run by tests: with the switch that they test, and with what is built beside it."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

from .switch import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class BenchRun:
    returncode: int
    stdout: str
    stderr: str
    pid: int    # which its namespaces were named by

    def left_behind(self) -> list[str]:
        """Namespaces and runtime directories of EAL."""
        return [name for directory in ("/run/netns", "/var/run/dpdk") if os.path.isdir(directory)
                for name in os.listdir(directory) if name.startswith(f"vip{self.pid}-")]


def run_bench(*arguments: str, timeout_s: float = 60.0) -> BenchRun:
    bench = subprocess.Popen([ROOT / "scripts" / "bench", *arguments], env=os.environ | {"VIPSWITCH_BINARY": binary()},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = bench.communicate(timeout=timeout_s)
    return BenchRun(bench.returncode, output, errors, bench.pid)


def quick_figures(work: str, path: pathlib.Path) -> dict[str, dict]:
    """The figures of `scripts/bench WORK --quick --json PATH` by id; it must have run, told them all, and left nothing."""
    run = run_bench(work, "--quick", "--json", str(path))
    assert run.returncode == 0, run
    document = json.loads(path.read_text(encoding="utf-8"))
    for each in document["results"]:
        assert 0 < each["min"] <= each["value"] <= each["max"], each
        assert each["runs"] >= 1
        assert f"| {each['id']} |" in run.stdout
    assert document["machine"] in run.stderr
    assert document["command"] == f"scripts/bench {work} --quick --json {path}"
    assert run.left_behind() == []
    return {each["id"]: each for each in document["results"]}
