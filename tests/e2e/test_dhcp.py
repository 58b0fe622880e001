"""VMs configure themselves by what the switch tells them: dhclient, udhcpc, and the kernel's router discovery."""

import os
import signal
import socket
import struct

import pytest

from support.process import Process
from support.testbed import Testbed
from support.undo import undo_stack, wait_until

# What either client tells its script, as variables in a file of its own; the interface is set up as they say, and
# nothing outside the namespace is touched.
SCRIPT = """#!/bin/sh
event=${reason:-$1}
env | sed 's/^new_//' > "$STATE/$event.tmp"
mv "$STATE/$event.tmp" "$STATE/$event"
echo "$event" >> "$STATE/events"
address=${new_ip_address:-$ip}
case $event in
  BOUND|RENEW|REBIND|REBOOT|bound|renew)
    ip addr replace "$address/${new_subnet_mask:-$subnet}" dev eth0
    ip link set eth0 mtu "${new_interface_mtu:-$mtu}"
    if [ -n "$new_classless" ]; then set -- $(echo $new_classless); else set -- $staticroutes; fi
    while [ $# -ge 2 ] && [ -z "$new_classless" ]; do ip route replace "$1" via "$2"; shift 2; done ;;
esac
exit 0
"""
DHCLIENT_CONF = """option classless code 121 = array of unsigned integer 8;
request subnet-mask, broadcast-address, classless, routers, domain-name-servers, interface-mtu;
timeout 20; retry 1; initial-interval 1; backoff-cutoff 2; reboot 3;
"""
STALE_LEASE = """lease {
  interface "eth0";
  fixed-address 10.77.0.99;
  option subnet-mask 255.255.255.0;
  option dhcp-server-identifier 10.77.0.1;
  renew 1 2035/01/01 00:00:00; rebind 1 2036/01/01 00:00:00; expire 1 2037/01/04 00:00:00;
}
"""


class Cloud(Testbed):
    def __init__(self, stack):
        super().__init__(stack)
        self.config.vpcs = [{"name": "shop", "vni": 1001, "mtu": 1400}]
        self.config.subnets = [
            {"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
             "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1",
             "dns": ["10.77.0.2", "9.9.9.9", "2001:db8:77::2"],
             "dhcp": {"lease_s": 60, "routes": [{"to": "10.9.128.0/17", "via": "10.77.0.5"}]}}]
        for number in (1, 2, 3):
            vm = self.add_vm(f"vm{number}", "web", f"10.77.0.1{number}", "10.77.0.1")
            vm.namespace.ip("addr", "flush", "dev", "eth0")
            os.mkdir(self.state(vm))
        self.script = os.path.join(self.directory, "script")
        with open(self.script, "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        os.chmod(self.script, 0o755)
        self.start_switch()

    def state(self, vm) -> str:
        return os.path.join(self.directory, f"state-{vm.name}")

    def told(self, vm, event: str) -> dict[str, str] | None:
        """What the client told the script with its last event of this name."""
        try:
            with open(os.path.join(self.state(vm), event), encoding="utf-8") as file:
                return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        except FileNotFoundError:
            return None

    def wait_told(self, vm, event: str) -> dict[str, str]:
        wait_until(lambda: self.told(vm, event) is not None, f"{event} of {vm.name}", 20.0)
        return self.told(vm, event)

    def events(self, vm) -> list[str]:
        with open(os.path.join(self.state(vm), "events"), encoding="utf-8") as file:
            return file.read().split()

    def learned(self, counter: str) -> int:
        return self.switch.json("show learning")["learning"][counter]


@pytest.fixture(scope="module")
def bed():
    with undo_stack() as stack:
        yield Cloud(stack)


def start(bed, vm, stack, *argv: str) -> Process:
    return Process(f"dhcp-{vm.name}", vm.namespace.command(["env", f"STATE={bed.state(vm)}", *argv]), bed.directory,
                   stack)


@pytest.fixture(scope="module")
def udhcpc(bed):
    vm = bed.vms["vm2"]
    options = [word for name in ("subnet", "router", "dns", "mtu", "staticroutes") for word in ("-O", name)]
    with undo_stack() as stack:
        yield start(bed, vm, stack, "busybox", "udhcpc", "-f", "-i", "eth0", "-s", bed.script, *options)


@pytest.fixture(scope="module")
def dhclient(bed):
    """A client that remembers another address of before."""
    vm = bed.vms["vm1"]
    conf, leases = (os.path.join(bed.directory, name) for name in ("dhclient.conf", "dhclient.leases"))
    for path, text in ((conf, DHCLIENT_CONF), (leases, STALE_LEASE)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with undo_stack() as stack:
        yield start(bed, vm, stack, "dhclient", "-4", "-d", "-cf", conf, "-lf", leases, "-pf",
                    os.path.join(bed.directory, "dhclient.pid"), "-e", f"STATE={bed.state(vm)}", "-sf", bed.script,
                    "eth0")


def test_udhcpc_gets_the_ports_address_and_routes(bed, udhcpc):
    vm = bed.vms["vm2"]
    told = bed.wait_told(vm, "bound")
    assert (told["ip"], told["mask"], told["router"], told["mtu"]) == ("10.77.0.12", "24", "10.77.0.1", "1400")
    assert (told["dns"], told["lease"], told["serverid"]) == ("10.77.0.2 9.9.9.9", "60", "10.77.0.1")
    assert told["staticroutes"] == "0.0.0.0/0 10.77.0.1 10.9.128.0/17 10.77.0.5"
    wait_until(lambda: "10.9.128.0/17 via 10.77.0.5" in vm.namespace.ip("route"), "the classless route")
    assert "default via 10.77.0.1" in vm.namespace.ip("route")
    assert "10.77.0.12/24" in vm.namespace.ip("addr", "show", "dev", "eth0")
    assert "mtu 1400" in vm.namespace.ip("link", "show", "dev", "eth0")


def test_udhcpc_renews_when_told(bed, udhcpc):
    vm = bed.vms["vm2"]
    bed.wait_told(vm, "bound")
    before = bed.learned("dhcp_acked")
    udhcpc.signal(signal.SIGUSR1)
    assert bed.wait_told(vm, "renew")["ip"] == "10.77.0.12"
    assert "sending renew to server 10.77.0.1" in udhcpc.log()
    assert bed.learned("dhcp_acked") > before  # with so short a lease it broadcasts at once, too


def test_dhclient_is_refused_what_it_remembers_and_gets_the_ports_address(bed, dhclient):
    vm = bed.vms["vm1"]
    told = bed.wait_told(vm, "BOUND")
    assert "DHCPNAK" in dhclient.log() and bed.learned("dhcp_refused") == 1
    assert told["ip_address"] == "10.77.0.11" and told["subnet_mask"] == "255.255.255.0"
    assert told["domain_name_servers"] == "10.77.0.2 9.9.9.9" and told["interface_mtu"] == "1400"
    assert told["routers"] == "10.77.0.1" and told["dhcp_lease_time"] == "60"
    assert told["classless"] == "0 10 77 0 1 17 10 9 128 10 77 0 5"


def test_renewal_by_the_short_lease(bed, dhclient):
    """T1 is half of 60 s."""
    vm = bed.vms["vm1"]
    bed.wait_told(vm, "BOUND")
    wait_until(lambda: "RENEW" in bed.events(vm), "the renewal at T1", 45.0)
    assert bed.told(vm, "RENEW")["ip_address"] == "10.77.0.11"
    assert "DHCPREQUEST for 10.77.0.11 on eth0 to 10.77.0.1 port 67" in dhclient.log()


def advertisement(sniffer: socket.socket) -> bytes | None:
    """The next router advertisement to all nodes, from the ICMPv6 header on."""
    try:
        frame = sniffer.recv(2048)
    except BlockingIOError:
        return None
    is_advertisement = frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == 134
    return frame[54:] if is_advertisement else None


def options(message: bytes) -> dict[int, bytes]:
    found, at = {}, 16
    while at < len(message):
        found[message[at]] = message[at:at + 8 * message[at + 1]]
        at += 8 * message[at + 1]
    return found


def test_the_kernel_follows_router_advertisements(bed):
    vm = bed.vms["vm3"]
    sniffer = vm.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86dd))
    with sniffer:
        sniffer.setblocking(False)
        vm.namespace.sysctl("net/ipv6/conf/eth0/accept_ra", "1")
        vm.namespace.sysctl("net/ipv6/conf/eth0/disable_ipv6", "0")
        wait_until(lambda: "default via fe80::" in vm.namespace.ip("-6", "route"), "the default route", 20.0)
        assert "proto ra" in vm.namespace.ip("-6", "route", "show", "default")
        assert "mtu 1400" in vm.namespace.ip("-6", "route", "show", "default")
        bed.switch.do("vpc set shop mtu 1450")  # told at once, without being asked
        found = []

        def is_told() -> bool:
            message = advertisement(sniffer)
            if message is not None:
                found.append(options(message))
            return bool(found) and found[-1][5] == struct.pack("!BBHI", 5, 1, 0, 1450)

        wait_until(is_told, "an advertisement of the new MTU", 10.0)
        assert found[-1][25][8:] == socket.inet_pton(socket.AF_INET6, "2001:db8:77::2")
        wait_until(lambda: "mtu 1450" in vm.namespace.ip("-6", "route", "show", "default"), "the kernel's MTU", 5.0)


def test_no_packet_was_lost_without_a_name(bed):
    assert bed.switch.unconserved_workers() == []
