"""The Prometheus endpoint of the real switch, read as Prometheus does."""

import concurrent.futures
import contextlib
import json
import pathlib
import re
import signal
import socket

import pytest

from support.cloud import Cloud
from support.metrics import LISTEN, control_thread_held, documented, scrape
from support.switch import Switch, run_to_end
from support.transfer import ping
from support.undo import undo_stack, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORT_METRICS = {
    "vipswitch_port_link_up": "link_up",
    "vipswitch_port_receive_packets_total": "rx_packets",
    "vipswitch_port_receive_bytes_total": "rx_bytes",
    "vipswitch_port_transmit_packets_total": "tx_packets",
    "vipswitch_port_transmit_bytes_total": "tx_bytes",
    "vipswitch_port_receive_missed_packets_total": "rx_missed",
    "vipswitch_port_dropped_packets_total": "drops",
}
WORKER_WAYS = {
    "vipswitch_worker_packets_in_total": ("rx", "generated", "replicated", "handed_in"),
    "vipswitch_worker_packets_out_total": ("tx", "dropped", "consumed", "to_control", "handed_out"),
}
# What goes on while nothing comes.
RESTLESS = ("polls", "empty_polls", "sleeps", "busy_cycles", "idle_cycles")


@pytest.fixture(scope="module")
def bed():
    with undo_stack() as stack:
        yield Cloud(stack, metrics={"listen": LISTEN})


def shown(switch) -> dict:
    """What a scrape must agree with, without what changes by itself."""
    workers = switch.json("show worker stats")["workers"]
    return {"ports": switch.json("show port stats")["ports"],
            "workers": [{key: value for key, value in worker.items() if key not in RESTLESS} for worker in workers],
            "drops": switch.json("show drops")["drops"],
            "learning": switch.json("show learning")["learning"]}


def quiet_scrape(bed, switch):
    """A scrape and what `show` says, of a moment in which no packet came."""
    def attempt():
        before = shown(switch)
        answer = scrape(bed.switch_namespace)
        return (answer, before) if shown(switch) == before else None
    return wait_until(attempt, "a moment without packets", 20.0)


def test_scrape_says_what_show_says(bed, switch, front):
    assert ping(bed.vm("vm1").namespace, "10.77.0.12") == 5
    answer, expected = quiet_scrape(bed, switch)
    for port in expected["ports"]:
        for metric, key in PORT_METRICS.items():
            assert answer.value(metric, port=port["name"]) == port[key], (metric, port["name"])
    for worker in expected["workers"]:
        lcore = str(worker["lcore"])
        for metric, ways in WORKER_WAYS.items():
            for way in ways:
                assert answer.value(metric, lcore=lcore, way=way) == worker[way], (metric, way)
        assert answer.value("vipswitch_worker_conserved", lcore=lcore) == 1
    dropped = {each["reason"]: answer.value("vipswitch_dropped_packets_total", **each)
               for each in answer.labels("vipswitch_dropped_packets_total")}
    assert dropped == expected["drops"]
    learned = {each["event"]: answer.value("vipswitch_learning_events_total", **each)
               for each in answer.labels("vipswitch_learning_events_total")}
    assert learned == expected["learning"]
    assert answer.value("vipswitch_port_receive_packets_total", port="vm1-eth0") > 0


def test_scrape_names_the_owner_and_follows_it(bed, switch, havip):
    labels = {"havip": havip.name, "subnet": "web", "address": switch.havip(havip.name)["ipv4"]}
    before = scrape(bed.switch_namespace)
    assert before.value("vipswitch_havip_state", **labels, state="unknown") == 1
    assert before.value("vipswitch_havip_owner_age_seconds", **labels) is None
    for changes, owner in ((1, "vm1"), (2, "vm2")):
        havip.announce(owner)
        havip.wait_owner(owner)
        answer = scrape(bed.switch_namespace)
        port = bed.vm(owner).port
        owners = [each for each in answer.labels("vipswitch_havip_owner") if each["havip"] == havip.name]
        assert owners == [{**labels, "port": port}]
        assert answer.value("vipswitch_havip_owner_changes_total", **labels) == changes
        assert answer.value("vipswitch_havip_state", **labels, state="owned_announcement") == 1
        status = switch.havip(havip.name)
        shown_age_s = (status["now_ms"] - status["owner_since_ms"]) / 1000
        assert 0 <= answer.value("vipswitch_havip_owner_age_seconds", **labels) <= shown_age_s


def test_summaries_agree_with_the_workers(bed, switch, front):
    answer = scrape(bed.switch_namespace)
    states = {each["name"]: each["state"] for each in switch.json("show havip")["havips"]}
    told = {each["havip"]: each["state"] for each in answer.labels("vipswitch_havip_state")}
    assert told == states
    for state in set(states.values()):
        count = list(states.values()).count(state)
        assert answer.value("vipswitch_havips", state=state) == count
    assert answer.value("vipswitch_table_entries", table="havips") == len(states)


def test_counters_never_go_back(bed, switch):
    last = scrape(bed.switch_namespace).counters()
    for _ in range(5):
        ping(bed.vm("vm1").namespace, "10.77.0.12", count=1)
        now = scrape(bed.switch_namespace).counters()
        assert [key for key, value in last.items() if now[key] < value] == []
        last = now


def send_with_wrong_mac(vm):
    with vm.namespace.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind(("eth0", 0))
        sender.send(bytes.fromhex("ffffffffffff 020000000099 88b5") + bytes(46))


def test_drops_of_a_port_are_told_by_reason(bed, switch):
    vm, others = bed.vm("vm4"), bed.vm("other2")
    before = switch.json(f"show drops port {vm.port}")["drops"]["spoofed_mac"]
    send_with_wrong_mac(vm)
    wait_until(lambda: switch.json(f"show drops port {vm.port}")["drops"]["spoofed_mac"] == before + 1, "the drop")
    assert switch.json(f"show drops port {others.port}")["drops"]["spoofed_mac"] == 0
    labels = {"port": vm.port, "direction": "rx", "reason": "spoofed_mac"}
    samples = scrape(bed.switch_namespace).samples["vipswitch_port_dropped_packets_by_reason_total"]
    assert samples[frozenset(labels.items())] == before + 1


def test_every_metric_is_documented_with_its_type_and_labels(bed, switch, front):
    send_with_wrong_mac(bed.vm("vm4"))
    wait_until(lambda: switch.json("show drops port vm4-eth0")["drops"]["spoofed_mac"] > 0, "a drop at a port")
    answer, table = scrape(bed.switch_namespace), documented()
    for name, samples in answer.samples.items():
        kind, labels = table[name]
        assert answer.types[name] == kind, name
        assert {frozenset(dict(each)) for each in samples} == {labels}, name
    assert set(answer.samples) == set(table)


def test_dashboard_asks_for_metrics_and_labels_that_exist():
    table = documented()
    dashboard = json.loads((ROOT / "docs" / "grafana" / "vipswitch.json").read_text(encoding="utf-8"))
    texts = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    texts += [variable["query"] for variable in dashboard["templating"]["list"] if isinstance(variable["query"], str)]
    names = {name for text in texts for name in re.findall(r"vipswitch_\w+", text)}
    assert names, "the dashboard asks for nothing"
    assert names <= set(table)
    for text in texts:
        for name, selectors in re.findall(r"(vipswitch_\w+)\{([^}]*)\}", text):
            labels = set(re.findall(r"(\w+)\s*[=!]", selectors)) - {"instance", "job"}
            assert labels <= table[name][1], text


def test_scrape_while_control_is_busy_says_so_and_recovers(bed, switch):
    with control_thread_held(switch.process.pid):
        answer = scrape(bed.switch_namespace)
    assert answer.value("vipswitch_up") == 0
    assert set(answer.samples) == {"vipswitch_up", "vipswitch_build_info"}
    assert scrape(bed.switch_namespace).value("vipswitch_up") == 1


def test_it_ends_while_scrapes_wait(bed, undo):
    listen = "127.0.0.1:9470"
    bed.config.metrics, before = {"listen": listen}, bed.config.metrics
    undo.callback(setattr, bed.config, "metrics", before)
    objects = ("uplink", "ports", "vpcs", "subnets", "havips", "eips")
    config = type(bed.config)(**{**vars(bed.config), **{name: None if name == "uplink" else [] for name in objects}})
    switch = Switch(bed.switch_namespace, config, bed.directory, undo, "ends")
    switch.wait_ready()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        with control_thread_held(switch.process.pid):
            waiting = [pool.submit(scrape, bed.switch_namespace, listen) for _ in range(3)]
            switch.process.signal(signal.SIGTERM)
        assert switch.process.wait(10) == 0
        for each in waiting:
            with contextlib.suppress(OSError):
                each.result(timeout=10)


def assert_one_line(result, *words: str) -> None:
    assert result.returncode == 1, result
    lines = [line for line in (result.stdout + result.stderr).splitlines() if line and "--no-huge" not in line]
    assert len(lines) == 1, lines
    assert all(word in lines[0] for word in words), lines[0]


def empty_switch(tmp_path, bed, listen: str, *eal: str) -> str:
    path = tmp_path / "empty.yaml"
    eal_arguments = ["--in-memory", "--no-pci", f"--file-prefix={bed.switch_namespace.name}-empty", *eal]
    path.write_text(f"eal: {json.dumps(eal_arguments)}\ncores: {json.dumps(bed.config.cores)}\n"
                    f"control: {{socket: none}}\nmetrics: {{listen: \"{listen}\"}}\n")
    return str(path)


def test_taken_port_is_one_line_and_exit_1(bed, tmp_path):
    with bed.switch_namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 9471))
        other.listen()
        path = empty_switch(tmp_path, bed, "127.0.0.1:9471")
        assert_one_line(run_to_end(bed.switch_namespace, "--config", path),
                        "127.0.0.1:9471", "Address already in use", "metrics")


def test_foreign_address_is_one_line_and_exit_1(bed, tmp_path):
    path = empty_switch(tmp_path, bed, "192.0.2.77:9469")
    assert_one_line(run_to_end(bed.switch_namespace, "--config", path), "192.0.2.77:9469", "Cannot assign")


def test_address_beyond_loopback_is_said_at_the_start(bed, tmp_path):
    script = tmp_path / "quit"
    script.write_text("quit\n")
    path = empty_switch(tmp_path, bed, "0.0.0.0:9472")
    result = run_to_end(bed.switch_namespace, "--config", path, "--cmdline-file", str(script))
    assert result.returncode == 0, result
    assert "http://0.0.0.0:9472/metrics, for every host that reaches this address" in result.stderr
