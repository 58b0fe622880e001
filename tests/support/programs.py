"""Programs that everybody knows, between namespaces: iperf3, dnsmasq, kdig."""

import contextlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass

from .namespace import Namespace
from .process import Process
from .undo import undo_stack, wait_until

_TIMEOUT_S = 60.0
_ports = itertools.count(5201)


@dataclass(frozen=True)
class Iperf:
    """What one run moved, as its two ends counted it."""
    sent_bytes: int
    received_bytes: int
    error: str | None


def iperf3(server: Namespace, server_address: str, client: Namespace, address: str, size_bytes: int, directory: str,
           *options: str) -> Iperf:
    """Moves `size_bytes` between `client` and the server at `server_address`, which it reaches at `address`.

    From client to server, with `-R` the other way; with `-u` datagrams.
    """
    port = str(next(_ports))
    with undo_stack() as stack:
        Process(f"iperf3-{port}", ["iperf3", "-s", "-1", "-B", server_address, "-p", port], directory, stack, server)
        wait_until(lambda: _is_listening(server, port), "iperf3 listens")
        output = client.run("iperf3", "-c", address, "-p", port, "-n", str(size_bytes), "-J", *options, check=False,
                            timeout_s=_TIMEOUT_S).stdout
    told = json.loads(output)
    end = told.get("end", {})
    return Iperf(end.get("sum_sent", {}).get("bytes", 0), end.get("sum_received", {}).get("bytes", 0),
                 told.get("error"))


def _is_listening(namespace: Namespace, port: str) -> bool:
    return bool(namespace.run("ss", "-Hltn", f"sport = :{port}").stdout.strip())


class Dnsmasq:
    """A DNS server in a namespace, which answers from whichever address it was asked at, without a cache."""

    def __init__(self, name: str, namespace: Namespace, directory: str, stack: contextlib.ExitStack,
                 options: Sequence[str]):
        argv = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", "--user=root", "--no-resolv",
                "--no-hosts", "--cache-size=0", "--log-queries=extra", "--log-facility=-", *options]
        self._process = Process(f"dnsmasq-{name}", argv, directory, stack, namespace)
        wait_until(lambda: _is_listening(namespace, "53"), f"dnsmasq of {name} listens")

    def log(self) -> str:
        return self._process.log()


@dataclass(frozen=True)
class Answer:
    """What kdig got for one question."""
    values: list[str]
    transport: str     # UDP or TCP: over which the answer came, "" without one
    output: str


def ask_dns(namespace: Namespace, server: str, name: str, kind: str, *options: str) -> Answer:
    output = namespace.run("kdig", f"@{server}", name, kind, "+timeout=5", "+retry=3", *options, check=False).stdout
    values = [line.split(None, 4)[4] for line in output.splitlines() if line.startswith(f"{name}.")]
    transport = next((line.rpartition("(")[2].partition(")")[0] for line in output.splitlines()
                      if line.startswith(";; From ")), "")
    return Answer(values, transport, output)
