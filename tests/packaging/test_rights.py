"""Which rights each kind of device needs: the switch really starts as an ordinary user with exactly these.

The rows are those of the table in docs/deployment.md; here each is held against the kernel, and for every capability of
a row the switch is refused without it.
"""

import os
import re
import subprocess

import pytest

from conftest import REPOSITORY
from support.namespace import Namespace
from support.switch import Config, binary
from support.undo import temporary_directory

NOBODY = "65534"

# Driver: device arguments. DIR is a directory that belongs to the user; sw-vm1 and vm1 are a veth pair.
DEVICES = {
    "net_af_packet": "net_af_packet1,iface=sw-vm1",
    "net_af_xdp": "net_af_xdp1,iface=sw-vm1",
    "net_memif": "net_memif1,role=server,socket=DIR/memif.sock,socket-abstract=no",
    "net_null": "net_null1",
    "net_pcap": "net_pcap1,iface=sw-vm1",
    "net_ring": "net_ring1",
    "net_tap": "net_tap1,iface=dtap1",
    "net_vhost": "net_vhost1,iface=DIR/vhost.sock",
}


def documented() -> dict[str, list[str]]:
    """Driver -> capabilities, from the table."""
    rows = re.findall(r"^\| `(net_\w+)` \| ([^|]*) \|", (REPOSITORY / "docs/deployment.md").read_text(), re.MULTILINE)
    return {driver: re.findall(r"`CAP_(\w+)`", rights) for driver, rights in rows}


class Place:
    """A network namespace with a veth pair, and a directory that belongs to the ordinary user."""

    def __init__(self, stack):
        self.directory = temporary_directory(stack)
        os.chmod(self.directory, 0o755)
        self.own = os.path.join(self.directory, "own")
        os.mkdir(self.own)
        os.chown(self.own, int(NOBODY), int(NOBODY))
        self.namespace = Namespace("switch", stack)
        self.namespace.ip("link", "add", "sw-vm1", "type", "veth", "peer", "name", "vm1")
        for name in ("sw-vm1", "vm1"):
            self.namespace.ip("link", "set", name, "up")

    def start(self, device: str, capabilities: list[str], eal: list[str] | None = None,
              wrapper: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        """Runs the switch with one port until the end of its input."""
        return self._run(self._one_port(device), capabilities, "show port info", eal, wrapper)

    def start_shared_uplink(self, capabilities: list[str]) -> subprocess.CompletedProcess:
        """Likewise, with an uplink that the host goes on using."""
        config = self._one_port(DEVICES["net_null"])
        config.uplink = {"device": "af_xdp", "interface": "sw-vm1", "mac": "02:00:5e:10:00:01",
                         "addresses": ["198.51.100.2/24"], "gateway": "198.51.100.1"}
        return self._run(config, capabilities, "show uplink", None, ())

    def _one_port(self, device: str) -> Config:
        return Config(vpcs=[{"name": "shop", "vni": 1001}],
                        subnets=[{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}],
                        ports=[{"name": "p1", "instance": "vm1", "subnet": "web", "mac": "52:54:00:77:00:11",
                                "ipv4": "10.77.0.11", "device": device.replace("DIR", self.own)}])

    def _run(self, config: Config, capabilities: list[str], command: str, eal: list[str] | None,
             wrapper: tuple[str, ...]) -> subprocess.CompletedProcess:
        config.eal = eal or ["--in-memory", "--no-pci"]
        config.eal.append(f"--file-prefix={self.namespace.name}")
        path = os.path.join(self.directory, "vipswitch.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(config.text())
        kept = "".join(f",+{name.lower()}" for name in capabilities)
        argv = ["env", f"RUNTIME_DIRECTORY={self.own}", *wrapper, "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                "--clear-groups", "--no-new-privs", f"--inh-caps=-all{kept}", f"--ambient-caps=-all{kept}",
                f"--bounding-set=-all{kept}", binary(), "--config", path, "-i"]
        return subprocess.run(self.namespace.command(argv), input=f"{command}\n", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)


@pytest.fixture
def place(undo):
    return Place(undo)


def test_table_has_every_device_that_is_measured():
    assert sorted(documented()) == sorted(DEVICES)


@pytest.mark.parametrize("driver", sorted(DEVICES))
def test_device_starts_with_the_documented_rights(place, driver):
    result = place.start(DEVICES[driver], documented()[driver])
    assert result.returncode == 0 and f" {driver} " in result.stdout, result.stdout


@pytest.mark.parametrize("driver, missing", [(driver, name) for driver, names in documented().items() for name in names])
def test_device_is_refused_without_one_of_them(place, driver, missing):
    result = place.start(DEVICES[driver], [name for name in documented()[driver] if name != missing])
    assert result.returncode == 1 and 'error: port "p1"' in result.stdout, result.stdout


SHARED_UPLINK = ["BPF", "IPC_LOCK", "NET_ADMIN", "NET_RAW"]  # as docs/uplink.md says


def test_shared_uplink_starts_with_the_documented_rights(place):
    assert all(f"`CAP_{name}`" in (REPOSITORY / "docs/uplink.md").read_text() for name in SHARED_UPLINK)
    result = place.start_shared_uplink(SHARED_UPLINK)
    assert result.returncode == 0 and "XDP program" in result.stdout, result.stdout


@pytest.mark.parametrize("missing", SHARED_UPLINK)
def test_shared_uplink_is_refused_without_one_of_them(place, missing):
    result = place.start_shared_uplink([name for name in SHARED_UPLINK if name != missing])
    assert result.returncode == 1 and "error: " in result.stdout and "uplink" in result.stdout, result.stdout


# The only mount of hugepages, in a mount namespace of its own.
MOUNT = 'umount -a -t hugetlbfs; mount -t hugetlbfs -o "$1" none "$2" && shift 2 && exec "$@"'


@pytest.mark.parametrize("kind, options, status", [
    ("in-memory", "uid=0,mode=0755", 0),
    ("in-memory", "uid=0,mode=0700", 1),
    ("huge-unlink", f"uid={NOBODY},mode=0700", 0),
    ("huge-unlink", "uid=0,mode=0755", 1),
])
def test_mount_of_hugepages_is_read_in_any_case_and_written_without_in_memory(place, kind, options, status):
    directory = os.path.join(place.directory, "huge")
    os.mkdir(directory)
    eal = ["--in-memory", "--no-pci"] if kind == "in-memory" else ["--huge-unlink", f"--huge-dir={directory}", "--no-pci"]
    result = place.start("net_null1", [], eal, ("unshare", "--mount", "sh", "-c", MOUNT, "sh", options, directory))
    if "--no-huge" in result.stdout:
        pytest.skip("too few free hugepages")
    assert result.returncode == status, result.stdout
