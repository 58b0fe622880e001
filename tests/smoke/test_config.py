"""Configuration files and the running switch: plans, dry runs, what is saved, what is checked without starting."""

import itertools
import os
import pathlib
import subprocess

import pytest

from support.switch import Config, Switch, binary, run_to_end
from support.testbed import Testbed
from support.transfer import ping
from support.undo import temporary_directory, undo_stack


_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def bed():
    """Two VMs of one subnet with a HAVIP, and a third VM that the first file does not know."""
    with undo_stack() as stack:
        bed = Testbed(stack)
        bed.config.vpcs = [{"name": "shop", "vni": 1001}]
        bed.config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}]
        for number in (1, 2, 3):
            bed.add_vm(f"vm{number}", "web", f"10.77.0.1{number}", "10.77.0.1", configured=number < 3)
        bed.config.havips = [{"name": "front", "subnet": "web", "ports": ["vm1-eth0", "vm2-eth0"]}]
        bed.config.eips = [{"name": "public", "ipv4": "203.0.113.10", "target": {"havip": "front"}}]
        yield bed


@pytest.fixture
def switch(bed, undo):
    switch = Switch(bed.switch_namespace, bed.config, bed.directory, undo, f"config-{next(_numbers)}")
    switch.wait_ready()
    yield switch
    if switch.process.popen.poll() is None:
        assert switch.unconserved_workers() == []


def text_of(bed: Testbed, switch: Switch, **changes) -> str:
    """The running file with other objects."""
    own = {"eal": [*bed.config.eal, f"--file-prefix={switch.prefix}"], "control": {"socket": switch.socket_path}}
    return Config(**{**vars(bed.config), **own, **changes}).text()


@pytest.fixture
def wished(bed, switch, tmp_path) -> str:
    """A file with one object more, one less and one changed."""
    path = tmp_path / "wished.yaml"
    path.write_text(text_of(bed, switch, subnets=[{**bed.config.subnets[0], "havip_quota": 12}], eips=[],
                            ports=[*bed.config.ports, bed.vms["vm3"].config()]))
    return str(path)


def assert_plan(answer: str) -> None:
    signs = [line.split(" instance")[0] for line in answer.splitlines()]
    assert signs[:3] == ["- eip public", "~ subnet web: havip_quota 10 -> 12", "+ port vm3-eth0"], answer


def test_dry_run_and_diff_print_the_plan_and_change_nothing(switch, wished):
    before = switch.do("show config")
    answer = switch.do(f"load {wished} dry-run")
    assert_plan(answer)
    assert answer.endswith("dry run: nothing was changed")
    assert_plan(switch.do(f"diff {wished}"))
    assert [change["action"] for change in switch.json(f"diff {wished}")["changes"]] == ["remove", "change", "add"]
    assert switch.do("show config") == before


def test_load_applies_the_plan_it_prints(bed, switch, wished):
    assert_plan(switch.do(f"load {wished}"))
    assert ping(bed.vms["vm1"].namespace, "10.77.0.13") == 5
    assert switch.do(f"diff {wished}") == "nothing to change"
    assert switch.do(f"load {switch.config_path}").endswith("done: 1 added, 1 removed, 1 changed")
    assert ping(bed.vms["vm1"].namespace, "10.77.0.13", count=1) == 0


def test_load_that_a_device_refuses_changes_nothing_and_a_dry_run_knows(bed, switch, wished):
    path = pathlib.Path(wished)
    path.write_text(path.read_text().replace("iface=sw-vm3", "iface=nowhere"))
    before = switch.do("show config")
    for line in (f"load {wished} dry-run", f"load {wished}"):
        answer = switch.command(line)
        assert 'error: port "vm3-eth0": ' in answer and '"nowhere"' in answer, answer
        assert switch.do("show config") == before
    assert ping(bed.vms["vm1"].namespace, "10.77.0.12") == 5


def test_dry_run_refuses_what_a_running_device_cannot_change(bed, switch, tmp_path):
    path = tmp_path / "mtu.yaml"
    path.write_text(text_of(bed, switch, uplink={**bed.config.uplink, "mtu": 1400}))
    answer = switch.command(f"load {path} dry-run")
    assert "~ uplink: mtu 1500 -> 1400" in answer
    assert "error: uplink: device, interface, queues and mtu cannot be changed in place" in answer


def test_saved_file_restarts_to_the_same_state(bed, switch, wished, tmp_path):
    switch.do(f"load {wished}")
    switch.do("havip add second subnet web")
    switch.do("havip bind second vm3-eth0")
    saved = tmp_path / "saved.yaml"
    assert switch.do(f"save {saved}") == f"{saved}: an uplink, 1 VPC, 1 subnet, 3 ports, 2 HAVIPs"
    assert saved.stat().st_mode & 0o777 == 0o644
    before = switch.do("show config")
    assert switch.do(f"diff {saved}") == "nothing to change"
    assert switch.stop() == 0
    again = subprocess.run(bed.switch_namespace.command([binary(), "--config", str(saved), "-i"]),
                           input=f"show config\ndiff {saved}\nquit\n", capture_output=True, text=True, timeout=30)
    assert again.returncode == 0, again
    assert before in again.stdout.replace("\r", "")
    assert "nothing to change" in again.stdout


def test_check_config_needs_neither_root_nor_devices(bed, undo):
    directory = temporary_directory(undo)
    os.chmod(directory, 0o755)
    path = pathlib.Path(directory, "f.yaml")
    path.write_text(bed.config.text().replace("iface=sw-vm1", "iface=nowhere"))
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]
    result = subprocess.run([*as_nobody, binary(), "--check-config", str(path)], capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result
    assert result.stdout == f"{path}: ok, an uplink, 1 VPC, 1 subnet, 2 ports, 1 HAVIP, 1 EIP\n"
    assert result.stderr == ""


@pytest.mark.parametrize("text, words", [
    ("vpcs: [{name: a, vni: 0}]\n", ("f.yaml:1:", '"0"')),
    ("vpcs:\n\t- {name: a}\n", ("f.yaml:2:",)),
    ("", ("f.yaml:1:", "empty")),
])
def test_check_config_of_a_bad_file_is_one_line_and_exit_1(bed, tmp_path, text, words):
    path = tmp_path / "f.yaml"
    path.write_text(text)
    result = run_to_end(bed.switch_namespace, "--check-config", str(path))
    assert result.returncode == 1 and result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert all(word in result.stderr for word in words), result.stderr


def test_check_config_does_not_wait_for_a_fifo(bed, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    result = run_to_end(bed.switch_namespace, "--check-config", str(tmp_path / "fifo"))
    assert result.returncode == 1
    assert "is a FIFO" in result.stderr
