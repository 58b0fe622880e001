"""The real pktgen (Pktgen-DPDK) as a generator, by the workloads of scripts/pktgen.

It is not part of Debian. 23.06.1 is the version that goes with Debian's DPDK; over memif it cannot set the MTU and ends.
"""

import json
import os
import pathlib
import shlex
import shutil
from collections.abc import Sequence

from support.process import Process
from support.switch import remove_runtime_directory

from . import machine
from .subject import Place

HUGEPAGES = 2048    # of its packets, which it makes before it starts

_WORKLOADS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "pktgen"
_START_S = 60.0


def binary() -> str | None:
    """$PKTGEN, or the one on the PATH."""
    return os.environ.get("PKTGEN") or shutil.which("pktgen")


def run(place: Place, workload: str, devices: Sequence[str], seconds: int, **settings: object) -> list[dict]:
    """The results of a workload; it sends to the first device and receives from the second. `settings` by their names
    in scripts/pktgen/common.lua, in lower case."""
    result, prefix = place.path("pktgen.jsonl"), place.prefix("pktgen")
    place.stack.callback(remove_runtime_directory, prefix)
    named = {"pktgen": _WORKLOADS, "result": result, "seconds": seconds, **settings}
    core = machine.other_core()
    argv = [binary(), "--in-memory", "--single-file-segments", "--no-pci", f"--file-prefix={prefix}",
            "--lcores", f"0@{core},1@{core}", *(f"--vdev={device}" for device in devices),
            "--", "-P", "-m", "1.0,1.1", "-f", str(_WORKLOADS / f"{workload}.lua")]
    # It draws on a terminal, and ends without one.
    process = Process("pktgen", ["env", *(f"VIPSWITCH_{name.upper()}={value}" for name, value in named.items()),
                                 "script", "--quiet", "--return", "--command", shlex.join(argv), "/dev/null"],
                      place.directory, place.stack, place.namespace)
    process.wait(_START_S + 20 * seconds)
    try:
        results = [json.loads(line) for line in pathlib.Path(result).read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError as error:
        raise RuntimeError(f"pktgen wrote no results\n{process.log_tail()}") from error
    problem = next((each["error"] for each in results if "error" in each), None)
    if problem or not results:
        raise RuntimeError(f"pktgen: {problem or 'no results'}\n{process.log_tail()}")
    return results
