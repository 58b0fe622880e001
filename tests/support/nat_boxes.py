"""Boxes with the same job side by side: a public address in front of a VM, 1:1, in both families.

      ends                       box                        ends
      inet 198.51.100.1  ------  uplink  1:1 NAT  port ------ vm 10.77.0.11
                                 203.0.113.10 <-> 10.77.0.11, 2001:db8:ffff::10 <-> 2001:db8:77::11

One box is a vipswitch, the others are Linux routers with nft rules. `ends` is a network namespace in which nobody
answers for the VM: a test writes frames into one end and reads what leaves at the other. All boxes have the same
addresses and MACs, so that the same frame, byte by byte, may be written into each, and the same one has to come out.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator, Sequence

from .capture import Capture
from .namespace import Namespace, add_veth
from .switch import Config, Switch
from .undo import wait_until

INET, VM = "inet", "vm"
OTHER_SIDE = {INET: VM, VM: INET}
EIP = {4: "203.0.113.10", 6: "2001:db8:ffff::10"}
INNER = {4: "10.77.0.11", 6: "2001:db8:77::11"}
UPLINK = {4: "198.51.100.2", 6: "2001:db8:100::2"}
ROUTER = {4: "198.51.100.1", 6: "2001:db8:100::1"}
GATEWAY = {4: "10.77.0.1", 6: "2001:db8:77::1"}
PREFIX = {4: 24, 6: 64}
MACS = {INET: "02:00:5e:20:00:01", VM: "52:54:01:4d:00:0b"}
# What a sender has to write as destination: the uplink's MAC, and the gateway's, which is the same on every switch.
BOX_MACS = {INET: "02:00:5e:10:00:01", VM: "0e:00:00:00:00:01"}
BOX_INTERFACES = {INET: "uplink", VM: "port"}

_SENTINEL = b"vipswitch sentinel "
_CHUNK = 16    # frames on the way at a time, so that no ring between the two ends can be full

# Without connection tracking: netfilter does not even reassemble. Payload writes of nft correct the sum of the header
# and of the transport. What no rule could translate must not get out.
STATELESS_RULES = """
table {family} nat {{
  chain in {{
    type filter hook prerouting priority dstnat
    iifname "uplink" {family} daddr {eip} {family} daddr set {inner}
  }}
  chain out {{
    type filter hook postrouting priority srcnat
    oifname "uplink" {family} saddr {inner} {family} saddr set {eip}
    oifname "uplink" {family} saddr {inner} drop
  }}
}}
"""

# With connection tracking, which knows what an ICMP error is about and translates the packet it quotes.
CONNTRACK_RULES = """
table {family} nat {{
  chain in {{
    type nat hook prerouting priority dstnat
    iifname "uplink" {family} daddr {eip} dnat to {inner}
  }}
  chain out {{
    type nat hook postrouting priority srcnat
    oifname "uplink" {family} saddr {inner} snat to {eip}
  }}
  chain untranslated {{
    type filter hook postrouting priority srcnat + 10
    oifname "uplink" {family} saddr {inner} drop
  }}
}}
"""


class Box:
    """Two veth pairs between a box and its ends, and what is written and read there."""

    def __init__(self, name: str, stack: contextlib.ExitStack):
        self.name = name
        self.namespace = Namespace(f"nat-{name}", stack)
        self.ends = Namespace(f"ends-{name}", stack)
        self._captures = {}
        self._sockets = {}
        self._sentinels = 0
        for side, near in BOX_INTERFACES.items():
            add_veth(self.namespace, near, self.ends, side, MACS[side])
            for namespace, interface in ((self.namespace, near), (self.ends, side)):
                namespace.run("ethtool", "-K", interface, "gro", "off", "gso", "off", "tso", "off")
            self._captures[side] = Capture(self.ends, side, stack)
            self._sockets[side] = self.ends.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            stack.callback(self._sockets[side].close)
            self._sockets[side].bind((side, 0))

    def exchange(self, side: str, frames: Sequence[bytes]) -> list[list[bytes]]:
        """For each frame written at `side`, what left the box at the other side.

        A sentinel follows each frame on the same way. Nothing overtakes on it, so what left is what came before the
        sentinel, and nothing left where only the sentinel came: no test has to wait for a packet that is dropped.
        """
        self._captures[OTHER_SIDE[side]].drain()
        answers = []
        with _one_cpu():
            for start in range(0, len(frames), _CHUNK):
                answers += self._exchange_chunk(side, frames[start:start + _CHUNK])
        return answers

    def has_way(self, side: str) -> bool:
        """Whether a packet written at `side` leaves at the other; a sentinel that got lost is forgotten."""
        self._sockets[side].send(self._sentinel(side))
        return any(_SENTINEL in data for data in self._left(OTHER_SIDE[side]))

    def _exchange_chunk(self, side: str, frames: Sequence[bytes]) -> list[list[bytes]]:
        first = self._sentinels + 1
        for frame in frames:
            self._sockets[side].send(frame)
            self._sockets[side].send(self._sentinel(side))
        answers, since = [], []

        def all_sentinels_came() -> bool:
            for data in self._left(OTHER_SIDE[side]):
                number = int.from_bytes(data[-8:], "big")
                if _SENTINEL not in data:
                    since.append(data)
                elif number >= first:    # else a late one of has_way()
                    assert number == first + len(answers), f"{self.name}: a sentinel overtook another or was lost"
                    answers.append(since.copy())
                    since.clear()
            return len(answers) == len(frames)

        wait_until(all_sentinels_came, f"{self.name}: every sentinel comes out at {OTHER_SIDE[side]}", 30)
        return answers

    def _left(self, side: str) -> list[bytes]:
        """What came out at `side`, without what a box says on its own behalf: ARP, neighbour discovery, multicast."""
        own = [socket.inet_pton(socket.AF_INET, UPLINK[4]), socket.inet_pton(socket.AF_INET6, UPLINK[6])]
        mac = bytes.fromhex(MACS[side].replace(":", ""))
        left = []
        for frame in self._captures[side].drain():
            data = frame.data
            if frame.outgoing or data[:6] != mac or data[12:14] not in (b"\x08\x00", b"\x86\xdd"):
                continue
            source = data[26:30] if data[12:14] == b"\x08\x00" else data[22:38]
            if source not in own and source[:2] != b"\xfe\x80":
                left.append(data)
        return left

    def _sentinel(self, side: str) -> bytes:
        self._sentinels += 1
        addresses = {INET: ("192.0.2.99", EIP[4]), VM: (INNER[4], "192.0.2.99")}[side]
        payload = _SENTINEL + struct.pack(">Q", self._sentinels)
        udp = struct.pack(">HHHH", 9, 9, 8 + len(payload), 0) + payload    # sum 0: none was computed
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0)
        header += b"".join(socket.inet_aton(address) for address in addresses)
        header = header[:10] + struct.pack(">H", internet_checksum(header)) + header[12:]
        return ethernet_header(side, 4) + header + udp


class SwitchBox(Box):
    """A vipswitch with one port, whose address has an EIP in each family."""

    def __init__(self, stack: contextlib.ExitStack, directory: str, devices: dict[str, str]):
        super().__init__("switch", stack)
        self.ends.enable_ipv6(INET)    # answers for the router when the switch asks for its MAC
        for family in (4, 6):
            flags = ["nodad"] if family == 6 else []
            self.ends.ip("addr", "add", f"{ROUTER[family]}/{PREFIX[family]}", "dev", INET, *flags)
        config = Config()
        config.uplink = {"device": devices[INET], "mac": BOX_MACS[INET], "gateway": ROUTER[4], "gateway6": ROUTER[6],
                         "addresses": [f"{UPLINK[family]}/{PREFIX[family]}" for family in (4, 6)]}
        config.vpcs = [{"name": "shop", "vni": 1001}]
        config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": GATEWAY[4],
                           "ipv6": "2001:db8:77::/64", "gateway6": GATEWAY[6]}]
        config.ports = [{"name": "vm-eth0", "instance": "vm", "nic": "primary", "subnet": "web", "mac": MACS[VM],
                         "ipv4": INNER[4], "ipv6": INNER[6], "device": devices[VM]}]
        config.eips = [{"name": f"public-{family}", f"ipv{family}": EIP[family], "target": {"port": "vm-eth0"}}
                       for family in (4, 6)]
        self.switch = Switch(self.namespace, config, directory, stack)
        self.switch.wait_ready()
        wait_until(lambda: self.has_way(INET) and self.has_way(VM), "the switch forwards", 30, poll_s=0.1)

    def log_tail(self) -> str:
        return self.switch.log_tail()


class LinuxBox(Box):
    """A Linux router whose neighbours stand in its tables; `rules` are nft rules for one family."""

    def __init__(self, name: str, stack: contextlib.ExitStack, directory: str, rules: str):
        super().__init__(name, stack)
        box = self.namespace
        for side, interface in BOX_INTERFACES.items():
            box.ip("link", "set", interface, "address", BOX_MACS[side])
            box.sysctl(f"net/ipv6/conf/{interface}/accept_dad", "0")
            box.enable_ipv6(interface)
            box.sysctl(f"net/ipv4/conf/{interface}/rp_filter", "0")
        box.sysctl("net/ipv4/conf/all/rp_filter", "0")
        box.sysctl("net/ipv4/ip_forward", "1")
        box.sysctl("net/ipv6/conf/all/forwarding", "1")
        for family in (4, 6):
            flag, nodad = f"-{family}", ["nodad"] if family == 6 else []
            box.ip("addr", "add", f"{UPLINK[family]}/{PREFIX[family]}", "dev", "uplink", *nodad)
            box.ip("addr", "add", f"{GATEWAY[family]}/{PREFIX[family]}", "dev", "port", *nodad)
            box.ip("neigh", "replace", ROUTER[family], "lladdr", MACS[INET], "dev", "uplink", "nud", "permanent")
            box.ip("neigh", "replace", INNER[family], "lladdr", MACS[VM], "dev", "port", "nud", "permanent")
            box.ip(flag, "route", "add", "default", "via", ROUTER[family])
            box.ip(flag, "route", "add", "blackhole", EIP[family])    # what no rule translated
        path = os.path.join(directory, f"{name}.nft")
        with open(path, "w", encoding="ascii") as file:
            for family, word in ((4, "ip"), (6, "ip6")):
                file.write(rules.format(family=word, eip=EIP[family], inner=INNER[family]))
        box.run("nft", "-f", path)
        # Otherwise connection tracking ignores UDP-Lite, whose checksum it takes for one of UDP.
        box.sysctl("net/netfilter/nf_conntrack_checksum", "0")
        wait_until(lambda: self.has_way(INET) and self.has_way(VM), f"{name} forwards", 30, poll_s=0.1)


def veth_devices() -> dict[str, str]:
    """How the e2e tests attach a switch."""
    return {side: f"net_af_packet{number},iface={BOX_INTERFACES[side]}" for number, side in enumerate((INET, VM))}


def pcap_devices() -> dict[str, str]:
    """Unlike net_af_packet these do not ask the kernel to put IPv4 fragments together."""
    return {side: f"net_pcap{number},rx_iface_in={BOX_INTERFACES[side]},tx_iface={BOX_INTERFACES[side]}"
            for number, side in enumerate((INET, VM))}


def ethernet_header(side: str, family: int) -> bytes:
    """Of a frame that `side` writes."""
    macs = bytes.fromhex((BOX_MACS[side] + MACS[side]).replace(":", ""))
    return macs + (b"\x08\x00" if family == 4 else b"\x86\xdd")


def leaving_header(side: str, family: int) -> bytes:
    """Of a frame that comes out at `side`."""
    header = ethernet_header(side, family)
    return header[6:12] + header[:6] + header[12:]


def internet_checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@contextlib.contextmanager
def _one_cpu() -> Iterator[None]:
    """A veth hands its frames to the CPU that sends them: from two CPUs one frame might overtake another."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
