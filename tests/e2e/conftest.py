"""End to end: real keepalived in VMs, the real switch, a client on the internet side."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from support.pytest_bed import (  # noqa: E402
    missing_requirement, pytest_runtest_makereport, skip_all, undo, write_junit)

__all__ = ["pytest_runtest_makereport", "undo"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    write_junit(config, "e2e")


def pytest_collection_modifyitems(items):
    skip_all(items, missing_requirement("ip", "nsenter", "setpriv", "ethtool", "keepalived", "traceroute", "dhclient",
                                        "udhcpc", "iperf3", "dnsmasq", "kdig", "nft", "ping", "arping", "arpspoof",
                                        "atk6-fake_advertise6", "mausezahn"))
