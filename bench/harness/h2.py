"""One core without a generator: net_pcap repeats a file as fast as it is taken, net_null throws packets away.

Every function that starts a subject is to be called with a Place, and the path of a capture.
"""

from collections.abc import Callable, Sequence

from . import eip_world, laid_out, openvswitch, testpmd
from .alternation import Start
from .frames import Flow, arp_reply, flows_to, write_capture
from .vipswitch import Vipswitch

FLOWS = 10_000
MBUFS = 65536
HUGEPAGES = 1024


def pcap_device(capture: str, queues: int = 1) -> str:
    return f"net_pcap0{f',rx_pcap={capture}' * queues},infinite_rx=1"


def null_device(number: int) -> str:
    return f"net_null{number},no-rx=1"


def capture_to_eips(path: str, eips: int, flows: int = FLOWS, others: Sequence[bytes] = (),
                    eip: Callable[[int], int] = eip_world.eip) -> str:
    return write_capture(path, eip_world.UPLINK_MAC, eip_world.ROUTER_MAC,
                         flows_to([eip(number) for number in range(eips)], flows), others)


def answer_of_router() -> bytes:
    """A frame by which the switch finds its next hop, for what VMs send to the internet."""
    return arp_reply(eip_world.ROUTER_MAC, eip_world.ROUTER_ADDRESS, eip_world.UPLINK_MAC, eip_world.UPLINK_ADDRESS)


def capture_between_ports(path: str) -> str:
    """One flow from the first port to the second, of the same subnet."""
    flow = Flow(eip_world.port_address(0), eip_world.port_address(1), 1024)
    return write_capture(path, eip_world.port_mac(1), eip_world.port_mac(0), [flow])


def vipswitch_eip_in(capture: str, eips: int) -> Start:
    config = eip_world.eip_config(eips, pcap_device(capture), null_device)
    config.limits = {"mbufs": MBUFS}
    return lambda place: Vipswitch(place, config)


def laid_out_eip_in(capture: str, eips: int, ports: int, flows: int) -> Start:
    return lambda place: laid_out.LaidOutWorld(place, capture, eips, ports, flows)


def vipswitch_vm_vm(capture: str) -> Start:
    devices = [pcap_device(capture), null_device(1)]
    config = eip_world.eip_config(eip_world.EIPS_OF_PORT + 1, null_device(2), devices.__getitem__)
    config.limits = {"mbufs": MBUFS}
    return lambda place: Vipswitch(place, config)


def testpmd_forwards(capture: str, mode: str, flows: int = FLOWS) -> Start:
    mbufs = max(MBUFS, 2 * flows)    # each frame of the file stays in one
    return lambda place: testpmd.Testpmd(place, [pcap_device(capture), null_device(0)], mode, mbufs=mbufs)


def ovs_forwards(capture: str, ports: int, flows: list[str], waits: bool = True) -> Start:
    """Port 1 receives, the others are net_null."""
    devices = [pcap_device(capture), *map(null_device, range(ports))]
    options = [openvswitch.dpdk_port(each) for each in devices]
    return lambda place: openvswitch.OpenVswitch(place, options, flows, waits=waits)
