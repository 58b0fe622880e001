"""Cases about who has which address: ARP, bindings that move, VPCs that overlap, ports that go."""

from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

from inputs.world import (BROADCAST, CLIENT, DB1, DB_GATEWAY, FRONT, FRONT_EIP, GATEWAY_MAC, ROUTER, ROUTER_MAC,
                          UPLINK_MAC, VM1, VM2, VM3, VM3_EIP, WEB_GATEWAY, Vm, advert, announcement, from_internet,
                          from_vm, probe, reply, request, router_asks, stable_mac, udp)

NOBODY = "10.77.0.50"


def arp_proxy():
    return {
        "vm1-master": [advert(VM1, 150)],
        "vm1-resigns": [advert(VM1, 0)],
        "vm3-asks": [request(VM3, ip) for ip in (VM1.ip, WEB_GATEWAY, FRONT, NOBODY, DB1.ip)],
        "vm3-probes": [probe(VM3, FRONT), probe(VM3, VM3.ip)],
        "vm1-asks": [request(VM1, FRONT), probe(VM1, FRONT)],
        "vm2-asks": [request(VM2, FRONT), probe(VM2, FRONT)],
        "db1-asks": [request(DB1, ip) for ip in (DB_GATEWAY, WEB_GATEWAY, FRONT)],
        "router-asks": [router_asks(ip) for ip in (FRONT_EIP, VM3_EIP, "203.0.113.99", VM1.ip)],
    }


def eip_moves():
    return {
        "vm1-master": [advert(VM1, 150)],
        "front-asked": [from_internet(FRONT_EIP)],
        "vm3-asked": [from_internet(VM3_EIP)],
        "vm1-answers": [from_vm(VM1, CLIENT, udp("answer"), src=FRONT)],
        "vm3-answers": [from_vm(VM3, CLIENT, udp("answer"))],
        "router-asks": [router_asks(FRONT_EIP), router_asks(VM3_EIP)],
    }


def havip_unbind():
    return {
        "vm1-master": [advert(VM1, 150), announcement(VM1)],
        "vm2-master": [advert(VM2, 100)],
        "vm3-master": [advert(VM3, 50)],
        "asked": [from_internet(FRONT_EIP)],
        "vm1-goes-on": [from_vm(VM1, CLIENT, udp("answer"), src=FRONT), request(VM1, FRONT)],
    }


def two_vpcs():
    """The same addresses, MACs and VRID in both; only the ports and the EIPs differ."""
    return {
        "vm1-master": [advert(VM1, 150), announcement(VM1)],
        "vm2-master": [advert(VM2, 150), announcement(VM2)],
        "both-asked": [from_internet(FRONT_EIP), from_internet("203.0.113.20")],
        "vm1-answers": [from_vm(VM1, CLIENT, udp("answer"), src=FRONT)],
        "vm2-answers": [from_vm(VM2, CLIENT, udp("answer"), src=FRONT)],
        "vm2-asks-vm1": [request(VM2, VM1.ip), from_vm(VM2, VM1.ip, udp(), mac=VM1.mac)],
    }


def port_goes():
    successor = Vm("52:54:00:77:00:99", VM3.ip)
    return {
        "asked": [from_internet(VM3_EIP)],
        "vm1-asks": [request(VM1, VM3.ip), from_vm(VM1, VM3.ip, udp(), mac=VM3.mac)],
        "vm1-broadcasts": [from_vm(VM1, "255.255.255.255", udp(), mac=BROADCAST)],
        "successor-answers": [from_vm(successor, CLIENT, udp("answer"))],
    }


def next_hops():
    neighbour, neighbour_mac = "198.51.100.77", "02:00:5e:10:00:77"
    return {
        "vm3-to-internet": [from_vm(VM3, CLIENT, udp())],
        "vm3-to-neighbour": [from_vm(VM3, neighbour, udp())],
        "neighbour-answers": [reply(Vm(neighbour_mac, neighbour), neighbour, UPLINK_MAC, "198.51.100.2")],
        "router-moves": [announcement(Vm("02:00:5e:10:00:fd", ROUTER), ROUTER)],
    }


def spoofing():
    """Everything that vm3, which is bound to nothing, may not do."""
    as_vm1 = Vm(VM1.mac, VM3.ip)
    return {
        "vm1-master": [advert(VM1, 100)],
        "vm3-attacks": [
            advert(VM3, 255),
            announcement(VM3),
            announcement(VM3, WEB_GATEWAY),
            announcement(VM3, VM1.ip),
            announcement(VM3, NOBODY),
            reply(VM3, FRONT, VM2.mac, VM2.ip),
            reply(VM3, WEB_GATEWAY, VM2.mac, VM2.ip),
            request(VM3, VM2.ip, source=FRONT),
            from_vm(VM3, VM2.ip, udp(), src=FRONT, mac=VM2.mac),
            from_vm(VM3, VM2.ip, udp(), src=VM1.ip, mac=VM2.mac),
            from_vm(as_vm1, VM2.ip, udp(), mac=VM2.mac),
            from_vm(VM3.acting_as(stable_mac(FRONT)), VM2.ip, udp(), mac=VM2.mac),
            from_vm(VM3.acting_as(GATEWAY_MAC), VM2.ip, udp(), mac=VM2.mac),
        ],
        "uplink-attacks": [
            Ether(src=ROUTER_MAC, dst=VM1.mac) / IP(src=CLIENT, dst=VM1.ip) / udp(),
            Ether(src=ROUTER_MAC, dst=UPLINK_MAC) / IP(src=CLIENT, dst=VM1.ip) / udp(),
            announcement(Vm(ROUTER_MAC, FRONT), FRONT),
            advert(Vm(ROUTER_MAC, CLIENT), 255),
        ],
        "asked": [from_internet(FRONT_EIP)],
    }


CASES = {
    "arp-proxy": arp_proxy,
    "eip-bind-moves": eip_moves,
    "havip-unbind": havip_unbind,
    "next-hops": next_hops,
    "port-goes-under-traffic": port_goes,
    "spoofing": spoofing,
    "two-vpcs-same-addresses": two_vpcs,
}
