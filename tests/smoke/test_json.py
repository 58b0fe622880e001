"""Every command that shows something, in JSON, against docs/json.md."""

import itertools
import json
import pathlib
import re
import socket

import pytest

from support.bonded_uplink import BondedUplink
from support.cloud import advert
from support.json_docs import differences, read_page
from support.shared_uplink import SharedUplink
from support.testbed import af_xdp_is_missing
from support.undo import undo_stack, wait_until

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "json.md"
# What an argument of a command can be, by its placeholder: command and list whose elements' names are tried.
NAMES = {"HAVIP": "havip", "PORT": "port", "SUBNET": "subnet", "VPC": "vpc", "EIP": "eip"}


def showing_commands(switch) -> list[str]:
    """Patterns of `help` that begin with `show` or have it as second word."""
    patterns = [line for line in switch.do("help").splitlines() if line and not line.startswith(" ")]
    return [pattern for pattern in patterns if "show" in pattern.split()[:2]]


def lines_of(switch, command: str) -> list[str]:
    """The command with every name that stands for something, by the names of the running objects."""
    choices = [arguments(switch, word) if word.isupper() else [word] for word in command.split()]
    return [" ".join(words) for words in itertools.product(*choices)]


def arguments(switch, placeholder: str) -> list[str]:
    if placeholder == "INSTANCE":
        return sorted({port["instance"] for port in switch.json("port show")["ports"]})
    if placeholder == "TRACE":
        return [str(trace["number"]) for trace in switch.json("trace list")["traces"]]
    kind = NAMES[placeholder]
    return [each["name"] for each in switch.json(f"{kind} show")[f"{kind}s"]]


def commands_of(pattern: str) -> set[str]:
    """The command with none of its options, and with each one that makes another document."""
    flags = set(re.findall(r" \[([a-z]+)\]", pattern)) - {"json"}
    command = re.sub(r" \[[^\]]*\]", "", pattern)
    return {command} | {f"{command} {flag}" for flag in flags}


@pytest.fixture
def traced(bed, switch):
    """A live trace that has seen a packet, with a drop."""
    vm = bed.vm("vm4")
    switch.do(f'trace add port {vm.port} filter "ether proto 0x88b5"')
    with vm.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("eth0", 0))
        sender.send(bytes.fromhex("ffffffffffff 020000000099 88b5") + bytes(46))
    wait_until(lambda: switch.json("trace list")["traces"][0]["seen"], "the traced packet")


@pytest.fixture
def guests_told(switch):
    """All that guests of a subnet can be told."""
    switch.do("subnet set web dns 10.77.0.2 dhcp_routes 10.9.0.0/16=10.77.0.11")


@pytest.fixture
def limited(switch):
    """A port and an EIP with all that can be limited."""
    switch.do("port set vm1-eth0 rate 1000 burst 2500")
    switch.do("eip set front-public rate_in 1000 rate_out 1000 burst 2500")


@pytest.fixture
def advised(havip):
    """A HAVIP with something to advise about: no port adverts it."""
    havip.announce("vm2")
    havip.wait_owner("vm2")


@pytest.fixture
def spoken(bed, switch, front):
    """An advert of the owner of front, whose group another HAVIP goes with."""
    for command in ("add side subnet web", "bind side vm1-eth0", "follow side 51"):
        switch.do(f"havip {command}")
    advert(bed.vm("vm1"), front)
    wait_until(lambda: switch.json("show vrrp")["speakers"], "the advert")


@pytest.fixture
def routed(switch):
    switch.do("route add shop 172.16.0.0/12 via blackhole")
    switch.do("route add shop 192.168.0.0/16 via port vm1-eth0")


@pytest.fixture
def shared_uplink():
    """What `show uplink` tells of an interface that the host uses too; nothing, where the kernel has no AF_XDP."""
    if af_xdp_is_missing():
        return []
    with undo_stack() as stack:
        return [SharedUplink(stack).uplink()]


@pytest.fixture
def bonded_uplink():
    with undo_stack() as stack:
        return BondedUplink(stack).switch.json("show uplink")


@pytest.fixture(scope="module")
def page():
    """The commands of the shell; documents of programs are held against the page by the programs' own tests."""
    described = read_page(PAGE.read_text(encoding="utf-8"))
    return {command: fields for command, fields in described.items() if not command.startswith("vipswitch-")}


def test_every_showing_command_takes_json(switch):
    assert [pattern for pattern in showing_commands(switch) if "[json]" not in pattern] == []


def test_every_document_is_described_and_no_other(switch, page):
    assert set().union(*map(commands_of, showing_commands(switch))) == set(page)


def test_documents_have_the_described_fields_and_no_others(switch, front, advised, spoken, traced, guests_told, limited, routed,
                                                           shared_uplink, bonded_uplink, page):
    found = {}
    for command, fields in page.items():
        documents = [json.loads(switch.do(f"{line} json")) for line in lines_of(switch, command)]
        if command == "show uplink":
            documents += [*shared_uplink, bonded_uplink]
        if wrong := differences(fields, documents):
            found[command] = wrong
    assert found == {}


def test_describing_too_much_or_too_little_is_found(page):
    fields = page["vpc show"]
    assert differences(fields, [{"vpcs": [{"name": "shop", "vni": 1, "mtu": 1500, "clamp_mss": False}]}]) == []
    assert differences(fields, [{"vpcs": [{"name": "shop", "mtu": 1500, "clamp_mss": False}]}]) == ["vpcs[].vni: documented, but in no document"]
    assert differences(fields, [{"vpcs": [{"name": "shop", "vni": 1, "mtu": 1500, "clamp_mss": False, "new": 2}]}]) == ["vpcs[].new: not documented"]
    assert differences(fields, [{"vpcs": [{"name": "shop", "vni": "1", "mtu": 1500, "clamp_mss": False}]}]) == ["vpcs[].vni: '1' is not integer"]
