"""The process itself: how it starts, how it refuses to, how it ends."""

import os
import signal
import subprocess

import pytest

from support.process import Process
from support.switch import Switch, binary, run_to_end, runtime_directory
from support.testbed import Testbed
from support.transfer import ping
from support.undo import undo_stack, wait_until


def small_bed(stack) -> Testbed:
    """Two VMs of one subnet."""
    bed = Testbed(stack)
    bed.config.vpcs = [{"name": "shop", "vni": 1001}]
    bed.config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}]
    bed.add_vm("vm1", "web", "10.77.0.11", "10.77.0.1")
    bed.add_vm("vm2", "web", "10.77.0.12", "10.77.0.1")
    return bed


@pytest.fixture(scope="module")
def bed():
    """Namespaces and links for one switch after another."""
    with undo_stack() as stack:
        yield small_bed(stack)


def start(bed: Testbed, stack, name: str, **options) -> Switch:
    switch = Switch(bed.switch_namespace, bed.config, bed.directory, stack, name, **options)
    switch.wait_ready()
    return switch


def write(tmp_path, text: str) -> str:
    path = tmp_path / "vipswitch.yaml"
    path.write_text(text)
    return str(path)


def assert_refused(result: subprocess.CompletedProcess, *words: str) -> None:
    """Exit 1 and one line that names what is wrong, apart from the notice where hugepages are missing."""
    assert result.returncode == 1, result
    lines = [line for line in (result.stdout + result.stderr).splitlines() if line and "--no-huge" not in line]
    assert len(lines) == 1, lines
    assert all(word in lines[0] for word in words), lines[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_with_status_0_and_nothing_left_behind(bed, undo, number):
    switch = start(bed, undo, f"signal-{number.name}")
    assert ping(bed.vms["vm1"].namespace, "10.77.0.12") == 5
    assert switch.unconserved_workers() == []
    assert switch.stop(number) == 0
    assert not os.path.exists(runtime_directory(switch.prefix))


def test_signal_ends_it_without_a_shell(bed, undo, tmp_path):
    prefix = f"{bed.switch_namespace.name}-daemon"
    bed_text = bed.config.text().replace('"--no-pci"', f'"--no-pci", "--file-prefix={prefix}"')
    process = Process("daemon", [binary(), "--config", write(tmp_path, bed_text)], bed.directory, undo,
                      bed.switch_namespace)
    wait_until(lambda: ping(bed.vms["vm1"].namespace, "10.77.0.12", count=1), "the daemon forwards", 20.0)
    process.signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not os.path.exists(runtime_directory(prefix))


def test_quit_ends_it_with_status_0(bed, undo):
    switch = start(bed, undo, "quit")
    switch.process.popen.stdin.write(b"quit\n")
    switch.process.popen.stdin.flush()
    assert switch.process.wait(10) == 0


def test_end_of_input_ends_it_with_status_0(bed, undo):
    switch = start(bed, undo, "eof")
    switch.process.popen.stdin.close()
    assert switch.process.wait(10) == 0


def test_without_free_hugepages_it_says_so_and_runs(bed, undo):
    # A mount namespace of its own in which the kernel seems to have no hugepage size at all.
    hide = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/kernel/mm/hugepages && exec "$@"', "sh")
    switch = start(bed, undo, "no-huge", wrapper=hide)
    assert ping(bed.vms["vm1"].namespace, "10.77.0.12") == 5
    assert "hugepage" in switch.log_tail()
    assert switch.stop() == 0


def test_two_instances_run_side_by_side(bed, undo):
    other = small_bed(undo)
    first, second = start(bed, undo, "first"), other.start_switch()
    assert ping(bed.vms["vm1"].namespace, "10.77.0.12") == 5
    assert ping(other.vms["vm1"].namespace, "10.77.0.12") == 5
    assert first.unconserved_workers() == [] and second.unconserved_workers() == []
    assert first.stop() == 0 and second.stop() == 0


def test_command_file_is_executed_at_start(bed, undo, tmp_path):
    script = tmp_path / "commands"
    script.write_text("# a HAVIP by hand\nhavip add scripted subnet web ipv4 10.77.0.77\n")
    prefix = f"{bed.switch_namespace.name}-script"
    text = bed.config.text().replace('"--no-pci"', f'"--no-pci", "--file-prefix={prefix}"')
    result = subprocess.run(
        bed.switch_namespace.command([binary(), "--config", write(tmp_path, text), "--cmdline-file", str(script), "-i"]),
        input="havip show\nquit\n", capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result
    assert "10.77.0.77" in result.stdout


def test_missing_device_is_one_line_and_exit_1(bed, tmp_path):
    text = bed.config.text().replace("iface=sw-vm2", "iface=nowhere")
    assert_refused(run_to_end(bed.switch_namespace, "--config", write(tmp_path, text)), "nowhere")


def test_missing_core_is_one_line_and_exit_1(bed, tmp_path):
    path = write(tmp_path, bed.config.text().replace(f"workers: {bed.config.cores['workers']}", "workers: [499]"))
    assert_refused(run_to_end(bed.switch_namespace, "--config", path), "499")


def test_missing_command_file_is_one_line_and_exit_1_before_anything_starts(bed, tmp_path):
    path = str(tmp_path / "absent.commands")
    result = run_to_end(bed.switch_namespace, "--config", write(tmp_path, bed.config.text()), "--cmdline-file", path)
    assert_refused(result, path)
    assert "running" not in result.stderr


def test_missing_configuration_file_is_one_line_and_exit_1(bed, tmp_path):
    path = str(tmp_path / "absent.yaml")
    assert_refused(run_to_end(bed.switch_namespace, "--config", path), path)


@pytest.mark.parametrize("wrong, found", [
    ("gateway: \"10.77.0\"", "10.77.0"),
    ("gateway: \"10.99.0.1\"", "10.99.0.1"),
    ("gatewey: \"10.77.0.1\"", "gatewey"),
    ("gateway: [", ""),
])
def test_bad_configuration_is_one_line_with_file_and_line(bed, tmp_path, wrong, found):
    text = bed.config.text().replace('gateway: "10.77.0.1"', wrong)
    path = write(tmp_path, text)
    number = next(index for index, line in enumerate(text.splitlines(), 1) if wrong in line)
    assert_refused(run_to_end(bed.switch_namespace, "--config", path), f"{path}:{number}:", found)


def test_unknown_option_is_refused(bed):
    result = run_to_end(bed.switch_namespace, "--no-such-option")
    assert result.returncode == 1
    assert "--no-such-option" in result.stdout + result.stderr


def test_help_names_every_option(bed):
    result = run_to_end(bed.switch_namespace, "--help")
    assert result.returncode == 0
    assert all(option in result.stdout for option in ("-i", "--config", "--cmdline-file", "--help", "--version"))


def test_version_is_printed(bed):
    result = run_to_end(bed.switch_namespace, "--version")
    assert result.returncode == 0
    assert result.stdout.startswith("vipswitch ")
