"""Instructions a packet, against bench/baseline.json."""

import os
import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "bench" / "instructions"), str(ROOT / "tests")]

from support.pytest_bed import skip_all, write_junit  # noqa: E402


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "instructions")


def pytest_collection_modifyitems(items):
    skip_all(items, None if shutil.which("valgrind") else "missing programs: valgrind")


@pytest.fixture(scope="session")
def program() -> str:
    return os.environ["VIPSWITCH_COUNT_INSTRUCTIONS"]
