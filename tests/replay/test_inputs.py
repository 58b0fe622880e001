"""What captures may be: of one port or of many, merged, in other formats, with frames that are no input; and errors."""

import json
import os
import pathlib

import pytest

import replaying
from support.capture_files import Captured, read_pcap, write_pcap, write_pcapng
from support.json_docs import differences, read_page

TWO_VMS = "replay/configs/two_vms.yaml"
MACS = {"vm11": "52:54:00:77:00:11", "vm12": "52:54:00:77:00:12", "vm13": "52:54:00:77:00:13"}
MCAST = read_pcap(replaying.CAPTURES / "vrrp2_mcast.pcap")
OF_BRIDGE = ("--config", TWO_VMS, "--pcap", "captures/vrrp2_mcast.pcap")


@pytest.fixture
def report(replay):
    """The JSON report of captures at the two VMs."""
    def of(*captures, options=()):
        done = replay("--config", TWO_VMS, "--json", *options, *(word for each in captures for word in ("--pcap", each)))
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)
    return of


@pytest.fixture
def bridge(report):
    return report("captures/vrrp2_mcast.pcap")


def owners(report: dict) -> list[tuple]:
    return [(each["at_ms"], each["havip"], each["from"], each["to"], each["trigger"]) for each in report["decisions"]]


def of_port(port: str) -> list[Captured]:
    return [frame for frame in MCAST if frame.source == MACS[port]]


def test_files_of_single_ports_are_merged_by_time(report, bridge, tmp_path):
    files = {port: write_pcap(tmp_path / f"{port}.pcap", of_port(port)) for port in MACS}
    merged = report(*(f"{port}={file}" for port, file in files.items()))
    assert owners(merged) == owners(bridge)
    assert merged["learning"] == bridge["learning"] and merged["drops"] == bridge["drops"]
    first = merged["decisions"][0]
    assert first["file"] == str(files["vm12"]) and MCAST[10] == of_port("vm12")[first["frame"] - 1]


def test_of_equal_times_the_file_named_first_comes_first(report, tmp_path):
    announcements = {port: next(frame for frame in of_port(port) if frame.data[12:14] == b"\x08\x06").over(time_ns=0)
                     for port in ("vm11", "vm12")}
    files = {port: write_pcap(tmp_path / f"{port}.pcap", [frame]) for port, frame in announcements.items()}
    orders = [("vm11", "vm12"), ("vm12", "vm11")]
    assert [[each["to"] for each in report(*(f"{port}={files[port]}" for port in order))["decisions"]]
            for order in orders] == [list(order) for order in orders]


@pytest.mark.parametrize("write, options", [
    (write_pcap, {"nanoseconds": True}), (write_pcap, {"order": ">"}), (write_pcapng, {}), (write_pcapng, {"order": ">"}),
    (write_pcapng, {"resolution": 6}), (write_pcapng, {"resolution": 0x80 | 30}), (write_pcapng, {"resolution": 10})])
def test_format_makes_no_difference(report, bridge, tmp_path, write, options):
    told = report(write(tmp_path / "file", MCAST, **options))
    assert told["drops"] == bridge["drops"] and told["learning"] == bridge["learning"]
    # 2**-30 seconds round down by less than a nanosecond, which may be across a millisecond.
    assert [at for at, *_ in owners(told)] == pytest.approx([at for at, *_ in owners(bridge)], abs=1)
    assert [what for _, *what in owners(told)] == [what for _, *what in owners(bridge)]


@pytest.mark.parametrize("names", [{port: port for port in MACS}, {port: f"sw-{port}" for port in MACS}])
def test_interfaces_of_pcapng_tell_the_port(report, bridge, tmp_path, names):
    frames = [frame.over(interface=names[port], direction="in") for frame in MCAST
              for port, mac in MACS.items() if frame.source == mac]
    assert owners(report(write_pcapng(tmp_path / "file", frames))) == owners(bridge)


def test_what_the_switch_sent_is_left_out(report, bridge, tmp_path):
    """As its own capture of every port holds it: what goes to a port beside what comes from it, and notes of drops."""
    frames = []
    for frame in MCAST:
        port = next(name for name, mac in MACS.items() if mac == frame.source)
        frames += [frame.over(interface=port, direction="in"),
                   frame.over(interface="vm12" if port == "vm11" else "vm11", direction="out")]
    frames.append(frames[-2].over(comment="dropped: claim_rate"))
    told = report(write_pcapng(tmp_path / "file", frames))
    assert owners(told) == owners(bridge)
    assert told["frames"]["sent_by_switch"] == len(MCAST) and told["frames"]["drop_notes"] == 1


def test_at_one_port_frames_of_others_were_sent_to_it(report, tmp_path):
    from_switch = [frame.over(data=frame.data[:6] + bytes.fromhex(mac) + frame.data[12:])
                   for frame, mac in zip(of_port("vm13"), ("0e0000000001", "0e000a4d0064"))]
    told = report(f"vm11={write_pcap(tmp_path / 'both', sorted(MCAST + from_switch, key=lambda each: each.time_ns))}")
    assert told["frames"]["replayed"] == len(of_port("vm11"))
    assert told["frames"]["sent_by_switch"] == len(MCAST) - len(of_port("vm11")) + 2
    assert {each["to"] for each in told["decisions"]} == {"vm11", None}


def test_unknown_sender_at_a_port_is_for_the_guard_to_judge(report, tmp_path):
    stranger = of_port("vm11")[0]
    stranger = stranger.over(data=stranger.data[:6] + bytes.fromhex("5254009900aa") + stranger.data[12:])
    told = report(f"vm11={write_pcap(tmp_path / 'one', [stranger])}")
    assert told["frames"]["replayed"] == 1 and told["drops"]["spoofed_mac"] == 1


def test_frames_of_nobody_are_told_by_their_source(replay, report, tmp_path):
    frames = [frame.over(data=frame.data[:6] + bytes.fromhex("0200000000aa") + frame.data[12:]) for frame in MCAST[:3]]
    file = write_pcap(tmp_path / "strangers", frames)
    told = report(file)
    assert told["frames"]["of_no_port"] == [{"mac": "02:00:00:00:00:aa", "frames": 3}]
    assert told["frames"]["replayed"] == 0 and told["decisions"] == []
    text = replay("--config", TWO_VMS, "--pcap", file).stdout
    assert text.startswith("no decision was made\n") and "3  left out: 02:00:00:00:00:aa is no port's" in text


def test_frames_in_part_and_too_long_ones_are_left_out(report, tmp_path):
    frame = of_port("vm11")[0]
    told = report(write_pcap(tmp_path / "file", [frame.over(data=frame.data[:20], size=200),
                                                 frame.over(data=frame.data[:14] + bytes(3000))]))
    assert (told["frames"]["not_whole"], told["frames"]["too_long"], told["frames"]["replayed"]) == (1, 1, 0)


@pytest.mark.parametrize("write", [write_pcap, write_pcapng])
def test_file_that_ends_inside_a_frame_is_replayed_up_to_there(replay, report, tmp_path, write):
    file = write(tmp_path / "cut", MCAST)
    os.truncate(file, file.stat().st_size - 30)
    told = report(file)
    assert told["captures"] == [{"port": None, "file": str(file), "frames": len(MCAST) - 1, "cut": True}]
    assert "which ends inside the next one" in replay("--config", TWO_VMS, "--pcap", file).stdout


def test_clock_goes_on_behind_the_last_frame_while_something_is_due(report, tmp_path):
    """vm11 adverts and is heard no more; a claim of vm12 that its adverts held against comes due."""
    advert = MCAST[28]
    announced = next(frame for frame in of_port("vm12") if frame.data[12:14] == b"\x08\x06")
    file = write_pcap(tmp_path / "file", [advert.over(time_ns=0), announced.over(time_ns=10**8)])
    waited, stopped = report(file), report(file, options=("--after", "1"))
    assert owners(waited) == [(0, "front", None, "vm11", "advert"), (4001, "front", "vm11", "vm12", "expiry")]
    assert waited["decisions"][1]["frame"] is None and waited["last_frame_ms"] == 100
    assert owners(stopped) == owners(waited)[:1] and stopped["havips"][0]["owner"] == "vm11"


def test_observed_decisions_say_where_data_stays(replay, tmp_path):
    config = tmp_path / "observe.yaml"
    config.write_text("learn: observe\n" + (replaying.TESTS / TWO_VMS).read_text())
    text = replay("--config", config, "--pcap", "captures/vrrp2_mcast.pcap").stdout
    assert "stays at vm11" in text.splitlines()[1]


def test_needs_no_privileges(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("runs without them anyway")
    done = replaying.run(os.environ["VIPSWITCH_REPLAY"], *OF_BRIDGE, user=65534, group=65534, extra_groups=[])
    assert (done.returncode, done.stdout) == (0, replaying.expected_file("vrrp2_mcast").read_text())


def test_document_has_the_described_fields_and_no_others(report, tmp_path):
    page = read_page((replaying.TESTS.parent / "docs/json.md").read_text())
    strangers = write_pcap(tmp_path / "strangers", [MCAST[0].over(data=MCAST[0].data[:6] + bytes(6) + MCAST[0].data[12:])])
    documents = [report("captures/vrrp2_mcast.pcap"), report("captures/vrrp3_ipv6.pcap"), report(strangers)]
    assert differences(page["vipswitch-replay"], documents) == []


@pytest.mark.parametrize("arguments, status, message", [
    (("--config", TWO_VMS, "--pcap", "vm1=captures/vrrp2_mcast.pcap"), 1,
     '--pcap vm1=captures/vrrp2_mcast.pcap: port "vm1" is not in the configuration, did you mean "vm11"? '
     "expected one of vm11, vm12, vm13"),
    (("--config", TWO_VMS, "--pcap", "captures/none.pcap"), 1,
     "captures/none.pcap: no capture file can be read: No such file or directory"),
    (("--config", TWO_VMS, "--pcap", TWO_VMS), 1, f"{TWO_VMS}: no capture file can be read: unknown file format"),
    (("--config", "none.yaml", "--pcap", "captures/vrrp2_mcast.pcap"), 1,
     "none.yaml: No such file or directory, expected a readable file"),
    (("--config", TWO_VMS), 2, "--config without --pcap, expected a capture"),
    (("--pcap", "captures/vrrp2_mcast.pcap"), 2, "--pcap without --config, expected the switch's configuration"),
    (("--json",), 2, "--json without --pcap, expected a capture"),
    (("--after", "3"), 2, "--after without --pcap, expected a capture"),
    (("--config", TWO_VMS, "--pcap", "captures/vrrp2_mcast.pcap", "--pcap", "vm11=captures/vrrp2_mcast.pcap"), 2,
     '--pcap "vm11=captures/vrrp2_mcast.pcap", whose file is given before, expected each once'),
    ((*OF_BRIDGE, "more"), 2, 'unexpected word "more", captures stand behind --pcap'),
    ((*OF_BRIDGE, "--after", "soon"), 2, '--after "soon", expected seconds, 0 to 86400'),
    (("--config", TWO_VMS, "--pcap", "vm11="), 2, '--pcap "vm11=", expected PORT=FILE or FILE'),
    (("--config", TWO_VMS, "--pcap"), 2, 'option "--pcap" needs a value'),
    (("--pcat", "x"), 2, 'unknown option "--pcat"'),
])
def test_error_says_what_was_found_and_expected(replay, arguments, status, message):
    done = replay(*arguments)
    hint = ", see vipswitch-replay --help" if status == 2 else ""
    assert (done.returncode, done.stdout, done.stderr) == (status, "", f"vipswitch-replay: {message}{hint}\n")


def test_configuration_that_breaks_a_rule_is_refused_by_line(replay, tmp_path):
    config = tmp_path / "bad.yaml"
    config.write_text((replaying.TESTS / TWO_VMS).read_text().replace("ipv4: 10.77.0.100", "ipv4: 10.78.0.100"))
    done = replay("--config", config, "--pcap", "captures/vrrp2_mcast.pcap")
    assert done.returncode == 1 and f'{config}:14: havip "front": ipv4: 10.78.0.100 is outside' in done.stderr


def test_captures_of_different_nights_are_refused(replay, tmp_path):
    file = write_pcap(tmp_path / "late", [frame.over(time_ns=frame.time_ns + 8 * 86400 * 10**9) for frame in MCAST])
    done = replay(*OF_BRIDGE, "--pcap", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"vipswitch-replay: {file}: frame 1 is 7 days later than the one before it, expected ")


@pytest.mark.parametrize("write", [write_pcap, write_pcapng])
def test_other_link_layer_is_refused(replay, tmp_path, write):
    file = write(tmp_path / "cooked", MCAST[:1], link_type=113)
    done = replay("--config", TWO_VMS, "--pcap", file)
    assert (done.returncode, done.stderr) == (
        1, f"vipswitch-replay: {file}: captured on another link layer (LINUX_SLL), expected Ethernet\n")


def test_damaged_pcapng_is_refused(replay, tmp_path):
    file = write_pcapng(tmp_path / "damaged", MCAST[:2])
    content = bytearray(file.read_bytes())
    content[32:36] = b"\x07\0\0\0"  # the length of the interface block
    pathlib.Path(file).write_bytes(content)
    done = replay("--config", TWO_VMS, "--pcap", file)
    assert (done.returncode, done.stderr) == (
        1, f"vipswitch-replay: {file}: is damaged behind frame 0: a block of 7 bytes\n")
