"""Figures: values of several rounds, their floor in the same rounds, and the file that they are written to."""

import json
import shlex
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from . import machine


@dataclass(frozen=True)
class Figure:
    """One id of a run: a value for each round; `floor` is what stands under it, measured in the same rounds."""
    id: str
    values: Sequence[float]
    unit: str = "cycles/packet"
    floor: Sequence[float] = ()

    @property
    def digits(self) -> int:
        """Behind the point, for people."""
        return 1 if self.unit == "cycles/packet" else 2

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def record(self) -> dict:
        record = {"id": self.id, "value": round(self.median, 3), "unit": self.unit, "min": round(min(self.values), 3),
                  "max": round(max(self.values), 3), "runs": len(self.values)}
        return record | ({"floor": round(statistics.median(self.floor), 3)} if self.floor else {})


def with_spread(values: Sequence[float], digits: int = 1) -> str:
    """`median (least to most)`."""
    if not values:
        return "-"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def tell(figures: Sequence[Figure], json_path: str | None) -> None:
    """The table on standard output, the same in JSON into a file."""
    print(table(("id", "median (least to most)", "unit", "rounds", "floor"),
                [(each.id, with_spread(each.values, each.digits), each.unit, str(len(each.values)),
                  with_spread(each.floor, each.digits))
                 for each in figures]), flush=True)
    if json_path:
        write_json(figures, json_path)


def write_json(figures: Sequence[Figure], path: str) -> None:
    document = {"machine": machine.description(), "command": shlex.join(["scripts/bench", *_arguments()]),
                "results": [each.record() for each in figures]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


def _arguments() -> list[str]:
    """As scripts/bench was called: it runs bench/WORK/measure.py with the rest."""
    work = sys.argv[0].split("/")[-2]
    return ["--compare" if work == "compare" else work, *sys.argv[1:]]
