"""Traces and captures of the real switch: real frames, real files."""

import shutil
import socket
import subprocess

import pytest

from support.transfer import ping
from support.undo import temporary_directory, undo_stack, wait_until

WRONG_MAC = bytes.fromhex("ffffffffffff 020000000099 88b5") + bytes(46)


@pytest.fixture
def directory():
    with undo_stack() as stack:
        yield temporary_directory(stack)


def send(vm, frame: bytes) -> None:
    with vm.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("eth0", 0))
        sender.send(frame)


def tshark(path: str, *fields: str) -> list[list[str]]:
    """One list of fields a packet."""
    options = [word for field in fields for word in ("-e", field)]
    output = subprocess.run(["tshark", "-r", path, "-T", "fields", *options], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=True, timeout=60).stdout
    return [line.split("\t") for line in output.splitlines()]


def test_packet_to_a_havip_is_explained(switch, front):
    assert switch.json(f"trace packet port vm3-eth0 tcp to {front}")["sent"][0]["port"] == "vm1-eth0"
    assumed = switch.json(f"trace packet port vm3-eth0 tcp to {front} as-owner vm2-eth0")
    assert assumed["sent"][0]["port"] == "vm2-eth0"
    assert switch.havip("front")["owner"] == "vm1-eth0"


def test_traced_packet_changes_no_counter(switch):
    before = switch.json("show drops")["drops"]["spoofed_ip"]
    answer = switch.do("trace packet port vm3-eth0 udp from 10.77.0.12 to 10.77.0.11")
    assert "result: drop, spoofed_ip" in answer
    assert switch.json("show drops")["drops"]["spoofed_ip"] == before


def test_live_trace_tells_what_became_of_a_ping(switch, bed):
    client, server = bed.vm("vm3"), bed.vm("vm1")
    number = switch.do(f'trace add port {client.port} filter "icmp and dst host {server.address}" count 5').split()[1]
    ping(client.namespace, server.address)
    wait_until(lambda: f"goes to {server.port}" in switch.do(f"trace show {number}"), "the traced echo request")
    switch.do(f"trace remove {number}")
    assert "does not exist" in switch.command(f"trace show {number}")


def test_capture_of_drops_has_their_reasons(switch, bed, directory):
    path, vm = f"{directory}/drops.pcapng", bed.vm("vm4")
    number = switch.do(f'capture drops {path} filter "ether src 02:00:00:00:00:99"').split()[1]
    send(vm, WRONG_MAC)
    wait_until(lambda: switch.json("capture list")["captures"][-1]["packets"] == 1, "the captured drop")
    assert "1 packets in" in switch.do(f"capture stop {number}")
    assert b"dropped: spoofed_mac" in open(path, "rb").read()
    if shutil.which("tshark"):
        assert tshark(path, "frame.interface_name", "frame.comment", "eth.src") == [
            [vm.port, "dropped: spoofed_mac", "02:00:00:00:00:99"]]
    else:
        output = subprocess.run(["tcpdump", "-r", path, "-e"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True, check=True, timeout=60).stdout
        assert "02:00:00:00:00:99" in output


def test_capture_of_a_port_has_both_directions(switch, bed, directory):
    path, client, server = f"{directory}/port.pcapng", bed.vm("vm3"), bed.vm("vm1")
    number = switch.do(f"capture port {client.port} {path} filter icmp").split()[1]
    ping(client.namespace, server.address)
    wait_until(lambda: switch.json("capture list")["captures"][-1]["packets"] >= 2, "request and reply")
    assert switch.json(f"capture stop {number}")["left_out_by_rate"] == 0
    output = subprocess.run(["tcpdump", "-n", "-r", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            check=True, timeout=60).stdout
    assert f"{client.address} > {server.address}: ICMP echo request" in output
    assert f"{server.address} > {client.address}: ICMP echo reply" in output


def test_packet_of_a_file_is_traced(switch, bed, directory):
    path, vm = f"{directory}/one.pcapng", bed.vm("vm4")
    number = switch.do(f'capture drops {path} filter "ether src 02:00:00:00:00:99"').split()[1]
    send(vm, WRONG_MAC)
    wait_until(lambda: switch.json("capture list")["captures"][-1]["packets"] == 1, "the captured drop")
    switch.do(f"capture stop {number}")
    assert switch.json(f"trace packet port {vm.port} {path}")["reason"] == "spoofed_mac"
