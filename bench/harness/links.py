"""A link between two processes: the subject serves it, the generator or the VM comes to it."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Of kind `memif` or `vhost`, with a socket in the subject's directory."""
    kind: str
    directory: str

    def served(self, number: int) -> str:
        """Device arguments of the subject."""
        if self.kind == "memif":
            return f"net_memif{number},role=server,id={number},socket={self._socket(number)},socket-abstract=no"
        return f"net_vhost{number},iface={self._socket(number)}"

    def used(self, number: int, socket: str | None = None) -> str:
        """Of the other side; `socket` where the subject named it itself."""
        path = socket or self._socket(number)
        if self.kind == "memif":
            return f"net_memif{number},role=client,id={number},socket={path},socket-abstract=no"
        return f"net_virtio_user{number},path={path},queue_size=1024"

    def _socket(self, number: int) -> str:
        return os.path.join(self.directory, f"{self.kind}{number}.sock")
