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


def tcp_transfer(server: Namespace, client: Namespace, address: str, port: int, size_bytes: int) -> tuple[str, str]:
    """Random bytes from `client` to `server`, which is reached at `address`: SHA-256 as sent and as received."""
    family = _family_of(address)
    listener = server.socket(family, socket.SOCK_STREAM)
    sender = client.socket(family, socket.SOCK_STREAM)
    received: list[str] = []
    with contextlib.closing(listener), contextlib.closing(sender):
        for each in (listener, sender):
            each.settimeout(_TIMEOUT_S)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
        listener.listen(1)
        thread = threading.Thread(target=lambda: received.append(_receive_all(listener)), daemon=True)
        thread.start()
        data = random.randbytes(size_bytes)
        sender.connect((address, port))
        sender.sendall(data)
        sender.shutdown(socket.SHUT_WR)
        thread.join(_TIMEOUT_S)
    return hashlib.sha256(data).hexdigest(), received[0] if received else "nothing received"


def _receive_all(listener: socket.socket) -> str:
    connection, _peer = listener.accept()
    digest = hashlib.sha256()
    with connection:
        connection.settimeout(_TIMEOUT_S)
        while chunk := connection.recv(1 << 16):
            digest.update(chunk)
    return digest.hexdigest()


def udp_exchange(server: Namespace, client: Namespace, address: str, port: int, payload: bytes,
                 server_address: str = "0.0.0.0", timeout_s: float = 2.0) -> tuple[bytes, str, bytes, str]:
    """One datagram there and back, the answer being the payload reversed.

    Returns what the server received, from whom, what the client received, from whom; empty where nothing came.
    """
    answering = server.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asking = client.socket(socket.AF_INET, socket.SOCK_DGRAM)
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
