"""Addresses that no advert lists: excluded ones, and those of the other family. A partition that heals without an announcement
moves them with their group, for the owner is always the VM that really holds the address."""

import pytest

from support.cluster import Cluster, Pair
from support.keepalived import Vrrp
from support.undo import undo_stack, wait_until

FAST = {"version": 3, "interval_s": 0.2}
ORDERS = {"higher-hears-first": ("vm1", "vm2"), "lower-hears-first": ("vm2", "vm1")}
LISTED, EXCLUDED, OTHER_FAMILY = "10.77.0.130", "10.77.0.131", "2001:db8:77::130"
# A second set of announcements, five seconds after the first, would hide what this is about.
GROUP = Vrrp(f"{LISTED}/24", vrid=130, excluded=(f"{EXCLUDED}/24", f"{OTHER_FAMILY}/64"),
             options=("garp_master_delay 0",), **FAST)
NOTHING_LISTED = Vrrp(None, vrid=131, excluded=("10.77.0.132/24",), options=("garp_master_delay 0",))


@pytest.fixture(scope="module")
def cluster():
    with undo_stack() as stack:
        yield Cluster(stack)


def running_pair(cluster: Cluster, undo, vrrp: Vrrp, priorities: dict[str, int]) -> tuple[Pair, list[str]]:
    """A pair whose vm1 is master, and its HAVIPs."""
    addresses = [*vrrp.addresses, *(each.partition("/")[0] for each in vrrp.excluded)]
    pair = Pair(cluster, [vrrp], priorities)
    undo.enter_context(cluster.bound(*addresses))
    undo.callback(pair.end)
    undo.callback(cluster.heal_all)
    pair.elect(addresses)
    return pair, addresses


def split(cluster: Cluster, pair: Pair) -> None:
    """Both are masters, and hold and announce every address."""
    taken = pair["vm2"].masterships()
    cluster.partition("vm1", "vm2")
    wait_until(lambda: pair["vm2"].masterships() > taken, "vm2 becomes master, too")


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
@pytest.mark.parametrize("heir, priorities", [("vm1", (150, 100)), ("vm2", (100, 100))], ids=["priorities", "addresses"])
def test_address_that_is_not_listed_follows_its_group_when_a_partition_heals(cluster, undo, heir, priorities, order):
    pair, addresses = running_pair(cluster, undo, GROUP, dict(zip(("vm1", "vm2"), priorities)))
    split(cluster, pair)
    cluster.heal(*order)
    cluster.wait_true(pair, addresses, heir)


def test_group_that_lists_nothing_takes_its_address_along(cluster, undo):
    pair, addresses = running_pair(cluster, undo, NOTHING_LISTED, {"vm1": 150, "vm2": 100})
    split(cluster, pair)
    cluster.heal("vm2", "vm1")
    cluster.wait_true(pair, addresses, "vm1")


def test_resignation_releases_what_the_group_does_not_list(cluster, undo):
    pair, addresses = running_pair(cluster, undo, GROUP, {"vm1": 150, "vm2": 100})
    before = {address: cluster.owner_changes(address) for address in addresses}
    pair["vm1"].stop()
    cluster.wait_true(pair, addresses, "vm2")
    for address, changes in before.items():
        assert ("vm1-eth0", None) in cluster.moves(address, changes), address
