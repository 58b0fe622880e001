"""What a service manager hears of the switch: sd_notify(3) over a real datagram socket."""

import os
import socket
import time

import pytest

from support.switch import Config, Switch
from support.namespace import Namespace
from support.undo import temporary_directory, wait_until

WATCHDOG_S = 0.4
# Far above what a busy machine needs.
DEADLINE_S = 20.0


class Manager:
    """The end of $NOTIFY_SOCKET that belongs to the service manager; abstract names are a network namespace's own."""

    def __init__(self, address: str, namespace: Namespace, stack):
        self.address = address
        self._socket = stack.enter_context(namespace.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(DEADLINE_S)

    def hear(self, field: str) -> str:
        """The value of the next notice that has this field; others before it are passed over."""
        deadline = time.monotonic() + DEADLINE_S
        passed_over = []
        while time.monotonic() < deadline:
            fields = dict(line.split("=", 1) for line in self._socket.recv(4096).decode().splitlines())
            if field in fields:
                return fields[field]
            passed_over.append(fields)
        raise TimeoutError(f"no {field} within {DEADLINE_S:g} s, but {passed_over}")

    def hear_all(self) -> str:
        """What came since the last look, without waiting."""
        self._socket.settimeout(0)
        heard = []
        while True:
            try:
                heard.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                self._socket.settimeout(DEADLINE_S)
                return "\n".join(heard)


def one_port() -> Config:
    """A HAVIP on a TAP device, whose link follows the interface."""
    return Config(vpcs=[{"name": "shop", "vni": 1001}],
                  subnets=[{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}],
                  ports=[{"name": "p1", "instance": "vm1", "subnet": "web", "mac": "52:54:00:77:00:11",
                          "ipv4": "10.77.0.11", "device": "net_tap1,iface=vm1"}],
                  havips=[{"name": "front", "subnet": "web", "ipv4": "10.77.0.100", "ports": ["p1"]}])


@pytest.fixture
def directory(undo):
    return temporary_directory(undo)


def start(undo, directory: str, address: str) -> tuple[Switch, Manager, Namespace]:
    namespace = Namespace("switch", undo)
    manager = Manager(address, namespace, undo)
    variables = [f"NOTIFY_SOCKET={address}", f"WATCHDOG_USEC={int(WATCHDOG_S * 1e6)}"]
    switch = Switch(namespace, one_port(), directory, undo, wrapper=("env", *variables))
    return switch, manager, namespace


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_ready_comes_once_the_configuration_is_in_force(undo, directory, kind):
    address = f"@vipswitch-notify-{os.getpid()}" if kind == "abstract" else f"{directory}/notify"
    switch, manager, _ = start(undo, directory, address)
    assert manager.hear("READY") == "1"
    switch.wait_ready()
    assert "10.77.0.100" in switch.command("show havip")
    manager.hear("WATCHDOG")
    assert "STOPPING" not in manager.hear_all()
    assert switch.stop() == 0
    assert manager.hear("STOPPING") == "1"


def test_status_tells_links_and_owners_and_follows_them(undo, directory):
    switch, manager, namespace = start(undo, directory, f"{directory}/notify")
    assert manager.hear("STATUS") == "forwarding; links up: 1 of 1; HAVIPs with an owner: 0 of 1"
    switch.wait_ready()
    namespace.ip("link", "set", "vm1", "down")
    wait_until(lambda: manager.hear("STATUS") == "forwarding; links up: 0 of 1; HAVIPs with an owner: 0 of 1",
               "the status says that the link is down")


def test_sign_of_life_goes_on_and_ceases_with_the_process(undo, directory):
    switch, manager, _ = start(undo, directory, f"{directory}/notify")
    switch.wait_ready()
    assert [manager.hear("WATCHDOG") for _ in range(5)] == ["1"] * 5
    switch.process.kill()
    manager.hear_all()
    assert manager.hear_all() == ""


def test_process_that_fails_to_start_is_never_ready(undo, directory):
    namespace = Namespace("switch", undo)
    manager = Manager(f"{directory}/notify", namespace, undo)
    config = one_port()
    config.ports[0]["device"] = "net_af_packet1,iface=nowhere"
    switch = Switch(namespace, config, directory, undo, wrapper=("env", f"NOTIFY_SOCKET={manager.address}"))
    assert switch.process.wait(DEADLINE_S) == 1
    assert manager.hear_all() == ""
