"""The shop as its neighbours see it, and the packets that its cases are made of. See worlds/shop.txt."""

import dataclasses
import pathlib

from scapy.config import conf
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRP, VRRPv3
from scapy.packet import Raw
from scapy.utils import PcapWriter

conf.verb = 0

BROADCAST = "ff:ff:ff:ff:ff:ff"
VRRP_MAC = "01:00:5e:00:00:12"
GATEWAY_MAC = "0e:00:00:00:00:01"
UPLINK_MAC = "02:00:5e:10:00:01"
ROUTER_MAC = "02:00:5e:10:00:fe"
UPLINK, ROUTER, CLIENT = "198.51.100.2", "198.51.100.1", "192.0.2.10"
FRONT, FRONT_EIP, VM3_EIP = "10.77.0.100", "203.0.113.10", "203.0.113.11"
WEB_GATEWAY, DB_GATEWAY = "10.77.0.1", "10.77.1.1"
VRID = 51


@dataclasses.dataclass(frozen=True)
class Vm:
    mac: str
    ip: str

    def ether(self, dst, **fields):
        return Ether(src=self.mac, dst=dst, **fields)

    def acting_as(self, mac):
        return Vm(mac, self.ip)


VM1 = Vm("52:54:00:77:00:11", "10.77.0.11")
VM2 = Vm("52:54:00:77:00:12", "10.77.0.12")
VM3 = Vm("52:54:00:77:00:13", "10.77.0.13")
DB1 = Vm("52:54:00:77:01:11", "10.77.1.11")


def stable_mac(havip):
    return "0e:00:" + ":".join(f"{int(part):02x}" for part in havip.split("."))


def virtual_mac(vrid=VRID):
    return f"00:00:5e:00:01:{vrid:02x}"


def advert(vm, priority, addresses=(FRONT,), vrid=VRID, dst="224.0.0.18", mac=VRRP_MAC):
    """VRRPv2 at 1 s without authentication, as keepalived sends it by default."""
    return (vm.ether(mac) / IP(src=vm.ip, dst=dst, ttl=255, tos=0xc0) /
            VRRP(vrid=vrid, priority=priority, addrlist=list(addresses), adv=1))


def advert3(vm, priority, addresses=(FRONT,), vrid=VRID, centiseconds=50):
    return (vm.ether(VRRP_MAC) / IP(src=vm.ip, dst="224.0.0.18", ttl=255, tos=0xc0) /
            VRRPv3(vrid=vrid, priority=priority, addrlist=list(addresses), adv=centiseconds))


def announcement(vm, address=FRONT):
    return vm.ether(BROADCAST) / ARP(op=1, hwsrc=vm.mac, psrc=address, hwdst=BROADCAST, pdst=address)


def request(vm, target, source=None):
    return vm.ether(BROADCAST) / ARP(op=1, hwsrc=vm.mac, psrc=source or vm.ip, pdst=target)


def probe(vm, target):
    return request(vm, target, "0.0.0.0")


def reply(vm, address, dst_mac, dst_ip):
    return vm.ether(dst_mac) / ARP(op=2, hwsrc=vm.mac, psrc=address, hwdst=dst_mac, pdst=dst_ip)


def udp(text="question"):
    return UDP(sport=4000, dport=9000) / Raw(text)


def tcp(text="request", **fields):
    return TCP(sport=4000, dport=443, seq=1, flags="PA", **fields) / Raw(text)


def ping(number=1):
    return ICMP(type=8, id=7, seq=number) / Raw(bytes(range(56)))


def from_vm(vm, dst, above, src=None, mac=GATEWAY_MAC, **fields):
    return vm.ether(mac) / IP(src=src or vm.ip, dst=dst, **fields) / above


def from_internet(dst, above=None, src=CLIENT, **fields):
    return Ether(src=ROUTER_MAC, dst=UPLINK_MAC) / IP(src=src, dst=dst, **fields) / (above or udp())


def router_asks(target, mac=ROUTER_MAC):
    return Ether(src=mac, dst=BROADCAST) / ARP(op=1, hwsrc=mac, psrc=ROUTER, pdst=target)


def shop():
    return {"router-asks": [router_asks(UPLINK)]}


def write(path: pathlib.Path, packets):
    """Without times: the script's `at` is when a packet comes."""
    with PcapWriter(str(path), linktype=1) as file:
        for packet in packets:
            packet = Ether(bytes(packet))
            packet.time = 0
            file.write(packet)
