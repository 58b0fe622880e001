"""IPv6 with the kernel's own stack in the VMs: addresses, routers, neighbours, transfers, public addresses, a HAVIP.

Dual stack: everything has IPv4 too, and the HAVIP's IPv6 address is one that keepalived announces beside its adverts.
"""

import hashlib
import os
import re
import socket
import threading
import time

import pytest

from support.keepalived import Keepalived, Vrrp
from support.namespace import Namespace
from support.testbed import Testbed
from support.undo import undo_stack, wait_until

GATEWAY_LINK_LOCAL = "fe80::c00:ff:fe00:1"
WEB, DB = "2001:db8:77::/64", "2001:db8:78::/64"
ADDRESSES = {"vm1": "2001:db8:77::11", "vm2": "2001:db8:77::12", "db1": "2001:db8:78::11"}
HAVIP, HAVIP_EIP, DB_EIP = "2001:db8:77::100", "2001:db8:ffff::10", "2001:db8:ffff::11"
PORT = 8080
BLOB = os.urandom(4 << 20)
VRRP = Vrrp("10.77.0.100/24", options=("virtual_ipaddress_excluded {", f"  {HAVIP}/64 dev eth0 preferred_lft 0", "}"))
PRIORITIES = {"vm1": 150, "vm2": 100}


class Server:
    """Answers every TCP connection in a VM with its name, then with BLOB."""

    def __init__(self, name: str, namespace: Namespace, stack):
        self._name = name
        self._listener = namespace.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("::", PORT))
        self._listener.listen()
        stack.callback(self._listener.close)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                wanted = connection.recv(4)
                connection.sendall(self._name.encode().ljust(8))
                if wanted == b"blob":
                    connection.sendall(BLOB)
            except OSError:
                pass


def ask(namespace: Namespace, address: str, wanted: bytes = b"name", timeout_s: float = 1.0) -> tuple[str, bytes]:
    """The name of who answers at the address, and what else it sends."""
    with namespace.socket(socket.AF_INET6, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect((address, PORT))
        connection.sendall(wanted)
        received = bytearray()
        while chunk := connection.recv(1 << 16):
            received += chunk
    return received[:8].decode().strip(), bytes(received[8:])


def answered_by(namespace: Namespace, address: str) -> str | None:
    try:
        return ask(namespace, address)[0]
    except OSError:
        return None


class Cloud:
    def __init__(self, stack):
        self.bed = Testbed(stack)
        config = self.bed.config
        for name, subnet, ipv4, gateway in (("vm1", "web", "10.77.0.11", "10.77.0.1"),
                                            ("vm2", "web", "10.77.0.12", "10.77.0.1"),
                                            ("db1", "db", "10.77.1.11", "10.77.1.1")):
            self.bed.add_vm(name, subnet, ipv4, gateway)
            config.ports[-1]["ipv6"] = ADDRESSES[name]
        config.vpcs = [{"name": "shop", "vni": 1001}]
        config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1", "ipv6": WEB,
                           "gateway6": "2001:db8:77::1"},
                          {"name": "db", "vpc": "shop", "ipv4": "10.77.1.0/24", "gateway": "10.77.1.1", "ipv6": DB,
                           "gateway6": "2001:db8:78::1"}]
        config.havips = [{"name": "front", "subnet": "web", "ipv4": "10.77.0.100", "ipv6": HAVIP,
                          "ports": ["vm1-eth0", "vm2-eth0"]}]
        config.eips = [{"name": "front6", "ipv6": HAVIP_EIP, "target": {"havip": "front"}},
                       {"name": "db6", "ipv6": DB_EIP, "target": {"port": "db1-eth0"}}]
        self.bed.enable_ipv6()
        self.switch = self.bed.start_switch()
        for vm in self.bed.vms.values():
            vm.namespace.enable_ipv6("eth0")
            vm.namespace.ip("addr", "add", f"{ADDRESSES[vm.name]}/64", "dev", "eth0")
            Server(vm.name, vm.namespace, stack)
        self.client = self.bed.client
        self.keepalived = {name: Keepalived(name, self.vm(name), self.bed.directory, stack, VRRP, priority,
                                            self.bed.vms[name].address, [])
                           for name, priority in PRIORITIES.items()}

    def vm(self, name: str) -> Namespace:
        return self.bed.vms[name].namespace

    def log_tail(self) -> str:
        return self.bed.log_tail()


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        cloud = Cloud(stack)
        for name in ADDRESSES:
            wait_until(lambda: "tentative" not in addresses(cloud, name), f"{name} has its addresses")
        yield cloud


def addresses(cloud: Cloud, name: str) -> str:
    return cloud.vm(name).ip("-6", "addr", "show", "dev", "eth0")


def test_duplicate_detection_finds_nobody_where_the_address_is_ones_own(cloud):
    for name, address in ADDRESSES.items():
        shown = addresses(cloud, name)
        assert address in shown and "dadfailed" not in shown


def test_duplicate_detection_finds_another_port_that_has_the_address(cloud):
    vm = cloud.vm("vm1")
    vm.ip("addr", "add", f"{ADDRESSES['vm2']}/64", "dev", "eth0")
    try:
        wait_until(lambda: "dadfailed" in addresses(cloud, "vm1"), "the duplicate is detected")
    finally:
        vm.ip("addr", "del", f"{ADDRESSES['vm2']}/64", "dev", "eth0")


@pytest.mark.parametrize("name", ADDRESSES)
def test_router_advertisement_brings_the_default_route(cloud, name):
    route = wait_until(lambda: cloud.vm(name).ip("-6", "route", "show", "default"), f"{name} learns its router", 15)
    assert f"via {GATEWAY_LINK_LOCAL} dev eth0 proto ra" in route


def test_guests_make_no_address_that_they_could_not_use(cloud):
    made = re.findall(r"inet6 (2001:[0-9a-f:]+)/64", addresses(cloud, "db1"))
    assert made == [ADDRESSES["db1"]]


@pytest.mark.parametrize("source, target", [("vm1", "vm2"), ("vm1", "db1"), ("db1", "vm2")])
def test_transfer_between_vms_arrives_unharmed(cloud, source, target):
    name, blob = ask(cloud.vm(source), ADDRESSES[target], b"blob", 20)
    assert name == target
    assert hashlib.sha256(blob).digest() == hashlib.sha256(BLOB).digest()


def test_neighbours_are_told_the_ports_own_mac(cloud):
    ask(cloud.vm("vm1"), ADDRESSES["vm2"])
    neighbour = cloud.vm("vm1").ip("-6", "neigh", "show", ADDRESSES["vm2"])
    assert cloud.bed.vms["vm2"].mac in neighbour


def test_public_address_of_a_port_serves_the_internet(cloud):
    wait_until(lambda: answered_by(cloud.client, DB_EIP) == "db1", "db1 answers at its EIP", 10, poll_s=0.2)
    name, blob = ask(cloud.client, DB_EIP, b"blob", 20)
    assert name == "db1"
    assert hashlib.sha256(blob).digest() == hashlib.sha256(BLOB).digest()


def test_havip_follows_keepalived(cloud):
    vm1, vm2 = cloud.keepalived["vm1"], cloud.keepalived["vm2"]
    vm1.start()
    wait_until(lambda: answered_by(cloud.client, HAVIP_EIP) == "vm1", "vm1 answers at the HAVIP's EIP", 15, poll_s=0.2)
    vm2.start()
    vm2.wait_backup()
    assert answered_by(cloud.vm("db1"), HAVIP) == "vm1"
    vm1.stop()
    wait_until(lambda: answered_by(cloud.client, HAVIP_EIP) == "vm2", "vm2 answers at the HAVIP's EIP", 15, poll_s=0.2)
    assert answered_by(cloud.vm("db1"), HAVIP) == "vm2"


def test_every_packet_ended_exactly_once(cloud):
    time.sleep(0.1)
    assert cloud.switch.unconserved_workers() == []
