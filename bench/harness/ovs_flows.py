"""Rules of Open vSwitch for what vipswitch does with the EIPs of eip_world, as lines of ovs-ofctl.

Packets come in at port 1; VM port p of the world is port 2 + p, or where there is one alone, that.
"""

from . import eip_world

_ZONE = 1


def forward() -> list[str]:
    return ["in_port=1 actions=output:2"]


def rewriting(eips: int, ports: int) -> list[str]:
    """Stateless: the address is written into each packet."""
    return [f"in_port=1,ip,nw_dst={_eip(number)} actions=mod_nw_dst:{_inner(number)},{_to_vm(number, ports)}"
            for number in range(eips)]


def rewriting_both_ways(eips: int) -> list[str]:
    """With one VM, at port 2."""
    to_router = f"mod_dl_src:{eip_world.UPLINK_MAC},mod_dl_dst:{eip_world.ROUTER_MAC},output:1"
    return rewriting(eips, 1) + [f"in_port=2,ip,nw_src={_inner(number)} actions=mod_nw_src:{_eip(number)},{to_router}"
                                 for number in range(eips)]


def conntrack(eips: int, ports: int) -> list[str]:
    """Connections are tracked, the first packet of each says how it is translated. Without answers all remain new."""
    flows = [f"table=0,in_port=1,ip actions=ct(table=1,nat,zone={_ZONE})"]
    for number in range(eips):
        deliver = _to_vm(number, ports)
        commit = f"ct(commit,nat(dst={_inner(number)}),zone={_ZONE})"
        flows.append(f"table=1,ip,ct_state=+trk+new,nw_dst={_eip(number)} actions={commit},{deliver}")
        flows.append(f"table=1,ip,ct_state=+trk,nw_dst={_inner(number)} actions={deliver}")
    return flows


def _eip(number: int) -> str:
    return eip_world.text(eip_world.eip(number))


def _inner(number: int) -> str:
    return eip_world.text(eip_world.inner_address(number))


def _to_vm(number: int, ports: int) -> str:
    port = eip_world.port_of(number) % ports
    return f"mod_dl_src:{eip_world.GATEWAY_MAC},mod_dl_dst:{eip_world.port_mac(port)},output:{2 + port}"
