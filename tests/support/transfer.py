"""Traffic of ordinary applications between namespaces: echo, bulk TCP, UDP."""

import contextlib
import hashlib
import random
import socket
import threading

from .namespace import Namespace

_TIMEOUT_S = 60.0


def ping(namespace: Namespace, address: str, count: int = 5, source: str | None = None) -> int:
    """Echo requests 20 ms apart; how many were answered."""
    bind = ["-I", source] if source else []
    output = namespace.run("ping", "-n", "-q", "-c", str(count), "-i", "0.02", "-W", "1", *bind, address,
                           check=False).stdout
    summary = next((line for line in output.splitlines() if "packets transmitted" in line), None)
    if summary is None:
        raise RuntimeError(f"ping {address}: {output}")
    return int(summary.split(",")[1].split()[0])


def _family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp_transfer(server: Namespace, client: Namespace, address: str, port: int, size_bytes: int,
                 source: str | None = None, download: bool = False,
                 timeout_s: float = _TIMEOUT_S) -> tuple[str, str]:
    """Random bytes from `client`, bound to `source` if given, to `server`, which it reaches at `address`.

    With `download` the bytes go the other way. Returns their SHA-256 as sent and as received.
    """
    family = _family_of(address)
    listener = server.socket(family, socket.SOCK_STREAM)
    caller = client.socket(family, socket.SOCK_STREAM)
    digests: dict[str, str] = {}
    with contextlib.closing(listener), contextlib.closing(caller):
        for each in (listener, caller):
            each.settimeout(timeout_s)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
        listener.listen(1)
        if source:
            caller.bind((source, 0))
        serve, call = (_send, _receive) if download else (_receive, _send)
        thread = threading.Thread(target=_serve, args=(listener, serve, size_bytes, timeout_s, digests), daemon=True)
        thread.start()
        caller.connect((address, port))
        call(caller, size_bytes, digests)
        thread.join(timeout_s)
    return digests.get("sent", "nothing sent"), digests.get("received", "nothing received")


def _serve(listener: socket.socket, serve, size_bytes: int, timeout_s: float, digests: dict[str, str]) -> None:
    connection, _peer = listener.accept()
    with connection:
        connection.settimeout(timeout_s)
        serve(connection, size_bytes, digests)


def _send(connection: socket.socket, size_bytes: int, digests: dict[str, str]) -> None:
    digest = hashlib.sha256()
    while size_bytes > 0:
        block = random.randbytes(min(size_bytes, 1 << 20))
        digest.update(block)
        connection.sendall(block)
        size_bytes -= len(block)
    connection.shutdown(socket.SHUT_WR)
    digests["sent"] = digest.hexdigest()


def _receive(connection: socket.socket, _size_bytes: int, digests: dict[str, str]) -> None:
    digest = hashlib.sha256()
    while chunk := connection.recv(1 << 18):
        digest.update(chunk)
    digests["received"] = digest.hexdigest()


def udp_exchange(server: Namespace, client: Namespace, address: str, port: int, payload: bytes,
                 server_address: str = "", timeout_s: float = 2.0) -> tuple[bytes, str, bytes, str]:
    """One datagram there and back, the answer being the payload reversed.

    Returns what the server received, from whom, what the client received, from whom; empty where nothing came.
    """
    answering = server.socket(_family_of(address), socket.SOCK_DGRAM)
    asking = client.socket(_family_of(address), socket.SOCK_DGRAM)
    with contextlib.closing(answering), contextlib.closing(asking):
        answering.bind((server_address, port))
        for each in (answering, asking):
            each.settimeout(timeout_s)
        asking.sendto(payload, (address, port))
        question = answer = b""
        asked_by = answered_by = ("", 0)
        with contextlib.suppress(TimeoutError):
            question, asked_by = answering.recvfrom(2048)
            answering.sendto(question[::-1], asked_by)
            answer, answered_by = asking.recvfrom(2048)
    return question, asked_by[0], answer, answered_by[0]
