"""The uplink as a bond in active-backup mode: a member is pulled under traffic, and the provider network follows."""

import pytest

from support.bonded_uplink import EIP, LEGS, BondedUplink
from support.testbed import UPLINK_MAC
from support.traffic import Prober, Responder
from support.transfer import ping
from support.undo import undo_stack, wait_until


@pytest.fixture(scope="module")
def bed():
    with undo_stack() as stack:
        bed = BondedUplink(stack)
        Responder("vm1", bed.vm.namespace, bed.directory, stack)
        yield bed


def other_than(bed: BondedUplink, member: str) -> str:
    return next(name for name in bed.members() if name != member)


def leg_of_switch(bed: BondedUplink) -> str:
    """Where the provider's bridge has last heard the switch."""
    entries = bed.router.run("bridge", "fdb", "show", "br", "uplink").stdout.splitlines()
    return next((entry.split()[2] for entry in entries if entry.startswith(f"{UPLINK_MAC} ") and "master" in entry), "")


def test_members_are_shown(bed):
    assert {name: (member["link_up"], member["active"]) for name, member in bed.members().items()} == {
        "net_af_packet90": (True, True), "net_af_packet91": (True, False)}
    assert "member net_af_packet90: link up, active" in bed.switch.do("show uplink")


def test_traffic_leaves_a_pulled_member(bed, record_property):
    with undo_stack() as stack:
        prober = Prober(EIP, bed.client, bed.directory, stack)

        def answered() -> int:
            prober.refresh()
            return sum(probe.answered_ns is not None for probe in prober.probes)

        wait_until(lambda: answered() > 100, "probes through the first member", 10)
        before = bed.active()
        bed.pull(before)
        wait_until(lambda: bed.events("uplink_member_changed"), "the event of the other member", 5)
        changed = bed.events("uplink_member_changed")[-1]
        assert (changed["from"], changed["to"]) == (before, other_than(bed, before))
        reached = answered()
        wait_until(lambda: answered() > reached + 100, "probes through the other member", 10)
        lost = [probe for probe in prober.probes[:-100] if probe.answered_ns is None]
    record_property("probes_lost_of_1_a_ms", len(lost))
    print(f"{len(lost)} probes lost, one a millisecond")
    assert not bed.events("uplink_link_changed"), "the bond has had a link all the time"
    assert leg_of_switch(bed) == LEGS[bed.active()], "the EIP was announced through the other member"


def test_pulled_member_comes_back_when_it_is_needed(bed):
    away = other_than(bed, bed.active())
    bed.plug(away)
    wait_until(lambda: bed.members()[away]["link_up"], "the link of the member", 5)
    before = bed.active()
    assert before != away, "a member that works is not left"
    bed.pull(before)
    wait_until(lambda: bed.active() == away, "the member is active again", 5)
    wait_until(lambda: ping(bed.client, EIP, count=2) == 2, "the EIP answers", 10)
    bed.plug(before)


def test_bond_without_a_link_is_told(bed):
    for member in LEGS:
        bed.pull(member)
    wait_until(lambda: [event["up"] for event in bed.events("uplink_link_changed")] == [False], "the lost link", 5)
    for member in LEGS:
        bed.plug(member)
    wait_until(lambda: [event["up"] for event in bed.events("uplink_link_changed")] == [False, True], "the link", 5)
    wait_until(lambda: ping(bed.client, EIP, count=2) == 2, "the EIP answers", 10)
