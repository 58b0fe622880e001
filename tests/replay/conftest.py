"""vipswitch-replay on captures: the program itself, as anybody may run it; it needs neither root nor namespaces."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import replaying  # noqa: E402
from support.pytest_bed import write_junit  # noqa: E402


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "replay")


@pytest.fixture
def replay():
    """Runs the program with the arguments and gives what came of it."""
    return lambda *arguments, **options: replaying.run(os.environ["VIPSWITCH_REPLAY"], *arguments, **options)
