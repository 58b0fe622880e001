"""What an EIP must carry, the same for one of a port's own address and one of a HAVIP that keepalived decides about.

Each test runs for both families and both targets, most of them both ways: opened by the internet at the EIP, and by the
VM from the address behind it.
"""

import contextlib
import socket

import pytest

from support.capture import IPV4, UDP, Capture, udp_destination_port
from support.eip_cloud import FAMILIES, Endpoint, EipCloud
from support.programs import Dnsmasq, ask_dns, iperf3
from support.transfer import tcp_transfer
from support.undo import undo_stack, wait_until

TCP_BYTES, UDP_BYTES = 16 << 20, 1 << 20
# What the sockets of both ends may hold when iperf3's sender says that it is done: then its receiver counts no more.
WINDOW_BYTES = 128 << 10
IN_SOCKETS_BYTES = 2 * 2 * WINDOW_BYTES
DOWNLOAD_BYTES, UPLOAD_BYTES = 1 << 30, 64 << 20
NAME, TEXT = "www.shop.example", "all.shop.example"
VALUES = {"A": "192.0.2.80", "AAAA": "2001:db8:200::80"}
STRINGS = [f"{number:03}" * 80 for number in range(8)]    # too long for UDP
SO_NO_CHECK = 11

# What stacks that know nothing of each other yet cost, and a busy machine.
EXPECTED_DROPS = {"foreign_mac", "arp_no_owner", "arp_not_answered", "arp_unknown_target", "nd_no_owner",
                  "nd_not_answered", "nd_unknown_target", "havip_no_owner", "next_hop_unresolved", "tx_queue_full"}


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        yield EipCloud(stack)


@pytest.fixture(params=["port", "havip"])
def kind(request):
    return request.param


@pytest.fixture(params=FAMILIES, ids=["ipv4", "ipv6"])
def target(cloud, kind, request) -> Endpoint:
    """Who is behind the EIP: vm1's port, or the HAVIP at its owner."""
    endpoint = cloud.endpoint("vm1" if kind == "port" else "front", request.param)
    for asking, asked, options in ((cloud.client, endpoint.eip, ()),
                                   (endpoint.namespace, endpoint.client, ("-I", endpoint.address))):
        wait_until(lambda: echoes(asking, endpoint, asked, *options), f"an echo from {asked}", 20)
    return endpoint


BOTH_WAYS = pytest.mark.parametrize("opener", ["internet", "vm"])


def echoes(namespace, endpoint: Endpoint, address: str, *options: str, count: int = 1) -> int:
    """How many echo requests were answered."""
    output = namespace.run("ping", endpoint.flag, "-n", "-c", str(count), "-i", "0.2", "-W", "5", *options, address,
                           check=False).stdout
    return output.count("bytes from")


def test_keepalived_decides_about_both_addresses_of_the_havip(cloud):
    for address in cloud.switch.havip("front")["addresses"]:
        assert address["owner"] == "vm2-eth0"
        assert address["decisions"][-1]["evidence"] in ("vrrp", "announcement")


def run_iperf3(cloud: EipCloud, target: Endpoint, opener: str, size_bytes: int, *options: str):
    if opener == "internet":
        ends = (target.namespace, target.address, cloud.client, target.eip)
    else:
        ends = (cloud.client, target.client, target.namespace, target.client)
        options = ("-B", target.address, *options)
    return iperf3(*ends, size_bytes, cloud.directory, *options)


@BOTH_WAYS
def test_iperf3_tcp_to_the_server(cloud, target, opener):
    run = run_iperf3(cloud, target, opener, TCP_BYTES, "-w", str(WINDOW_BYTES))
    assert run.error is None
    assert run.sent_bytes >= TCP_BYTES
    assert run.received_bytes >= run.sent_bytes - IN_SOCKETS_BYTES


@BOTH_WAYS
def test_iperf3_tcp_from_the_server(cloud, target, opener):
    run = run_iperf3(cloud, target, opener, TCP_BYTES, "-R", "-w", str(WINDOW_BYTES))
    assert run.error is None
    assert run.received_bytes >= TCP_BYTES


@BOTH_WAYS
@pytest.mark.parametrize("options", [(), ("-R",)], ids=["to-server", "from-server"])
def test_iperf3_udp(cloud, target, opener, options):
    run = run_iperf3(cloud, target, opener, UDP_BYTES, "-u", "-b", "20M", *options)
    assert run.error is None
    assert run.received_bytes > 0


@pytest.fixture
def resolver(cloud, target, undo) -> Dnsmasq:
    """A resolver behind the EIP, which asks a server on the internet from the address behind the EIP."""
    records = [f"--host-record={NAME},{VALUES['A']},{VALUES['AAAA']}", f"--txt-record={TEXT},{','.join(STRINGS)}"]
    Dnsmasq("internet", cloud.client, cloud.directory, undo, records)
    return Dnsmasq(target.vm, target.namespace, cloud.directory, undo, [f"--server={target.client}@{target.address}"])


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
@pytest.mark.parametrize("record", VALUES)
def test_dns_of_a_resolver_behind_the_eip(cloud, target, resolver, transport, record):
    answer = ask_dns(cloud.client, target.eip, NAME, record, "+tcp" if transport == "TCP" else "+notcp")
    assert (answer.values, answer.transport) == ([VALUES[record]], transport), answer.output
    assert f"forwarded {NAME} to {target.client}" in resolver.log()


def test_dns_answer_that_is_too_long_for_udp_comes_by_tcp(cloud, target, resolver):
    answer = ask_dns(cloud.client, target.eip, TEXT, "TXT")
    assert (answer.values, answer.transport) == ([" ".join(f'"{each}"' for each in STRINGS)], "TCP"), answer.output


def test_dns_of_a_client_behind_the_eip(cloud, target, resolver):
    for option, transport in (("+notcp", "UDP"), ("+tcp", "TCP")):
        answer = ask_dns(target.namespace, target.client, NAME, "A", option, "-b", target.address)
        assert (answer.values, answer.transport) == ([VALUES["A"]], transport), answer.output


def test_download_of_a_gigabyte_arrives_unharmed(cloud, target):
    sent, received = tcp_transfer(target.namespace, cloud.client, target.eip, 5001, DOWNLOAD_BYTES, download=True,
                                  timeout_s=600)
    assert sent == received


@BOTH_WAYS
def test_upload_arrives_unharmed(cloud, target, opener):
    ends = (target.namespace, cloud.client, target.eip) if opener == "internet" else \
        (cloud.client, target.namespace, target.client)
    sent, received = tcp_transfer(*ends, 5002, UPLOAD_BYTES, source=target.address if opener == "vm" else None,
                                  timeout_s=600)
    assert sent == received


@BOTH_WAYS
def test_server_sees_the_public_address_and_the_vm_the_internets(cloud, target, opener):
    """And each answers to what it sees."""
    ends = (target.namespace, cloud.client) if opener == "internet" else (cloud.client, target.namespace)
    family = socket.AF_INET if target.family == 4 else socket.AF_INET6
    with contextlib.closing(ends[0].socket(family, socket.SOCK_DGRAM)) as server, \
            contextlib.closing(ends[1].socket(family, socket.SOCK_DGRAM)) as client:
        here, there = (target.address, target.eip) if opener == "internet" else (target.client, target.client)
        server.bind((here, 5003))
        client.bind((target.address if opener == "vm" else target.client, 0))
        for each in (server, client):
            each.settimeout(10)
        client.sendto(b"question", (there, 5003))
        question, asked_by = server.recvfrom(2048)
        server.sendto(b"answer", asked_by)
        answer, answered_by = client.recvfrom(2048)
    assert (question, asked_by[0]) == (b"question", target.eip if opener == "vm" else target.client)
    assert (answer, answered_by[0]) == (b"answer", there)


@BOTH_WAYS
def test_big_pings_pass_in_fragments(cloud, target, opener):
    # net_af_packet lets the kernel put IPv4 fragments together, and has room for 2 kB.
    size = "1800" if target.family == 4 else "6000"
    asking, asked, options = (cloud.client, target.eip, ()) if opener == "internet" else \
        (target.namespace, target.client, ("-I", target.address))
    assert echoes(asking, target, asked, "-s", size, *options, count=5) == 5


@BOTH_WAYS
@pytest.mark.parametrize("target", [4], indirect=True, ids=["ipv4"])    # RFC 8200: none of IPv6 is zero
def test_udp_without_checksum_arrives_without_one(cloud, target, opener, undo):
    receiving, sending, address = (target.namespace, cloud.client, target.eip) if opener == "internet" else \
        (cloud.client, target.namespace, target.client)
    capture = Capture(receiving, "eth0", undo, IPV4, UDP, udp_destination_port(5004))
    receiver = undo.enter_context(contextlib.closing(receiving.socket(socket.AF_INET, socket.SOCK_DGRAM)))
    sender = undo.enter_context(contextlib.closing(sending.socket(socket.AF_INET, socket.SOCK_DGRAM)))
    receiver.bind(("0.0.0.0", 5004))
    receiver.settimeout(10)
    sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
    if opener == "vm":
        sender.bind((target.address, 0))
    sender.sendto(b"unchecked", (address, 5004))
    assert receiver.recv(64) == b"unchecked"
    frame, = capture.drain()
    assert frame.data[40:42] == b"\0\0"


def test_nothing_is_dropped_for_an_unexpected_reason(cloud):
    assert set(cloud.switch.drops()) <= EXPECTED_DROPS


def test_every_packet_ended_exactly_once(cloud):
    wait_until(lambda: not cloud.switch.unconserved_workers(), "all packets have ended")
