"""Cycles per packet of a worker whose uplink is an interface of the kernel: scripts/bench uplink [--seconds S].

Two switches and a veth pair. The generator's VM is a capture file that net_pcap repeats without end, so it sends as
fast as its uplink takes it. Measured is the other switch, by what its worker counts itself (show worker stats): the
cycles of the rounds that found packets, for each packet.

  in    uplink -> EIP -> a VM port that throws packets away (net_null)
  out   a VM port that repeats a file -> EIP -> uplink; "nowhere" is the same with a blackhole in front of the uplink,
        so that the difference is what the uplink costs
"""

import argparse
import time

from harness import frames, machine
from support.switch import Config, Switch
from support.testbed import ROUTER_ADDRESS, UPLINK_ADDRESS, Testbed, af_xdp_is_missing
from support.undo import undo_stack, wait_until

GATEWAY_MAC = "0e:00:00:00:00:01"
VM_MAC = "52:54:00:77:00:11"
VM_ADDRESS = "10.77.0.11"
EIP = "203.0.113.11"
GENERATOR_ADDRESS, GENERATOR_EIP = "198.51.100.9", "198.51.100.77"
CLIENT = "192.0.2.10"
FRAMES_IN_FILE = 256


def write_capture(path: str, destination: str) -> str:
    """From the VM to its gateway, for net_pcap to repeat."""
    flows = [frames.Flow(frames.address(VM_ADDRESS), frames.address(destination), 1024 + number)
             for number in range(FRAMES_IN_FILE)]
    frames.write_capture(path, GATEWAY_MAC, VM_MAC, flows)
    return f"net_pcap0,rx_pcap={path},infinite_rx=1,tx_pcap=/dev/null"


def one_vm(config: Config, device: str, eip: str) -> None:
    config.vpcs = [{"name": "shop", "vni": 1001}]
    config.subnets = [{"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24", "gateway": "10.77.0.1"}]
    config.ports = [{"name": "vm", "instance": "vm", "nic": "primary", "subnet": "web", "mac": VM_MAC,
                     "ipv4": VM_ADDRESS, "device": device}]
    config.eips = [{"name": "public", "ipv4": eip, "target": {"port": "vm"}}]


class Bed(Testbed):
    """The measured switch, and a generator in the router's place."""

    def __init__(self, stack, device: str):
        super().__init__(stack)
        self.config.uplink["device"] = device
        self.config.cores = {"control": machine.other_core(), "workers": [machine.measured_core()]}
        self.generator_cores = {"control": machine.measured_core(), "workers": [machine.other_core()]}

    def start_generator(self) -> None:
        config = Config(cores=self.generator_cores)
        config.uplink = {"device": "af_packet", "interface": "uplink", "mac": "02:00:5e:10:00:09",
                         "addresses": [f"{GENERATOR_ADDRESS}/24"], "gateway": UPLINK_ADDRESS}
        one_vm(config, write_capture(f"{self.directory}/generator.pcap", EIP), GENERATOR_EIP)
        Switch(self.router, config, self.directory, self.stack, name="generator").wait_ready()

    def measure(self, seconds: float) -> tuple[float, float, float]:
        """Cycles per packet, packets per round that found some, packets a second."""
        wait_until(lambda: self._worker()["rx"] > 100_000, "packets", 20)
        before, began = self._worker(), time.monotonic()
        time.sleep(seconds)
        after, ended = self._worker(), time.monotonic()
        packets = after["rx"] - before["rx"]
        rounds = after["polls"] - after["empty_polls"] - before["polls"] + before["empty_polls"]
        return ((after["busy_cycles"] - before["busy_cycles"]) / packets, packets / rounds, packets / (ended - began))

    def _worker(self) -> dict:
        return self.switch.json("show worker stats")["workers"][0]


def measure_in(device: str, seconds: float) -> tuple[float, float, float]:
    with undo_stack() as stack:
        bed = Bed(stack, device)
        one_vm(bed.config, "net_null0,no-rx=1", EIP)
        bed.start_switch()
        bed.start_generator()
        return bed.measure(seconds)


def measure_out(device: str, seconds: float, into_blackhole: bool = False) -> tuple[float, float, float]:
    with undo_stack() as stack:
        bed = Bed(stack, device)
        one_vm(bed.config, write_capture(f"{bed.directory}/vm.pcap", CLIENT), EIP)
        if into_blackhole:
            bed.config.routes = [{"vpc": "shop", "to": "0.0.0.0/0", "via": "blackhole"}]
        bed.start_switch()
        resolved = {"address": ROUTER_ADDRESS, "state": "resolved"}
        wait_until(lambda: any(resolved.items() <= neighbour.items()
                               for neighbour in bed.switch.json("show neighbours")["neighbours"]), "the next hop", 10)
        return bed.measure(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench uplink")
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    devices = ["af_packet"] + ([] if af_xdp_is_missing() else ["af_xdp"])
    print(f"{'uplink':<10} {'direction':<10} {'cycles/packet':>13} {'packets/round':>13} {'packets/s':>11}")

    def show(device: str, direction: str, figures: tuple[float, float, float]) -> None:
        cycles, burst, rate = figures
        print(f"{device:<10} {direction:<10} {cycles:>13.0f} {burst:>13.1f} {rate:>11.0f}", flush=True)

    for device in devices:
        show(device, "in", measure_in(device, seconds))
    show("nowhere", "out", measure_out("af_packet", seconds, into_blackhole=True))
    for device in devices:
        show(device, "out", measure_out(device, seconds))


if __name__ == "__main__":
    main()
