"""A small cloud around one switch: VMs on its ports, a provider router on its uplink, a client on the internet.

      vm1 eth0 ---- sw-vm1 +--------+
      vm2 eth0 ---- sw-vm2 | switch | sw-inet ---- uplink  router  client ---- eth0 client
      ...                  +--------+           198.51.100.1       192.0.2.1      192.0.2.10

Each box is a network namespace, each line a veth pair. The router routes the EIPs' pool to the switch's uplink
segment and looks each one up by ARP there, as a provider's router does with a directly attached pool. With
enable_ipv6() all of them have IPv6 too: the uplink segment is 2001:db8:100::/64, the client's 2001:db8:200::/64.
"""

import contextlib
import json
import os
import socket
from dataclasses import dataclass

from .namespace import Namespace, add_veth, sweep
from .switch import Config, Switch
from .undo import temporary_directory

_AF_XDP = 44    # linux/socket.h; Python does not know it

EIP_POOL = "203.0.113.0/24"
EIP_POOL6 = "2001:db8:ffff::/64"
ROUTER_ADDRESS = "198.51.100.1"
UPLINK_ADDRESS = "198.51.100.2"
CLIENT_ADDRESS = "192.0.2.10"
ROUTER_ADDRESS6 = "2001:db8:100::1"
UPLINK_ADDRESS6 = "2001:db8:100::2"
CLIENT_ADDRESS6 = "2001:db8:200::10"
UPLINK_MAC = "02:00:5e:10:00:01"
UPLINK_INTERFACE = "sw-inet"    # the switch's end


def af_xdp_is_missing() -> str | None:
    """Why the switch cannot share its uplink with the host here, if so."""
    try:
        socket.socket(_AF_XDP, socket.SOCK_RAW).close()
    except OSError as error:
        return f"no AF_XDP sockets: {error}"
    return None


@dataclass(frozen=True)
class Vm:
    """An instance with one vNIC, `eth0` in its namespace."""
    name: str
    namespace: Namespace
    address: str
    mac: str
    subnet: str
    device: str

    @property
    def port(self) -> str:
        return f"{self.name}-eth0"

    def config(self) -> dict:
        return {"name": self.port, "instance": self.name, "nic": "primary", "subnet": self.subnet,
                "mac": self.mac, "ipv4": self.address, "device": self.device}

    def holds(self, address: str) -> bool:
        return f" {address}/" in self.namespace.ip("-4", "addr", "show", "dev", "eth0")


class Testbed:
    """Namespaces and links first; the switch starts with start_switch(), when `config` is complete."""
    __test__ = False    # not a class of tests, whatever its name suggests to pytest

    def __init__(self, stack: contextlib.ExitStack):
        sweep()
        self.stack = stack
        self.directory = temporary_directory(stack)
        self.config = Config()
        self.switch: Switch | None = None
        self.switch_options: tuple[str, ...] = ()
        self._events_path = os.path.join(self.directory, "events.jsonl")
        self.vms: dict[str, Vm] = {}
        self.switch_namespace = Namespace("switch", stack)
        self.router = Namespace("router", stack)
        self.client = Namespace("client", stack)
        self._add_internet()

    def add_vm(self, name: str, subnet: str, address: str, gateway: str, prefix_length: int = 24,
               configured: bool = True) -> Vm:
        """A VM at `address`; with `configured` its port is in the configuration, else the test adds it."""
        namespace = Namespace(name, self.stack)
        number = len(self.vms) + 1
        octets = [int(part) for part in address.split(".")]
        mac = f"52:54:{number:02x}:{octets[1]:02x}:{octets[2]:02x}:{octets[3]:02x}"
        add_veth(self.switch_namespace, f"sw-{name}", namespace, "eth0", mac)
        namespace.ip("addr", "add", f"{address}/{prefix_length}", "dev", "eth0")
        namespace.ip("route", "add", "default", "via", gateway)
        vm = Vm(name, namespace, address, mac, subnet, f"net_af_packet{number},iface=sw-{name}")
        self.vms[name] = vm
        if configured:
            self.config.ports.append(vm.config())
        return vm

    def enable_ipv6(self) -> None:
        """On the internet and on the uplink; before the switch starts."""
        for namespace, interface in ((self.router, "uplink"), (self.router, "client"), (self.client, "eth0")):
            namespace.enable_ipv6(interface)
        self.router.sysctl("net/ipv6/conf/all/forwarding", "1")
        self.router.ip("addr", "add", f"{ROUTER_ADDRESS6}/64", "dev", "uplink", "nodad")
        self.router.ip("addr", "add", "2001:db8:200::1/64", "dev", "client", "nodad")
        self.router.ip("route", "add", EIP_POOL6, "dev", "uplink")
        self.client.ip("addr", "add", f"{CLIENT_ADDRESS6}/64", "dev", "eth0", "nodad")
        self.client.ip("-6", "route", "add", "default", "via", "2001:db8:200::1")
        self.config.uplink["addresses"].append(f"{UPLINK_ADDRESS6}/64")
        self.config.uplink["gateway6"] = ROUTER_ADDRESS6

    def log_events(self) -> None:
        """So that events() has them; before the switch starts."""
        self.switch_options += ("--event-log", self._events_path)

    def events(self, name: str) -> list[dict]:
        with open(self._events_path, encoding="utf-8") as file:
            return [event for event in map(json.loads, file) if event["event"] == name]

    def start_switch(self) -> Switch:
        self.switch = Switch(self.switch_namespace, self.config, self.directory, self.stack, options=self.switch_options)
        self.switch.wait_ready()
        return self.switch

    def log_tail(self) -> str:
        return self.switch.log_tail() if self.switch else ""

    def _add_internet(self) -> None:
        add_veth(self.switch_namespace, "sw-inet", self.router, "uplink")
        add_veth(self.router, "client", self.client, "eth0")
        self.router.ip("addr", "add", f"{ROUTER_ADDRESS}/24", "dev", "uplink")
        self.router.ip("addr", "add", "192.0.2.1/24", "dev", "client")
        self.router.ip("route", "add", EIP_POOL, "dev", "uplink")
        self.router.sysctl("net/ipv4/ip_forward", "1")
        self.client.ip("addr", "add", f"{CLIENT_ADDRESS}/24", "dev", "eth0")
        self.client.ip("route", "add", "default", "via", "192.0.2.1")
        self.config.uplink = {"device": "af_packet", "interface": UPLINK_INTERFACE, "mac": UPLINK_MAC,
                              "addresses": [f"{UPLINK_ADDRESS}/24"], "gateway": ROUTER_ADDRESS}
