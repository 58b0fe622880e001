"""The Debian package: contents, the same bytes each time, installation and removal.

Installed over a copy-on-write layer above the running system, in a mount namespace: what the package does to a
system is what the layer holds afterwards.
"""

import os
import pathlib
import re
import subprocess

import pytest

from conftest import REPOSITORY

BUILD = pathlib.Path(os.environ.get("VIPSWITCH_BUILD_DIR", REPOSITORY / "build"))

# $1: directory of the layer; $2: package; then a script that runs in the layered system, as root.
LAYER = r"""
set -e
layer=$1 package=$2
mount -t tmpfs none "$layer"
mkdir "$layer/upper" "$layer/work" "$layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
mount --rbind /proc "$layer/root/proc"
mount --rbind /sys "$layer/root/sys"
mount --rbind /dev "$layer/root/dev"
# Without hugepages, which other tests may take between a look and the start.
mount -t tmpfs none "$layer/root/sys/kernel/mm/hugepages"
mount -t tmpfs none "$layer/root/run"
mount -t tmpfs none "$layer/root/tmp"
cp "$package" "$layer/root/tmp/vipswitch.deb"
chroot "$layer/root" sh -ec "$3"
echo "--- files left ---"
cd "$layer/upper" && find . -type f -printf '%P\n'
"""

# As the unit does it.
AS_SERVICE = ("setpriv --reuid vipswitch --regid vipswitch --clear-groups --no-new-privs"
              " --inh-caps=-all,+net_raw,+net_admin --ambient-caps=-all,+net_raw,+net_admin"
              " --bounding-set=-all,+net_raw,+net_admin")


def run(*command: object, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=800, env=os.environ | environment)


def build(directory: pathlib.Path, *options: str) -> list[pathlib.Path]:
    result = run(REPOSITORY / "scripts/package", "--programs", BUILD, "--output", directory, *options)
    assert result.returncode == 0, result.stdout
    return [pathlib.Path(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def deb(tmp_path_factory) -> pathlib.Path:
    return build(tmp_path_factory.mktemp("deb"), "--no-symbols")[0]


@pytest.fixture
def installed(deb, tmp_path):
    def execute(script: str) -> list[str]:
        result = run("unshare", "--mount", "--net", "sh", "-c", LAYER, "sh", tmp_path, deb, script,
                     DEBIAN_FRONTEND="noninteractive")
        assert result.returncode == 0, result.stdout
        return result.stdout.splitlines()
    return execute


def test_package_holds_what_the_operator_needs(deb):
    listed = run("dpkg-deb", "--contents", deb).stdout
    for path in ("usr/sbin/vipswitch", "usr/bin/vipswitch-ctl", "usr/bin/vipswitch-replay", "etc/vipswitch/vipswitch.yaml",
                 "usr/lib/systemd/system/vipswitch.service", "usr/lib/sysusers.d/vipswitch.conf",
                 "usr/share/bash-completion/completions/vipswitch-ctl", "usr/share/man/man1/vipswitch-ctl.1.gz",
                 "usr/share/man/man8/vipswitch.8.gz", "usr/share/man/man5/vipswitch.yaml.5.gz",
                 "usr/share/doc/vipswitch/deployment.md", "usr/share/doc/vipswitch/examples/vipswitch.yaml"):
        assert f" ./{path}\n" in listed, path
    assert re.search(r" \./usr/lib/[\w-]+/vipswitch/uplink_filter\.bpf\.o\n", listed)
    assert "/etc/vipswitch/vipswitch.yaml" in run("dpkg-deb", "--info", deb, "conffiles").stdout
    assert "librte-net-af-packet" in run("dpkg-deb", "--field", deb, "Depends").stdout


def test_same_input_gives_the_same_bytes(deb, tmp_path):
    again = build(tmp_path, "--no-symbols")[0]
    assert again.name == deb.name
    assert again.read_bytes() == deb.read_bytes()


def test_other_date_gives_other_bytes(deb, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    again = build(tmp_path, "--no-symbols")[0]
    assert "20010909014640" in again.name
    assert " 2001-09-09 " in run("dpkg-deb", "--contents", again).stdout


def test_missing_program_is_one_line(tmp_path):
    result = run(REPOSITORY / "scripts/package", "--programs", tmp_path, "--output", tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith(f"error: {tmp_path}") and "does not exist" in result.stdout


def test_installed_switch_starts_with_the_packaged_configuration(installed):
    output = installed(f"""
        dpkg -i /tmp/vipswitch.deb
        test ! -e /etc/systemd/system/multi-user.target.wants/vipswitch.service
        mkdir /run/vipswitch && chown vipswitch /run/vipswitch
        echo 'show worker stats' | RUNTIME_DIRECTORY=/run/vipswitch {AS_SERVICE} \\
            /usr/sbin/vipswitch --config /etc/vipswitch/vipswitch.yaml -i
        man vipswitch | head -5
    """)
    assert any("ports: 0, HAVIPs: 0, EIPs: 0" in line for line in output), output


def test_installed_switch_takes_a_port_as_its_own_user(installed):
    output = installed(f"""
        dpkg -i /tmp/vipswitch.deb
        mkdir /run/vipswitch && chown vipswitch /run/vipswitch
        ip link add sw-vm1 type veth peer name vm1 && ip link set sw-vm1 up && ip link set vm1 up
        printf '%s\\n' 'vpc add shop vni 1001' 'subnet add web vpc shop ipv4 10.77.0.0/24 gateway 10.77.0.1' \\
            'port add p1 instance vm1 subnet web mac 52:54:00:77:00:11 ipv4 10.77.0.11 device net_af_packet1,iface=sw-vm1' \\
            'show port info' |
        RUNTIME_DIRECTORY=/run/vipswitch {AS_SERVICE} /usr/sbin/vipswitch --config /etc/vipswitch/vipswitch.yaml -i
    """)
    assert any("net_af_packet1,iface=sw-vm1" in line and " up " in line for line in output), output
    assert not any("error:" in line for line in output), output


def test_configuration_survives_removal_and_goes_with_the_purge(installed):
    output = installed("""
        dpkg -i /tmp/vipswitch.deb
        echo '# mine' >> /etc/vipswitch/vipswitch.yaml
        mkdir -p /var/lib/vipswitch && touch /var/lib/vipswitch/state
        dpkg -r vipswitch
        grep '# mine' /etc/vipswitch/vipswitch.yaml
        test -e /var/lib/vipswitch/state
        test ! -e /usr/sbin/vipswitch
        dpkg -P vipswitch
    """)
    left = output[output.index("--- files left ---") + 1:]
    system = ("var/lib/dpkg/", "var/log/", "var/cache/man/", "var/cache/ldconfig/", "etc/passwd", "etc/group",
              "etc/shadow", "etc/gshadow", "etc/subuid", "etc/subgid", "etc/ld.so.cache", "etc/.pwd.lock", "tmp/", "root/")
    assert [path for path in left if not path.startswith(system)] == []
    assert not any("vipswitch" in path for path in left), left


def test_service_is_the_operators_to_enable(installed):
    output = installed("""
        dpkg -i /tmp/vipswitch.deb
        systemctl enable vipswitch
        ls /etc/systemd/system/multi-user.target.wants/vipswitch.service
        dpkg -P vipswitch
        test ! -L /etc/systemd/system/multi-user.target.wants/vipswitch.service
    """)
    assert any(line.endswith("wants/vipswitch.service") for line in output)
