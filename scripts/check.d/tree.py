"""What every lint needs to know of the tree that it looks at. No lint itself.

A lint is a program of this directory: it prints one finding a line, "path:line: what is wrong", and ends non-zero
if there are any. It works without arguments in any copy of the tree.
"""

import functools
import hashlib
import os
import pathlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Iterable, Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("VIPSWITCH_BUILD_DIR", ROOT / "build")).resolve()

PRODUCT = ("include", "dataplane", "control")
CODE = PRODUCT + ("tests", "bench")
EVERYTHING = CODE + ("scripts", ".ci")
CPP = (".h", ".cpp")

# As many at once as the smallest machine that this is made for has cores.
JOBS = 2

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def files(directories: Iterable[str], suffixes: tuple[str, ...] = ()) -> Iterator[pathlib.PurePath]:
    """Paths relative to the root, in order; all of them if no suffix is named."""
    for directory in directories:
        for path in sorted((ROOT / directory).rglob("*")):
            hidden = "__pycache__" in path.parts or path.suffix == ".pyc"
            if path.is_file() and not hidden and (not suffixes or path.suffix in suffixes):
                yield path.relative_to(ROOT)


@functools.cache
def text(path: pathlib.PurePath) -> str:
    return (ROOT / path).read_text(errors="replace")


def scripts(interpreters: tuple[str, ...], suffix: str) -> list[pathlib.PurePath]:
    """Programs whose first line names one of the interpreters, and files with the suffix."""
    def is_one(path: pathlib.PurePath) -> bool:
        first = text(path).split("\n", 1)[0]
        named = first.startswith("#!") and first.split("/")[-1].split()[-1] in interpreters
        return path.suffix == suffix or named
    return [path for path in files(EVERYTHING) if is_one(path)]


@functools.cache
def includes(path: pathlib.PurePath) -> list[tuple[int, str, bool]]:
    """(line number, name, whether it is quoted) of each include directive."""
    found = []
    for number, line in enumerate(text(path).splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            found.append((number, match[1] or match[2], match[1] is not None))
    return found


def included_file(name: str) -> pathlib.PurePath | None:
    """The file of the tree that an include means, None for a library's or a generated one."""
    for candidate in (pathlib.PurePath(name), pathlib.PurePath("include") / name):
        if (ROOT / candidate).is_file():
            return candidate
    return None


def closure(path: pathlib.PurePath) -> list[pathlib.PurePath]:
    """The file and every file of the tree that it includes, directly or not."""
    seen, waiting = {path}, [path]
    while waiting:
        for _, name, quoted in includes(waiting.pop()):
            found = included_file(name) if quoted else None
            if found and found not in seen:
                seen.add(found)
                waiting.append(found)
    return sorted(seen)


_CPP_TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'""", re.DOTALL)


@functools.cache
def cpp_code(path: pathlib.PurePath) -> list[str]:
    """The lines without comments and without what stands inside quotes."""
    def blank(match: re.Match) -> str:
        token = match[0]
        # A quote between digits is a separator of digits, not the beginning of a character.
        if token[0] == "'" and match.start() > 0 and match.string[match.start() - 1].isalnum():
            return token
        return ('""' if token[0] in "\"R'" else "") + "\n" * token.count("\n")
    return _CPP_TOKEN.sub(blank, text(path)).splitlines()


class PassedCache:
    """Remembers in the build directory what was looked at and found right, by the content of all that matters."""

    def __init__(self, lint: str):
        self._directory = BUILD / "lint-cache" / lint
        self._directory.mkdir(parents=True, exist_ok=True)

    def key(self, path: pathlib.PurePath, *circumstances: str) -> str:
        digest = hashlib.sha256()
        for part in (str(path), *circumstances):
            digest.update(part.encode() + b"\0")
        for file in closure(path):
            digest.update((ROOT / file).read_bytes() + b"\0")
        return digest.hexdigest()

    def has(self, key: str) -> bool:
        return (self._directory / key).exists()

    def add(self, key: str) -> None:
        (self._directory / key).touch()


def map_parallel(look: Callable[[pathlib.PurePath], list[str]], paths: Iterable[pathlib.PurePath]) -> list[str]:
    """The findings of look() for each path, in the order of the paths."""
    with ThreadPoolExecutor(JOBS) as pool:
        return [finding for findings in pool.map(look, paths) for finding in findings]


def finish(findings: list[str]) -> None:
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
