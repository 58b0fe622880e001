"""The Debian package compiled for release, in a clean Debian with its own systemd. On request: minutes, and a mirror."""

import pathlib
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.pytest_bed import (  # noqa: E402
    missing_requirement, pytest_runtest_makereport, skip_all, undo, write_junit)
from support.undo import undo_stack  # noqa: E402

__all__ = ["pytest_runtest_makereport", "undo"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "package")


def pytest_collection_modifyitems(items):
    skip_all(items, missing_requirement("mmdebstrap", "systemd-nspawn", "lintian", "nsenter", "setpriv"))


@pytest.fixture(scope="module")
def undo_at_the_end():
    """An ExitStack for what the tests of a file share."""
    with undo_stack() as stack:
        yield stack
