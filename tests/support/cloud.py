"""The cloud of the smoke tests, and HAVIPs whose announcements a test makes itself.

    shop (VNI 1001)   web 10.77.0.0/24: vm1 .11, vm2 .12, vm3 .13     db 10.78.0.0/24: vm4 .11
    other (VNI 1002)  other-web 10.77.0.0/24: other1 .11, other2 .12
    HAVIP front 10.77.0.100 bound to vm1, vm2; EIPs front-public -> front, vm3-public -> vm3's port
"""

import contextlib
import socket
import struct

from .switch import Switch
from .testbed import Testbed, Vm
from .undo import wait_until


class Cloud(Testbed):
    """The bed drawn above, its switch running."""

    def __init__(self, stack: contextlib.ExitStack, metrics: dict | None = None):
        super().__init__(stack)
        config = self.config
        config.metrics = metrics
        config.vpcs = [{"name": "shop", "vni": 1001}, {"name": "other", "vni": 1002}]
        config.subnets = [
            {"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"},
            {"name": "db", "vpc": "shop", "ipv4": "10.78.0.0/24", "gateway": "10.78.0.1"},
            {"name": "other-web", "vpc": "other", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}]
        for number in (1, 2, 3):
            self.add_vm(f"vm{number}", "web", f"10.77.0.1{number}", "10.77.0.1")
        self.add_vm("vm4", "db", "10.78.0.11", "10.78.0.1")
        self.add_vm("other1", "other-web", "10.77.0.11", "10.77.0.1")
        self.add_vm("other2", "other-web", "10.77.0.12", "10.77.0.1")
        config.havips = [{"name": "front", "subnet": "web", "ipv4": "10.77.0.100",
                          "ports": ["vm1-eth0", "vm2-eth0"]}]
        config.eips = [{"name": "front-public", "ipv4": "203.0.113.10", "target": {"havip": "front"}},
                       {"name": "vm3-public", "ipv4": "203.0.113.13", "target": {"port": "vm3-eth0"}}]
        self.start_switch()

    def vm(self, name: str) -> Vm:
        return self.vms[name]


class Havip:
    """A HAVIP of its own for one test, so that no test's announcements are damped by another's."""

    def __init__(self, bed: Cloud, switch: Switch, number: int):
        self.name = f"test-{number}"
        self.address = f"10.77.0.{number}"
        self._bed, self._switch = bed, switch
        switch.do(f"havip add {self.name} subnet web ipv4 {self.address}")
        self.bound: list[str] = []

    def bind(self, vm_name: str) -> None:
        self._switch.do(f"havip bind {self.name} {self._bed.vm(vm_name).port}")
        self.bound.append(vm_name)

    def unbind(self, vm_name: str) -> None:
        self._switch.do(f"havip unbind {self.name} {self._bed.vm(vm_name).port}")
        self.bound.remove(vm_name)

    def hold(self, vm_name: str) -> None:
        """The VM gets the address, silently."""
        self._bed.vm(vm_name).namespace.ip("addr", "replace", f"{self.address}/32", "dev", "eth0")

    def drop(self, vm_name: str) -> None:
        self._bed.vm(vm_name).namespace.ip("addr", "del", f"{self.address}/32", "dev", "eth0", check=False)

    def announce(self, vm_name: str, form: str = "-U") -> None:
        """The VM gets the address and announces it with one gratuitous ARP: request (-U) or reply (-A)."""
        self.hold(vm_name)
        announce(self._bed.vm(vm_name), self.address, form)

    def owner(self) -> str | None:
        return self._switch.havip(self.name)["owner"]

    def wait_owner(self, vm_name: str | None) -> None:
        port = self._bed.vm(vm_name).port if vm_name else None
        wait_until(lambda: self.owner() == port, f"owner of {self.name} becomes {port}", 5.0)

    def remove(self) -> None:
        for name in self._bed.vms:
            self.drop(name)
        for name in list(self.bound):
            self.unbind(name)
        self._switch.do(f"havip del {self.name}")


def announce(vm: Vm, address: str, form: str = "-U") -> None:
    vm.namespace.run("arping", form, "-q", "-c", "1", "-I", "eth0", "-s", address, address, check=False)


def advert(vm: Vm, address: str, priority: int = 100, vrid: int = 51) -> None:
    """One VRRPv3 advert that lists the address."""
    message = bytes([0x31, vrid, priority, 1, 0, 100, 0, 0]) + socket.inet_aton(address)
    total = sum(struct.unpack("!6H", message))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    message = message[:6] + struct.pack("!H", total ^ 0xffff) + message[8:]
    with vm.namespace.socket(socket.AF_INET, socket.SOCK_RAW, 112) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(vm.address))
        sender.sendto(message, ("224.0.0.18", 0))
