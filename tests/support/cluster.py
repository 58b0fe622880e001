"""Keepalived pairs beside each other in the same two VMs, and the truth about their addresses.

    web 10.77.0.0/24, 2001:db8:77::/64
      vm1 .11    vm2 .12    members of every pair
      vm3 .13    of none
    db  10.78.0.0/24
      vm4 .11    of none
    other VPC, other-web with the same addresses as web
      other1 .11

What a HAVIP's owner must be is read where the address is: `ip addr` in the VMs. A VM whose keepalived was killed keeps the
address, but holds it no longer in the sense of VRRP.
"""

import contextlib
import itertools
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .keepalived import Keepalived, Vrrp
from .testbed import Testbed, Vm
from .undo import wait_until

MEMBERS = {"vm1": 150, "vm2": 100}
_SETTLES_WITHIN_S = 20.0
_pairs = itertools.count(1)


@dataclass(frozen=True)
class Seen:
    """Of one address at one moment."""
    holders: tuple[str, ...]    # VMs that have it, their keepalived running
    owner: str | None           # the port that the switch names

    @property
    def is_true(self) -> bool:
        """One VM holds it, and the switch names its port."""
        return len(self.holders) == 1 and self.owner == f"{self.holders[0]}-eth0"


class Pair:
    """A keepalived with the same groups in each member VM, vm1's with the higher priority unless said otherwise."""

    def __init__(self, cluster: "Cluster", groups: Sequence[Vrrp],
                 priorities: dict[str, int] = MEMBERS):
        self._cluster = cluster
        self._groups = groups
        self.interval_s = max(group.interval_s for group in groups)
        addresses = {vm: cluster.vms[vm].address for vm in MEMBERS}
        number = next(_pairs)
        self.members = {
            vm: Keepalived(f"{vm}-pair{number}", cluster.vms[vm].namespace, cluster.directory, cluster.stack, groups,
                           priority, addresses[vm], [other for at, other in addresses.items() if at != vm])
            for vm, priority in priorities.items()}

    def __getitem__(self, vm: str) -> Keepalived:
        return self.members[vm]

    def elect(self, addresses: Iterable[str]) -> None:
        """vm1 becomes master of a running pair. vm2 never was, but where the machine stalled."""
        self["vm1"].start()
        self._cluster.wait_true(self, addresses, "vm1")
        self["vm2"].start()
        self["vm2"].wait_running()
        self["vm2"].wait_backup()

    def masterships(self) -> int:
        """How often a member became master of the first group."""
        return sum(member.masterships(self._groups[0]) for member in self.members.values())

    def end(self) -> None:
        for member in self.members.values():
            if member.is_running():
                member.stop()
        for member in self.members.values():
            if member.is_running():
                member.wait_ended()

    def log_tail(self) -> str:
        return "\n".join(f"--- {each.name} ---\n{each.log_tail()}" for each in self.members.values())


class Cluster(Testbed):
    """The bed drawn above, its switch running. Pairs and HAVIPs are made by those who want them."""

    def __init__(self, stack: contextlib.ExitStack):
        super().__init__(stack)
        config = self.config
        config.vpcs = [{"name": "shop", "vni": 1001}, {"name": "other", "vni": 1002}]
        config.subnets = [
            {"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
             "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1", "havip_quota": 100},
            {"name": "db", "vpc": "shop", "ipv4": "10.78.0.0/24", "gateway": "10.78.0.1"},
            {"name": "other-web", "vpc": "other", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
             "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1"}]
        for number in (1, 2, 3):
            self._add_dual(f"vm{number}", "web", number)
        self.add_vm("vm4", "db", "10.78.0.11", "10.78.0.1")
        self._add_dual("other1", "other-web", 1)
        self.log_events()
        self.start_switch()
        for vm in self.vms.values():
            if vm.name != "vm4":
                vm.namespace.enable_ipv6("eth0")
                vm.namespace.ip("addr", "add", f"2001:db8:77::{vm.address.rpartition('.')[2]}/64", "dev", "eth0",
                                "nodad")
        for vm in self.vms.values():
            wait_until(lambda: "tentative" not in vm.namespace.ip("-6", "addr", "show", "dev", "eth0"),
                       f"{vm.name} has its addresses")

    @contextlib.contextmanager
    def bound(self, *addresses: str) -> Iterator[None]:
        """A HAVIP for each address, bound to both members for a while."""
        for address in addresses:
            self.add_havip(address)
            for vm in MEMBERS:
                self.bind(address, vm)
        try:
            yield
        finally:
            for address in addresses:
                self.remove_havip(address)

    def add_havip(self, address: str) -> None:
        self.switch.do(f"havip add {havip_name(address)} subnet web {'ipv6' if ':' in address else 'ipv4'} {address}")

    def remove_havip(self, address: str) -> None:
        for port in self.switch.json(f"havip show {havip_name(address)}")["ports"]:
            self.switch.do(f"havip unbind {havip_name(address)} {port}")
        self.switch.do(f"havip del {havip_name(address)}")

    def bind(self, address: str, vm: str) -> None:
        self.switch.do(f"havip bind {havip_name(address)} {self.vms[vm].port}")

    def unbind(self, address: str, vm: str) -> None:
        self.switch.do(f"havip unbind {havip_name(address)} {self.vms[vm].port}")

    def filter_vrrp(self, vm: str, direction: str, state: str) -> None:
        self.switch.do(f"port {self.vms[vm].port} vrrp-filter {direction} {state}")

    def partition(self, *vms: str) -> None:
        """The VMs hear no adverts until they are healed."""
        for vm in vms:
            self.filter_vrrp(vm, "out", "on")

    def heal(self, *vms: str) -> None:
        """One after the other; each has heard some adverts before the next does."""
        for vm in vms:
            self.filter_vrrp(vm, "out", "off")
            heard = self._adverts()
            wait_until(lambda: self._adverts() >= heard + 4, "adverts are heard")

    def heal_all(self) -> None:
        for vm in MEMBERS:
            self.switch.do(f"port set {self.vms[vm].port} vrrp_filter none")

    def learned(self, counter: str) -> int:
        return self.switch.json("show learning")["learning"][counter]

    def _adverts(self) -> int:
        return self.learned("advert") + self.learned("vrrp_no_address")

    def havip(self, address: str) -> dict:
        """`addresses[]` of show havip that is about the address."""
        return _by_address(self.switch)[address]

    def seen(self, pair: Pair, addresses: Iterable[str]) -> dict[str, Seen]:
        held = {vm: _addresses_of(self.vms[vm]) for vm, member in pair.members.items() if member.is_running()}
        told = _by_address(self.switch)
        return {address: Seen(tuple(vm for vm in held if address in held[vm]), told[address]["owner"])
                for address in addresses}

    def at_quiet(self, pair: Pair, addresses: Iterable[str], holder: str | None = None) -> dict[str, Seen]:
        """What is seen once it has been true, with this holder if one is given, for two intervals on end; after 20 s what
        is seen then."""
        addresses = list(addresses)
        deadline = time.monotonic() + _SETTLES_WITHIN_S
        true_since = None
        while True:
            seen = self.seen(pair, addresses)
            now = time.monotonic()
            is_true = all(each.is_true and holder in (None, *each.holders) for each in seen.values())
            true_since = (true_since or now) if is_true else None
            if now > deadline or (true_since and now - true_since > 2 * pair.interval_s):
                return seen
            time.sleep(0.05)

    def wait_true(self, pair: Pair, addresses: Iterable[str], holder: str | None = None) -> None:
        """The assertion of this bed: at quiet the switch's owner is the VM that really holds the address."""
        seen = self.at_quiet(pair, addresses, holder)
        wrong = {address: each for address, each in seen.items()
                 if not each.is_true or holder not in (None, *each.holders)}
        assert not wrong, f"holder {holder or 'and owner'} expected: {wrong}\n{self._decisions(wrong)}\n{pair.log_tail()}"

    def moves(self, address: str, since: int = 0) -> list[tuple[str | None, str | None]]:
        """(from, to) of the changes of its owner that came after the first `since`."""
        return [(each["from"], each["to"]) for each in self.havip(address)["decisions"] if each["sequence"] > since]

    def owner_changes(self, address: str) -> int:
        return self.havip(address)["owner_changes"]

    def _decisions(self, addresses: Iterable[str]) -> str:
        told = _by_address(self.switch)
        return json.dumps({address: told[address]["decisions"][-4:] for address in addresses}, indent=1)

    def _add_dual(self, name: str, subnet: str, number: int) -> Vm:
        vm = self.add_vm(name, subnet, f"10.77.0.1{number}", "10.77.0.1")
        self.config.ports[-1]["ipv6"] = f"2001:db8:77::1{number}"
        return vm


def havip_name(address: str) -> str:
    return "havip-" + address.replace(":", "-")


def _addresses_of(vm: Vm) -> set[str]:
    links = json.loads(vm.namespace.ip("-j", "addr", "show") or "[]")
    return {each["local"] for link in links for each in link.get("addr_info", ())}


def _by_address(switch) -> dict[str, dict]:
    return {address["address"]: address for havip in switch.json("show havip")["havips"]
            for address in havip["addresses"]}
