"""Plots as SVG and PNG, by gnuplot (package gnuplot-nox)."""

import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import machine

_TERMINALS = {"svg": "svg size 900,560 background 'white'", "png": "pngcairo size 900,560"}


@dataclass(frozen=True)
class Curve:
    """Values of several rounds by x: drawn is the median, with bars from the least to the most."""
    name: str
    points: Mapping[float, Sequence[float]]


@dataclass(frozen=True)
class Plot:
    name: str    # of its files
    title: str
    x: str
    y: str
    curves: Sequence[Curve]
    is_log_x: bool = False


def draw(plot: Plot, directory: str) -> list[str]:
    """The paths of the pictures."""
    data, script = (os.path.join(directory, f"{plot.name}.{suffix}") for suffix in ("dat", "gp"))
    with open(data, "w", encoding="utf-8") as file:
        file.write("\n\n".join(_block(curve) for curve in plot.curves))
    pictures = [os.path.join(directory, f"{plot.name}.{suffix}") for suffix in _TERMINALS]
    with open(script, "w", encoding="utf-8") as file:
        file.write(_script(plot, data, pictures))
    subprocess.run(["gnuplot", script], check=True, stdin=subprocess.DEVNULL, timeout=60)
    return pictures


def _block(curve: Curve) -> str:
    """x, median, least, most."""
    lines = [f"{x:g} {statistics.median(values):g} {min(values):g} {max(values):g}" for x, values in curve.points.items()]
    return "\n".join([f"# {curve.name}", *lines]) + "\n"


def _script(plot: Plot, data: str, pictures: list[str]) -> str:
    curves = ", ".join(_curve(curve, index, data) for index, curve in enumerate(plot.curves))
    title = f"{plot.title}\n{machine.description()}"
    lines = [f"set title {_quoted(title)} noenhanced", f"set xlabel {_quoted(plot.x)}", f"set ylabel {_quoted(plot.y)}",
             "set yrange [0:*]", "set grid", "set key below"]
    if plot.is_log_x:
        lines.append("set logscale x")
    for terminal, picture in zip(_TERMINALS.values(), pictures):
        lines += [f"set terminal {terminal}", f"set output {_quoted(picture)}", f"plot {curves}"]
    return "\n".join(lines) + "\n"


def _curve(curve: Curve, index: int, data: str) -> str:
    if all(len(values) == 1 for values in curve.points.values()):
        return f"{_quoted(data)} index {index} using 1:2 with linespoints pointsize 0.4 title {_quoted(curve.name)}"
    return (f"{_quoted(data)} index {index} using 1:2:3:4 with yerrorlines pointtype {index + 4} "
            f"title {_quoted(curve.name)}")


def _quoted(text: str) -> str:
    """Of gnuplot, with its escapes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
