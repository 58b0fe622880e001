"""Changes while packets flow: stop and start, ports that come and go, files loaded, refusals that change nothing."""

import pytest

from support.checks import resolve
from support.transfer import ping
from support.undo import wait_until

OBJECTS = ("vpc", "subnet", "port", "havip", "eip")


def everything(switch) -> list[str]:
    return [switch.do(f"{kind} show") for kind in OBJECTS]


def test_stop_ends_forwarding_and_start_resumes_it(bed, switch, undo):
    vm1 = bed.vm("vm1").namespace
    assert ping(vm1, "10.77.0.12", count=2) == 2
    switch.do("stop")
    undo.callback(switch.do, "start")
    assert ping(vm1, "10.77.0.12", count=2) == 0
    switch.do("start")
    wait_until(lambda: ping(vm1, "10.77.0.12", count=1), "forwarding resumes", 5.0)


def test_port_added_at_run_time_forwards(bed, switch, undo):
    late = bed.add_vm("late", "web", "10.77.0.21", "10.77.0.1", configured=False)
    switch.do(f"port add {late.port} instance late subnet web mac {late.mac} ipv4 {late.address} "
              f"device {late.device}")
    undo.callback(switch.do, f"port del {late.port}")
    wait_until(lambda: ping(late.namespace, "10.77.0.11", count=1), "the new port forwards", 5.0)
    assert ping(bed.vm("vm1").namespace, late.address) == 5


def test_deleted_port_is_no_longer_answered_for(bed, switch):
    gone = bed.add_vm("gone", "web", "10.77.0.22", "10.77.0.1", configured=False)
    switch.do(f"port add {gone.port} instance gone subnet web mac {gone.mac} ipv4 {gone.address} "
              f"device {gone.device}")
    wait_until(lambda: ping(gone.namespace, "10.77.0.11", count=1), "the new port forwards", 5.0)
    switch.do(f"port del {gone.port}")
    assert resolve(bed.vm("vm1").namespace, "eth0", gone.address) is None
    assert gone.port not in [port["name"] for port in switch.json("show port stats")["ports"]]
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5


def test_deleted_port_can_be_added_again(bed, switch, undo):
    again = bed.add_vm("again", "web", "10.77.0.23", "10.77.0.1", configured=False)
    add = (f"port add {again.port} instance again subnet web mac {again.mac} ipv4 {again.address} "
           f"device {again.device}")
    for _ in range(2):
        switch.do(add)
        wait_until(lambda: ping(again.namespace, "10.77.0.11", count=1), "the port forwards", 5.0)
        switch.do(f"port del {again.port}")


def test_port_counters_follow_the_traffic(bed, switch):
    def received(name):
        ports = switch.json("show port stats")["ports"]
        return next(port for port in ports if port["name"] == name)["rx_packets"]

    before = received("vm1-eth0")
    assert ping(bed.vm("vm1").namespace, "10.77.0.1") == 5
    assert received("vm1-eth0") >= before + 5


@pytest.mark.parametrize("line, words", [
    ("havip bind front vm4-eth0", ("vm4-eth0", "subnet")),
    ("havip bind front other1-eth0", ("other1-eth0", "subnet")),
    ("havip add bad subnet web ipv4 10.99.0.1", ("10.99.0.1",)),
    ("havip add bad subnet web ipv4 10.77.0.11", ("10.77.0.11",)),
    ("havip add bad subnet web ipv4 10.77.0.1", ("10.77.0.1",)),
    ("havip del front", ("front",)),
    ("eip add bad ipv4 203.0.113.10", ("203.0.113.10",)),
    ("havip bind front nobody", ("nobody",)),
    ("eip bind front-public port vm4-eth0", ("front-public", "front")),
    ("subnet del web", ("web",)),
    ("vpc del shop", ("shop",)),
    ("port del vm1-eth0", ("vm1-eth0",)),
    ("vpc add again vni 1001", ("1001",)),
])
def test_refusal_names_the_value_and_changes_nothing(switch, line, words):
    before = everything(switch)
    answer = switch.command(line)
    assert "error:" in answer
    assert all(word in answer for word in words), answer
    assert everything(switch) == before


def test_loading_a_bad_file_changes_nothing(bed, switch, tmp_path):
    bad = tmp_path / "bad.yaml"
    lines = bed.config.text().splitlines()
    number = next(index for index, line in enumerate(lines) if "10.77.0.13" in line)
    lines[number] = lines[number].replace("10.77.0.13", "10.77.0.11")
    bad.write_text("\n".join(lines) + "\n")
    before = everything(switch)
    answer = switch.command(f"load {bad}")
    assert f"{bad}:{number + 1}:" in answer
    assert everything(switch) == before
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5


def test_loading_the_running_file_changes_nothing(bed, switch):
    before = everything(switch)
    switch.do(f"load {switch.config_path}")
    assert everything(switch) == before
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5
