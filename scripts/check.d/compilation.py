"""The compile commands of the build directory. No lint itself."""

import dataclasses
import json
import pathlib
import re
import subprocess

import tree

UNITY = re.compile(r"-unity\d+\.cpp$")


@dataclasses.dataclass(frozen=True)
class Unit:
    source: pathlib.PurePath  # relative to the root
    object: str               # relative to the build directory
    command: str


def units(directories: tuple[str, ...], build: pathlib.Path = tree.BUILD) -> list[Unit]:
    """What the build compiles from these directories."""
    database = build / "compile_commands.json"
    if not database.exists():
        tree.finish([f"{build}: not configured, run meson setup"])
    found = {}
    for entry in json.loads(database.read_text()):
        source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        if source.is_relative_to(tree.ROOT) and str(source.relative_to(tree.ROOT)).startswith(directories):
            found[source] = Unit(source.relative_to(tree.ROOT), entry["output"], entry["command"])
    return [found[source] for source in sorted(found)]


def separate() -> pathlib.Path:
    """Where the compile commands name each source. The build compiles most of them several at once: then a directory
    in it that is configured otherwise, and never built."""
    database = tree.BUILD / "compile_commands.json"
    if not database.exists() or not any(UNITY.search(entry["file"]) for entry in json.loads(database.read_text())):
        return tree.BUILD
    directory = tree.BUILD / "separate"
    action = ["--reconfigure"] if (directory / "build.ninja").exists() else []
    result = subprocess.run(["meson", "setup", *action, "-Dunity=off", directory, tree.ROOT], capture_output=True, text=True)
    if result.returncode != 0:
        tree.finish([f"{directory}: meson setup failed", *result.stdout.splitlines()[-5:]])
    return directory
