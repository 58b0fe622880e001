"""The tools of an attacker against HAVIPs that a real keepalived holds (docs/spec/owner-learning.md, 4): what they send is
dropped under its name, no owner moves, and the switch goes on.

Each runs until the switch has counted some of its packets, or sends a number that it is told.
"""

import logging
import socket

import pytest

from support.cluster import Cluster, Pair, Seen, havip_name
from support.keepalived import Vrrp
from support.process import Process
from support.undo import undo_stack, wait_until

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.layers.inet import IP, UDP    # noqa: E402
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6    # noqa: E402
from scapy.layers.l2 import ARP, Ether    # noqa: E402
from scapy.layers.vrrp import VRRP, VRRPv3    # noqa: E402

HAVIP, HAVIP6 = "10.77.0.140", "2001:db8:77::141"
GATEWAY, GATEWAY6 = "10.77.0.1", "2001:db8:77::1"
VM1, VM1_6 = "10.77.0.11", "2001:db8:77::11"
NOBODY = "10.77.0.50"
VRID, VRID6 = 140, 141
GROUP_MAC, BROADCAST = "01:00:5e:00:00:12", "ff:ff:ff:ff:ff:ff"


class Target:
    """vm1 is master of a group of each family, vm2 its backup; vm3 (their subnet), vm4 (another one) and other1 (another
    VPC, the same addresses) are bound to nothing."""

    def __init__(self, stack):
        self.cluster = Cluster(stack)
        self.pairs = {
            HAVIP: Pair(self.cluster, [Vrrp(f"{HAVIP}/24", 3, 0.5, VRID)]),
            HAVIP6: Pair(self.cluster, [Vrrp(f"fe80::{VRID6}/64", 3, 0.5, VRID6, more_addresses=(f"{HAVIP6}/64",),
                                             is_ipv6=True)])}
        stack.enter_context(self.cluster.bound(*self.pairs))
        for address, pair in self.pairs.items():
            stack.callback(pair.end)
            pair.elect([address])

    def log_tail(self) -> str:
        return "\n".join([self.cluster.log_tail(), *(pair.log_tail() for pair in self.pairs.values())])

    def drops(self, vm: str, reason: str) -> int:
        """Of what came from the VM."""
        return self.cluster.switch.json(f"show drops port {self.cluster.vms[vm].port}")["drops"].get(reason, 0)

    def mac(self, vm: str) -> str:
        return self.cluster.vms[vm].mac

    def send(self, vm: str, *frames) -> None:
        """Frames of scapy from the VM's vNIC, whatever addresses they bear."""
        with self.cluster.vms[vm].namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
            sender.bind(("eth0", 0))
            for frame in frames:
                sender.send(bytes(frame))

    def run_until(self, condition, vm: str, *argv: str) -> None:
        """A tool that goes on until it is ended."""
        process = Process(argv[0], argv, self.cluster.directory, self.cluster.stack, self.cluster.vms[vm].namespace)
        try:
            wait_until(condition, f"{' '.join(argv)} is noticed", 15)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{process.log_tail()}\n{self.cluster.switch.drops()}") from error
        finally:
            process.kill()

    def seen(self) -> list[Seen]:
        return [self.cluster.seen(pair, [address])[address] for address, pair in self.pairs.items()]

    def masterships(self) -> list[int]:
        return [pair.masterships() for pair in self.pairs.values()]

    def owner_changes(self) -> list[int]:
        return [self.cluster.owner_changes(address) for address in self.pairs]


@pytest.fixture(scope="module")
def target():
    with undo_stack() as stack:
        yield Target(stack)


@pytest.fixture(autouse=True)
def nothing_moves(target):
    """The owners are who they were. On a machine that stalls, vm2 may rightly have been one for a while."""
    masterships, changes = target.masterships(), target.owner_changes()
    yield
    wait_until(lambda: all(seen == Seen(("vm1",), "vm1-eth0") for seen in target.seen()), "vm1 has both addresses")
    if target.masterships() == masterships:
        assert target.owner_changes() == changes
    assert target.cluster.switch.unconserved_workers() == []


def arpspoof(address: str) -> list[str]:
    return ["arpspoof", "-i", "eth0", address]


def fake_advertise6(address: str, *options: str) -> list[str]:
    return ["atk6-fake_advertise6", *options, "-w", "1", "eth0", address]


def mausezahn(*arguments: str) -> list[str]:
    return ["mausezahn", "eth0", "-q", "-c", "0", "-d", "50msec", *arguments]


ANNOUNCEMENT = f"request, senderip={HAVIP}, targetip={HAVIP}"
TOOLS = {
    "arpspoof-havip": ("vm3", arpspoof(HAVIP), "claim_unbound"),
    "arpspoof-gateway": ("vm3", arpspoof(GATEWAY), "claim_gateway"),
    "arpspoof-gateway-by-a-bound-port": ("vm2", arpspoof(GATEWAY), "claim_gateway"),
    "arpspoof-neighbour": ("vm3", arpspoof(VM1), "claim_foreign"),
    "arpspoof-nobody": ("vm3", arpspoof(NOBODY), "spoofed_arp"),
    "arpspoof-from-another-subnet": ("vm4", arpspoof(HAVIP), "claim_unbound"),
    "arpspoof-from-another-vpc": ("other1", arpspoof(HAVIP), "spoofed_arp"),
    "fake_advertise6-havip": ("vm3", fake_advertise6(HAVIP6), "claim_unbound"),
    "fake_advertise6-solicited": ("vm3", fake_advertise6(HAVIP6, "-s", "-O"), "nd_bad"),
    "fake_advertise6-gateway": ("vm3", fake_advertise6(GATEWAY6), "claim_gateway"),
    "fake_advertise6-neighbour": ("vm3", fake_advertise6(VM1_6), "claim_foreign"),
    "fake_advertise6-from-another-vpc": ("other1", fake_advertise6(HAVIP6), "spoofed_nd"),
    "mausezahn-announcement": ("vm3", mausezahn("-t", "arp", ANNOUNCEMENT), "claim_unbound"),
    "mausezahn-data": ("vm3", mausezahn("-A", HAVIP, "-B", VM1, "-t", "udp", "dp=53"), "claim_unbound"),
    "mausezahn-virtual-mac": ("vm3", mausezahn("-a", f"00:00:5e:00:01:{VRID:02x}", "-B", VM1, "-t", "udp", "dp=53"),
                              "spoofed_mac"),
    "mausezahn-data-from-another-subnet": ("vm4", mausezahn("-A", HAVIP, "-B", VM1, "-t", "udp", "dp=53"), "claim_unbound"),
}


@pytest.mark.parametrize("vm, argv, reason", TOOLS.values(), ids=TOOLS.keys())
def test_what_a_tool_sends_is_dropped_under_its_name(target, vm, argv, reason):
    before = target.drops(vm, reason)
    target.run_until(lambda: target.drops(vm, reason) > before, vm, *argv)


def from_vm(target: Target, vm: str, destination: str = GROUP_MAC, source_mac: str | None = None) -> Ether:
    return Ether(src=source_mac or target.mac(vm), dst=destination)


def advert2(source: str, priority: int, addresses: list[str]):
    return (IP(src=source, dst="224.0.0.18", ttl=255)
            / VRRP(vrid=VRID, priority=priority, addrlist=addresses, auth1=0, auth2=0))


def advert3(source: str, priority: int, addresses: list[str], destination: str = "224.0.0.18"):
    return IP(src=source, dst=destination, ttl=255, proto=112) / VRRPv3(vrid=VRID, priority=priority, addrlist=addresses)


def advert6(source: str, priority: int, addresses: list[str]):
    return IPv6(src=source, dst="ff02::12", hlim=255, nh=112) / VRRPv3(vrid=VRID6, priority=priority, addrlist=addresses)


OWN = {"vm2": "10.77.0.12", "vm3": "10.77.0.13", "vm4": "10.78.0.11"}
VM3_6 = "2001:db8:77::13"
# Who sends what, and what becomes of it. Of VRRP, and what no tool makes.
FORGED = {
    "advert-of-the-havip": ("vm3", advert2(OWN["vm3"], 255, [HAVIP]), "claim_unbound"),
    "advert-of-the-havip-in-version-3": ("vm3", advert3(OWN["vm3"], 255, [HAVIP]), "claim_unbound"),
    "resignation-of-the-havip": ("vm3", advert2(OWN["vm3"], 0, [HAVIP]), "claim_unbound"),
    "advert-of-the-havip-from-another-subnet": ("vm4", advert2(OWN["vm4"], 255, [HAVIP]), "claim_unbound"),
    "advert-of-the-havip-over-ipv6": ("vm3", advert6(VM3_6, 255, ["fe80::141", HAVIP6]), "claim_unbound"),
    "advert-of-its-group-without-addresses": ("vm3", advert2(OWN["vm3"], 255, []), "vrrp_guard"),
    "advert-of-its-group-with-another-address": ("vm3", advert3(OWN["vm3"], 255, [NOBODY]), "vrrp_guard"),
    "advert-of-its-group-by-unicast": ("vm3", advert3(OWN["vm3"], 255, [NOBODY], VM1), "vrrp_guard"),
    "advert-of-its-group-over-ipv6": ("vm3", advert6(VM3_6, 255, ["fe80::141"]), "vrrp_guard"),
    "resignation-in-the-name-of-the-master": ("vm3", advert3(VM1, 0, [HAVIP]), "spoofed_ip"),
    "resignation-in-the-name-of-the-master-by-its-backup": ("vm2", advert3(VM1, 0, [HAVIP]), "spoofed_ip"),
    "advert-from-the-havip-by-the-backup": ("vm2", advert3(HAVIP, 255, [HAVIP]), "vrrp_src_spoof"),
    "announcement-of-the-havip-over-ipv6": (
        "vm3", IPv6(src=VM3_6, dst="ff02::1", hlim=255) / ICMPv6ND_NA(tgt=HAVIP6, R=0, S=0, O=1)
        / ICMPv6NDOptDstLLAddr(lladdr="52:54:03:4d:00:0d"), "claim_unbound"),
    "data-from-the-havip-over-ipv6": ("vm3", IPv6(src=HAVIP6, dst=VM1_6) / UDP(dport=53), "claim_unbound"),
}


@pytest.mark.parametrize("vm, packet, reason", FORGED.values(), ids=FORGED.keys())
def test_forged_packet_is_dropped_under_its_name(target, vm, packet, reason):
    before = target.drops(vm, reason)
    destination = target.mac("vm1") if packet.dst == VM1 else "33:33:00:00:00:12" if packet.version == 6 else GROUP_MAC
    target.send(vm, *[from_vm(target, vm, destination) / packet] * 3)
    wait_until(lambda: target.drops(vm, reason) == before + 3, f"three drops as {reason}")


@pytest.mark.parametrize("address, packet", [
    (HAVIP, advert2(OWN["vm3"], 255, [HAVIP])),
    (HAVIP6, advert6(VM3_6, 255, ["fe80::141", HAVIP6]))], ids=["ipv4", "ipv6"])
def test_claims_of_an_unbound_port_are_an_event_once_while_they_last(target, address, packet):
    def told() -> list[dict]:
        events = target.cluster.switch.json("show events about claim_unbound")["events"]
        return [event for event in events if (event["address"], event["port"]) == (address, "vm3-eth0")]

    before = target.drops("vm3", "claim_unbound")
    target.send("vm3", *[from_vm(target, "vm3", "33:33:00:00:00:12" if packet.version == 6 else GROUP_MAC) / packet] * 20)
    wait_until(lambda: target.drops("vm3", "claim_unbound") == before + 20, "all are dropped")
    wait_until(told, "the claim is told")
    assert len(told()) < target.drops("vm3", "claim_unbound") / 2


def test_virtual_mac_is_for_members(target):
    before = target.drops("vm3", "spoofed_mac")
    forged = from_vm(target, "vm3", source_mac=f"00:00:5e:00:01:{VRID:02x}")
    target.send("vm3", forged / advert3(OWN["vm3"], 255, []), forged / IP(src=OWN["vm3"], dst=VM1) / UDP())
    wait_until(lambda: target.drops("vm3", "spoofed_mac") == before + 2, "both are dropped")


class TestBoundBackup:
    """It may announce and claim; what it says without a fresh advert takes nothing from a fresh master."""

    @pytest.mark.parametrize("address, argv", [(HAVIP, arpspoof(HAVIP)), (HAVIP6, fake_advertise6(HAVIP6))],
                             ids=["arpspoof", "fake_advertise6"])
    def test_its_announcements_are_shadowed(self, target, address, argv):
        shadowed = target.cluster.learned("shadowed")
        target.run_until(lambda: target.cluster.learned("shadowed") > shadowed, "vm2", *argv)
        assert target.cluster.havip(address)["owner"] == "vm1-eth0"

    def test_its_answers_and_requests_are_ignored(self, target):
        ignored = target.cluster.learned("weak_ignored")
        mac = target.mac("vm2")
        vm3_mac = target.mac("vm3")
        answer = ARP(op=2, hwsrc=mac, psrc=HAVIP, hwdst=vm3_mac, pdst=OWN["vm3"])
        request = ARP(op=1, hwsrc=mac, psrc=HAVIP, pdst=OWN["vm3"])
        target.send("vm2", from_vm(target, "vm2", vm3_mac) / answer, from_vm(target, "vm2", BROADCAST) / request)
        wait_until(lambda: target.cluster.learned("weak_ignored") == ignored + 2, "both are ignored")

    def test_flood_of_its_announcements_does_not_move_the_address(self, target):
        shadowed = target.cluster.learned("shadowed")
        flood = ["mausezahn", "eth0", "-q", "-c", "20000", "-t", "arp", ANNOUNCEMENT]
        target.cluster.vms["vm2"].namespace.run(*flood, check=False, timeout_s=60)
        assert target.cluster.learned("shadowed") > shadowed

    def test_pin_holds_against_its_adverts(self, target):
        """A higher advert of a member cannot be told from a takeover. vm1 must not hear it, or it would believe it."""
        name = havip_name(HAVIP)
        target.cluster.partition("vm1")
        target.cluster.switch.do(f"havip pin {name} vm1-eth0")
        try:
            changes = target.cluster.owner_changes(HAVIP)
            target.send("vm2", from_vm(target, "vm2") / advert3(OWN["vm2"], 254, [HAVIP]))
            wait_until(lambda: target.cluster.havip(HAVIP)["elected"] == "vm2-eth0", "the claims name vm2")
            assert target.cluster.owner_changes(HAVIP) == changes
            # Until nobody takes the forged advert for fresh any more.
            wait_until(lambda: target.cluster.havip(HAVIP)["elected"] == "vm1-eth0", "the claims name vm1 again")
        finally:
            target.cluster.switch.do(f"havip unpin {name}")
            target.cluster.heal_all()
