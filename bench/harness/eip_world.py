"""A cloud of one subnet: EIPs before HAVIPs whose owners are pinned, and before ports.

Debian's DPDK has room for 32 devices, a port for 16 HAVIPs, and each of its addresses for one EIP: 31 VM ports carry
527 EIPs at most.
"""

import ipaddress
from collections.abc import Callable

from support.switch import Config

HAVIPS_OF_PORT = 16
EIPS_OF_PORT = HAVIPS_OF_PORT + 1
MOST_PORTS = 31
MOST_EIPS = MOST_PORTS * EIPS_OF_PORT
UPLINK_MAC = "02:00:5e:10:00:01"
UPLINK_ADDRESS, ROUTER_ADDRESS = "198.51.100.2", "198.51.100.1"
ROUTER_MAC = "02:00:5e:10:00:99"
GATEWAY_MAC = "0e:00:0a:00:00:01"    # the switch's, for the subnet's gateway

_FIRST_EIP = int(ipaddress.IPv4Address("60.0.0.10"))
_FIRST_HAVIP = int(ipaddress.IPv4Address("10.0.2.0"))    # more than 65,000 leave the subnet: for others' tables
_FIRST_PORT = int(ipaddress.IPv4Address("10.0.1.1"))    # of the 31 that there may be


def eip(number: int) -> int:
    return _FIRST_EIP + number


def port_count(eips: int) -> int:
    return -(-eips // EIPS_OF_PORT)


def port_of(number: int) -> int:
    """The port that the EIP's packets go to."""
    return number // EIPS_OF_PORT


def inner_address(number: int) -> int:
    """What stands behind the EIP: the port's own address, or one of its HAVIPs'."""
    port, place = divmod(number, EIPS_OF_PORT)
    return port_address(port) if place == 0 and port < MOST_PORTS else _FIRST_HAVIP + number


def port_address(port: int) -> int:
    return _FIRST_PORT + port


def port_mac(port: int) -> str:
    return f"52:54:00:77:00:{port + 16:02x}"


def text(address: int) -> str:
    return str(ipaddress.IPv4Address(address))


def eip_config(eips: int, uplink: str, port_device: Callable[[int], str]) -> Config:
    """`uplink` and port_device(port) are DPDK device arguments."""
    if not 1 <= eips <= MOST_EIPS:
        raise ValueError(f"eips: {eips} is out of range, expected 1 to {MOST_EIPS}")
    config = Config()
    config.uplink = {"device": uplink, "mac": UPLINK_MAC, "addresses": [f"{UPLINK_ADDRESS}/24"],
                     "gateway": ROUTER_ADDRESS}
    config.vpcs = [{"name": "shop", "vni": 1001}]
    config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.0.0.0/16", "gateway": "10.0.0.1",
                       "havip_quota": MOST_EIPS}]
    config.ports = [{"name": f"p{port}", "instance": f"vm{port}", "subnet": "web", "mac": port_mac(port),
                     "ipv4": text(port_address(port)), "device": port_device(port)} for port in range(port_count(eips))]
    for number in range(eips):
        port = f"p{port_of(number)}"
        target = {"port": port}
        if number % EIPS_OF_PORT != 0:
            target = {"havip": f"h{number}"}
            config.havips.append({"name": f"h{number}", "subnet": "web", "ipv4": text(inner_address(number)),
                                  "ports": [port], "pin": port})
        config.eips.append({"name": f"e{number}", "ipv4": text(eip(number)), "target": target})
    return config
