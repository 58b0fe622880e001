"""A VM speaks to an EIP of the same switch, its own included, and no packet of it leaves the host."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from support.capture import Capture
from support.checks import counts_drop
from support.eip_cloud import FAMILIES, Endpoint, EipCloud
from support.transfer import tcp_transfer
from support.undo import undo_stack, wait_until

TRANSFER_BYTES = 16 << 20
# Who speaks, from which address, to whose EIP: `front` is the HAVIP at its owner, vm2, whose port has an EIP, too.
PAIRS = [("vm1", "vm2"), ("vm1", "front"), ("vm2", "vm1"), ("front", "vm1"), ("vm2", "front"), ("front", "vm2"),
         ("vm1", "vm1"), ("vm2", "vm2"), ("front", "front")]


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        cloud = EipCloud(stack)
        for family in FAMILIES:
            for name in ("vm1", "vm2", "front"):
                endpoint = cloud.endpoint(name, family)
                wait_until(lambda: echoes(cloud.client, family, endpoint.eip), f"the EIP of {name} answers", 20)
        yield cloud


@pytest.fixture(params=FAMILIES, ids=["ipv4", "ipv6"])
def family(request) -> int:
    return request.param


@pytest.fixture(params=PAIRS, ids=["-to-".join(pair) for pair in PAIRS])
def pair(cloud, family, request) -> tuple[Endpoint, Endpoint]:
    return tuple(cloud.endpoint(name, family) for name in request.param)


def echoes(namespace, family: int, address: str, *options: str, count: int = 1) -> int:
    """How many echo requests were answered."""
    output = namespace.run("ping", f"-{family}", "-n", "-c", str(count), "-i", "0.2", "-W", "5", *options, address,
                           check=False).stdout
    return output.count("bytes from")


@contextlib.contextmanager
def stays_on_the_host(cloud: EipCloud, *endpoints: Endpoint) -> Iterator[None]:
    """No packet from one of the EIPs to another one is seen on the uplink."""
    is_ipv4 = endpoints[0].family == 4
    eips = [socket.inet_pton(socket.AF_INET if is_ipv4 else socket.AF_INET6, each.eip) for each in endpoints]
    source, destination, end = (26, 30, 34) if is_ipv4 else (22, 38, 54)
    with undo_stack() as stack:
        capture = Capture(cloud.router, "uplink", stack, (12, 2, 0x0800 if is_ipv4 else 0x86dd))
        yield
        count = sum(1 for frame in capture.drain()
                    if frame.data[source:destination] in eips and frame.data[destination:end] in eips)
        assert count == 0, f"{count} packets between EIPs were on the uplink"


def test_vm_pings_an_eip(cloud, pair):
    here, there = pair
    with stays_on_the_host(cloud, here, there):
        assert echoes(here.namespace, here.family, there.eip, "-I", here.address, count=3) == 3


def test_big_ping_in_fragments(cloud, pair):
    here, there = pair
    # net_af_packet lets the kernel put IPv4 fragments together, and has room for 2 kB.
    size = "1800" if here.family == 4 else "6000"
    with stays_on_the_host(cloud, here, there):
        assert echoes(here.namespace, here.family, there.eip, "-I", here.address, "-s", size, count=3) == 3


@pytest.mark.parametrize("download", [False, True], ids=["upload", "download"])
def test_transfer_arrives_unharmed(cloud, pair, download):
    here, there = pair
    with stays_on_the_host(cloud, here, there):
        sent, received = tcp_transfer(there.namespace, here.namespace, there.eip, 5001, TRANSFER_BYTES,
                                      source=here.address, download=download)
        assert sent == received


def test_each_end_sees_the_others_eip(cloud, pair):
    here, there = pair
    kind = socket.AF_INET if here.family == 4 else socket.AF_INET6, socket.SOCK_DGRAM
    with stays_on_the_host(cloud, here, there), contextlib.closing(there.namespace.socket(*kind)) as server, \
            contextlib.closing(here.namespace.socket(*kind)) as client:
        server.bind((there.address, 5002))
        client.bind((here.address, 0))
        for each in (server, client):
            each.settimeout(10)
        client.sendto(b"question", (there.eip, 5002))
        question, asked_by = server.recvfrom(2048)
        server.sendto(b"answer", asked_by)
        answer, answered_by = client.recvfrom(2048)
    assert (question, asked_by[0]) == (b"question", here.eip)
    assert (answer, answered_by[0]) == (b"answer", there.eip)


def test_closed_port_is_told(cloud, pair):
    """The ICMP error quotes the packet as its sender knows it."""
    here, there = pair
    kind = socket.AF_INET if here.family == 4 else socket.AF_INET6, socket.SOCK_DGRAM
    with stays_on_the_host(cloud, here, there), contextlib.closing(here.namespace.socket(*kind)) as client:
        client.bind((here.address, 0))
        client.settimeout(10)
        client.connect((there.eip, 5003))
        client.send(b"question")
        with pytest.raises(ConnectionRefusedError):
            client.recv(64)


@pytest.mark.parametrize("name", ["vm1", "front"])
@pytest.mark.parametrize("speaker", ["vm3", "vm4"])
def test_vm_without_eip_gets_no_eip(cloud, family, speaker, name):
    """vm3 may claim the HAVIP, but does not own it."""
    with counts_drop(cloud.switch, "no_eip"):
        assert echoes(cloud.vms[speaker].namespace, family, cloud.endpoint(name, family).eip) == 0


def test_havip_is_followed_when_its_owner_changes(cloud, family, undo):
    """The operator pins it to vm3; vm2's keepalived goes on claiming it."""
    undo.callback(cloud.switch.do, "havip unpin front")
    cloud.switch.do("havip pin front vm3-eth0")
    front = cloud.endpoint("front", family)
    assert front.vm == "vm3"
    held = ["addr", "replace", f"{front.address}/{32 if family == 4 else 128}", "dev", "eth0"]
    undo.callback(front.namespace.ip, "addr", "del", *held[2:])
    front.namespace.ip(*held, *(["nodad"] if family == 6 else []))
    vm1, vm2 = (cloud.endpoint(name, family) for name in ("vm1", "vm2"))
    for here, there in ((vm1, front), (vm2, front), (front, vm1), (front, vm2), (front, front)):
        with stays_on_the_host(cloud, here, there):
            assert echoes(here.namespace, family, there.eip, "-I", here.address, count=3) == 3
    with counts_drop(cloud.switch, "eip_not_owner"):
        assert echoes(vm2.namespace, family, vm1.eip, "-I", front.address) == 0


def test_every_packet_ended_exactly_once(cloud):
    wait_until(lambda: not cloud.switch.unconserved_workers(), "all packets have ended")
