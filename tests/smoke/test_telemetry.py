"""The commands of rte_telemetry, over DPDK's socket as dpdk-telemetry.py speaks it."""

import contextlib
import json
import os
import socket

import pytest

from support.metrics import control_thread_held
from support.switch import Config, Switch, runtime_directory
from support.undo import wait_until

COMMANDS = ("info", "havip", "ports", "workers", "drops", "learning", "neighbours")


class Client:
    """One connection to the telemetry socket of a switch."""

    def __init__(self, switch, stack):
        self._socket = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        self._socket.settimeout(10)
        self._socket.connect(os.path.join(runtime_directory(switch.prefix), "dpdk_telemetry.v2"))
        self._size = json.loads(self._socket.recv(1024))["max_output_len"]

    def ask(self, request: str):
        self._socket.send(request.encode())
        return json.loads(self._socket.recv(self._size))[request.partition(",")[0]]


@pytest.fixture
def client(bed, switch, undo):
    return Client(switch, undo)


def test_every_command_is_listed_and_explained(client):
    listed = client.ask("/")
    for name in COMMANDS:
        assert f"/vipswitch/{name}" in listed
        assert client.ask(f"/help,/vipswitch/{name}")


def test_info_tells_version_and_objects(switch, client):
    info = client.ask("/vipswitch/info")
    assert info["version"] and info["uptime_ms"] > 0 and info["forwarding"] == 1
    assert info["havips"] == len(switch.json("havip show")["havips"])
    assert info["ports"] == len(switch.json("port show")["ports"])


def test_havips_are_told_in_short_and_one_by_name(switch, client, front):
    havips = client.ask("/vipswitch/havip")
    assert havips["total"] == len(havips["havips"])
    short = {"name": "front", "address": "10.77.0.100", "owner": "vm1-eth0", "state": "owned_announcement"}
    assert short in havips["havips"].values()

    one, shown = client.ask("/vipswitch/havip,front"), switch.havip("front")
    assert set(one) == set(shown)
    assert one["owner"] == shown["owner"] and one["owner_changes"] == shown["owner_changes"]
    assert [each["port"] for each in one["candidates"].values()] == [each["port"] for each in shown["candidates"]]
    assert one["decisions"]["0"]["trigger"] == shown["decisions"][0]["trigger"]


def test_counters_are_those_of_the_shell(switch, client):
    def same(command, line, key):
        before = switch.json(line)[key]
        answer = client.ask(command)
        return answer if switch.json(line)[key] == before == answer else None

    wait_until(lambda: same("/vipswitch/drops", "show drops", "drops"), "the drops of a quiet moment")
    wait_until(lambda: same("/vipswitch/learning", "show learning", "learning"), "the counters of a quiet moment")


def test_workers_and_ports_are_keyed_by_position(switch, client):
    workers = client.ask("/vipswitch/workers")["workers"]
    shown = switch.json("show worker stats")["workers"]
    assert [each["queues"] for each in workers.values()] == [each["queues"] for each in shown]
    assert workers["0"]["conserved"] == 1
    ports = client.ask("/vipswitch/ports")["ports"]
    names = [each["name"] for each in ports.values()]
    assert names == [each["name"] for each in switch.json("show port stats")["ports"]]
    assert client.ask("/vipswitch/ports,vm1-eth0")["mac"] == ports[str(names.index("vm1-eth0"))]["mac"]
    assert client.ask("/vipswitch/neighbours")["neighbours"]["0"]["address"] == "198.51.100.1"


@pytest.mark.parametrize("request_text, words", [
    ("/vipswitch/havip,nobody", "nobody"),
    ("/vipswitch/ports,nobody", "nobody"),
    ("/vipswitch/learning,please", "expected none"),
    ("/vipswitch/drops,nobody", "nobody"),
])
def test_what_cannot_be_answered_says_why(client, request_text, words):
    answer = client.ask(request_text)
    assert answer.startswith("error: ") and words in answer


def test_long_list_is_cut_and_says_so(switch, client, undo):
    switch.do("subnet add wide vpc shop ipv4 10.90.0.0/16 gateway 10.90.0.1 havip_quota 1000")
    undo.callback(switch.do, "subnet del wide")
    for number in range(600):
        switch.do(f"havip add a-rather-long-name-{number:04} subnet wide")
        undo.callback(switch.do, f"havip del a-rather-long-name-{number:04}")
    havips = client.ask("/vipswitch/havip")
    assert havips["total"] >= 600
    assert 100 < len(havips["havips"]) <= 256
    assert havips["left_out"] == havips["total"] - len(havips["havips"])


def test_busy_control_is_an_error_after_a_second_and_then_recovers(switch, client):
    with control_thread_held(switch.process.pid):
        assert client.ask("/vipswitch/info") == "error: the control thread has not answered for 1000 ms"
    assert client.ask("/vipswitch/info")["version"]


def small_config(*eal: str) -> Config:
    return Config(eal=["--in-memory", "--no-pci", *eal])


def test_it_ends_while_somebody_asks(bed, undo):
    switch = Switch(bed.switch_namespace, small_config(), bed.directory, undo, "asked")
    switch.wait_ready()
    clients = [Client(switch, undo) for _ in range(3)]
    with control_thread_held(switch.process.pid):
        for each in clients:
            each._socket.send(b"/vipswitch/info")
        switch.process.signal(15)
    assert switch.process.wait(10) == 0
    for each in clients:
        with contextlib.suppress(OSError, json.JSONDecodeError):
            each._socket.recv(1024)


def test_without_the_socket_it_says_so_and_runs(bed, undo):
    switch = Switch(bed.switch_namespace, small_config("--no-telemetry"), bed.directory, undo, "mute")
    switch.wait_ready()
    assert switch.do("show drops") == "no drops"
    assert "rte_telemetry answers nobody" in switch.log_tail()
    assert switch.stop() == 0
