"""A switch whose uplink is a bond of two interfaces, both on one switch of the provider's.

      sw-inet  ---- leg-a \\
      sw-inet2 ---- leg-b -- uplink, a bridge: the router's end
"""

import contextlib

from .namespace import add_veth
from .testbed import EIP_POOL, ROUTER_ADDRESS, UPLINK_INTERFACE, Testbed

EIP = "203.0.113.11"
MEMBERS = {"net_af_packet90": UPLINK_INTERFACE, "net_af_packet91": "sw-inet2"}
LEGS = {"net_af_packet90": "leg-a", "net_af_packet91": "leg-b"}


class BondedUplink(Testbed):
    """vm1 with an EIP behind the bond; the switch runs."""

    def __init__(self, stack: contextlib.ExitStack):
        super().__init__(stack)
        self.log_events()
        self._add_second_leg()
        self.config.eal += [f"--vdev={name},iface={interface}" for name, interface in MEMBERS.items()]
        del self.config.uplink["interface"]
        self.config.uplink["device"] = "net_bonding0,mode=1," + ",".join(f"slave={name}" for name in MEMBERS)
        self.config.vpcs = [{"name": "shop", "vni": 1001}]
        self.config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}]
        self.vm = self.add_vm("vm1", "web", "10.77.0.11", "10.77.0.1")
        self.config.eips = [{"name": "public", "ipv4": EIP, "target": {"port": "vm1-eth0"}}]
        self.start_switch()

    def _add_second_leg(self) -> None:
        add_veth(self.switch_namespace, "sw-inet2", self.router, "leg-b")
        router = self.router
        router.ip("link", "set", "uplink", "down")
        router.ip("link", "set", "uplink", "name", "leg-a")
        router.ip("addr", "flush", "dev", "leg-a")
        router.ip("link", "add", "uplink", "type", "bridge")
        for interface in ("leg-a", "leg-b"):
            router.ip("link", "set", interface, "master", "uplink")
        for interface in ("leg-a", "leg-b", "uplink"):
            router.ip("link", "set", interface, "up")
        router.ip("addr", "add", f"{ROUTER_ADDRESS}/24", "dev", "uplink")
        router.ip("route", "add", EIP_POOL, "dev", "uplink")

    def members(self) -> dict[str, dict]:
        return {member["name"]: member for member in self.switch.json("show uplink")["members"]}

    def active(self) -> str:
        return next(name for name, member in self.members().items() if member["active"])

    def pull(self, member: str) -> None:
        self.router.ip("link", "set", LEGS[member], "down")

    def plug(self, member: str) -> None:
        self.router.ip("link", "set", LEGS[member], "up")
