"""Each way keepalived speaks VRRP, side by side in the same two VMs: at quiet, the switch's owner is the VM that really holds
the address, and who sends to the address reaches it."""

import pytest

from support.cluster import Cluster, Pair, Seen
from support.keepalived import Vrrp
from support.undo import undo_stack

FAST = {"version": 3, "interval_s": 0.2}
VERSION_2 = {"version": 2, "interval_s": 1}
FLAVOURS = {
    "v2": Vrrp("10.77.0.101/24", vrid=101, **VERSION_2),
    "v2-pass": Vrrp("10.77.0.102/24", vrid=102, password="s3cret12", **VERSION_2),
    "v2-ah": Vrrp("10.77.0.103/24", vrid=103, password="s3cret12", authentication="AH", **VERSION_2),
    "v3": Vrrp("10.77.0.104/24", vrid=104, **FAST),
    "v3-unicast": Vrrp("10.77.0.105/24", vrid=105, unicast=True, **FAST),
    "v3-ipv6": Vrrp("fe80::106/64", vrid=106, more_addresses=("2001:db8:77::106/64",), is_ipv6=True, **FAST),
    "v3-vmac": Vrrp("10.77.0.107/24", vrid=107, vmac=True, **FAST),
    "v3-vmac-xmit-base": Vrrp("10.77.0.108/24", vrid=108, vmac=True, options=("vmac_xmit_base",), **FAST),
    "v3-ipv6-vmac": Vrrp("fe80::109/64", vrid=109, more_addresses=("2001:db8:77::109/64",), is_ipv6=True, vmac=True,
                         **FAST),
    "excluded": Vrrp("10.77.0.110/24", vrid=110, excluded=("10.77.0.111/24",), **FAST),
    # Version 3 must list an address.
    "excluded-only": Vrrp(None, vrid=112, excluded=("10.77.0.112/24",), **VERSION_2),
    "dual-stack": Vrrp("10.77.0.113/24", vrid=113, excluded=("2001:db8:77::113/64",), **FAST),
    "refresh": Vrrp("10.77.0.114/24", vrid=114, options=("garp_master_refresh 1", "garp_master_refresh_repeat 1"), **FAST),
}
STAGES = {"elected": "vm1", "graceful stop": "vm2", "preemption": "vm1", "crash": "vm2"}


def havips_of(vrrp: Vrrp) -> list[str]:
    announced = [*vrrp.addresses, *(each.partition("/")[0] for each in vrrp.excluded)]
    return [address for address in announced if not address.startswith("fe80")]


class Story:
    """All groups through their whole life; what each test looks at has happened once, in order."""

    def __init__(self, stack):
        self.cluster = Cluster(stack)
        self.pair = Pair(self.cluster, list(FLAVOURS.values()))
        self.addresses = [address for vrrp in FLAVOURS.values() for address in havips_of(vrrp)]
        stack.enter_context(self.cluster.bound(*self.addresses))
        stack.callback(self.pair.end)
        self.seen: dict[str, dict[str, Seen]] = {}
        self.reached: dict[str, set[str]] = {}
        self._live()

    def _live(self) -> None:
        vm1, vm2 = self.pair["vm1"], self.pair["vm2"]
        vm1.start()
        vm1.wait_backup()
        self._note("elected")
        vm2.start()
        vm2.wait_backup()
        vm1.stop()
        vm1.wait_ended()
        self._note("graceful stop")
        vm1.start()
        vm1.wait_running()
        self._note("preemption")
        vm1.crash()
        self._note("crash")

    def _note(self, stage: str) -> None:
        self.seen[stage] = self.cluster.at_quiet(self.pair, self.addresses, STAGES[stage])
        self.reached[stage] = {address for address in self.addresses if self._is_reached(address)}

    def _is_reached(self, address: str) -> bool:
        outsider = self.cluster.vms["vm3"].namespace
        return outsider.run("ping", "-c", "3", "-i", "0.1", "-W", "1", address, check=False).stdout.count("bytes from") > 0

    def log_tail(self) -> str:
        return f"{self.cluster.log_tail()}\n{self.pair.log_tail()}"


@pytest.fixture(scope="module")
def story():
    with undo_stack() as stack:
        yield Story(stack)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_owner_is_who_holds_the_address(story, flavour, stage):
    for address in havips_of(FLAVOURS[flavour]):
        assert story.seen[stage][address] == Seen((STAGES[stage],), f"{STAGES[stage]}-eth0"), address


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_who_sends_to_the_address_reaches_its_holder(story, flavour, stage):
    assert set(havips_of(FLAVOURS[flavour])) <= story.reached[stage]


def test_master_that_announces_now_and_then_moves_nothing(story):
    masterships = sum(member.masterships(FLAVOURS["refresh"]) for member in story.pair.members.values())
    if masterships != len(STAGES):
        pytest.skip(f"the machine stalled: {masterships} masters in {len(STAGES)} stages")
    owners = [to for _from, to in story.cluster.moves("10.77.0.114") if to]
    assert owners == [f"{vm}-eth0" for vm in STAGES.values()]


def test_every_packet_ended_exactly_once(story):
    assert story.cluster.switch.unconserved_workers() == []
