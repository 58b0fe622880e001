"""vipswitch-ctl as a command: output and messages apart, exit status, files, pipes, and a switch that goes away."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest

from support.ctl import Terminal, ctl_binary, ctl_command, run_ctl
from support.namespace import Namespace
from support.switch import PROMPT, Config, Switch
from support.undo import temporary_directory, undo_stack


def start(stack, name: str) -> Switch:
    config = Config(vpcs=[{"name": "lab", "vni": 7}],
                    subnets=[{"name": "web", "vpc": "lab", "ipv4": "10.7.0.0/16", "gateway": "10.7.0.1"}],
                    havips=[{"name": "front", "subnet": "web", "ipv4": "10.7.0.100"}])
    switch = Switch(Namespace("switch", stack), config, temporary_directory(stack), stack, name)
    switch.wait_ready()
    return switch


@pytest.fixture(scope="module")
def lab():
    with undo_stack() as stack:
        yield start(stack, "lab")


@pytest.fixture
def ctl(lab):
    return lambda *arguments, **options: run_ctl(lab.socket_path, *arguments, **options)


def answer(result) -> tuple[int, str, str]:
    return result.returncode, result.stdout, result.stderr


def test_command_prints_its_output(ctl):
    assert answer(ctl("vpc", "show")) == (0, "vpc add lab vni 7\n", "")
    assert answer(ctl("vpc show lab")) == (0, "vpc add lab vni 7\n", "")
    assert "havip add NAME" in ctl("help").stdout


@pytest.mark.parametrize("line, status", [
    ("hvip", 2), ("vpc add x vni 0", 3), ("vpc del nope", 4), ("vpc add lab vni 8", 5), ("vpc del lab", 6),
    ("load /nonexistent", 11),
])
def test_exit_status_is_the_number_of_the_error(ctl, line, status):
    for arguments in ((line,), line.split()):
        result = ctl(*arguments)
        assert (result.returncode, result.stdout) == (status, "")
        assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1


def test_words_with_blanks_stay_words(ctl):
    assert ctl("vpc", "add", "a b", "vni", "9").stderr.startswith('error: name: "a b"')
    assert ctl("vpc", "del", "").stderr.startswith('error: vpc: ""')


@pytest.mark.parametrize("arguments", [
    ("show", "havip", "--json"), ("--json", "show", "havip"), ("-j", "show havip"), ("show havip", "--json"),
    ("show", "havip", "json")])
def test_json_may_be_asked_for_before_or_behind(ctl, arguments):
    assert json.loads(ctl(*arguments).stdout)["havips"][0]["name"] == "front"


def test_socket_may_come_from_the_environment(lab):
    environment = os.environ | {"VIPSWITCH_SOCKET": lab.socket_path}
    result = subprocess.run([ctl_binary(), "vpc", "show"], env=environment, capture_output=True, text=True, timeout=20)
    assert answer(result) == (0, "vpc add lab vni 7\n", "")


def test_lines_of_a_file_end_at_the_first_failure(ctl, lab, tmp_path):
    script = tmp_path / "script"
    script.write_text("# three lines\nvpc add one vni 1\nvpc add one vni 2\nvpc add two vni 3\n")
    result = ctl("-f", str(script))
    assert answer(result) == (5, "", f'{script}:3: error: name: VPC "one" already exists, expected a new name\n')
    assert "two" not in lab.do("vpc show")
    lab.do("vpc del one")


def test_keep_going_returns_the_first_failure(ctl, lab):
    result = ctl("--keep-going", lines="vpc del nope\nhvip\nvpc add two vni 3\nvpc show two")
    assert result.returncode == 4
    assert result.stdout == "vpc add two vni 3\n"
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == ["stdin:1", "stdin:2"]
    lab.do("vpc del two")


def test_quit_ends_the_lines_and_not_the_switch(ctl, lab):
    assert answer(ctl(lines="vpc show\nquit\nvpc show\n")) == (0, "vpc add lab vni 7\n", "")
    assert lab.do("vpc show") == "vpc add lab vni 7"


def test_files_that_cannot_be_read_are_named(ctl, tmp_path):
    assert answer(ctl("-f", str(tmp_path / "no"))) == (
        1, "", f"vipswitch-ctl: error: {tmp_path}/no: No such file or directory, expected a readable file\n")
    assert "Is a directory" in ctl("-f", str(tmp_path)).stderr


def test_relative_file_of_a_command_is_the_users(ctl, lab, tmp_path):
    (tmp_path / "mine.yaml").write_text("vpcs: [{name: 5, vni: 5")
    result = ctl("load", "mine.yaml", cwd=str(tmp_path))
    assert f"{tmp_path}/mine.yaml:1" in result.stderr


@pytest.mark.parametrize("arguments, complaint", [
    (("--nonsense",), 'unknown option "--nonsense"'),
    (("-x",), 'unknown option "-x"'),
    (("--socket",), 'option "--socket" needs a value'),
    (("--json",), "--json without a command"),
    (("-f", "x", "show"), 'command "show" beside -f x'),
])
def test_wrong_options_are_named(ctl, arguments, complaint):
    result = ctl(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"vipswitch-ctl: error: {complaint}") and result.stderr.count("\n") == 1


def test_help_and_version_need_no_switch():
    for option, text in (("--help", "usage: vipswitch-ctl"), ("--version", "vipswitch-ctl ")):
        result = run_ctl("/nonexistent", option)
        assert result.returncode == 0 and result.stdout.startswith(text)


def test_without_a_switch_it_says_where_it_looked(tmp_path):
    path = str(tmp_path / "control.sock")
    result = run_ctl(path, "show", "havip")
    assert result.returncode == 1
    assert result.stderr.startswith(f"vipswitch-ctl: error: control socket {path}: No such file or directory; ")
    assert result.stderr.count("\n") == 1


def test_ten_thousand_commands_delay_nobody(ctl, lab):
    lines = "".join(f"vpc add many vni {number}\nvpc del many\n" for number in range(100, 5100))
    with subprocess.Popen(ctl_command(lab.socket_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as piped:
        slowest = 0.0
        began = time.monotonic()
        writer = threading.Thread(target=lambda: (piped.stdin.write(lines), piped.stdin.close()))
        writer.start()
        while piped.poll() is None:
            asked = time.monotonic()
            assert ctl("vpc", "show", "lab").returncode == 0
            slowest = max(slowest, time.monotonic() - asked)
            assert time.monotonic() - began < 60
        writer.join()
        assert (piped.returncode, piped.stdout.read(), piped.stderr.read()) == (0, "", "")
    assert slowest < 2.0
    assert lab.do("vpc show") == "vpc add lab vni 7"


def test_reader_that_has_enough_ends_it_quietly(lab):
    for lines in ("", "help\n" * 1000):
        command = " ".join(ctl_command(lab.socket_path)) + ("" if lines else " help") + " | head -1"
        result = subprocess.run(["sh", "-c", command], input=lines, capture_output=True, text=True, timeout=20)
        assert result.stdout.count("\n") == 1
        assert result.stderr == ""


def test_switch_that_goes_away_is_one_line(undo):
    switch = start(undo, "short")
    clients = [subprocess.Popen(ctl_command(switch.socket_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for client in clients:
        undo.enter_context(client)
        undo.callback(client.kill)
        client.stdin.write("vpc show\n")
        client.stdin.flush()
        assert client.stdout.readline() == "vpc add lab vni 7\n"
    assert switch.stop() == 0
    for client in clients:
        assert client.wait(10) == 1
        assert client.stderr.read() == "vipswitch-ctl: the switch ends\n"


def test_killed_switch_is_one_line(undo):
    switch = start(undo, "killed")
    with subprocess.Popen(ctl_command(switch.socket_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as client:
        client.stdin.write("vpc show\n")
        client.stdin.flush()
        assert client.stdout.readline() == "vpc add lab vni 7\n"
        switch.process.signal(signal.SIGKILL)
        assert client.wait(10) == 1
        assert client.stderr.read().startswith("vipswitch-ctl: the switch closed the connection")


def test_shutdown_ends_the_switch(undo):
    switch = start(undo, "shut")
    assert answer(run_ctl(switch.socket_path, "shutdown")) == (0, "", "")
    assert switch.process.wait(10) == 0
    assert "shutdown asked for by" in switch.process.log()


class TestTerminal:
    """The attached shell, key by key."""

    @pytest.fixture
    def terminal(self, lab, undo):
        terminal = Terminal(ctl_command(lab.socket_path), undo)
        terminal.read_until(PROMPT)
        return terminal

    def test_commands_answer(self, terminal):
        assert terminal.enter("vpc show") == "vpc add lab vni 7\n"
        assert terminal.enter("") == ""

    def test_tab_completes_commands_and_names(self, terminal):
        terminal.type("hav\tsho\tfr\t\r")
        terminal.read_until("havip show front \n")
        assert "havip add front subnet web" in terminal.read_until(PROMPT)

    def test_tab_lists_what_is_possible(self, terminal):
        terminal.type("vpc \t")
        listed = terminal.read_until("show")
        assert "add" in listed and "del" in listed
        terminal.type("\x03")

    def test_up_brings_lines_back(self, terminal):
        terminal.enter("vpc show")
        terminal.enter("subnet show")
        terminal.type("\x1b[A\x1b[A\r")
        assert "vpc add lab" in terminal.read_until("vni 7")

    def test_ctrl_c_clears_the_line_and_leaves_the_shell(self, terminal):
        terminal.type("vpc del lab\x03")
        terminal.read_until(PROMPT)
        assert terminal.enter("vpc show") == "vpc add lab vni 7\n"

    @pytest.mark.parametrize("keys", ["quit\r", "\x04", "qu\r"])
    def test_quit_and_ctrl_d_leave_the_switch_running(self, lab, terminal, keys):
        terminal.type(keys)
        assert terminal.wait() == 0
        assert terminal.modes() == terminal.modes_before
        assert lab.do("vpc show") == "vpc add lab vni 7"

    def test_wrong_and_half_words_are_explained(self, terminal):
        assert terminal.enter("hvip show") == 'error: unknown command "hvip", did you mean "havip"?\n'
        assert "error:" not in terminal.enter("sh dr")
        assert "ambiguous" in terminal.enter("s")
        assert "usage: vpc add NAME vni VNI" in terminal.enter("vpc add")

    def test_quoted_names_are_values(self, terminal):
        assert terminal.enter('show havip "json"').startswith('error: havip: "json" does not exist')
        assert "is not closed" in terminal.enter('vpc del "a b')

    def test_long_line_is_refused_and_the_next_one_works(self, terminal):
        terminal.type("x" * 600 + "\r")
        terminal.read_until("line is too long for the terminal")
        terminal.read_until(PROMPT)
        assert terminal.enter("vpc show") == "vpc add lab vni 7\n"

    def test_pasted_lines_are_executed_one_by_one(self, terminal):
        count = 200
        terminal.type("vpc show\r" * count)
        for _ in range(count):
            terminal.read_until("vpc add lab vni 7")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
    def test_signal_leaves_the_terminal_as_it_was(self, terminal, number):
        assert terminal.modes() != terminal.modes_before
        terminal.popen.send_signal(number)
        assert terminal.wait() == -number
        assert terminal.modes() == terminal.modes_before

    def test_end_of_the_switch_is_told(self, undo):
        switch = start(undo, "attached")
        terminal = Terminal(ctl_command(switch.socket_path), undo)
        terminal.read_until(PROMPT)
        assert switch.stop() == 0
        terminal.read_until("vipswitch-ctl: the switch ends")
        assert terminal.wait() == 1
        assert terminal.modes() == terminal.modes_before
