"""Cases about the way of ordinary packets: routing, translation of every kind, replication."""

from scapy.layers.inet import ICMP, IP, UDP, IPOption_NOP, fragment
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Raw

from inputs.world import (BROADCAST, CLIENT, DB1, DB_GATEWAY, FRONT, FRONT_EIP, ROUTER_MAC, UPLINK,
                          UPLINK_MAC, VM1, VM2, VM3, VM3_EIP, VRRP_MAC, WEB_GATEWAY, advert, from_internet,
                          from_vm, ping, stable_mac, tcp, udp)


def routing():
    return {
        "vm1-master": [advert(VM1, 150)],
        "vm2-to-db": [from_vm(VM2, DB1.ip, tcp()), from_vm(VM2, DB1.ip, udp(), ttl=2),
                      from_vm(VM2, DB1.ip, udp(), ttl=1), from_vm(VM2, "10.77.1.50", udp())],
        "db-to-front": [from_vm(DB1, FRONT, tcp()), from_vm(DB1, FRONT, udp(), mac=stable_mac(FRONT))],
        "vm3-inside": [from_vm(VM3, VM2.ip, udp(), mac=VM2.mac, ttl=1), from_vm(VM3, VM2.ip, udp(), mac=VM1.mac),
                       from_vm(VM3, VM2.ip, udp())],
        "pings": [from_vm(VM3, WEB_GATEWAY, ping()), from_vm(VM3, DB_GATEWAY, ping(2)),
                  from_vm(VM3, WEB_GATEWAY, udp())],
        # Towards a network behind the VMs, by the HAVIP as next hop.
        "vm3-by-front": [from_vm(VM3, "172.16.0.1", udp(), mac=stable_mac(FRONT))],
    }


def translation():
    options = {"options": [IPOption_NOP()] * 8}
    inwards = [
        from_internet(FRONT_EIP, udp()),
        from_internet(FRONT_EIP, UDP(sport=1, dport=2, chksum=0) / Raw("unsummed")),
        from_internet(FRONT_EIP, tcp()),
        from_internet(FRONT_EIP, ping()),
        from_internet(FRONT_EIP, SCTP(sport=1, dport=2) / SCTPChunkInit()),
        from_internet(FRONT_EIP, Raw(bytes(range(40))), proto=47),
        from_internet(FRONT_EIP, tcp(), **options),
        from_internet(FRONT_EIP, udp(), ttl=2, tos=0xb8, id=0xffff, flags="DF"),
        Ether(src=ROUTER_MAC, dst=UPLINK_MAC) / Dot1Q(vlan=0, prio=5) / IP(src=CLIENT, dst=FRONT_EIP) / udp(),
    ]
    outwards = [
        from_vm(VM1, CLIENT, udp(), src=FRONT),
        from_vm(VM1, CLIENT, UDP(sport=1, dport=2, chksum=0) / Raw("unsummed"), src=FRONT),
        from_vm(VM1, CLIENT, tcp(), src=FRONT),
        from_vm(VM1, CLIENT, ICMP(type=0, id=7, seq=1) / Raw(bytes(56)), src=FRONT),
        from_vm(VM1, CLIENT, Raw(bytes(range(40))), src=FRONT, proto=47),
        from_vm(VM1, CLIENT, tcp(), src=FRONT, **options),
    ]
    refused = [
        from_internet(FRONT_EIP, udp(), ttl=1),
        from_internet("203.0.113.99"),
        from_internet(FRONT_EIP, Raw(bytes(10)), proto=6),
        from_internet(FRONT_EIP, chksum=0x1234),
        Ether(src=ROUTER_MAC, dst=UPLINK_MAC) / Dot1Q(vlan=5) / IP(src=CLIENT, dst=FRONT_EIP) / udp(),
    ]
    return {
        "vm1-master": [advert(VM1, 150)],
        "inwards": inwards,
        "outwards": outwards,
        "refused": refused,
        "vm1-own-address": [from_vm(VM1, CLIENT, udp())],
        "uplink-pinged": [from_internet(UPLINK, ping())],
    }


def cut(frame, size):
    return fragment(Ether(bytes(frame)), fragsize=size)


def fragments():
    big = UDP(sport=4000, dport=9000) / Raw(bytes(index % 251 for index in range(3000)))
    inwards = cut(from_internet(VM3_EIP, big, id=1), 1480)
    outwards = cut(from_vm(VM3, CLIENT, big, id=2), 1480)
    tiny = cut(from_internet(VM3_EIP, tcp("cut inside the TCP header"), id=3), 8)
    return {
        "inwards": inwards,
        "inwards-backwards": inwards[::-1],
        "outwards": outwards,
        "tiny-first-fragment": tiny,
        "between-vms": cut(from_vm(VM3, VM1.ip, big, mac=VM1.mac, id=4), 1480),
        "echo-to-gateway": cut(from_vm(VM3, WEB_GATEWAY, ping(), id=5), 32),
    }


def replication():
    dhcp = VM3.ether(BROADCAST) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / Raw(bytes(240))
    mdns = from_vm(VM3, "224.0.0.251", UDP(sport=5353, dport=5353) / Raw("who"), mac="01:00:5e:00:00:fb", ttl=255)
    return {
        "vm3-floods": [dhcp, mdns, VM3.ether("01:80:c2:00:00:0e", type=0x88cc) / Raw(bytes(40))],
        "vm1-adverts-front": [advert(VM1, 150)],
        "vm1-adverts-back": [advert(VM1, 150, ["10.77.0.101"], vrid=52)],
        "vm1-adverts-both": [advert(VM1, 150, [FRONT, "10.77.0.101"])],
        "vm1-adverts-nothing": [advert(VM1, 150, [])],
        "vm1-adverts-its-own": [advert(VM1, 150, ["10.77.0.200"], vrid=53)],
        "vm1-adverts-to-vm2": [advert(VM1, 150, dst=VM2.ip, mac=VM2.mac)],
        "vm3-adverts": [advert(VM3, 150, vrid=54), advert(VM3, 150, ["10.77.0.101"], vrid=52)],
        "db1-floods": [DB1.ether(VRRP_MAC) / IP(src=DB1.ip, dst="224.0.0.18", ttl=255) / udp()],
    }


CASES = {
    "fragments": fragments,
    "replication": replication,
    "routing": routing,
    "translation": translation,
}
