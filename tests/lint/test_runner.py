"""scripts/test counts what ran and hides no failure: a small project with tests of every kind and every end."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from conftest import REPOSITORY

MESON = """project('small', 'cpp')
python = find_program('/usr/bin/python3')
tests = meson.current_source_dir() / 'tests'
"""

# Stands for a GoogleTest program: takes its argument, writes its report.
GTEST = """import sys
report = next(argument for argument in sys.argv if argument.startswith("--gtest_output=xml:")).partition(":")[2]
with open(report, "w") as file:
    file.write('''<testsuites><testsuite name="Parse">{cases}</testsuite></testsuites>''')
{end}
"""
PASSED = '<testcase name="Short" classname="Parse"/>'
FAILED = '<testcase name="Long" classname="Parse"><failure message="expected 1, got 2"/></testcase>'
SKIPPED = '<testcase name="Odd" classname="Parse"><skipped message="no odd ones here"/></testcase>'


DEADLINE_S = 120


class Project:
    def __init__(self, root: pathlib.Path):
        self.root = root
        shutil.copytree(REPOSITORY / "scripts/test.d", root / "scripts/test.d",
                        ignore=shutil.ignore_patterns("__pycache__"))
        (root / "tests").mkdir()
        (root / "meson.build").write_text(MESON)

    def add(self, name: str, program: str, suite: str = "smoke", options: str = "") -> None:
        (self.root / f"tests/{name}.py").write_text(program)
        self.declare(f"test('{name}', python, args: tests / '{name}.py', suite: '{suite}'{options})")

    def add_gtest(self, name: str, *cases: str, end: str = "") -> None:
        self.add(name, GTEST.format(cases="".join(cases), end=end), options=", protocol: 'gtest'")

    def declare(self, line: str) -> None:
        with (self.root / "meson.build").open("a") as file:
            file.write(line + "\n")

    def start(self, *arguments: str) -> subprocess.Popen:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("VIPSWITCH", "MESON"))}
        return subprocess.Popen(["/usr/bin/python3", "-B", self.root / "scripts/test.d/main.py", *arguments],
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments: str) -> tuple[int, list[str]]:
        with self.start(*arguments) as runner:
            output, _ = runner.communicate(timeout=DEADLINE_S)
        return runner.returncode, output.splitlines()


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while pathlib.Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not pathlib.Path(f"/proc/{pid}").exists()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "small")


def test_single_test_counts_as_one(project):
    project.add("right", "")
    status, lines = project.run()
    assert (status, lines[-1]) == (0, "1 passed, 0 failed, 0 skipped")


def test_failure_is_counted_and_shown_with_its_output(project):
    project.add("right", "")
    project.add("wrong", "import sys; print('the reason why'); sys.exit(3)")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped")
    assert "FAILED wrong" in lines and "the reason why" in lines and "FAIL, exit status 3" in lines


def test_skip_is_counted_and_listed_with_its_reason(project):
    project.add("right", "")
    project.add("elsewhere", "import sys; print('needs root'); sys.exit(77)")
    status, lines = project.run()
    assert (status, lines[-1]) == (0, "1 passed, 0 failed, 1 skipped")
    assert "skipped elsewhere: needs root" in lines


def test_gtest_counts_by_its_cases(project):
    project.add_gtest("parse", PASSED, FAILED, SKIPPED, end="sys.exit(1)")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "1 passed, 1 failed, 1 skipped")
    assert "FAILED parse: Parse.Long" in lines and "expected 1, got 2" in lines
    assert "skipped parse: Parse.Odd: no odd ones here" in lines


# meson names tests otherwise as soon as there are two suites.
def test_gtest_counts_by_its_cases_beside_another_suite(project):
    project.add("right", "", suite="golden")
    project.add_gtest("parse", PASSED, PASSED, SKIPPED)
    status, lines = project.run()
    assert (status, lines[-1]) == (0, "3 passed, 0 failed, 1 skipped")
    assert "skipped parse: Parse.Odd: no odd ones here" in lines


def test_gtest_that_crashes_after_passing_is_a_failure(project):
    project.add_gtest("parse", PASSED, end="import os; os.abort()")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "1 passed, 1 failed, 0 skipped")


def test_gtest_that_crashes_is_not_counted_by_an_older_report(project):
    project.add_gtest("parse", PASSED)
    assert project.run()[1][-1] == "1 passed, 0 failed, 0 skipped"
    (project.root / "tests/parse.py").write_text("import os; os.abort()")
    assert project.run()[1][-1] == "0 passed, 1 failed, 0 skipped"


def test_own_junit_file_counts_by_its_cases(project):
    project.add("smoke", "import os\n"
                f"open(os.environ['VIPSWITCH_JUNIT_DIR'] + '/smoke.xml', 'w').write('''<testsuites><testsuite>"
                f"{PASSED}{PASSED}{SKIPPED}</testsuite></testsuites>''')")
    status, lines = project.run()
    assert (status, lines[-1]) == (0, "2 passed, 0 failed, 1 skipped")


def test_timeout_is_a_failure(project):
    project.add("slow", "import threading; threading.Event().wait()", options=", timeout: 1")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "0 passed, 1 failed, 0 skipped")
    assert any(line.startswith("TIMEOUT") for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_tests_too(project, number):
    os.mkfifo(project.root / "started")
    project.add("endless", f"import os, threading\nopen('{project.root}/started', 'w').write(str(os.getpid()))\n"
                "threading.Event().wait()")
    with project.start() as runner:
        test_pid = int((project.root / "started").read_text())
        runner.send_signal(number)
        output, _ = runner.communicate(timeout=DEADLINE_S)
    assert runner.returncode == 1
    assert f"error: ended by {number.name}" in output
    assert wait_until_gone(test_pid)


def test_nothing_that_ran_is_a_failure(project):
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "0 passed, 0 failed, 0 skipped")


def test_broken_build_is_a_failure(project):
    (project.root / "tests/broken.cpp").write_text("int main() { return missing; }\n")
    project.declare("test('broken', executable('broken', 'tests/broken.cpp'), suite: 'unit')")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "0 passed, 1 failed, 0 skipped")
    assert "FAILED build" in lines and any("missing" in line for line in lines)


def test_unit_tests_run_with_sanitizers(project):
    (project.root / "tests/overflow.cpp").write_text(
        "int main(int argc, char**) { int most = 2147483646 + argc; return most + argc == 0; }\n")
    project.declare("test('overflow', executable('overflow', 'tests/overflow.cpp'), suite: 'unit')")
    status, lines = project.run()
    assert (status, lines[-1]) == (1, "0 passed, 1 failed, 0 skipped")
    assert "FAILED asan: overflow" in lines and any("signed integer overflow" in line for line in lines)


def test_quick_leaves_out_sanitizers_and_end_to_end_tests(project):
    project.add("unit", "", suite="unit")
    project.add("e2e", "", suite="e2e")
    assert project.run("--quick")[1][-1] == "1 passed, 0 failed, 0 skipped"


def test_named_suite_runs_alone(project):
    project.add("smoke", "", suite="smoke")
    project.add("stage", "", suite="golden")
    assert project.run("--suite", "golden")[1][-1] == "1 passed, 0 failed, 0 skipped"


def test_suite_on_request_runs_when_it_is_named_alone(project):
    project.add("smoke", "", suite="smoke")
    project.add("package", "", suite="package")
    assert project.run()[1][-1] == "1 passed, 0 failed, 0 skipped"
    assert project.run("--suite", "package", "--suite", "smoke")[1][-1] == "2 passed, 0 failed, 0 skipped"


def test_unknown_suite_is_refused(project):
    project.add("smoke", "")
    status, lines = project.run("--suite", "smok")
    assert status == 1
    assert "error: no suite 'smok', expected some of smoke" in lines
