"""Cases in which the owner of a HAVIP changes."""

from inputs.world import (BROADCAST, CLIENT, FRONT, FRONT_EIP, GATEWAY_MAC, VM1, VM2, VM3, WEB_GATEWAY, advert, advert3,
                          announcement, from_internet, from_vm, reply, request, stable_mac, tcp, udp, virtual_mac)

ASKED = [from_internet(FRONT_EIP), from_internet(FRONT_EIP, tcp())]


def answered_by(vm):
    return [from_vm(vm, CLIENT, udp("answer"), src=FRONT)]


def graceful():
    return {
        "vm1-master": [advert(VM1, 150), announcement(VM1)],
        "vm1-resigns": [advert(VM1, 0)],
        "vm2-master": [advert(VM2, 100), announcement(VM2)],
        "asked": ASKED,
        "vm1-answers": answered_by(VM1),
        "vm2-answers": answered_by(VM2),
        "vm3-asks": [request(VM3, FRONT), from_vm(VM3, FRONT, udp(), mac=stable_mac(FRONT))],
    }


def preempt():
    return {
        "vm1-master": [advert(VM1, 150), announcement(VM1)],
        "vm2-master": [advert(VM2, 100), announcement(VM2)],
        "asked": ASKED,
        "vm1-answers": answered_by(VM1),
        "vm2-answers": answered_by(VM2),
        # Sent before vm2 has heard the advert that ends its time.
        "vm2-adverts-late": [advert(VM2, 100)],
    }


def crash():
    return {
        "vm1-adverts": [advert(VM1, 150)],
        "vm2-master": [advert(VM2, 100), announcement(VM2)],
        "asked": ASKED,
        # The VM of the killed daemon still has the address.
        "vm1-still-answers": [reply(VM1, FRONT, VM3.mac, VM3.ip), reply(VM1, FRONT, GATEWAY_MAC, WEB_GATEWAY)] +
        answered_by(VM1),
    }


def split_brain():
    return {
        "vm1-adverts": [advert(VM1, 150)],
        "vm2-master": [advert(VM2, 100), announcement(VM2)],
        "vm1-resigns": [advert(VM1, 0)],
        "asked": ASKED,
    }


def virtual_mac_owner():
    group = VM1.acting_as(virtual_mac())
    return {
        "vm1-master": [advert3(group, 150), announcement(group)],
        "vm1-answers": [from_vm(group, CLIENT, udp("answer"), src=FRONT)],
        "vm2-master": [advert3(VM2, 200), announcement(VM2)],
        "asked": ASKED,
        "vm3-asks": [from_vm(VM3, FRONT, udp(), mac=stable_mac(FRONT))],
    }


def gratuitous_arp():
    return {
        "vm1-announces": [announcement(VM1)],
        "vm2-announces": [announcement(VM2)],
        "vm2-replies-to-all": [reply(VM2, FRONT, BROADCAST, FRONT)],
        "asked": ASKED,
    }


def same_burst():
    """The claim stands between data of the same burst."""
    data = answered_by(VM2)
    return {
        "vm1-master": [advert(VM1, 100)],
        "vm2-takes-over": data + [advert(VM2, 150)] + data,
        "vm2-resigns": data + [advert(VM2, 0)] + data,
    }


CASES = {
    "failover-graceful": graceful,
    "failover-preempt": preempt,
    "failover-crash": crash,
    "failover-split-brain": split_brain,
    "failover-virtual-mac": virtual_mac_owner,
    "failover-gratuitous-arp": gratuitous_arp,
    "failover-inside-a-burst": same_burst,
}
