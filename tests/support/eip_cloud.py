"""EIPs of both families, bound to a port's own address and to a HAVIP that keepalived gives to one of two VMs.

    web 10.77.0.0/24, 2001:db8:77::/64
      vm1 .11   its port has EIP .11
      vm2 .12   its port has EIP .12, keepalived with priority 150
      vm3 .13   keepalived with priority 100
      vm4 .14   neither
    HAVIP front .100, bound to vm2 and vm3, has EIP .10

The last numbers are the same for both families; EIPs are in EIP_POOL and EIP_POOL6.
"""

import contextlib
from dataclasses import dataclass

from .keepalived import Keepalived, Vrrp
from .namespace import Namespace
from .testbed import CLIENT_ADDRESS, CLIENT_ADDRESS6, Testbed
from .undo import wait_until

FAMILIES = (4, 6)
PRIORITIES = {"vm2": 150, "vm3": 100}
_NUMBERS = {"vm1": 11, "vm2": 12, "vm3": 13, "vm4": 14, "front": 100}
_EIP_NUMBERS = {"vm1": 11, "vm2": 12, "front": 10}


def inner_address(name: str, family: int) -> str:
    """Of a VM's port, or of the HAVIP `front`."""
    number = _NUMBERS[name]
    return f"10.77.0.{number}" if family == 4 else f"2001:db8:77::{number}"


def eip_address(name: str, family: int) -> str:
    number = _EIP_NUMBERS[name]
    return f"203.0.113.{number}" if family == 4 else f"2001:db8:ffff::{number}"


@dataclass(frozen=True)
class Endpoint:
    """An address of a VM, and the EIP that the world knows it by."""
    vm: str
    namespace: Namespace
    family: int
    address: str
    eip: str
    client: str    # the address of the internet's client

    @property
    def flag(self) -> str:
        return f"-{self.family}"


class EipCloud(Testbed):
    """The bed drawn above, its switch running, vm2 the owner of both addresses of `front`."""

    def __init__(self, stack: contextlib.ExitStack):
        super().__init__(stack)
        self.config.vpcs = [{"name": "shop", "vni": 1001}]
        self.config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
                                "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1"}]
        for number in range(1, 5):
            self.add_vm(f"vm{number}", "web", inner_address(f"vm{number}", 4), "10.77.0.1")
            self.config.ports[-1]["ipv6"] = inner_address(f"vm{number}", 6)
        self.config.havips = [{"name": "front", "subnet": "web", "ipv4": inner_address("front", 4),
                               "ipv6": inner_address("front", 6), "ports": ["vm2-eth0", "vm3-eth0"]}]
        for name in _EIP_NUMBERS:
            target = {"havip": name} if name == "front" else {"port": f"{name}-eth0"}
            self.config.eips += [{"name": f"{name}-{family}", f"ipv{family}": eip_address(name, family),
                                  "target": target} for family in FAMILIES]
        self.enable_ipv6()
        self.start_switch()
        for vm in self.vms.values():
            vm.namespace.enable_ipv6("eth0")
            vm.namespace.ip("addr", "add", f"{inner_address(vm.name, 6)}/64", "dev", "eth0", "nodad")
        for vm in self.vms.values():
            wait_until(lambda: vm.namespace.ip("-6", "route", "show", "default"), f"{vm.name} learns its router", 30)
        self.keepalived = {name: self._keepalived(name) for name in PRIORITIES}
        self._elect()

    def endpoint(self, name: str, family: int) -> Endpoint:
        """The port's own address of a VM, or the HAVIP's at its owner."""
        vm = self.owner(family) if name == "front" else name
        return Endpoint(vm, self.vms[vm].namespace, family, inner_address(name, family), eip_address(name, family),
                        CLIENT_ADDRESS if family == 4 else CLIENT_ADDRESS6)

    def owner(self, family: int) -> str | None:
        """The VM that has the data of the HAVIP's address of the family."""
        owner = next(each["owner"] for each in self.switch.havip("front")["addresses"]
                     if each["family"] == f"ipv{family}")
        return owner and owner.removesuffix("-eth0")

    def log_tail(self) -> str:
        members = (f"--- keepalived of {name} ---\n{each.log_tail()}" for name, each in self.keepalived.items())
        return "\n".join([super().log_tail(), *members])

    def _keepalived(self, name: str) -> Keepalived:
        ipv6 = f"  {inner_address('front', 6)}/64 dev eth0 preferred_lft 0"
        vrrp = Vrrp(f"{inner_address('front', 4)}/24", options=("virtual_ipaddress_excluded {", ipv6, "}"))
        vm = self.vms[name]
        return Keepalived(name, vm.namespace, self.directory, self.stack, vrrp, PRIORITIES[name], vm.address, [])

    def _elect(self) -> None:
        """The lower priority starts once the higher one is master, so that it never is for a moment."""
        self.keepalived["vm2"].start()
        for family in FAMILIES:
            wait_until(lambda: self.owner(family) == "vm2", f"vm2 owns the HAVIP over IPv{family}", 30, poll_s=0.1)
        self.keepalived["vm3"].start()
        self.keepalived["vm3"].wait_backup()
