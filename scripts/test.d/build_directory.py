"""Configures, builds and tests one build directory."""

import json
import os
import pathlib
import re
import subprocess
import threading
import time

import results
from results import Case, Outcome

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRESS = re.compile(r"^\s*\d+/\d+ ")
TAIL_LINES = 60
# For what may take its time while tests beside it measure theirs.
IN_BACKGROUND = ("nice", "-n", "19")


class Children:
    """The programs that this run started and that must not outlive it."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen] = set()
        self._lock = threading.RLock()  # end() may interrupt the thread that holds it
        self._is_closed = False

    def start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen:
        with self._lock:
            if self._is_closed:
                raise InterruptedError
            child = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, text=True, errors="replace",
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self._running.add(child)
        return child

    def forget(self, child: subprocess.Popen) -> None:
        with self._lock:
            self._running.discard(child)

    def end(self) -> None:
        with self._lock:
            self._is_closed = True
            for child in self._running:
                child.terminate()


class BuildDirectory:
    def __init__(self, path: pathlib.Path, children: Children, label: str = "", options: tuple[str, ...] = (),
                 compiler: str = ""):
        self.path = path
        self._children = children
        self._label = label
        self._options = options
        self._compiler = compiler

    def _run(self, command: list[str], environment: dict[str, str] | None = None) -> tuple[int, str]:
        child = self._children.start(command, environment or {})
        lines = []
        for line in child.stdout:
            lines.append(line)
            if PROGRESS.match(line):
                print(self._label + line, end="", flush=True)
        self._children.forget(child)
        return child.wait(), "".join(lines[-TAIL_LINES:])

    def _step(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> list[Case]:
        began = time.monotonic()
        status, output = self._run(command, environment)
        print(f"{self._label}{name} took {time.monotonic() - began:.0f} s", flush=True)
        return [] if status == 0 else [Case(f"{self._label}{name}", "", Outcome.FAILED, output)]

    def configure(self) -> list[Case]:
        if (self.path / "build.ninja").exists():
            # What is built and run is asked of meson: it must have read the tree of now.
            return self._step("configure", ["ninja", "-C", str(self.path), "build.ninja"])
        return self._step("configure", ["meson", "setup", *self._options, str(self.path), str(ROOT)],
                          {"CXX": self._compiler} if self._compiler else None)

    def build(self, targets: set[str], prefix: tuple[str, ...] = ()) -> list[Case]:
        broken = self._step("build", [*prefix, "ninja", "-C", str(self.path), *sorted(targets)])
        # What an earlier run left must not be counted for a test that crashes in this one.
        for stale in [*self.path.glob("*.xml"), *self.path.glob("meson-logs/*-junit/*.xml")]:
            stale.unlink()
        return broken

    def suites(self) -> set[str]:
        return {suite for test in self._introspect("tests") for suite in self._suites_of(test)}

    def test(self, suites: set[str], log: str, prefix: tuple[str, ...] = (),
             environment: dict[str, str] | None = None, patience: int = 1) -> list[Case]:
        selected = sorted(suites & self.suites())
        if not selected:
            return []
        junit = self.path / "meson-logs" / f"{log}-junit"
        junit.mkdir(parents=True, exist_ok=True)
        command = [*prefix, "meson", "test", "-C", str(self.path), "--no-rebuild", "--logbase", log,
                   "--timeout-multiplier", str(patience)]
        for suite in selected:
            command += ["--suite", suite]
        status, output = self._run(command, {"VIPSWITCH_JUNIT_DIR": str(junit)} | (environment or {}))
        try:
            cases = results.read(self.path / "meson-logs" / log, junit, self._label)
        except OSError:
            return [Case(f"{self._label}meson test", "", Outcome.FAILED, output)]
        if status != 0 and results.count(cases, Outcome.FAILED) == 0:
            cases.append(Case(f"{self._label}meson test", "", Outcome.FAILED, output))
        return cases

    def _introspect(self, what: str) -> list[dict]:
        return json.loads((self.path / "meson-info" / f"intro-{what}.json").read_text())

    @staticmethod
    def _suites_of(test: dict) -> set[str]:
        return {suite.rpartition(":")[2] for suite in test["suite"]}

    def targets(self, suites: set[str]) -> set[str]:
        """What the tests of these suites run."""
        files = {target["id"]: target["filename"] for target in self._introspect("targets")}
        wanted = set()
        for test in self._introspect("tests"):
            if self._suites_of(test) & suites:
                wanted.add(test["cmd"][0])
                wanted.update(file for target in test["depends"] for file in files.get(target, []))
        return {os.path.relpath(file, self.path) for file in wanted if file.startswith(f"{self.path}/")}

    def targets_without(self, suites: set[str]) -> set[str]:
        """Everything but what only the tests of these suites run."""
        of_tests = {target for target in self.targets(suites) if target.startswith("tests/")}
        by_default = {os.path.relpath(file, self.path) for target in self._introspect("targets")
                      if target["build_by_default"] for file in target["filename"]}
        return (by_default - of_tests) | self.targets(self.suites() - suites)
