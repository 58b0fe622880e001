"""Elastic addresses: both ways, every protocol, bound and rebound at run time."""

from support.checks import counts_drop, resolve
from support.testbed import CLIENT_ADDRESS, ROUTER_ADDRESS, UPLINK_MAC
from support.transfer import ping, tcp_transfer, udp_exchange
from support.undo import wait_until

HAVIP_EIP = "203.0.113.10"
PORT_EIP = "203.0.113.13"
TRANSFER_BYTES = 10 << 20


def wait_ping(namespace, address: str) -> None:
    """Until one echo is answered: the first packets may still wait for a neighbour's MAC."""
    wait_until(lambda: ping(namespace, address, count=1), f"{address} answers", 5.0)


def test_client_pings_the_eip_of_a_havip(bed, switch, front):
    wait_ping(bed.client, HAVIP_EIP)
    assert ping(bed.client, HAVIP_EIP) == 5


def test_client_pings_the_eip_of_a_port(bed, switch):
    wait_ping(bed.client, PORT_EIP)
    assert ping(bed.client, PORT_EIP) == 5


def test_vm_reaches_the_internet_from_its_eip(bed, switch):
    vm3 = bed.vm("vm3").namespace
    wait_ping(vm3, CLIENT_ADDRESS)
    assert ping(vm3, CLIENT_ADDRESS) == 5
    question, asked_by, answer, _ = udp_exchange(bed.client, vm3, CLIENT_ADDRESS, 9200, b"from inside")
    assert (question, asked_by, answer) == (b"from inside", PORT_EIP, b"edisni morf")


def test_vm_reaches_the_provider_router(bed, switch):
    wait_ping(bed.vm("vm3").namespace, ROUTER_ADDRESS)


def test_owner_reaches_the_internet_from_the_havips_eip(bed, switch, front):
    vm1 = bed.vm("vm1").namespace
    wait_until(lambda: ping(vm1, CLIENT_ADDRESS, count=1, source=front), "the client answers the HAVIP", 5.0)
    assert ping(vm1, CLIENT_ADDRESS, source=front) == 5


def test_udp_through_the_eip(bed, switch, front):
    wait_ping(bed.client, HAVIP_EIP)
    exchange = udp_exchange(bed.vm("vm1").namespace, bed.client, HAVIP_EIP, 9201, b"x" * 1400,
                            server_address=front)
    assert exchange == (b"x" * 1400, CLIENT_ADDRESS, b"x" * 1400, HAVIP_EIP)


def test_tcp_upload_through_the_eip_is_intact(bed, switch, front):
    sent, received = tcp_transfer(bed.vm("vm1").namespace, bed.client, HAVIP_EIP, 9202, TRANSFER_BYTES)
    assert received == sent


def test_tcp_upload_to_the_internet_is_intact(bed, switch):
    sent, received = tcp_transfer(bed.client, bed.vm("vm3").namespace, CLIENT_ADDRESS, 9203, TRANSFER_BYTES)
    assert received == sent


def test_eip_is_answered_with_the_uplinks_mac(bed, switch):
    assert resolve(bed.router, "uplink", HAVIP_EIP) == UPLINK_MAC


def test_uplink_answers_for_its_own_address(bed, switch):
    assert resolve(bed.router, "uplink", "198.51.100.2") == UPLINK_MAC


def test_unknown_public_address_is_not_answered(bed, switch):
    assert resolve(bed.router, "uplink", "203.0.113.99") is None


def test_packet_for_an_unknown_eip_is_dropped(bed, switch, undo):
    neighbour = ("203.0.113.98", "dev", "uplink")
    undo.callback(bed.router.ip, "neigh", "del", *neighbour)
    bed.router.ip("neigh", "replace", "203.0.113.98", "lladdr", UPLINK_MAC, "dev", "uplink")
    with counts_drop(switch, "unknown_eip"):
        ping(bed.client, "203.0.113.98", count=1)


def test_vm_without_eip_does_not_reach_the_internet(bed, switch):
    with counts_drop(switch, "no_eip"):
        assert ping(bed.vm("vm4").namespace, CLIENT_ADDRESS, count=1) == 0


def test_havip_is_not_usable_outwards_by_a_vm_that_does_not_own_it(bed, switch, front, undo):
    vm2 = bed.vm("vm2").namespace
    undo.callback(vm2.ip, "addr", "del", f"{front}/32", "dev", "eth0")
    vm2.ip("addr", "add", f"{front}/32", "dev", "eth0")
    with counts_drop(switch, "eip_not_owner"):
        assert ping(vm2, CLIENT_ADDRESS, count=1, source=front) == 0


def test_traffic_follows_the_owner(bed, switch, front, undo):
    vm2 = bed.vm("vm2").namespace
    undo.callback(vm2.ip, "addr", "del", f"{front}/32", "dev", "eth0")
    vm2.ip("addr", "add", f"{front}/32", "dev", "eth0")
    wait_ping(bed.client, HAVIP_EIP)
    vm2.run("arping", "-U", "-q", "-c", "1", "-I", "eth0", "-s", front, front, check=False)
    wait_until(lambda: switch.havip("front")["owner"] == "vm2-eth0", "vm2 owns front", 5.0)
    exchange = udp_exchange(vm2, bed.client, HAVIP_EIP, 9204, b"to vm2", server_address=front)
    assert exchange[0] == b"to vm2"


def test_eip_unbound_and_bound_elsewhere_moves_traffic(bed, switch, undo):
    switch.do("eip unbind vm3-public")
    undo.callback(switch.do, "eip bind vm3-public port vm3-eth0")
    with counts_drop(switch, "eip_unbound"):
        assert ping(bed.client, PORT_EIP, count=1) == 0
    switch.do("eip bind vm3-public port vm4-eth0")
    undo.callback(switch.do, "eip unbind vm3-public")
    wait_ping(bed.client, PORT_EIP)
    exchange = udp_exchange(bed.vm("vm4").namespace, bed.client, PORT_EIP, 9205, b"to vm4")
    assert exchange == (b"to vm4", CLIENT_ADDRESS, b"4mv ot", PORT_EIP)


def test_eip_added_at_run_time_works_at_once(bed, switch, undo):
    switch.do("eip add late ipv4 203.0.113.40")
    undo.callback(switch.do, "eip del late")
    switch.do("eip bind late port vm4-eth0")
    undo.callback(switch.do, "eip unbind late")
    wait_ping(bed.client, "203.0.113.40")
