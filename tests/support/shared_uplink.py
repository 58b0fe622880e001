"""A switch whose uplink is an interface that the host uses too: EIP traffic and the host's own on one veth.

The switch's namespace is the host. Its end of the uplink, sw-inet, has addresses of the host's beside the uplink's, and
an MTU and a MAC of its own; the switch answers from another MAC.
"""

import contextlib
import json
import re

from .namespace import Namespace
from .process import Process
from .testbed import UPLINK_INTERFACE as INTERFACE
from .testbed import Testbed
from .undo import wait_until

HOST_ADDRESS = "198.51.100.50"
HOST_ADDRESS6 = "2001:db8:100::50"
EIPS = {4: "203.0.113.11", 6: "2001:db8:ffff::11"}


class SharedUplink(Testbed):
    """vm1 with an EIP of each family behind the shared interface; the switch runs."""

    def __init__(self, stack: contextlib.ExitStack):
        super().__init__(stack)
        self.log_events()
        self.config.uplink["device"] = "af_xdp"
        self.config.vpcs = [{"name": "shop", "vni": 1001}]
        self.config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
                                "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1"}]
        self.vm = self.add_vm("vm1", "web", "10.77.0.11", "10.77.0.1")
        self.config.ports[-1]["ipv6"] = "2001:db8:77::11"
        self.config.eips = [{"name": f"vm1-{family}", f"ipv{family}": address, "target": {"port": "vm1-eth0"}}
                            for family, address in EIPS.items()]
        self.enable_ipv6()
        self.host.enable_ipv6(INTERFACE)
        self.host.ip("addr", "add", f"{HOST_ADDRESS}/24", "dev", INTERFACE)
        self.host.ip("addr", "add", f"{HOST_ADDRESS6}/64", "dev", INTERFACE, "nodad")
        self.start_switch()
        self.vm.namespace.enable_ipv6("eth0")
        self.vm.namespace.ip("addr", "add", "2001:db8:77::11/64", "dev", "eth0", "nodad")
        wait_until(lambda: self.vm.namespace.ip("-6", "route", "show", "default"), "vm1 learns its router", 30)

    @property
    def host(self) -> Namespace:
        return self.switch_namespace

    def uplink(self) -> dict:
        return self.switch.json("show uplink")

    def verdicts(self) -> dict[str, int]:
        return {each["verdict"]: each["frames"] for each in self.uplink()["filter"]["verdicts"]}

    def program_id(self) -> int | None:
        """Of the XDP program that the kernel has on the interface."""
        link = json.loads(self.host.ip("-j", "-d", "link", "show", "dev", INTERFACE))[0]
        return link["xdp"]["prog"]["id"] if "xdp" in link else None

    def frames_seen(self) -> int:
        """How many frames the interface has given to its XDP program, as veth counts them."""
        statistics = self.host.run("ethtool", "-S", INTERFACE).stdout
        return sum(int(count) for count in re.findall(r"rx_queue_\d+_xdp_packets: (\d+)", statistics))

    def lease_by_dhcp(self) -> str:
        """What the host's own DHCP client is told by a server of the provider network."""
        server = Process("dnsmasq", ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                                     "--interface=uplink", "--bind-dynamic", "--no-ping", "--user=root", "--pid-file=",
                                     f"--dhcp-leasefile={self.directory}/leases",
                                     "--dhcp-range=198.51.100.60,198.51.100.69,1h"],
                         self.directory, self.stack, self.router)
        try:
            return self.host.run("udhcpc", "-i", INTERFACE, "-n", "-q", "-f", "-t", "10", "-T", "1",
                                 "-s", "/bin/true").stdout
        finally:
            server.stop()
