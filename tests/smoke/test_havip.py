"""Who owns a HAVIP: gratuitous ARP of real tools, bound and unbound VMs."""

from support.capture import ARP, Capture
from support.checks import counts_drop, resolve
from support.cloud import announce
from support.transfer import ping, udp_exchange
from support.undo import wait_until


def stable_mac(address: str) -> str:
    return "0e:00:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def answering_vm(bed, address: str) -> str | None:
    """Which of vm1 and vm2 gets what vm3 sends to `address`."""
    for name in ("vm1", "vm2"):
        received, *_ = udp_exchange(bed.vm(name).namespace, bed.vm("vm3").namespace, address, 9100, b"who",
                                    server_address=address, timeout_s=0.3)
        if received:
            return name
    return None


def test_announcement_as_request_makes_the_owner(bed, havip):
    havip.announce("vm1", "-U")
    havip.wait_owner("vm1")
    assert ping(bed.vm("vm3").namespace, havip.address) == 5


def test_announcement_as_reply_makes_the_owner(bed, havip):
    havip.announce("vm2", "-A")
    havip.wait_owner("vm2")
    assert ping(bed.vm("vm3").namespace, havip.address) == 5


def test_later_announcement_moves_traffic(bed, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    havip.hold("vm2")
    assert answering_vm(bed, havip.address) == "vm1"
    havip.announce("vm2")
    havip.wait_owner("vm2")
    assert answering_vm(bed, havip.address) == "vm2"


def test_owner_decision_is_told_with_its_evidence(switch, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    decision = switch.havip(havip.name)["decisions"][-1]
    assert (decision["from"], decision["to"]) == (None, "vm1-eth0")
    assert (decision["trigger"], decision["evidence"]) == ("announcement", "announcement")
    assert 0 < decision["evidence_to_commit_us"] < 1e6


def test_other_subnet_reaches_the_owner(bed, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    assert ping(bed.vm("vm4").namespace, havip.address) == 5


def test_arp_for_a_havip_is_answered_with_its_stable_mac_whoever_owns_it(bed, havip):
    for owner in ("vm1", "vm2"):
        havip.announce(owner)
        havip.wait_owner(owner)
        assert resolve(bed.vm("vm3").namespace, "eth0", havip.address) == stable_mac(havip.address)


def test_announcement_reaches_neighbours_with_the_stable_mac(bed, havip, undo):
    capture = Capture(bed.vm("vm3").namespace, "eth0", undo, ARP)
    havip.announce("vm1")
    frame = wait_until(capture.drain, "the announcement arrives", 2.0)[0].data
    assert frame[6:12].hex(":") == frame[22:28].hex(":") == stable_mac(havip.address)


def test_havip_without_owner_gets_no_data(bed, switch, havip):
    havip.hold("vm1")
    vm3 = bed.vm("vm3").namespace
    undo_neighbour = ("neigh", "del", havip.address, "dev", "eth0")
    vm3.ip("neigh", "replace", havip.address, "lladdr", stable_mac(havip.address), "dev", "eth0")
    try:
        with counts_drop(switch, "havip_no_owner"):
            udp_exchange(bed.vm("vm1").namespace, vm3, havip.address, 9101, b"early", timeout_s=0.2)
    finally:
        vm3.ip(*undo_neighbour)


def test_unbound_announcement_is_dropped_and_moves_nothing(bed, switch, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    with counts_drop(switch, "claim_unbound"):
        havip.announce("vm3")
    assert havip.owner() == "vm1-eth0"
    havip.drop("vm3")
    assert answering_vm(bed, havip.address) == "vm1"


def test_announcement_of_the_gateway_is_dropped(bed, switch, undo):
    vm1 = bed.vm("vm1")
    undo.callback(vm1.namespace.ip, "addr", "del", "10.77.0.1/32", "dev", "eth0")
    vm1.namespace.ip("addr", "add", "10.77.0.1/32", "dev", "eth0")
    with counts_drop(switch, "claim_gateway"):
        announce(vm1, "10.77.0.1")


def test_announcement_of_another_port_is_dropped(bed, switch, undo):
    vm1 = bed.vm("vm1")
    undo.callback(vm1.namespace.ip, "addr", "del", "10.77.0.13/32", "dev", "eth0")
    vm1.namespace.ip("addr", "add", "10.77.0.13/32", "dev", "eth0")
    with counts_drop(switch, "claim_foreign"):
        announce(vm1, "10.77.0.13")


def test_unbinding_the_owner_releases_the_address(switch, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    havip.unbind("vm1")
    havip.wait_owner(None)


def test_port_bound_at_run_time_can_take_over(bed, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    havip.bind("vm3")
    havip.announce("vm3")
    havip.wait_owner("vm3")
    assert ping(bed.vm("vm2").namespace, havip.address) == 5


def test_same_address_in_two_vpcs_has_two_owners(bed, switch, undo):
    switch.do("havip add other-front subnet other-web ipv4 10.77.0.100")
    undo.callback(switch.do, "havip del other-front")
    switch.do("havip bind other-front other2-eth0")
    undo.callback(switch.do, "havip unbind other-front other2-eth0")
    front_before = switch.havip("front")["owner"]
    other2 = bed.vm("other2")
    other2.namespace.ip("addr", "add", "10.77.0.100/32", "dev", "eth0")
    undo.callback(other2.namespace.ip, "addr", "del", "10.77.0.100/32", "dev", "eth0")
    announce(other2, "10.77.0.100")
    wait_until(lambda: switch.havip("other-front")["owner"] == "other2-eth0", "other2 owns its HAVIP", 5.0)
    assert switch.havip("front")["owner"] == front_before
    assert ping(bed.vm("other1").namespace, "10.77.0.100") == 5
