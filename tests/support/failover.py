"""The main job: two keepalived VMs share a HAVIP behind an EIP; three failovers, each measured from outside.

What comes from where: adverts and delivered packets from captures in the VMs, answers and losses from the prober,
the commit from the switch's own record of its decision. All are CLOCK_REALTIME nanoseconds of one machine.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from .capture import IPV4, UDP, VRRP, Advert, Capture, adverts_sent, udp_destination_port
from .keepalived import Keepalived, Vrrp
from .testbed import Testbed, Vm
from .traffic import PORT, UNDER_WAY_NS, Prober, Probe, Responder, delivered_probes
from .undo import wait_until

GATEWAY = "10.77.0.1"
HAVIP = "10.77.0.100"
EIP = "203.0.113.10"
PRIORITIES = {"vm1": 150, "vm2": 100}

_STEADY_MS = 300          # before an action: the old owner answers
_SETTLED_MS = 1000        # after it: the new owner answers
_DEADLINE_S = 15.0


@dataclass(frozen=True)
class Failover:
    """One failover; times in nanoseconds since the epoch."""
    kind: str
    old: str
    new: str
    action_ns: int
    last_advert: Advert             # of the old master, its resignation included
    first_advert: Advert            # of the new master
    decision: dict                  # of the switch, as `show havip` tells it
    first_packet_ns: int            # delivered to the new owner
    first_answer_ns: int            # the client has it
    sent: int
    lost: int
    lost_after_advert: int
    lost_in_new_owner: int          # of those, what reached the new owner before it could answer
    delivered_to_old_owner: int     # after the commit, by the switch's counter
    seen_by_old_owner: int          # probes that reached the old owner after the first that reached the new one
    to_old_owner_after_advert: int  # those that reached it before: an owner that is outranked serves on for a moment
    longest_send_gap_ms: float      # how well the prober kept its pace

    @property
    def committed_ns(self) -> int:
        return self.decision["at_unix_us"] * 1000

    def record(self) -> dict:
        """The entry of `scripts/demo --json`."""
        return {
            "kind": self.kind,
            "guest_detection_ms": round((self.first_advert.time_ns - self.action_ns) / 1e6, 3),
            "advert_to_commit_us": round(self.decision["evidence_to_commit_us"], 3),
            "advert_to_first_packet_ms": round((self.first_packet_ns - self.first_advert.time_ns) / 1e6, 3),
            "delivered_to_old_owner_after_commit": self.delivered_to_old_owner,
            "served_by_old_owner_after_advert": self.to_old_owner_after_advert,
            "lost": self.lost,
            "lost_after_advert": self.lost_after_advert,
        }


class FailoverError(RuntimeError):
    """Traffic did not move, or the switch and the outside disagree about it."""


class HaPair:
    """vm1 (priority 150) and vm2 (100), the HAVIP `front` bound to both, its EIP, a client that probes the EIP."""

    def __init__(self, stack: contextlib.ExitStack, vrrp: Vrrp = Vrrp(f"{HAVIP}/24"),
                 switch_options: tuple[str, ...] = (), uplink_device: str = "af_packet"):
        self.bed = Testbed(stack)
        self.bed.config.uplink["device"] = uplink_device
        self.bed.switch_options = switch_options
        self.vrrp = vrrp
        self.keepalived: dict[str, Keepalived] = {}
        self._describe()
        for vm in self.bed.vms.values():
            peers = [other.address for other in self.bed.vms.values() if other is not vm]
            self.keepalived[vm.name] = Keepalived(vm.name, vm.namespace, self.bed.directory, stack, vrrp,
                                                  PRIORITIES[vm.name], vm.address, peers)
            Responder(vm.name, vm.namespace, self.bed.directory, stack)
        self._adverts = self._captures(IPV4, VRRP)
        self._deliveries = self._captures(IPV4, UDP, udp_destination_port(PORT))
        self._adverts_sent: dict[str, list[Advert]] = {name: [] for name in self.bed.vms}
        self.switch = self.bed.start_switch()
        self.prober = Prober(EIP, self.bed.client, self.bed.directory, stack)

    def elect(self) -> None:
        """Starts both members; when this returns vm1 is master, answers the client, and vm2 has never been master.

        vm2 starts once vm1 is master: of two that start together on a busy machine vm2 may be master for a moment, and
        is then the contender that the switch names at once should vm1 resign within the next three intervals.
        """
        self.keepalived["vm1"].start()
        self._wait_settled("vm1", _DEADLINE_S)
        self.keepalived["vm2"].start()
        self.keepalived["vm2"].wait_backup()

    def graceful(self) -> Failover:
        """vm1's keepalived is stopped: it resigns."""
        return self._fail_over("graceful", "vm1", "vm2", self.keepalived["vm1"].stop)

    def preempt(self) -> Failover:
        """vm1's keepalived is started again and takes over by priority."""
        self.keepalived["vm1"].wait_ended()
        return self._fail_over("preempt", "vm2", "vm1", self.keepalived["vm1"].start)

    def crash(self) -> Failover:
        """vm1's keepalived is killed; vm1 keeps the address and goes on answering."""
        self.keepalived["vm1"].wait_running()
        return self._fail_over("crash", "vm1", "vm2", self.keepalived["vm1"].crash)

    def restart_switch(self) -> float:
        """The switch is killed with SIGKILL and started again; the longest time in ms for which the client had no answer."""
        owner = self.switch.havip("front")["owner"]
        killed_ns = time.time_ns()
        self.switch.process.kill()
        self.switch = self.bed.start_switch()
        self._wait_settled(owner.removesuffix("-eth0"), _DEADLINE_S)
        answered = [killed_ns, *(each.sent_ns for each in self.prober.since(killed_ns) if each.answered_by)]
        return max(later - earlier for earlier, later in zip(answered, answered[1:])) / 1e6

    def vm(self, name: str) -> Vm:
        return self.bed.vms[name]

    def log_tail(self) -> str:
        members = (f"--- keepalived of {name} ---\n{each.log_tail()}" for name, each in self.keepalived.items())
        return "\n".join([self.bed.log_tail(), *members])

    def _describe(self) -> None:
        self.bed.add_vm("vm1", "web", "10.77.0.11", GATEWAY)
        self.bed.add_vm("vm2", "web", "10.77.0.12", GATEWAY)
        config = self.bed.config
        config.vpcs = [{"name": "shop", "vni": 1001}]
        config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": GATEWAY}]
        config.havips = [{"name": "front", "subnet": "web", "ipv4": HAVIP, "ports": ["vm1-eth0", "vm2-eth0"]}]
        config.eips = [{"name": "front-public", "ipv4": EIP, "target": {"havip": "front"}}]

    def _captures(self, *matches) -> dict[str, Capture]:
        return {vm.name: Capture(vm.namespace, "eth0", self.bed.stack, *matches) for vm in self.bed.vms.values()}

    def _wait_settled(self, owner: str, timeout_s: float, window_ms: int = _SETTLED_MS) -> None:
        port = self.vm(owner).port
        try:
            wait_until(lambda: self.prober.is_answered_by(owner, window_ms), f"{owner} answers the client",
                       timeout_s, poll_s=0.05)
            wait_until(lambda: self.switch.havip("front")["owner"] == port, f"the switch names {port}", 1.0)
        except TimeoutError as error:
            raise FailoverError(f"{error}; {self._situation()}") from error

    def _situation(self) -> str:
        recent = self.prober.since(time.time_ns() - 1_000_000_000)
        answers = sorted({probe.answered_by or "nobody" for probe in recent})
        havip = self.switch.havip("front")
        return (f"in the last second {', '.join(answers) or 'nobody'} answered; "
                f"the switch says {havip['state']}, owner {havip['owner']}")

    def _fail_over(self, kind: str, old: str, new: str, act: Callable[[], None]) -> Failover:
        self._wait_settled(old, _DEADLINE_S, _STEADY_MS)
        delivered_before = self.switch.havip("front")["delivered_to_old_owner"]
        for capture in self._deliveries.values():
            capture.drain()
        action_ns = time.time_ns()
        act()
        self._wait_settled(new, _DEADLINE_S)

        havip = self.switch.havip("front")
        decision = self._decision(havip, new, action_ns)
        deliveries = {name: delivered_probes(capture.drain()) for name, capture in self._deliveries.items()}
        last_advert, first_advert = self._adverts_around(old, new, action_ns)
        probes = self.prober.since(action_ns)
        probes = [probe for probe in probes if probe.sent_ns <= probes[-1].sent_ns - UNDER_WAY_NS]
        first_packet_ns = min(at for at, _sent in deliveries[new] if at >= action_ns)
        to_old = [at for at, sent in deliveries[old] if sent > first_advert.time_ns]
        return Failover(
            kind=kind, old=old, new=new, action_ns=action_ns,
            last_advert=last_advert, first_advert=first_advert, decision=decision,
            first_packet_ns=first_packet_ns,
            first_answer_ns=min(probe.answered_ns for probe in probes if probe.answered_by == new),
            sent=len(probes),
            lost=_unanswered(probes, action_ns),
            lost_after_advert=_unanswered(probes, first_advert.time_ns),
            lost_in_new_owner=_unanswered_among(probes, first_advert.time_ns, {sent for _at, sent in deliveries[new]}),
            delivered_to_old_owner=havip["delivered_to_old_owner"] - delivered_before,
            seen_by_old_owner=sum(1 for at in to_old if at > first_packet_ns),
            to_old_owner_after_advert=sum(1 for at in to_old if at <= first_packet_ns),
            longest_send_gap_ms=_longest_gap_ms(probes))

    def _adverts_around(self, old: str, new: str, action_ns: int) -> tuple[Advert, Advert]:
        """The last advert of the old master (its resignation included) before the first of the new one."""
        for name, capture in self._adverts.items():
            self._adverts_sent[name] += adverts_sent(capture.drain())
        first = next((each for each in self._adverts_sent[new] if each.time_ns >= action_ns and each.priority), None)
        if first is None:
            raise FailoverError(f"{new} answers, though it sent no advert after the action")
        last = max((each for each in self._adverts_sent[old] if each.time_ns < first.time_ns),
                   key=lambda each: each.time_ns, default=None)
        if last is None:
            raise FailoverError(f"{old} was master, though it never sent an advert")
        return last, first

    def _decision(self, havip: dict, new: str, action_ns: int) -> dict:
        """The switch's first decision for `new` after the action."""
        port = self.vm(new).port
        made = [each for each in havip["decisions"]
                if each["to"] == port and each["at_unix_us"] * 1000 >= action_ns]
        if not made:
            raise FailoverError(f"{new} answers, though the switch tells of no decision for {port}: "
                                f"{havip['decisions']}")
        return min(made, key=lambda each: each["sequence"])


def _unanswered(probes: list[Probe], since_ns: int) -> int:
    return sum(1 for probe in probes if probe.sent_ns >= since_ns and probe.answered_by is None)


def _unanswered_among(probes: list[Probe], since_ns: int, delivered: set[int]) -> int:
    return _unanswered([probe for probe in probes if probe.sent_ns in delivered], since_ns)


def _longest_gap_ms(probes: list[Probe]) -> float:
    gaps = (later.sent_ns - earlier.sent_ns for earlier, later in zip(probes, probes[1:]))
    return max(gaps, default=0) / 1e6
