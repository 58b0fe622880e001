"""What operators say about learning, pins and modes, on the running switch; its events and its watchdog."""

import ctypes
import json
import os
import signal

import pytest

from support.switch import Config, Switch, run_to_end
from support.transfer import ping
from support.undo import undo_stack, wait_until
from test_havip import answering_vm

# ptrace(2)
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000


def events(switch, name: str) -> list[dict]:
    return [event for event in switch.json("show events")["events"] if event["event"] == name]


def test_pinned_port_has_the_traffic_whatever_is_claimed(bed, switch, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    havip.hold("vm2")
    switch.do(f"havip pin {havip.name} vm2-eth0")
    havip.wait_owner("vm2")
    assert answering_vm(bed, havip.address) == "vm2"
    assert switch.havip(havip.name)["elected"] == "vm1-eth0"
    switch.do(f"havip unpin {havip.name}")
    havip.wait_owner("vm1")
    assert answering_vm(bed, havip.address) == "vm1"


def test_observed_claims_move_nothing_and_are_told(bed, switch, havip):
    switch.do(f"havip learn {havip.name} observe")
    for vm in ("vm1", "vm2"):
        havip.hold(vm)
    havip.announce("vm2")
    wait_until(lambda: switch.havip(havip.name)["elected"] == "vm2-eth0", "the claim is evaluated", 5.0)
    assert answering_vm(bed, havip.address) == "vm1"
    status = switch.havip(havip.name)
    assert (status["owner"], status["state"], status["disagreements"]) == ("vm1-eth0", "fixed", 1)
    told = [event for event in events(switch, "owner_observed") if event["havip"] == havip.name]
    assert [(event["to"], event["data_goes_to"]) for event in told] == [("vm2-eth0", "vm1-eth0")]
    switch.do(f"havip learn {havip.name} enforce")
    havip.wait_owner("vm2")
    assert answering_vm(bed, havip.address) == "vm2"


def test_learning_that_is_off_leaves_the_traffic_where_it_is(bed, switch, havip, undo):
    undo.callback(switch.do, "learn enforce")
    switch.do("learn off")
    for vm in ("vm1", "vm2"):
        havip.hold(vm)
    havip.announce("vm2")
    wait_until(lambda: switch.json("show learning")["learning"]["learn_off"] > 0, "the claim is counted", 5.0)
    assert answering_vm(bed, havip.address) == "vm1"
    switch.do("learn enforce")
    assert answering_vm(bed, havip.address) == "vm1"
    assert switch.havip(havip.name)["state"] in ("suspect", "owned_announcement"), "until it has answered the switch"
    havip.announce("vm2")
    havip.wait_owner("vm2")


@pytest.mark.parametrize("line, words", [
    ("havip pin front vm4-eth0", ("vm4-eth0", "not bound", "front")),
    ("havip pin nope vm1-eth0", ("nope", "does not exist")),
    ("havip unpin front", ("front", "not pinned")),
    ("learn perhaps", ("perhaps", "off, observe or enforce")),
])
def test_refusal_says_what_was_expected(switch, line, words):
    answer = switch.command(line)
    assert "error:" in answer and all(word in answer for word in words), answer


def test_decisions_are_events_and_history(switch, havip):
    havip.announce("vm1")
    havip.wait_owner("vm1")
    event = [each for each in events(switch, "owner_changed") if each["havip"] == havip.name][-1]
    assert (event["from"], event["to"], event["trigger"], event["rule"]) == (
        None, "vm1-eth0", "announcement", "latest_claim")
    history = switch.json(f"show havip {havip.name} history")["decisions"]
    assert [decision["to"] for decision in history] == ["vm1-eth0"]


def worker_threads(pid: int) -> list[int]:
    names = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="utf-8") as file:
            names[int(task)] = file.read().strip()
    return [task for task, name in names.items() if "worker" in name]


def test_a_worker_that_hangs_is_told_and_its_return_too(bed, switch):
    """The worker's thread is stopped by ptrace, as a debugger would."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    [worker] = worker_threads(_switch_pid(switch))
    told_before = len(events(switch, "worker_stuck"))
    assert libc.ptrace(PTRACE_SEIZE, worker, None, None) == 0, os.strerror(ctypes.get_errno())
    try:
        assert libc.ptrace(PTRACE_INTERRUPT, worker, None, None) == 0
        os.waitpid(worker, WALL)
        wait_until(lambda: len(events(switch, "worker_stuck")) > told_before, "the hang is told", 5.0)
        assert switch.json("show worker stats")["workers"][0]["stuck"]
        assert "STUCK" in switch.do("show worker stats")
    finally:
        libc.ptrace(PTRACE_DETACH, worker, None, None)
    wait_until(lambda: not switch.json("show worker stats")["workers"][0]["stuck"], "the worker resumes", 5.0)
    resumed = events(switch, "worker_resumed")[-1]
    assert resumed["stuck_ms"] >= 100
    assert ping(bed.vm("vm1").namespace, "10.77.0.12", count=1) == 1


def _switch_pid(switch: Switch) -> int:
    """Of the switch itself, behind setpriv and nsenter, which become it."""
    return switch.process.pid


def test_event_log_that_cannot_be_written_is_refused(bed, tmp_path):
    config = tmp_path / "empty.yaml"
    config.write_text(Config(eal=["--in-memory", "--no-pci", "--no-huge", f"--file-prefix=log{os.getpid()}"]).text())
    ended = run_to_end(bed.switch_namespace, "--config", str(config), "--event-log", "/no/such/log")
    assert ended.returncode == 1
    assert 'event log "/no/such/log": No such file or directory' in ended.stderr


def test_state_of_another_format_is_refused_and_kept(bed, tmp_path):
    config = tmp_path / "empty.yaml"
    config.write_text(Config(eal=["--in-memory", "--no-pci", "--no-huge", f"--file-prefix=state{os.getpid()}"]).text())
    state = tmp_path / "owners.json"
    state.write_text(json.dumps({"format": 2}))
    ended = run_to_end(bed.switch_namespace, "--config", str(config), "--state-dir", str(tmp_path))
    assert ended.returncode == 1
    assert "format 2, and this version knows format 1" in ended.stderr
    assert json.loads(state.read_text()) == {"format": 2}


@pytest.mark.parametrize("end, reason", [("shutdown", "shutdown"), ("quit", "quit"), (None, "signal")])
def test_last_event_says_what_ended_the_switch(bed, tmp_path, end, reason):
    log = tmp_path / "events.jsonl"
    with undo_stack() as stack:
        config = Config(eal=["--in-memory", "--no-pci", "--no-huge"])
        switch = Switch(bed.switch_namespace, config, str(tmp_path), stack, name="ending",
                        options=("--event-log", str(log)))
        switch.wait_ready()
        if end:
            switch.process.popen.stdin.write(f"{end}\n".encode())
            switch.process.popen.stdin.flush()
        else:
            switch.process.signal(signal.SIGTERM)
        assert switch.process.wait(10) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert (events[-1]["event"], events[-1]["reason"]) == ("stopping", reason)
