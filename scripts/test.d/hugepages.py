"""Hugepages for the tests that run the switch as it is run in earnest."""

import os
import pathlib

WANTED = 512
DIRECTORY = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


def _read(name: str) -> int:
    return int((DIRECTORY / name).read_text())


def reserve() -> str:
    """Raises the number of 2 MB pages until WANTED are free, never lowers it; says what it found or did.

    Without them the switch runs with --no-huge, so nothing here is an error.
    """
    if not DIRECTORY.exists():
        return "hugepages: this kernel has none of 2 MB"
    free = _read("free_hugepages")
    if free >= WANTED:
        return f"hugepages: {free} of 2 MB free"
    if os.geteuid() != 0:
        return f"hugepages: {free} of 2 MB free, and only root may reserve more"
    try:
        (DIRECTORY / "nr_hugepages").write_text(str(_read("nr_hugepages") + WANTED - free))
    except OSError as error:
        return f"hugepages: {free} of 2 MB free, cannot reserve more: {error.strerror}"
    return f"hugepages: reserved, now {_read('free_hugepages')} of 2 MB free (were {free})"
