"""Every capture of real routers, through the whole switch: byte for byte what is recorded, and what really happened."""

import json
import os

import pytest

import replaying
from replaying import CAPTURES, CASES, arguments_of, expected_file

# What happened, taken down when the captures were made: the packets in which vm11 takes over from a crash's successor
# (it crashes, vm12 takes over, vm11 is back and preempts, vm11 resigns, vm12 takes over, vm12 resigns), and the seconds
# at which the middle four were on the wire. The election of the beginning is before them.
HAPPENED = {
    "vrrp2_mcast": ([(11, "vm12"), (29, "vm11")], (56, 120, 145, 149, 189), (11.15, 20.86, 24.60, 25.30)),
    "vrrp2_auth_pass": ([(11, "vm11")], (43, 109, 127, 131, 171), (10.27, 19.95, 22.23, 22.85)),
    "vrrp2_auth_ah": ([(11, "vm11")], (49, 118, 143, 147, 192), (11.08, 21.39, 25.20, 25.83)),
    "vrrp2_unicast": ([(8, "vm11")], (48, 118, 143, 146, 188), (11.71, 21.53, 25.23, 25.93)),
    "vrrp2_vmac": ([(15, "vm11")], (57, 121, 147, 151, 197), (12.10, 21.86, 25.94, 26.55)),
    "vrrp2_garp_opts": ([(10, "vm11")], (51, 124, 150, 154, 201), (11.66, 21.97, 25.74, 26.37)),
    "vrrp3_mcast": ([(9, "vm11")], (60, 136, 179, 183, 236), (10.28, 20.14, 25.63, 25.94)),
    "vrrp3_unicast": ([(8, "vm11")], (42, 112, 132, 134, 180), (10.52, 20.31, 22.81, 23.45)),
    "vrrp3_vmac": ([(15, "vm11")], (52, 114, 139, 144, 180), (11.11, 20.35, 23.20, 23.81)),
    "vrrp3_ipv6": ([(8, "vm11")], (24, 57, 76, 78, 108), (10.35, 18.14, 21.35, 21.96)),
    "vrrp3_ipv6_vmac": ([(13, "vm11")], (30, 69, 88, 90, 120), (11.75, 21.80, 25.65, 26.27)),
    "vrrp3_frr": ([(9, "vm11")], (83, 134, 155, 160, 191), (16.71, 26.20, 29.72, 30.33)),
}
AFTERWARDS = ("vm12", "vm11", None, "vm12", None)


def test_every_capture_is_a_case():
    assert set(CASES) >= {path.stem for path in CAPTURES.glob("*.pcap*")}
    assert set(HAPPENED) <= set(CASES), "those of whose making somebody took notes"


@pytest.mark.parametrize("case", CASES)
def test_case_gives_what_is_recorded_every_time(replay, case):
    first, second = replay(*arguments_of(case)), replay(*arguments_of(case))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == expected_file(case).read_text()
    assert first.stdout == second.stdout


@pytest.mark.parametrize("capture", sorted(HAPPENED))
def test_owners_are_those_that_the_routers_agreed_on(replay, capture):
    election, frames, seconds = HAPPENED[capture]
    report = json.loads(replay(*arguments_of(capture), "--json").stdout)
    decisions = report["decisions"]
    assert [(each["frame"], each["to"]) for each in decisions] == election + list(zip(frames, AFTERWARDS))
    owners = [None] + [each["to"] for each in decisions]
    assert [each["from"] for each in decisions] == owners[:-1]
    middle = decisions[len(election):-1]
    assert [each["at_ms"] / 1000 for each in middle] == pytest.approx(seconds, abs=0.006)
    family = 1 if "ipv6" in capture else 0
    assert [each["owner"] for each in report["havips"]] == [None, None]
    assert report["havips"][family]["state"] == "released"
    assert {each["address"] for each in decisions} == {report["havips"][family]["address"]}


# The frames of the specification, one a second: P1 claims, P2 refreshes, P3 resigns, P4 claims behind AH, and from there
# to P10 all are adverts of A; P11 is CARP, whose look at priority 0 is none. G1 to N1 are announcements of A or hints,
# the probe (15), the duplicate detection (19) and the question (20) of B are no claims.
def test_frames_of_the_specification_mean_what_it_says(replay):
    report = json.loads(replay(*arguments_of("vectors"), "--json").stdout)
    assert [(each["frame"], each["address"], each["to"]) for each in report["decisions"]] == [
        (1, "10.9.0.100", "a"), (3, "10.9.0.100", None), (4, "10.9.0.100", "a"), (9, "fd00:9::100", "a")]
    assert [each["owner"] for each in report["havips"]] == ["a", "a"]
    counted = {name: count for name, count in report["learning"].items() if count}
    assert (counted["advert"], counted["resigned"], counted["announcement"], counted["weak"]) == (10, 1, 5, 1)


def test_several_at_once_do_not_disturb_each_other_and_leave_nothing(tmp_path):
    program = os.environ["VIPSWITCH_REPLAY"]
    running = [(case, replaying.start(program, *arguments_of(case), TMPDIR=str(tmp_path))) for case in CASES[:6] * 2]
    for case, process in running:
        output, errors = process.communicate(timeout=replaying.TIMEOUT_S)
        assert (output, errors) == (expected_file(case).read_text(), "")
    assert list(tmp_path.iterdir()) == []
