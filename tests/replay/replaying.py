#!/usr/bin/python3
"""Running vipswitch-replay, and the cases: folders of cases/ with the arguments of a run and the output it must give.

usage: tests/replay/replaying.py PROGRAM [CASE...]

Records what PROGRAM gives for the named cases, or for all, as what they must give. Read the difference before you
commit it: README.md says how to tell what is right.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
CAPTURES = TESTS / "captures"
CASES = sorted(path.name for path in (HERE / "cases").iterdir())
TIMEOUT_S = 60


def run(program: str, *arguments: object, **options) -> subprocess.CompletedProcess:
    """In tests/, so that names in the output are the same everywhere."""
    return subprocess.run([program, *map(str, arguments)], cwd=TESTS, capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=False, **options)


def start(program: str, *arguments: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen([program, *arguments], cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=os.environ | environment)


def arguments_of(case: str) -> list[str]:
    return (HERE / "cases" / case / "arguments.txt").read_text().split()


def expected_file(case: str) -> pathlib.Path:
    return HERE / "cases" / case / "expected.txt"


def main(program: str, *names: str) -> None:
    for case in names or CASES:
        done = run(str(pathlib.Path(program).resolve()), *arguments_of(case))
        if done.returncode != 0:
            sys.exit(f"{case}: {done.stderr}")
        expected_file(case).write_text(done.stdout)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
