"""scripts/package as a release is made: compiled anew, then installed and run where nothing else is.

VIPSWITCH_TEST_DEBS=DIR takes the packages from there instead of compiling, VIPSWITCH_TEST_ROOT=FILE.tar a minimal
Debian that mmdebstrap made before.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY
from support.process import Process
from support.undo import temporary_directory, wait_until

BOOT_S = 120.0
START_S = 60.0
NEEDED = ("systemd", "systemd-sysv", "dbus", "iproute2", "man-db")


def run(*command: object, check: bool = True, timeout_s: float = 1800.0, cwd=None) -> str:
    result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=timeout_s, cwd=cwd)
    assert not check or result.returncode == 0, f"{' '.join(map(str, command))}: {result.stdout}"
    return result.stdout


@pytest.fixture(scope="module")
def debs(tmp_path_factory) -> list[pathlib.Path]:
    """The program's package and that of its symbols."""
    made = os.environ.get("VIPSWITCH_TEST_DEBS")
    if not made:
        made = tmp_path_factory.mktemp("debs")
        run(REPOSITORY / "scripts/package", "--output", made)
    return sorted(pathlib.Path(made).glob("*.deb"), key=lambda path: "-dbgsym_" in path.name)


class Debian:
    """A minimal system with a systemd of its own, without a network but what the test makes in it."""

    def __init__(self, stack, debs: list[pathlib.Path]):
        self.directory = temporary_directory(stack)
        self.root = os.path.join(self.directory, "root")
        package = shutil.copy(debs[0], os.path.join(self.directory, "vipswitch.deb"))
        stored = os.environ.get("VIPSWITCH_TEST_ROOT")
        if stored:
            os.mkdir(self.root)
            run("tar", "-C", self.root, "-xf", stored)
        else:
            run("mmdebstrap", "--variant=minbase", f"--include={','.join(NEEDED)}", "bookworm", self.root)
        shutil.copy(package, f"{self.root}/vipswitch.deb")
        # As on the machine that this runs on, which reaches a mirror.
        for settings in pathlib.Path("/etc/apt/apt.conf.d").glob("9*"):
            shutil.copy(settings, f"{self.root}/etc/apt/apt.conf.d")
        if os.path.exists("/etc/resolv.conf"):
            shutil.copy("/etc/resolv.conf", f"{self.root}/etc/resolv.conf")
        script = ("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes"
                  " --no-install-recommends ./vipswitch.deb iproute2 man-db")
        run("chroot", self.root, "sh", "-c", f"cd / && {script}")
        self._boot(stack)

    def _boot(self, stack) -> None:
        # EAL looks for modules of the kernel, which a container's /sys does not show.
        argv = ["systemd-nspawn", "--quiet", "--directory", self.root, "--machine", f"vip{os.getpid()}",
                "--register=no", "--keep-unit", "--private-network", "--console=read-only",
                "--bind-ro=/sys/module", "--boot"]
        self.process = Process("nspawn", argv, self.directory, stack)
        stack.callback(self.process.stop, 30.0)
        wait_until(lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"),
                   "systemd has booted", BOOT_S, 0.2)

    def run(self, *command: str, check: bool = True) -> str:
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if not children:
            return ""
        return run("nsenter", "--target", children[0], "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
                   "--root", "--wd", *command, check=check)

    def property(self, name: str) -> str:
        return self.run("systemctl", "show", "--property", name, "--value", "vipswitch").strip()

    def wait_active(self, not_pid: str = "") -> str:
        """The main process, another one than `not_pid`."""
        def pid() -> str:
            found = self.property("MainPID")
            return found if self.property("ActiveState") == "active" and found not in ("0", not_pid) else ""
        return wait_until(pid, f"the service is active\n{self.log_tail()}", START_S, 0.1)

    def log_tail(self) -> str:
        return self.run("journalctl", "--no-pager", "--unit", "vipswitch", "--lines", "40", check=False)


@pytest.fixture(scope="module")
def debian(undo_at_the_end, debs):
    return Debian(undo_at_the_end, debs)


@pytest.fixture
def service(debian):
    debian.run("systemctl", "start", "vipswitch")
    yield debian
    debian.run("systemctl", "stop", "vipswitch")


def test_lintian_finds_no_error(debs):
    run("lintian", "--fail-on", "error,warning", "--allow-root", *debs)


def test_symbols_fit_the_programs(debs, tmp_path):
    for deb in debs:
        run("dpkg-deb", "--extract", deb, tmp_path)
    for program in ("usr/sbin/vipswitch", "usr/bin/vipswitch-replay"):
        number = re.search(r"Build ID: (\w+)", run("readelf", "--notes", tmp_path / program))[1]
        symbols = tmp_path / f"usr/lib/debug/.build-id/{number[:2]}/{number[2:]}.debug"
        assert ".debug_info" in run("readelf", "--section-headers", "--wide", symbols)
        assert ".symtab" not in run("readelf", "--section-headers", "--wide", tmp_path / program)


def test_programs_are_hardened_and_name_no_path_of_the_build(debs, tmp_path):
    run("dpkg-deb", "--extract", debs[0], tmp_path)
    for program in ("usr/sbin/vipswitch", "usr/bin/vipswitch-replay"):
        dynamic = run("readelf", "--dynamic", "--program-headers", "--wide", tmp_path / program)
        assert "BIND_NOW" in dynamic and "GNU_RELRO" in dynamic and "RUNPATH" not in dynamic
        assert str(REPOSITORY).encode() not in (tmp_path / program).read_bytes()


def test_other_directory_gives_the_same_program(tmp_path):
    """The client stands for the other programs: it takes seconds to compile."""
    found = []
    for name in ("here", "in/another/place"):
        root = tmp_path / name
        shutil.copytree(REPOSITORY, root, ignore=shutil.ignore_patterns(".git", "build", "build-*", "dist", "__pycache__"))
        configure = ("import importlib.machinery as m, pathlib; script = m.SourceFileLoader('package',"
                     " 'scripts/package').load_module(); script.configure(pathlib.Path('build').resolve())")
        run("/usr/bin/python3", "-B", "-W", "ignore", "-c", configure, cwd=root)
        run("ninja", "-C", root / "build", "control/ctl/vipswitch-ctl")
        found.append((root / "build/control/ctl/vipswitch-ctl").read_bytes())
    assert found[0] == found[1]


def test_installing_starts_and_enables_nothing(debian):
    assert debian.property("ActiveState") == "inactive"
    assert debian.property("UnitFileState") == "disabled"


def test_service_runs_as_its_own_user_with_two_capabilities(service):
    status = service.run("cat", f"/proc/{service.wait_active()}/status")
    assert re.search(r"^Uid:\s+[1-9]", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\s+0000000000003000$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE) and re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)


def test_status_is_told(service):
    assert service.property("StatusText") == "forwarding; links up: 0 of 0; HAVIPs with an owner: 0 of 0"


def test_killed_switch_comes_back(service):
    before = service.wait_active()
    service.run("systemctl", "kill", "--signal=KILL", "vipswitch")
    assert service.wait_active(not_pid=before) != before


def test_switch_that_hangs_is_restarted_by_the_watchdog(service):
    before = service.wait_active()
    service.run("systemctl", "kill", "--signal=STOP", "vipswitch")
    assert service.wait_active(not_pid=before) != before
    assert "watchdog" in service.log_tail().lower()


def test_upgrade_leaves_the_running_switch_alone(service):
    before = service.wait_active()
    service.run("dpkg", "--install", "/vipswitch.deb")
    assert service.wait_active() == before


def test_stop_is_clean(debian):
    debian.run("systemctl", "start", "vipswitch")
    debian.run("systemctl", "stop", "vipswitch")
    assert debian.property("Result") == "success" and debian.property("ExecMainStatus") == "0"
    assert "ls:" in debian.run("ls", "/run/vipswitch", check=False)


def test_wrong_configuration_is_said_in_the_journal(debian):
    path = "/etc/vipswitch/vipswitch.yaml"
    debian.run("cp", path, "/root/kept.yaml")
    debian.run("sh", "-c", f"echo 'prots: []' >> {path}")
    debian.run("systemctl", "start", "vipswitch", check=False)
    wait_until(lambda: "prots" in debian.log_tail(), "the journal names the word", START_S, 0.1)
    debian.run("systemctl", "stop", "vipswitch")
    debian.run("cp", "/root/kept.yaml", path)


def test_port_of_the_configuration_is_up(debian):
    path = "/etc/vipswitch/vipswitch.yaml"
    debian.run("sh", "-ec", f"""
        cp {path} /root/kept.yaml
        ip link add sw-vm1 type veth peer name vm1
        ip link set sw-vm1 up && ip link set vm1 up
        cat >> {path} <<'END'
vpcs: [{{name: shop, vni: 1001}}]
subnets: [{{name: web, vpc: shop, ipv4: 10.77.0.0/24, gateway: 10.77.0.1}}]
ports: [{{name: p1, instance: vm1, subnet: web, mac: "52:54:00:77:00:11", ipv4: 10.77.0.11, device: "net_af_packet1,iface=sw-vm1"}}]
END
        systemctl start vipswitch
    """)
    try:
        assert debian.property("StatusText").startswith("forwarding; links up: 1 of 1")
        assert "net_af_packet1,iface=sw-vm1" in debian.run("vipswitch-ctl", "show", "port", "info")
        ports = json.loads(debian.run("vipswitch-ctl", "--json", "show", "port", "info"))["ports"]
        assert [port["name"] for port in ports if port["link_up"]] == ["p1"]
        debian.run("vipswitch-ctl", "havip", "add", "front", "subnet", "web")
        assert "front" in debian.run("vipswitch-ctl", "show", "havip")
    finally:
        debian.run("sh", "-c", f"systemctl stop vipswitch; cp /root/kept.yaml {path}; ip link del sw-vm1")


def test_purge_leaves_nothing(debian):
    """The last one: afterwards there is no vipswitch any more."""
    debian.run("systemctl", "enable", "--now", "vipswitch")
    debian.run("dpkg", "--remove", "vipswitch")
    assert debian.run("pidof", "vipswitch", check=False) == ""
    assert "vipswitch.yaml" in debian.run("ls", "/etc/vipswitch")
    debian.run("dpkg", "--purge", "vipswitch")
    left = debian.run("find", "/etc", "/usr", "/var", "/run", "-xdev", "-name", "*vipswitch*")
    assert left.split() == []
