"""An uplink that the host uses too (device af_xdp): both get their frames, whole, and every frame is one's or the other's."""

import pytest

from support.namespace import Namespace
from support.shared_uplink import EIPS, HOST_ADDRESS, HOST_ADDRESS6, SharedUplink
from support.switch import Switch
from support.testbed import UPLINK_MAC, af_xdp_is_missing
from support.transfer import ping, tcp_transfer
from support.undo import undo_stack, wait_until

SIZE_BYTES = 20 << 20
HOST = {4: HOST_ADDRESS, 6: HOST_ADDRESS6}

pytestmark = pytest.mark.skipif(af_xdp_is_missing() is not None, reason=str(af_xdp_is_missing()))


@pytest.fixture(scope="module")
def bed():
    with undo_stack() as stack:
        yield SharedUplink(stack)


def reaches(client: Namespace, address: str) -> None:
    wait_until(lambda: ping(client, address, count=2) == 2, f"{address} answers", 10)


def test_program_is_on_the_interface_and_shown(bed):
    shown = bed.uplink()
    assert shown["interface"] == "sw-inet"
    assert shown["filter"]["attached"]
    assert shown["filter"]["program_id"] == bed.program_id()
    # The EIP and the uplink's own address of each family.
    assert (shown["filter"]["ipv4_addresses"], shown["filter"]["ipv6_addresses"]) == (2, 2)
    wait_until(lambda: bed.events("uplink_filter_attached"), "the event of the program", 5)
    attached = bed.events("uplink_filter_attached")[0]
    assert (attached["mode"], attached["replaced"]) == (shown["filter"]["mode"], False)


@pytest.mark.parametrize("family", [4, 6])
def test_eip_is_the_switchs(bed, family):
    reaches(bed.client, EIPS[family])
    sent, received = tcp_transfer(bed.vm.namespace, bed.client, EIPS[family], 8080, SIZE_BYTES)
    assert sent == received
    sent, received = tcp_transfer(bed.vm.namespace, bed.client, EIPS[family], 8081, SIZE_BYTES, download=True)
    assert sent == received


@pytest.mark.parametrize("family", [4, 6])
def test_the_host_keeps_its_own(bed, family):
    reaches(bed.router, HOST[family])
    sent, received = tcp_transfer(bed.host, bed.router, HOST[family], 22, SIZE_BYTES)
    assert sent == received
    sent, received = tcp_transfer(bed.host, bed.router, HOST[family], 80, SIZE_BYTES, download=True)
    assert sent == received


def test_the_host_gets_a_lease(bed):
    before = bed.verdicts()["other_ipv4"]
    assert "obtained" in bed.lease_by_dhcp()
    assert bed.verdicts()["other_ipv4"] > before


def test_every_frame_has_one_verdict(bed):
    for family, address in EIPS.items():
        bed.router.ip(f"-{family}", "neigh", "flush", "dev", "uplink")
        assert ping(bed.client, address) == 5
    ping(bed.router, HOST_ADDRESS)

    def counted() -> bool:
        before = bed.frames_seen()
        return sum(bed.verdicts().values()) == before == bed.frames_seen()
    wait_until(counted, "the verdicts add up to the frames of the interface", 10)
    verdicts = bed.verdicts()
    assert [name for name in ("ipv4", "ipv6", "arp_target", "nd_target", "other_ipv4", "other_ipv6")
            if verdicts[name] == 0] == []


def test_set_follows_the_eips(bed):
    bed.switch.do("eip add spare ipv4 203.0.113.77")
    assert bed.uplink()["filter"]["ipv4_addresses"] == 3
    bed.switch.do("eip del spare")
    assert bed.uplink()["filter"]["ipv4_addresses"] == 2
    assert "error" in bed.switch.command("eip add again ipv4 203.0.113.11")
    assert bed.uplink()["filter"]["ipv4_addresses"] == 2


def test_a_second_switch_is_told_whose_it_is(bed):
    with undo_stack() as stack:
        other = Switch(bed.host, bed.config, bed.directory, stack, name="other")
        assert other.process.popen.wait(30) != 0
        assert "is the uplink of another switch that runs" in other.log_tail()
    assert bed.uplink()["filter"]["attached"]


def test_link_down_and_up_is_told_and_survived(bed):
    bed.host.ip("link", "set", "sw-inet", "down")
    wait_until(lambda: bed.events("uplink_link_changed")[-1:] and not bed.events("uplink_link_changed")[-1]["up"],
               "the event of the lost link", 5)
    bed.router.ip("neigh", "replace", EIPS[4], "lladdr", "02:00:00:00:00:99", "dev", "uplink", "nud", "stale")
    bed.host.ip("link", "set", "sw-inet", "up")
    wait_until(lambda: bed.events("uplink_link_changed")[-1]["up"], "the event of the link", 5)
    wait_until(lambda: UPLINK_MAC in bed.router.ip("neigh", "show", EIPS[4]), "the EIP is announced again", 5)
    bed.router.ip("route", "replace", "2001:db8:ffff::/64", "dev", "uplink")
    for family in EIPS:
        reaches(bed.client, EIPS[family])


def test_renamed_interface_goes_on(bed):
    bed.host.ip("link", "set", "sw-inet", "down")
    bed.host.ip("link", "set", "sw-inet", "name", "renamed")
    bed.host.ip("link", "set", "renamed", "up")
    try:
        reaches(bed.client, EIPS[4])
        assert bed.uplink()["filter"]["attached"]
    finally:
        bed.host.ip("link", "set", "renamed", "down")
        bed.host.ip("link", "set", "renamed", "name", "sw-inet")
        bed.host.ip("link", "set", "sw-inet", "up")
    reaches(bed.client, EIPS[4])


def test_killed_switch_leaves_the_host_alone_and_is_replaced(bed):
    bed.switch.process.kill()
    assert bed.program_id() is not None, "the program of a killed process stays"
    reaches(bed.router, HOST_ADDRESS)
    sent, received = tcp_transfer(bed.host, bed.router, HOST_ADDRESS, 2222, SIZE_BYTES)
    assert sent == received
    bed.host.ip("addr", "replace", f"{HOST_ADDRESS6}/64", "dev", "sw-inet", "nodad")
    bed.start_switch()
    wait_until(lambda: bed.events("uplink_filter_attached")[-1]["replaced"], "the event of the leftover's removal", 5)
    for family in EIPS:
        reaches(bed.client, EIPS[family])


def test_removed_program_is_told(bed):
    bed.host.ip("link", "set", "dev", "sw-inet", "xdp", "off")
    wait_until(lambda: bed.events("uplink_filter_lost"), "the event of the lost program", 5)
    assert not bed.uplink()["filter"]["attached"]


def test_removed_interface_is_told_and_survived(bed):
    bed.host.ip("link", "del", "sw-inet")
    wait_until(lambda: not bed.events("uplink_link_changed")[-1]["up"], "the event of the lost link", 5)
    assert bed.switch.json("show uplink")["link_up"] is False
    bed.switch.do("uplink del")
    assert bed.switch.do("show uplink") == "no uplink is set"
