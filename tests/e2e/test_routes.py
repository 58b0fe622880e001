"""Routes: a pair of VMs as the NAT of a VPC, networks behind VMs, blackholes, and two VPCs with the same addresses.

    shop    web 10.77.0.0/24, 2001:db8:77::/64: nat1 .11, nat2 .12 with keepalived and the HAVIP nat .100, app .13
            db 10.78.0.0/24, 2001:db8:78::/64: db .14, router .15, which has a network behind it with a host, `behind`
    other   the same ranges, web only: other-nat .11, other-app .13

Of the VMs none but other-nat has an EIP at its port; the HAVIP has one. So the others reach the internet through NAT, or
not at all.
"""

import contextlib
import ipaddress
import json
import re
import socket

import pytest

from support.capture import Capture
from support.checks import counts_drop
from support.keepalived import Keepalived, Vrrp
from support.namespace import Namespace, add_veth
from support.process import Process
from support.testbed import CLIENT_ADDRESS, CLIENT_ADDRESS6, Testbed
from support.transfer import tcp_transfer, udp_exchange
from support.undo import undo_stack, wait_until

SUBNETS = {"web": 77, "db": 78}
# name: VPC, subnet, last number of its addresses
VMS = {"nat1": ("shop", "web", 11), "nat2": ("shop", "web", 12), "app": ("shop", "web", 13), "db": ("shop", "db", 14),
       "router": ("shop", "db", 15), "other-nat": ("other", "web", 11), "other-app": ("other", "web", 13)}
PRIORITIES = {"nat1": 150, "nat2": 100}
TRANSFER_BYTES = 16 << 20
SNAT = """
table inet nat {{
  chain postrouting {{
    type nat hook postrouting priority 100
    iifname "eth0" ip daddr != 224.0.0.0/4 counter snat ip to {}
    iifname "eth0" ip6 daddr != ff00::/8 counter snat ip6 to {}
  }}
}}
"""


def inner_address(subnet: str, number: int, family: int) -> str:
    return f"10.{SUBNETS[subnet]}.0.{number}" if family == 4 else f"2001:db8:{SUBNETS[subnet]}::{number}"


def eip_address(number: int, family: int) -> str:
    return f"203.0.113.{number}" if family == 4 else f"2001:db8:ffff::{number}"


NAT = {family: inner_address("web", 100, family) for family in (4, 6)}


class Family:
    """The addresses of one family under the same names."""

    def __init__(self, number: int):
        is_ipv4 = number == 4
        self.number = number
        self.flag = f"-{number}"
        self.socket_family = socket.AF_INET if is_ipv4 else socket.AF_INET6
        self.client = CLIENT_ADDRESS if is_ipv4 else CLIENT_ADDRESS6
        self.host_length = 32 if is_ipv4 else 128
        self.nat_eip, self.other_eip = eip_address(10, number), eip_address(20, number)
        self.default = "0.0.0.0/0" if is_ipv4 else "::/0"
        self.behind_router = "172.16.9.0/24" if is_ipv4 else "fd00:9::/64"
        self.router, self.behind = ("172.16.9.1", "172.16.9.2") if is_ipv4 else ("fd00:9::1", "fd00:9::2")
        self.blackhole = "192.0.2.128/25" if is_ipv4 else "2001:db8:200::b:0/112"
        self.in_blackhole = "192.0.2.129" if is_ipv4 else "2001:db8:200::b:1"
        self.out_of_blackhole = "192.0.2.200" if is_ipv4 else "2001:db8:200::b:2"    # by a route of its own

    def host(self, address: str) -> str:
        return f"{address}/{self.host_length}"


IPV4, IPV6 = Family(4), Family(6)
FAMILIES = pytest.mark.parametrize("family", [IPV4, IPV6], ids=["ipv4", "ipv6"])


class Cloud(Testbed):
    def __init__(self, stack):
        super().__init__(stack)
        self.config.vpcs = [{"name": "shop", "vni": 1001}, {"name": "other", "vni": 1002}]
        self.config.subnets = [subnet("web", "shop", "web"), subnet("db", "shop", "db"),
                               subnet("other-web", "other", "web")]
        for name, (vpc, range_name, number) in VMS.items():
            self.add_vm(name, range_name if vpc == "shop" else "other-web", inner_address(range_name, number, 4),
                        inner_address(range_name, 1, 4))
            self.config.ports[-1]["ipv6"] = inner_address(range_name, number, 6)
            self.config.ports[-1]["forwards"] = name not in ("app", "db", "other-app")
        self.config.havips = [{"name": "nat", "subnet": "web", "ipv4": NAT[4], "ipv6": NAT[6],
                               "ports": ["nat1-eth0", "nat2-eth0"]}]
        for family in (4, 6):
            self.config.eips += [{"name": f"nat-{family}", f"ipv{family}": eip_address(10, family),
                                  "target": {"havip": "nat"}},
                                 {"name": f"other-{family}", f"ipv{family}": eip_address(20, family),
                                  "target": {"port": "other-nat-eth0"}}]
        self.config.routes = [route for family in (IPV4, IPV6) for route in written_routes(family)]
        self.enable_ipv6()
        for name in VMS:
            self._set_up_guest(name)
        for name in PRIORITIES:
            self._become_nat(name, NAT[4], NAT[6])
        self._become_nat("other-nat", inner_address("web", 11, 4), inner_address("web", 11, 6))
        self.behind = Namespace("behind", stack)
        self._become_router("router")
        self.keepalived = {name: self._keepalived(name) for name in PRIORITIES}
        self.start_switch()
        self.keepalived["nat1"].start()
        self.wait_nat("nat1")
        self.keepalived["nat2"].start()
        self.keepalived["nat2"].wait_backup()

    def vm(self, name: str):
        return self.vms[name].namespace

    def wait_nat(self, name: str) -> None:
        """Until the VM owns both addresses of the HAVIP and answers there."""
        def owners() -> set[str | None]:
            return {address["owner"] for address in self.switch.havip("nat")["addresses"]}

        wait_until(lambda: owners() == {f"{name}-eth0"}, f"{name} owns the HAVIP", 30, poll_s=0.1)
        for family in (IPV4, IPV6):
            wait_until(lambda: answers(self.vm("app"), family, NAT[family.number]), f"{name} answers at the HAVIP", 30)

    def translated(self, name: str, family: Family) -> int:
        """How many connections the VM's NAT has made."""
        rules = json.loads(self.vm(name).run("nft", "-j", "list", "chain", "inet", "nat", "postrouting").stdout)
        for rule in (each["rule"] for each in rules["nftables"] if "rule" in each):
            statements = {kind: value for each in rule["expr"] for kind, value in each.items()}
            if statements["snat"]["family"] == ("ip" if family.number == 4 else "ip6"):
                return statements["counter"]["packets"]
        raise RuntimeError(f"{name} has no NAT of IPv{family.number}")

    def log_tail(self) -> str:
        members = (f"--- keepalived of {name} ---\n{each.log_tail()}" for name, each in self.keepalived.items())
        return "\n".join([super().log_tail(), *members])

    def _set_up_guest(self, name: str) -> None:
        _vpc, range_name, number = VMS[name]
        guest = self.vm(name)
        guest.sysctl("net/ipv6/conf/eth0/accept_ra", "0")
        guest.enable_ipv6("eth0")
        guest.ip("addr", "add", f"{inner_address(range_name, number, 6)}/64", "dev", "eth0", "nodad")
        guest.ip("-6", "route", "add", "default", "via", inner_address(range_name, 1, 6), "dev", "eth0")

    def _forward(self, name: str) -> None:
        for key, value in (("net/ipv4/ip_forward", "1"), ("net/ipv6/conf/all/forwarding", "1"),
                           ("net/ipv4/conf/all/send_redirects", "0"), ("net/ipv4/conf/eth0/send_redirects", "0")):
            self.vm(name).sysctl(key, value)

    def _become_nat(self, name: str, ipv4: str, ipv6: str) -> None:
        self._forward(name)
        self.vm(name).run("nft", SNAT.format(ipv4, ipv6))

    def _become_router(self, name: str) -> None:
        """The host behind it has out_of_blackhole, too."""
        self._forward(name)
        add_veth(self.vm(name), "eth1", self.behind, "eth0")
        self.vm(name).enable_ipv6("eth1")
        for interface in ("eth0", "lo"):
            self.behind.enable_ipv6(interface)
        for family in (IPV4, IPV6):
            length = family.behind_router.rpartition("/")[2]
            nodad = ["nodad"] if family is IPV6 else []
            self.vm(name).ip("addr", "add", f"{family.router}/{length}", "dev", "eth1", *nodad)
            self.behind.ip("addr", "add", f"{family.behind}/{length}", "dev", "eth0", *nodad)
            self.behind.ip(family.flag, "route", "add", "default", "via", family.router)
            self.serve_behind(family, family.out_of_blackhole)

    def serve_behind(self, family: Family, address: str, verb: str = "add") -> None:
        """The host behind the router has the address from now on, or with `del` no longer."""
        self.behind.ip("addr", verb, family.host(address), "dev", "lo")
        self.vm("router").ip(family.flag, "route", verb, family.host(address), "via", family.behind)

    def _keepalived(self, name: str) -> Keepalived:
        vrrp = Vrrp(f"{NAT[4]}/24", options=("virtual_ipaddress_excluded {",
                                             f"  {NAT[6]}/64 dev eth0 preferred_lft 0", "}"))
        vm = self.vms[name]
        return Keepalived(name, vm.namespace, self.directory, self.stack, vrrp, PRIORITIES[name], vm.address, [])


def subnet(name: str, vpc: str, range_name: str) -> dict:
    return {"name": name, "vpc": vpc, "ipv4": inner_address(range_name, 0, 4) + "/24",
            "gateway": inner_address(range_name, 1, 4), "ipv6": f"2001:db8:{SUBNETS[range_name]}::/64",
            "gateway6": inner_address(range_name, 1, 6)}


def written_routes(family: Family) -> list[dict]:
    return [{"vpc": "shop", "to": family.default, "via": {"havip": "nat"}},
            {"vpc": "shop", "to": family.behind_router, "via": {"port": "router-eth0"}},
            {"vpc": "shop", "to": family.blackhole, "via": "blackhole"},
            {"vpc": "shop", "to": family.host(family.out_of_blackhole), "via": {"port": "router-eth0"}},
            {"vpc": "other", "to": family.default, "via": {"port": "other-nat-eth0"}}]


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        cloud = Cloud(stack)
        for name in ("app", "db", "other-app"):
            for family in (IPV4, IPV6):
                wait_until(lambda: answers(cloud.vm(name), family, family.client), f"{name} reaches the client", 30)
        yield cloud


def answers(namespace, family: Family, address: str, timeout_s: str = "5") -> bool:
    output = namespace.run("ping", family.flag, "-n", "-c", "1", "-W", timeout_s, address, check=False).stdout
    return "bytes from" in output


def test_show_routes_lists_those_of_subnets_too(cloud):
    shown = cloud.switch.json("show routes")["routes"]
    expected = [{"vpc": vpc, "to": to, "via": "subnet", "name": name, "origin": "subnet"}
                for vpc, name, to in (("shop", "web", "10.77.0.0/24"), ("shop", "web", "2001:db8:77::/64"),
                                      ("shop", "db", "10.78.0.0/24"), ("shop", "db", "2001:db8:78::/64"),
                                      ("other", "other-web", "10.77.0.0/24"),
                                      ("other", "other-web", "2001:db8:77::/64"))]
    for each in cloud.config.routes:
        via, name = next(iter(each["via"].items())) if isinstance(each["via"], dict) else (each["via"], None)
        expected.append({"vpc": each["vpc"], "to": each["to"], "via": via, "name": name, "origin": "written"})
    assert sorted(shown, key=by_range) == sorted(expected, key=by_range)
    assert [each for each in shown if each["vpc"] == "other"] == cloud.switch.json("show routes other")["routes"]


def by_range(route: dict) -> tuple:
    return route["vpc"], ":" in route["to"], int(ipaddress.ip_network(route["to"]).network_address), route["to"]


@FAMILIES
@pytest.mark.parametrize("name", ["app", "db"])
def test_vm_without_eip_reaches_the_internet_through_the_pair(cloud, family, name):
    before = {nat: cloud.translated(nat, family) for nat in PRIORITIES}
    question, asked_by, answer, _server = udp_exchange(cloud.client, cloud.vm(name), family.client, 6001, b"question",
                                                       timeout_s=10)
    assert (question, asked_by, answer) == (b"question", family.nat_eip, b"noitseuq")
    assert cloud.translated("nat1", family) > before["nat1"]
    assert cloud.translated("nat2", family) == before["nat2"]


@FAMILIES
@pytest.mark.parametrize("name", ["app", "db"])
@pytest.mark.parametrize("download", [False, True], ids=["upload", "download"])
def test_transfer_through_the_pair_arrives_unharmed(cloud, family, name, download):
    sent, received = tcp_transfer(cloud.client, cloud.vm(name), family.client, 6002, TRANSFER_BYTES, download=download)
    assert sent == received


@FAMILIES
def test_hops_to_the_internet_show_gateway_and_nat(cloud, family):
    # Three questions a hop: a guest's kernel may owe an error, since it limits them.
    output = cloud.vm("db").run("traceroute", "-n", "-q", "3", "-w", "5", "-N", "1", "-I", family.client).stdout
    hops = [first_address(line) for line in output.splitlines()[1:]]
    told = output + cloud.switch.command("show drops")
    assert hops[0] == inner_address("db", 1, family.number), told
    assert hops[1] in (NAT[family.number], inner_address("web", 11, family.number)), told
    assert hops[-1] == family.client, told


def first_address(line: str) -> str | None:
    return next((word for word in line.split() if ":" in word or word.count(".") == 3), None)


@pytest.mark.parametrize("event, new", [("stop", "nat2"), ("start", "nat1"), ("crash", "nat2"), ("restart", "nat1")])
def test_vm_goes_on_through_the_other_one(cloud, undo, event, new):
    """Pings that nobody restarts, and new connections; nat1's keepalived is what happens to."""
    config = cloud.switch.command("show config")
    pings = {family.flag: Process(f"ping{family.flag}-{event}",
                                  ["ping", family.flag, "-n", "-i", "0.2", family.client], cloud.directory, undo,
                                  cloud.vm("app")) for family in (IPV4, IPV6)}
    for flag, ping in pings.items():
        wait_until(lambda: last_answered(ping), f"an echo of ping {flag}", 30)
    keepalived = cloud.keepalived["nat1"]
    if event == "crash":
        keepalived.wait_running()
        keepalived.crash()
    elif event == "stop":
        keepalived.stop()
        keepalived.wait_ended()
    else:
        keepalived.start()
    cloud.wait_nat(new)
    for family in (IPV4, IPV6):
        ping = pings[family.flag]
        answered = last_answered(ping)
        wait_until(lambda: last_answered(ping) > answered, f"more echoes of ping {family.flag} through {new}", 30)
        before = cloud.translated(new, family)
        _question, asked_by, answer, _server = udp_exchange(cloud.client, cloud.vm("app"), family.client, 6003,
                                                            b"question", timeout_s=10)
        assert (asked_by, answer) == (family.nat_eip, b"noitseuq")
        assert cloud.translated(new, family) > before
    assert cloud.switch.command("show config") == config


def last_answered(ping: Process) -> int:
    return max((int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+)", ping.log())), default=0)


@FAMILIES
def test_blackhole_drops(cloud, family):
    with counts_drop(cloud.switch, "blackhole"):
        assert not answers(cloud.vm("app"), family, family.in_blackhole, "1")


@FAMILIES
def test_more_specific_route_wins(cloud, family):
    """A host in the range of the blackhole has a route of its own; both are more specific than the default."""
    before = cloud.switch.drops().get("blackhole", 0)
    sent, received = tcp_transfer(cloud.behind, cloud.vm("app"), family.out_of_blackhole, 6004, TRANSFER_BYTES)
    assert sent == received
    assert cloud.switch.drops().get("blackhole", 0) == before


@FAMILIES
@pytest.mark.parametrize("via, reason", [("blackhole", "blackhole"), ("internet", "no_eip")])
def test_routes_come_and_go_while_packets_pass(cloud, family, via, reason):
    to = family.host(family.client)
    app, db = cloud.vm("app"), cloud.vm("db")
    cloud.switch.do(f"route add shop {to} via {via}")
    try:
        shown = cloud.switch.json("show routes shop")["routes"]
        assert {"vpc": "shop", "to": to, "via": via, "name": None, "origin": "written"} in shown
        for vm in (app, db):
            with counts_drop(cloud.switch, reason):
                assert not answers(vm, family, family.client, "1")
        assert answers(cloud.vm("other-app"), family, family.client)    # its VPC has no such route
    finally:
        cloud.switch.do(f"route del shop {to}")
    assert answers(app, family, family.client) and answers(db, family, family.client)
    assert to not in [each["to"] for each in cloud.switch.json("show routes")["routes"]]


@FAMILIES
def test_next_hop_changes_while_running(cloud, family):
    """An address of the internet is served behind a VM for a while."""
    to = family.host(family.client)
    cloud.serve_behind(family, family.client)
    cloud.switch.do(f"route add shop {to} via port router-eth0")
    try:
        sent, received = tcp_transfer(cloud.behind, cloud.vm("app"), family.client, 6005, TRANSFER_BYTES)
        assert sent == received
    finally:
        cloud.switch.do(f"route del shop {to}")
        cloud.serve_behind(family, family.client, "del")
    sent, received = tcp_transfer(cloud.client, cloud.vm("app"), family.client, 6005, TRANSFER_BYTES)
    assert sent == received


@FAMILIES
@pytest.mark.parametrize("name", ["app", "db", "nat1"])
def test_network_behind_a_port(cloud, family, name):
    assert answers(cloud.vm(name), family, family.behind)
    sent, received = tcp_transfer(cloud.behind, cloud.vm(name), family.behind, 6006, TRANSFER_BYTES)
    assert sent == received


@FAMILIES
def test_router_answers_from_an_address_of_its_own_in_the_network_behind_it(cloud, family):
    """Linux asks for the neighbour by ARP from the address that it answers from (arp_announce 0)."""
    cloud.vm("router").ip(family.flag, "neigh", "flush", "dev", "eth0")
    for name in ("app", "db"):
        assert answers(cloud.vm(name), family, family.router)


@FAMILIES
def test_port_that_may_not_forward_answers_for_itself_alone(cloud, family):
    own = inner_address("db", 15, family.number)
    cloud.switch.do("port set router-eth0 forwards false")
    try:
        with counts_drop(cloud.switch, "spoofed_ip"):
            assert not answers(cloud.vm("app"), family, family.behind, "1")
        assert answers(cloud.vm("app"), family, own)
    finally:
        cloud.switch.do("port set router-eth0 forwards true")
    assert answers(cloud.vm("app"), family, family.behind)


def captures(cloud: Cloud, vpc: str, undo) -> dict[str, Capture]:
    return {name: Capture(cloud.vm(name), "eth0", undo) for name in VMS if VMS[name][0] == vpc}


@FAMILIES
@pytest.mark.parametrize("speaker, vpc, foreign, eip", [("app", "shop", "other", "nat_eip"),
                                                        ("other-app", "other", "shop", "other_eip")])
def test_vpcs_with_the_same_addresses_stay_apart(cloud, undo, family, speaker, vpc, foreign, eip):
    """To the internet, to an address that both have, to one of shop alone, and behind shop's router."""
    marker = f"only in {vpc}".encode()
    own, others = captures(cloud, vpc, undo), captures(cloud, foreign, undo)
    question, asked_by, answer, _server = udp_exchange(cloud.client, cloud.vm(speaker), family.client, 6007, marker,
                                                       timeout_s=10)
    assert (question, asked_by, answer) == (marker, getattr(family, eip), marker[::-1])
    neighbour = "nat1" if vpc == "shop" else "other-nat"
    same = inner_address("web", 11, family.number)
    assert udp_exchange(cloud.vm(neighbour), cloud.vm(speaker), same, 6008, marker, timeout_s=10)[0] == marker
    for address in (inner_address("web", 12, family.number), inner_address("db", 14, family.number),
                    family.behind, family.in_blackhole):
        with contextlib.closing(cloud.vm(speaker).socket(family.socket_family, socket.SOCK_DGRAM)) as speaking:
            speaking.sendto(marker, (address, 6009))
            speaking.sendto(marker[::-1], (address, 6009))
    assert answers(cloud.vm(speaker), family, family.client)    # what was sent before has arrived
    assert any(carry(capture, marker) for capture in own.values())
    assert not any(carry(capture, marker) for capture in others.values())


def carry(capture: Capture, marker: bytes) -> bool:
    return any(marker in frame.data or marker[::-1] in frame.data for frame in capture.drain())


def test_every_packet_ended_exactly_once(cloud):
    wait_until(lambda: not cloud.switch.unconserved_workers(), "all packets have ended")
