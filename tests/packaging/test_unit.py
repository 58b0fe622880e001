"""The service unit, as systemd reads it."""

import pathlib
import re
import subprocess

import pytest

from conftest import REPOSITORY
from support.switch import binary

# systemd-analyze security's measure of what a service may do, in tenths: 10 is nothing to be guarded, 100 everything.
MOST_EXPOSURE = 30


@pytest.fixture
def unit(tmp_path) -> pathlib.Path:
    text = (REPOSITORY / "packaging/vipswitch.service.in").read_text()
    path = tmp_path / "vipswitch.service"
    path.write_text(text.replace("@sbindir@/vipswitch", binary()).replace("@sysconfdir@", "/etc"))
    return path


def analyze(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(["systemd-analyze", "--man=no", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)


def test_systemd_finds_nothing_wrong(unit):
    result = analyze("verify", unit)
    assert (result.returncode, result.stdout) == (0, "")


def test_systemd_finds_what_is_wrong(unit):
    unit.write_text(unit.read_text().replace("WatchdogSec=10", "WatchdogSec=often"))
    assert "often" in analyze("verify", unit).stdout


def test_service_may_do_little(unit):
    result = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", unit)
    assert result.returncode == 0, result.stdout


def test_watchdog_and_notices_are_those_of_the_main_process(unit):
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    assert settings["Type"] == "notify" and settings["NotifyAccess"] == "main"
    assert settings["User"] == "vipswitch" and settings["Restart"] == "on-failure"
    assert settings["CapabilityBoundingSet"] == settings["AmbientCapabilities"] == "CAP_NET_RAW CAP_NET_ADMIN"
