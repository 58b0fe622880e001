"""What smoke and e2e share as pytest suites: requirements, logs of the programs with a failure, countable results.

A suite's conftest.py imports the hooks and fixtures it wants from here.
"""

import os
import shutil

import pytest

from .switch import binary
from .undo import undo_stack


def missing_requirement(*programs: str) -> str | None:
    """Why the suite cannot run here, or None."""
    if os.geteuid() != 0:
        return "needs root: network namespaces"
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        return f"missing programs: {', '.join(missing)}"
    if not os.access(binary(), os.X_OK):
        return f"missing vipswitch: {binary()}"
    return None


def skip_all(items: list[pytest.Item], reason: str | None) -> None:
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


def write_junit(config: pytest.Config, suite: str) -> None:
    """To be called by a tryfirst pytest_configure: the option must stand before pytest's own writer looks at it."""
    directory = os.environ.get("VIPSWITCH_JUNIT_DIR")
    if directory and not config.option.xmlpath:
        config.option.xmlpath = os.path.join(directory, f"{suite}.xml")


@pytest.fixture
def undo():
    """An ExitStack for what one test makes."""
    with undo_stack() as stack:
        yield stack


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows the last lines of every program in its fixtures that keeps a log."""
    report = (yield).get_result()
    if report.failed:
        for name, value in item.funcargs.items():
            if hasattr(value, "log_tail"):
                report.sections.append((f"log of {name}", value.log_tail()))
