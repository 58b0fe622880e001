"""A small tree that every lint is content with, for tests that spoil one thing in it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.pytest_bed import write_junit  # noqa: E402

HEADER = """#pragma once

namespace vipswitch {

int parse(int size_bytes) noexcept;

}  // namespace vipswitch
"""
SOURCE = """#include "dataplane/stage/parse.h"

namespace vipswitch {

int parse(int size_bytes) noexcept {
  return size_bytes;
}

}  // namespace vipswitch
"""
FILES = {
    "include/vipswitch/drop_reasons.def": 'DROP_REASON(truncated, parse, "the frame ends inside a header")\n',
    "include/vipswitch/learn_counters.def": 'LEARN_COUNTER(advert, "adverts")\n',
    "include/vipswitch/errors.def": 'ERROR_CODE(internal, 1, "a defect")\n',
    "control/advice/advice_codes.def": 'ADVICE(no_port, "no port is bound")\n',
    "control/event/event_names.def": 'EVENT(started, "it runs")\n',
    "control/telemetry/metrics.def": 'METRIC(vipswitch_up, gauge, bool, none, "whether it runs")\n',
    "dataplane/stage/parse.h": HEADER,
    "dataplane/stage/parse.cpp": SOURCE,
    "control/model/vpc.h": "#pragma once\n\nstruct Vpc {};\n",
    "tests/stage/parse_test.cpp": "// Covers DropReason::truncated.\n",
}

NINJA = """rule compile
  command = g++ -std=c++20 -O2 -I{root} -I{root}/include -c $in -o $out
build parse.o: compile {root}/dataplane/stage/parse.cpp
"""


class Tree:
    def __init__(self, root: pathlib.Path):
        self.root = root
        self.build = root / "build"

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def append(self, path: str, text: str) -> None:
        self.write(path, (self.root / path).read_text() + text)

    def replace(self, path: str, before: str, after: str) -> None:
        text = (self.root / path).read_text()
        assert before in text
        self.write(path, text.replace(before, after))

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.root / command[0], *command[1:]], capture_output=True, text=True, timeout=120,
                              env=os.environ | {"VIPSWITCH_BUILD_DIR": str(self.build)} | environment)

    def lint(self, name: str) -> subprocess.CompletedProcess:
        return self.run(f"scripts/check.d/{name}")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "lint_plants")


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> Tree:
    root = tmp_path / "tree"
    shutil.copytree(REPOSITORY / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".clang-format", ".clang-tidy"):
        shutil.copy(REPOSITORY / name, root)
    small = Tree(root)
    for path, text in FILES.items():
        small.write(path, text)
    small.write("build/build.ninja", NINJA.format(root=root))
    small.write("build/compile_commands.json", json.dumps([{
        "directory": str(small.build), "file": str(root / "dataplane/stage/parse.cpp"), "output": "parse.o",
        "command": f"g++ -std=c++20 -I{root} -I{root}/include -c {root}/dataplane/stage/parse.cpp -o parse.o"}]))
    assert small.run("scripts/doc").returncode == 0
    return small
