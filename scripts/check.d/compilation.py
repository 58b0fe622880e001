"""The compile commands of the build directory. No lint itself."""

import dataclasses
import json
import pathlib

import tree


@dataclasses.dataclass(frozen=True)
class Unit:
    source: pathlib.PurePath  # relative to the root
    object: str               # relative to the build directory
    command: str


def units(directories: tuple[str, ...]) -> list[Unit]:
    """What the build compiles from these directories."""
    database = tree.BUILD / "compile_commands.json"
    if not database.exists():
        tree.finish([f"{tree.BUILD}: not configured, run meson setup"])
    found = {}
    for entry in json.loads(database.read_text()):
        source = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        if source.is_relative_to(tree.ROOT) and str(source.relative_to(tree.ROOT)).startswith(directories):
            found[source] = Unit(source.relative_to(tree.ROOT), entry["output"], entry["command"])
    return [found[source] for source in sorted(found)]
