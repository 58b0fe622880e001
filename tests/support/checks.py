"""Statements about traffic that tests make in one line."""

import contextlib
import re
from collections.abc import Iterator

from .namespace import Namespace
from .switch import Switch
from .undo import wait_until


@contextlib.contextmanager
def counts_drop(switch: Switch, reason: str) -> Iterator[None]:
    """What happens inside must make the switch drop at least one packet for `reason`."""
    before = switch.drops().get(reason, 0)
    yield
    wait_until(lambda: switch.drops().get(reason, 0) > before, f"a drop for {reason}", 3.0)


def resolve(namespace: Namespace, interface: str, address: str) -> str | None:
    """The MAC that answers an ARP request for `address`; None without an answer within a second."""
    output = namespace.run("arping", "-c", "1", "-w", "1", "-I", interface, address, check=False).stdout
    answer = re.search(r"\[([0-9A-Fa-f:]{17})\]", output)
    return answer[1].lower() if answer else None
