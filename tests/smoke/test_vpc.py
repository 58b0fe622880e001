"""Forwarding inside and between subnets, ARP answers, isolation."""

import contextlib
import socket

from support.capture import ARP, IPV4, UDP, Capture, udp_destination_port
from support.checks import counts_drop, resolve
from support.transfer import ping, udp_exchange
from support.undo import wait_until

GATEWAY_MAC = "0e:00:00:00:00:01"


def test_vms_of_one_subnet_reach_each_other(bed, switch):
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5
    assert ping(bed.vm("vm2").namespace, "10.77.0.11") == 5


def test_gateway_answers_echo(bed, switch):
    assert ping(bed.vm("vm1").namespace, "10.77.0.1") == 5


def test_vms_of_two_subnets_reach_each_other(bed, switch):
    assert ping(bed.vm("vm1").namespace, "10.78.0.11") == 5
    assert ping(bed.vm("vm4").namespace, "10.77.0.11") == 5


def test_routing_takes_one_from_the_ttl(bed, switch, undo):
    capture = Capture(bed.vm("vm4").namespace, "eth0", undo, IPV4, UDP, udp_destination_port(9001))
    udp_exchange(bed.vm("vm4").namespace, bed.vm("vm1").namespace, "10.78.0.11", 9001, b"routed")
    assert [frame.data[22] for frame in capture.drain()] == [63]


def test_steering_within_a_subnet_keeps_the_ttl(bed, switch, undo):
    capture = Capture(bed.vm("vm2").namespace, "eth0", undo, IPV4, UDP, udp_destination_port(9002))
    udp_exchange(bed.vm("vm2").namespace, bed.vm("vm1").namespace, "10.77.0.12", 9002, b"bridged")
    assert [frame.data[22] for frame in capture.drain()] == [64]


def test_same_addresses_of_two_vpcs_are_two_vms(bed, switch):
    shop = udp_exchange(bed.vm("vm2").namespace, bed.vm("vm1").namespace, "10.77.0.12", 9003, b"shop")
    other = udp_exchange(bed.vm("other2").namespace, bed.vm("other1").namespace, "10.77.0.12", 9003, b"other")
    assert shop == (b"shop", "10.77.0.11", b"pohs", "10.77.0.12")
    assert other == (b"other", "10.77.0.11", b"rehto", "10.77.0.12")


def test_no_packet_crosses_into_another_vpc(bed, switch, undo):
    captures = [Capture(bed.vm(name).namespace, "eth0", undo, IPV4) for name in ("other1", "other2")]
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5
    with counts_drop(switch, "arp_unknown_target"):
        assert ping(bed.vm("other1").namespace, "10.77.0.13", count=1) == 0
    assert [frame for capture in captures for frame in capture.drain() if not frame.outgoing] == []


def test_broadcast_reaches_the_subnet_and_nothing_else(bed, switch, undo):
    match = (IPV4, UDP, udp_destination_port(9004))
    inside = [Capture(bed.vm(name).namespace, "eth0", undo, *match) for name in ("vm2", "vm3")]
    outside = [Capture(bed.vm(name).namespace, "eth0", undo, *match) for name in ("vm4", "other1", "other2")]
    with contextlib.closing(bed.vm("vm1").namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.sendto(b"to all", ("10.77.0.255", 9004))
    for capture in inside:
        wait_until(capture.drain, "the broadcast arrives", 2.0)
    # What comes back proves that the switch had the time to send a stray copy as well.
    assert ping(bed.vm("vm4").namespace, "10.77.0.1", count=2) == 2
    assert ping(bed.vm("other1").namespace, "10.77.0.12", count=2) == 2
    assert [frame for capture in outside for frame in capture.drain()] == []


def test_arp_for_the_gateway_is_answered_with_the_gateways_mac(bed, switch):
    assert resolve(bed.vm("vm1").namespace, "eth0", "10.77.0.1") == GATEWAY_MAC
    assert resolve(bed.vm("vm4").namespace, "eth0", "10.78.0.1") == GATEWAY_MAC


def test_arp_for_a_port_is_answered_with_its_mac(bed, switch):
    assert resolve(bed.vm("vm1").namespace, "eth0", "10.77.0.12") == bed.vm("vm2").mac
    assert resolve(bed.vm("other1").namespace, "eth0", "10.77.0.12") == bed.vm("other2").mac


def test_arp_is_answered_by_the_switch_and_not_flooded(bed, switch, undo):
    captures = [Capture(bed.vm(name).namespace, "eth0", undo, ARP) for name in ("vm2", "vm3")]
    assert resolve(bed.vm("vm1").namespace, "eth0", "10.77.0.12") == bed.vm("vm2").mac
    assert [frame for capture in captures for frame in capture.drain()] == []


def test_arp_for_an_address_nobody_has_stays_unanswered(bed, switch):
    with counts_drop(switch, "arp_unknown_target"):
        assert resolve(bed.vm("vm1").namespace, "eth0", "10.77.0.99") is None


def test_foreign_source_address_is_dropped(bed, switch, undo):
    vm1 = bed.vm("vm1").namespace
    assert ping(vm1, "10.77.0.12", count=1) == 1    # or an ARP request from the foreign address would be the first
    undo.callback(vm1.ip, "addr", "del", "10.77.0.200/32", "dev", "eth0")
    vm1.ip("addr", "add", "10.77.0.200/32", "dev", "eth0")
    with counts_drop(switch, "spoofed_ip"):
        assert ping(vm1, "10.77.0.12", count=2, source="10.77.0.200") == 0


def test_foreign_source_mac_is_dropped(bed, switch, undo):
    vm3 = bed.vm("vm3")
    undo.callback(vm3.namespace.ip, "link", "set", "eth0", "address", vm3.mac)
    vm3.namespace.ip("link", "set", "eth0", "address", "52:54:00:00:00:99")
    with counts_drop(switch, "spoofed_mac"):
        assert ping(vm3.namespace, "10.77.0.12", count=2) == 0
