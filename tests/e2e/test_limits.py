"""What an operator limits, by real stacks: the segments that TCP announces, and the rate of an EIP; of a port's own address
and of a HAVIP, both families."""

import contextlib
import socket
import time

import pytest

from support.eip_cloud import EipCloud
from support.undo import undo_stack

VPC_MTU = 1400
HEADERS = {4: 40, 6: 60}    # of IP and TCP
RATE_MBPS, BURST_KB = 8, 64    # 1000 bytes a millisecond
DATAGRAM = 972    # with its headers 1000 bytes over IPv4
SENT_PACKETS = 3000
# Of the rate's bucket, which each worker may have borrowed (docs/architecture.md).
TOLERANCE = 1.02

ENDPOINTS = pytest.mark.parametrize("name", ["vm1", "front"])
FAMILIES = pytest.mark.parametrize("family", [4, 6])


@pytest.fixture(scope="module")
def cloud():
    with undo_stack() as stack:
        yield EipCloud(stack)


def announced_mss(cloud: EipCloud, endpoint) -> int:
    """What the client may send at once, by the SYN of the answer."""
    family = socket.AF_INET if endpoint.family == 4 else socket.AF_INET6
    with (contextlib.closing(endpoint.namespace.socket(family, socket.SOCK_STREAM)) as listener,
          contextlib.closing(cloud.client.socket(family, socket.SOCK_STREAM)) as caller):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((endpoint.address, 8000))
        listener.listen(1)
        caller.settimeout(10)
        caller.connect((endpoint.eip, 8000))
        return caller.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


@FAMILIES
@ENDPOINTS
def test_segments_fit_the_vpc_where_it_says_so(cloud, name, family):
    endpoint = cloud.endpoint(name, family)
    time_stamps = 12
    unclamped = announced_mss(cloud, endpoint)
    assert unclamped == 1500 - HEADERS[family] - time_stamps
    cloud.switch.do(f"vpc set shop mtu {VPC_MTU} clamp_mss true")
    try:
        assert announced_mss(cloud, endpoint) == VPC_MTU - HEADERS[family] - time_stamps
    finally:
        cloud.switch.do("vpc set shop mtu 1500 clamp_mss false")


@FAMILIES
@ENDPOINTS
def test_eip_carries_its_rate_and_no_more(cloud, name, family):
    endpoint = cloud.endpoint(name, family)
    eip = f"{name}-{family}"
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    dropped = cloud.switch.drops().get("eip_rate", 0)
    cloud.switch.do(f"eip set {eip} rate_in {RATE_MBPS} burst {BURST_KB}")
    try:
        with (contextlib.closing(endpoint.namespace.socket(kind, socket.SOCK_DGRAM)) as receiver,
              contextlib.closing(cloud.client.socket(kind, socket.SOCK_DGRAM)) as sender):
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            receiver.bind((endpoint.address, 9000))
            receiver.settimeout(1)
            began = time.monotonic()
            for _ in range(SENT_PACKETS):
                sender.sendto(bytes(DATAGRAM), (endpoint.eip, 9000))
            received = 0
            with contextlib.suppress(TimeoutError):
                while receiver.recv(2048):
                    received += 1
                    ended = time.monotonic()
    finally:
        cloud.switch.do(f"eip set {eip} rate_in none burst none")
    packet_bytes = DATAGRAM + (28 if family == 4 else 48)
    allowed = BURST_KB * 1000 + RATE_MBPS * 125_000 * (ended - began)
    assert received * packet_bytes <= allowed * TOLERANCE
    assert received * packet_bytes >= BURST_KB * 1000 * 0.9
    assert cloud.switch.drops().get("eip_rate", 0) > dropped
