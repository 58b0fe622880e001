"""The way to the internet and back as hosts find it out: traceroute, path MTU discovery, fragments; both families.

The uplink takes 1400 bytes, the VMs' Ethernet 1500, so that what a VM sends at full length must be cut or refused; the
port of vm2 takes 1300, so that the internet has to find that out.
"""

import re

import pytest

from support.testbed import CLIENT_ADDRESS, CLIENT_ADDRESS6, ROUTER_ADDRESS, ROUTER_ADDRESS6, UPLINK_ADDRESS, \
    UPLINK_ADDRESS6, Testbed
from support.transfer import tcp_transfer
from support.undo import undo_stack, wait_until

UPLINK_MTU, VM2_MTU = 1400, 1300
IPV6 = {"vm1": "2001:db8:77::11", "vm2": "2001:db8:77::12"}
TRANSFER_BYTES = 4 << 20


class Family:
    """The addresses of one family under the same names."""

    def __init__(self, number: int):
        is_ipv4 = number == 4
        self.flag = f"-{number}"
        self.header = 28 if is_ipv4 else 48    # before the data of an echo request
        self.client = CLIENT_ADDRESS if is_ipv4 else CLIENT_ADDRESS6
        self.router = ROUTER_ADDRESS if is_ipv4 else ROUTER_ADDRESS6
        self.router_of_client = "192.0.2.1" if is_ipv4 else "2001:db8:200::1"
        self.uplink = UPLINK_ADDRESS if is_ipv4 else UPLINK_ADDRESS6
        self.gateway = "10.77.0.1" if is_ipv4 else "2001:db8:77::1"
        self.eips = {name: f"203.0.113.1{name[-1]}" if is_ipv4 else f"2001:db8:ffff::1{name[-1]}" for name in IPV6}
        # iputils words the same news differently for each family.
        self.expired = "Time to live exceeded" if is_ipv4 else "Time exceeded: Hop limit"
        self.too_big = "Frag needed and DF set (mtu = {})" if is_ipv4 else "Packet too big: mtu={}"


FAMILIES = pytest.mark.parametrize("family", [Family(4), Family(6)], ids=["ipv4", "ipv6"])


class Cloud:
    def __init__(self, stack):
        self.bed = Testbed(stack)
        config = self.bed.config
        for name, address in IPV6.items():
            self.bed.add_vm(name, "web", f"10.77.0.1{name[-1]}", "10.77.0.1")
            config.ports[-1]["ipv6"] = address
            config.eips += [{"name": f"{name}-4", "ipv4": f"203.0.113.1{name[-1]}", "target": {"port": f"{name}-eth0"}},
                            {"name": f"{name}-6", "ipv6": f"2001:db8:ffff::1{name[-1]}",
                             "target": {"port": f"{name}-eth0"}}]
        for namespace, interface in ((self.bed.switch_namespace, "sw-vm2"), (self.vm("vm2"), "eth0")):
            namespace.ip("link", "set", interface, "mtu", str(VM2_MTU))
        config.vpcs = [{"name": "shop", "vni": 1001}]
        config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1",
                           "ipv6": "2001:db8:77::/64", "gateway6": "2001:db8:77::1"}]
        self.bed.enable_ipv6()
        config.uplink["mtu"] = UPLINK_MTU
        self.switch = self.bed.start_switch()
        for name, address in IPV6.items():
            namespace = self.vm(name)
            namespace.enable_ipv6("eth0")
            namespace.ip("addr", "add", f"{address}/64", "dev", "eth0", "nodad")
            wait_until(lambda: namespace.ip("-6", "route", "show", "default"), f"{name} learns its router", 15)
        self.client = self.bed.client

    def vm(self, name: str):
        return self.bed.vms[name].namespace

    def log_tail(self) -> str:
        return self.bed.log_tail()

    def workers(self) -> list[dict]:
        return self.switch.json("show worker stats")["workers"]


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        cloud = Cloud(stack)
        for family in (Family(4), Family(6)):
            for name in IPV6:
                wait_until(lambda: ping(cloud.vm(name), family, family.client)[0] == 1, f"{name} reaches the client", 15)
        yield cloud


def ping(namespace, family: Family, address: str, *options: str, count: int = 1) -> tuple[int, str]:
    """How many echo requests were answered, and what ping said."""
    output = namespace.run("ping", family.flag, "-n", "-c", str(count), "-i", "0.2", "-W", "1", *options, address,
                           check=False).stdout
    return len(re.findall(r"bytes from", output)), output


def hops(namespace, address: str, *options: str) -> list[str]:
    """Who answers traceroute, in the order of the hops."""
    output = namespace.run("traceroute", "-n", "-q", "1", "-w", "2", "-N", "1", *options, address).stdout
    return [line.split()[1] for line in output.splitlines()[1:]]


@FAMILIES
@pytest.mark.parametrize("method", [(), ("-I",), ("-T", "-p", "81")], ids=["udp", "icmp", "tcp"])
def test_traceroute_from_a_vm_shows_the_gateway_and_every_router(cloud, family, method):
    assert hops(cloud.vm("vm1"), family.client, *method) == [family.gateway, family.router, family.client]


@FAMILIES
@pytest.mark.parametrize("method", [(), ("-I",)], ids=["udp", "icmp"])
def test_traceroute_from_the_internet_shows_the_uplink_and_ends_at_the_eip(cloud, family, method):
    eip = family.eips["vm1"]
    assert hops(cloud.client, eip, *method) == [family.router_of_client, family.uplink, eip]


@FAMILIES
def test_gateway_tells_who_has_no_hop_left(cloud, family):
    answered, said = ping(cloud.vm("vm1"), family, family.client, "-t", "1")
    assert answered == 0
    assert f"rom {family.gateway}" in said and family.expired in said


@FAMILIES
def test_vm_is_told_the_mtu_of_the_uplink(cloud, family):
    forget_path_mtu(cloud.vm("vm1"))
    answered, said = ping(cloud.vm("vm1"), family, family.client, "-M", "do", "-s", str(1450 - family.header))
    assert answered == 0
    assert f"rom {family.gateway}" in said and family.too_big.format(UPLINK_MTU) in said
    answered, said = ping(cloud.vm("vm1"), family, family.client, "-M", "do", "-s", str(UPLINK_MTU - family.header))
    assert answered == 1, said


@FAMILIES
def test_internet_is_told_the_mtu_of_the_port_behind_an_eip(cloud, family):
    eip = family.eips["vm2"]
    forget_path_mtu(cloud.client)
    answered, said = ping(cloud.client, family, eip, "-M", "do", "-s", str(1380 - family.header))
    assert answered == 0
    assert f"rom {family.uplink}" in said and family.too_big.format(VM2_MTU) in said
    answered, said = ping(cloud.client, family, eip, "-M", "do", "-s", str(VM2_MTU - family.header))
    assert answered == 1, said


@FAMILIES
@pytest.mark.parametrize("sender", ["vm1", "client"])
def test_tcp_finds_the_path_mtu_and_loses_nothing(cloud, family, sender):
    vm = cloud.vm("vm1")
    for namespace in (vm, cloud.client):
        forget_path_mtu(namespace)
    ends = (cloud.client, vm, family.client) if sender == "vm1" else (vm, cloud.client, family.eips["vm1"])
    sent, received = tcp_transfer(*ends, 5001, TRANSFER_BYTES)
    assert sent == received


def test_what_may_be_cut_is_cut(cloud):
    before = sum(worker["fragmented"] for worker in cloud.workers())
    family = Family(4)
    for sender, address in ((cloud.vm("vm1"), family.client), (cloud.client, family.eips["vm2"])):
        forget_path_mtu(sender)
        answered, said = ping(sender, family, address, "-M", "dont", "-s", str(1490 - family.header), count=5)
        assert answered == 5, said
    assert sum(worker["fragmented"] for worker in cloud.workers()) >= before + 10


@FAMILIES
def test_big_pings_arrive_in_fragments_of_the_sender(cloud, family):
    # net_af_packet lets the kernel put IPv4 fragments together, and has room for 2 kB.
    size = 1800 if family.flag == "-4" else 6000
    for sender, address in ((cloud.vm("vm1"), family.client), (cloud.client, family.eips["vm1"])):
        ping(sender, family, address, "-s", "1450")    # the sender learns the path's MTU
        answered, said = ping(sender, family, address, "-s", str(size), count=5)
        assert answered == 5, said


def forget_path_mtu(namespace) -> None:
    for flag in ("-4", "-6"):
        namespace.ip(flag, "route", "flush", "cache")


def test_every_packet_ended_exactly_once(cloud):
    assert cloud.switch.unconserved_workers() == []
