"""The control socket: who gets it, who may use it, and that no client delays the switch or another client."""

import os
import signal
import stat
import threading
import time
from types import SimpleNamespace

import pytest

from support.ctl import BYE, COMMAND, ERROR, OUTPUT, STATUS, TERMINAL, RawClient, run_ctl
from support.namespace import Namespace
from support.process import Process
from support.switch import Config, Switch, binary, run_to_end
from support.undo import temporary_directory, undo_stack, wait_until


@pytest.fixture(scope="module")
def bed():
    """A place for switches without devices."""
    with undo_stack() as stack:
        yield SimpleNamespace(switch_namespace=Namespace("switch", stack))


def start(bed, stack, name: str, directory: str | None = None) -> Switch:
    switch = Switch(bed.switch_namespace, small_config(), directory or temporary_directory(stack), stack, name)
    switch.wait_ready()
    return switch


def small_config() -> Config:
    return Config(vpcs=[{"name": "lab", "vni": 7}])


def config_with_socket(bed, tmp_path, path: str) -> str:
    config = small_config()
    config.control = {"socket": path}
    config.eal = [*config.eal, f"--file-prefix={bed.switch_namespace.name}-refused"]
    file = tmp_path / "vipswitch.yaml"
    file.write_text(config.text())
    return str(file)


def assert_refused(bed, tmp_path, path: str, *words: str) -> None:
    result = run_to_end(bed.switch_namespace, "--config", config_with_socket(bed, tmp_path, path))
    assert result.returncode == 1
    assert result.stdout == "" and len(result.stderr.splitlines()) == 1, result
    assert f"control socket {path}: " in result.stderr
    assert all(word in result.stderr for word in words), result.stderr


def descriptors(switch: Switch) -> int:
    return len(os.listdir(f"/proc/{switch.process.pid}/fd"))


@pytest.fixture(scope="module")
def lab(bed):
    """A switch whose model is a single subnet."""
    with undo_stack() as stack:
        switch = start(bed, stack, "lab")
        switch.idle_descriptors = descriptors(switch)
        yield switch


def test_socket_is_for_its_owner_alone(lab):
    assert stat.S_IMODE(os.stat(lab.socket_path).st_mode) == 0o600


def test_directory_is_made_and_socket_goes_with_the_switch(bed, undo):
    directory = temporary_directory(undo)
    config = small_config()
    switch = Switch(bed.switch_namespace, config, directory, undo, "deep")
    switch.wait_ready()
    assert switch.stop() == 0
    assert not os.path.exists(switch.socket_path)
    deep = os.path.join(directory, "run", "vipswitch.sock")
    config.control = {"socket": deep}
    config.eal = [*config.eal, f"--file-prefix={bed.switch_namespace.name}-deeper"]
    path = os.path.join(directory, "deep.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(config.text())
    process = Process("deeper", [binary(), "--config", path], directory, undo, bed.switch_namespace)
    wait_until(lambda: os.path.exists(deep), "the socket is there", 20.0)
    assert run_ctl(deep, "vpc", "show").stdout == "vpc add lab vni 7\n"
    assert stat.S_IMODE(os.stat(os.path.dirname(deep)).st_mode) == 0o755
    process.signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not os.path.exists(deep)


def test_stale_socket_is_replaced(bed, undo):
    directory = temporary_directory(undo)
    first = start(bed, undo, "stale", directory)
    first.process.signal(signal.SIGKILL)
    first.process.wait(10)
    assert os.path.exists(first.socket_path)
    second = start(bed, undo, "stale", directory)
    assert run_ctl(second.socket_path, "vpc show").returncode == 0


def test_busy_socket_is_refused_and_left_alone(bed, lab, tmp_path):
    assert_refused(bed, tmp_path, lab.socket_path, f"another vipswitch (pid {lab.process.pid}) answers there",
                   "expected a path of its own")
    assert run_ctl(lab.socket_path, "vpc show").returncode == 0


def test_what_is_no_socket_is_refused_and_left_alone(bed, tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    assert_refused(bed, tmp_path, str(path), "is no socket")
    assert path.read_text() == "data"


def test_directory_that_cannot_be_made_is_refused(bed, tmp_path):
    (tmp_path / "file").write_text("")
    assert_refused(bed, tmp_path, str(tmp_path / "file" / "vipswitch.sock"), "Not a directory", "control: {socket:")


def test_clients_work_side_by_side(lab, undo):
    clients = [RawClient(lab.socket_path, undo) for _ in range(20)]
    for number, client in enumerate(clients):
        client.send(COMMAND, f"vpc add side{number} vni {1000 + number}".encode())
    assert [client.wait_for_status() for client in clients] == [0] * 20
    for number, client in enumerate(clients):
        client.send(COMMAND, f"vpc del side{number}".encode())
    assert [client.wait_for_status() for client in clients] == [0] * 20


def test_one_client_too_many_is_told_so(lab, undo):
    clients = [RawClient(lab.socket_path, undo) for _ in range(64)]
    assert all(client.run("vpc show") == 0 for client in clients)
    refused = RawClient(lab.socket_path, undo, mode=None)    # a hello could come too late to be sent
    kind, reason = refused.receive()
    assert (kind, reason) == (BYE, b"64 clients are attached, expected at most 64")
    assert refused.receive() is None
    clients[0].socket.close()
    wait_until(lambda: run_ctl(lab.socket_path, "vpc show").returncode == 0, "a place is free", 5.0)


@pytest.mark.parametrize("knock, reason", [
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"frame: 1195725856 bytes, expected at most 1048576"),
    (b"\0\0\0\0\x63", b"frame: unknown type 99"),
    (b"\0\0\0\x01\x01x", b"hello: not one of vipswitch-ctl"),
    (b"\0\0\0\x0c\x01vipswitch\0\x09\x02", b"hello: protocol version 9, expected 1"),
    (b"\0\0\0\x00\x03", b"frame: type 3, expected a hello"),
])
def test_what_speaks_otherwise_is_told_so(lab, undo, knock, reason):
    client = RawClient(lab.socket_path, undo, mode=None)
    client.socket.sendall(knock)
    kind, said = client.receive()
    assert kind == BYE and said.startswith(reason), said
    assert client.receive() is None


def test_client_that_does_not_read_delays_nobody_and_loses_nothing(lab, undo):
    count = 2000
    slow = RawClient(lab.socket_path, undo)
    slow.socket.setblocking(False)
    request = b"\0\0\0\x04\x03help"
    requests = memoryview(request * 1_000_000)
    sent = 0
    with pytest.raises(BlockingIOError):    # its answers wait, so in the end its commands wait, too
        while sent < len(requests):
            sent += slow.socket.send(requests[sent:])
    began = time.monotonic()
    assert run_ctl(lab.socket_path, "vpc show").returncode == 0
    assert time.monotonic() - began < 5.0
    slow.socket.settimeout(20)
    whole, part = divmod(sent, len(request))
    assert whole > count
    # There is room for the rest of the last one only once answers are read.
    rest = threading.Thread(target=slow.socket.sendall, args=(request[part:] if part else b"",))
    rest.start()
    assert all(slow.wait_for_status() == 0 for _ in range(count))
    rest.join()


def test_client_that_vanishes_leaves_nothing_behind(lab, undo):
    for mode in (None, TERMINAL):
        gone = RawClient(lab.socket_path, undo, mode)
        gone.socket.send(b"\0\0\0\x20\x02half a ")
        gone.socket.close()
    busy = RawClient(lab.socket_path, undo)
    for _ in range(1000):
        busy.send(COMMAND, b"help")
    busy.socket.close()
    wait_until(lambda: descriptors(lab) == lab.idle_descriptors, "descriptors are as before", 5.0)
    assert run_ctl(lab.socket_path, "vpc show").stdout == "vpc add lab vni 7\n"


def test_keys_are_answered_with_an_echo(lab, undo):
    client = RawClient(lab.socket_path, undo, TERMINAL)
    client.send(2, b"vpc sh")
    client.send(2, b"\tlab\r")
    text = b""
    while not text.endswith(b"vpc add lab vni 7\nvipswitch> "):
        kind, payload = client.receive()
        assert kind == OUTPUT
        text += payload


def test_failure_comes_as_message_and_number(lab, undo):
    client = RawClient(lab.socket_path, undo)
    client.send(COMMAND, b"vpc del nope")
    assert client.receive()[0] == ERROR
    kind, number = client.receive()
    assert (kind, number) == (STATUS, b"\0\0\0\x04")


def test_end_of_the_switch_is_told_to_every_client(bed, undo):
    switch = start(bed, undo, "ends")
    first, second = (RawClient(switch.socket_path, undo) for _ in range(2))
    assert first.run("vpc show") == 0 and second.run("vpc show") == 0
    assert first.run("shutdown") == 0
    assert first.receive() == (BYE, b"")
    assert second.receive() == (BYE, b"the switch ends")
    assert switch.process.wait(10) == 0
    assert not os.path.exists(switch.socket_path)


def test_two_switches_have_a_socket_each(bed, lab, undo):
    other = start(bed, undo, "other")
    assert run_ctl(other.socket_path, "vpc add mine vni 8").returncode == 0
    assert "mine" not in run_ctl(lab.socket_path, "vpc show").stdout
    assert other.stop() == 0
    assert run_ctl(lab.socket_path, "vpc show").returncode == 0


def test_socket_none_serves_none(bed, undo, tmp_path):
    path = config_with_socket(bed, tmp_path, "none")
    process = Process("silent", [binary(), "--config", path], str(tmp_path), undo, bed.switch_namespace)
    wait_until(lambda: "running" in process.log(), "the switch runs", 20.0)
    with open("/proc/net/unix", encoding="ascii") as table:
        assert "vipswitch.sock" not in table.read()
    process.signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_socket_of_the_kernel_limit_is_refused_in_the_file(bed, tmp_path):
    path = config_with_socket(bed, tmp_path, "/tmp/" + "x" * 200)
    result = run_to_end(bed.switch_namespace, "--config", path)
    assert result.returncode == 1
    assert "which is 205 bytes long, expected none or the path of a socket, at most 107 bytes long" in result.stderr
