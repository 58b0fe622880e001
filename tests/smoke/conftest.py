"""Smoke tests: the real binary between network namespaces, without keepalived (support.cloud draws them)."""

import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from support.cloud import Cloud, Havip, announce  # noqa: E402
from support.pytest_bed import (  # noqa: E402
    missing_requirement, pytest_runtest_makereport, skip_all, undo, write_junit)
from support.undo import undo_stack, wait_until  # noqa: E402

__all__ = ["pytest_runtest_makereport", "undo"]

_havip_numbers = itertools.count(110)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "smoke")


def pytest_collection_modifyitems(items):
    skip_all(items, missing_requirement("ip", "nsenter", "setpriv", "ethtool", "ping", "arping"))


@pytest.fixture(scope="module")
def bed():
    with undo_stack() as stack:
        yield Cloud(stack)


@pytest.fixture
def switch(bed):
    """The running switch; after the test every packet must have ended exactly once."""
    yield bed.switch
    assert bed.switch.unconserved_workers() == []


@pytest.fixture
def havip(bed, switch):
    """A fresh HAVIP bound to vm1 and vm2, with no owner yet."""
    fresh = Havip(bed, switch, next(_havip_numbers))
    fresh.bind("vm1")
    fresh.bind("vm2")
    yield fresh
    fresh.remove()


@pytest.fixture
def front(bed, switch):
    """The HAVIP behind the EIP, announced by vm1, which owns it from here on."""
    address, vm1 = "10.77.0.100", bed.vm("vm1")
    vm1.namespace.ip("addr", "replace", f"{address}/32", "dev", "eth0")
    announce(vm1, address)
    wait_until(lambda: switch.havip("front")["owner"] == vm1.port, "vm1 owns front", 5.0)
    yield address
    vm1.namespace.ip("addr", "del", f"{address}/32", "dev", "eth0")
