"""scripts/bench with whole switches: that it runs and tells every figure, not what the figures are."""

import json
import os
import pathlib
import subprocess

from support.switch import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDS = ["h2.eip_in.1", "h2.eip_in.17", "h2.eip_in.500"]


def run_bench(*arguments: str, timeout_s: float = 60.0) -> tuple[subprocess.CompletedProcess, int]:
    """The result, and the process id that its namespaces were named by."""
    bench = subprocess.Popen([ROOT / "scripts" / "bench", *arguments], env=os.environ | {"VIPSWITCH_BINARY": binary()},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = bench.communicate(timeout=timeout_s)
    return subprocess.CompletedProcess(bench.args, bench.returncode, output, errors), bench.pid


def left_behind(pid: int) -> list[str]:
    """Namespaces and runtime directories of EAL."""
    return [name for directory in ("/run/netns", "/var/run/dpdk") if os.path.isdir(directory)
            for name in os.listdir(directory) if name.startswith(f"vip{pid}-")]


def test_h2_tells_every_figure_and_leaves_nothing(tmp_path):
    path = tmp_path / "figures.json"
    result, pid = run_bench("h2", "--quick", "--json", str(path))
    assert result.returncode == 0, result
    document = json.loads(path.read_text(encoding="utf-8"))
    assert [each["id"] for each in document["results"]] == IDS
    for each in document["results"]:
        assert each["unit"] == "cycles/packet"
        assert 0 < each["min"] <= each["value"] <= each["max"]
        assert each["runs"] >= 1
        assert f"| {each['id']} |" in result.stdout
    assert document["machine"] in result.stderr
    assert document["command"] == f"scripts/bench h2 --quick --json {path}"
    assert left_behind(pid) == []


def test_unknown_work_is_one_line_and_exit_2():
    result, _ = run_bench("h9")
    assert result.returncode == 2
    assert result.stderr == "error: unknown work 'h9', see --help\n"


def test_too_few_rounds_are_refused():
    result, _ = run_bench("h2", "--rounds", "0")
    assert result.returncode == 2
    assert "argument --rounds: 0 is too few, expected 1 or more" in result.stderr
