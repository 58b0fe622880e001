"""What the operator installs: manual pages, the unit, the Debian package made from programs that are built already."""

import pathlib
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.pytest_bed import (  # noqa: E402
    missing_requirement, pytest_runtest_makereport, skip_all, undo, write_junit)

__all__ = ["pytest_runtest_makereport", "undo"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "packaging")


def pytest_collection_modifyitems(items):
    skip_all(items, missing_requirement("mandoc", "man", "systemd-analyze", "dpkg-shlibdeps", "setpriv", "unshare"))
