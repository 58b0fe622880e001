"""Scrapes of the switch's Prometheus endpoint, and a way to keep its control thread from answering one."""

import contextlib
import ctypes
import os
import pathlib
import re
import urllib.request
from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families

from .namespace import Namespace

LISTEN = "127.0.0.1:9469"
_ROOT = pathlib.Path(__file__).resolve().parents[2]
_METRIC = re.compile(r'^METRIC\((\w+), (counter|gauge|histogram), (\w+), ([\w ]+), ".*"\)$', re.MULTILINE)

_SEIZE, _INTERRUPT, _DETACH, _WALL = 0x4206, 0x4207, 17, 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long


class Scrape:
    """The samples of one scrape by name and labels, without those about the HTTP server itself."""

    def __init__(self, text: str):
        self.types: dict[str, str] = {}
        self.samples: dict[str, dict[frozenset, float]] = {}
        for family in text_string_to_metric_families(text):
            if family.name.startswith("exposer_"):
                continue
            for sample in family.samples:
                self.types[sample.name] = family.type
                self.samples.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get(name, {}).get(frozenset(labels.items()))

    def labels(self, name: str) -> list[dict[str, str]]:
        return [dict(each) for each in self.samples.get(name, {})]

    def counters(self) -> dict[tuple[str, frozenset], float]:
        return {(name, labels): value for name, samples in self.samples.items() if self.types[name] == "counter"
                for labels, value in samples.items()}


def scrape(namespace: Namespace, listen: str = LISTEN, timeout_s: float = 10.0) -> Scrape:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with namespace.entered(), opener.open(f"http://{listen}/metrics", timeout=timeout_s) as answer:
        return Scrape(answer.read().decode())


def documented() -> dict[str, tuple[str, frozenset[str]]]:
    """name -> type and labels, of every metric there is; a histogram is told as three."""
    table = (_ROOT / "control" / "telemetry" / "metrics.def").read_text(encoding="utf-8")
    metrics = {}
    for name, kind, _unit, words in _METRIC.findall(table):
        labels = frozenset() if words == "none" else frozenset(words.split())
        if kind == "histogram":
            metrics |= {f"{name}_bucket": (kind, labels | {"le"}), f"{name}_sum": (kind, labels), f"{name}_count": (kind, labels)}
        else:
            metrics[name] = (kind, labels)
    return metrics


@contextlib.contextmanager
def control_thread_held(pid: int) -> Iterator[None]:
    """The main thread of the process stands still; its other threads go on."""
    _ptrace(_SEIZE, pid)
    try:
        _ptrace(_INTERRUPT, pid)
        os.waitpid(pid, _WALL)
        yield
    finally:
        _ptrace(_DETACH, pid)


def _ptrace(request: int, pid: int) -> None:
    if _libc.ptrace(request, pid, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")
