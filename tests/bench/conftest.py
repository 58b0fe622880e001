"""Benches that need more than the switch: what is built in bench/."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from support.pytest_bed import missing_requirement, skip_all, write_junit  # noqa: E402


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "bench")


def pytest_collection_modifyitems(items):
    skip_all(items, missing_requirement("ip", "setpriv"))
