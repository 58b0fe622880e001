"""vipswitch under test: its configuration file, its process, its shell over pipes."""

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass, field

from .namespace import Namespace
from .process import Process

PROMPT = "vipswitch> "
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def binary() -> str:
    """VIPSWITCH_BINARY, or what the default build directory holds."""
    return os.environ.get("VIPSWITCH_BINARY") or os.path.join(_ROOT, "build", "control", "vipswitch")


@dataclass
class Config:
    """A configuration file: each object a dict of its keys, written one a line.

    Without a control socket unless the test names one, so that switches run side by side; Switch gives each its own.
    """
    uplink: dict | None = None
    vpcs: list[dict] = field(default_factory=list)
    subnets: list[dict] = field(default_factory=list)
    ports: list[dict] = field(default_factory=list)
    havips: list[dict] = field(default_factory=list)
    eips: list[dict] = field(default_factory=list)
    routes: list[dict] = field(default_factory=list)
    eal: list[str] = field(default_factory=lambda: ["--in-memory", "--no-pci"])
    cores: dict = field(default_factory=lambda: default_cores())
    control: dict = field(default_factory=lambda: {"socket": "none"})
    metrics: dict | None = None
    limits: dict = field(default_factory=dict)    # keys of the process, such as mbufs

    def text(self) -> str:
        lines = [f"eal: {_flow(self.eal)}", f"cores: {_flow(self.cores)}", f"control: {_flow(self.control)}"]
        lines += [f"{key}: {_flow(value)}" for key, value in self.limits.items()]
        if self.metrics is not None:
            lines.append(f"metrics: {_flow(self.metrics)}")
        if self.uplink:
            lines.append(f"uplink: {_flow(self.uplink)}")
        for section in ("vpcs", "subnets", "ports", "havips", "eips", "routes"):
            objects = getattr(self, section)
            if objects:
                lines += [f"{section}:", *(f"  - {_flow(each)}" for each in objects)]
        return "\n".join(lines) + "\n"


def default_cores() -> dict:
    usable = sorted(os.sched_getaffinity(0))
    return {"control": usable[0], "workers": [usable[-1]]}


def _flow(value: object) -> str:
    """YAML flow style; strings quoted as in JSON, which YAML reads alike."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value)


class Switch:
    """One running vipswitch with an interactive shell on pipes, and a control socket beside its configuration.

    It lives in a namespace of its own, which holds its ends of the veth pairs. The file prefix is unique, so that
    instances run side by side; its runtime directory goes with the stack. `wrapper` is a command to run it under,
    `options` come behind those it has anyway.
    """

    def __init__(self, namespace: Namespace, config: Config, directory: str, stack: contextlib.ExitStack,
                 name: str = "switch", wrapper: tuple[str, ...] = (), options: tuple[str, ...] = ()):
        self.prefix = f"{namespace.name}-{name}"
        self.config_path = os.path.join(directory, f"{name}.yaml")
        self.socket_path = os.path.join(directory, f"{name}.sock")
        stack.callback(remove_runtime_directory, self.prefix)
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(_of_one_switch(config, self.prefix, self.socket_path).text())
        argv = [*wrapper, binary(), "--config", self.config_path, "-i", *options]
        self.process = Process(name, argv, directory, stack, namespace, pipe_shell=True)
        self._shell_log = os.path.join(directory, f"{name}.shell")

    def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Until the first prompt: the configuration is in the tables and the workers run."""
        try:
            self._read_until_prompt(timeout_s)
        except (TimeoutError, RuntimeError) as error:
            raise RuntimeError(f"{error}\n{self.log_tail()}") from error

    def command(self, line: str, timeout_s: float = 10.0) -> str:
        """What the shell prints for `line`, without its echo."""
        # A switch that has ended shows when its answer is read, and says more there.
        with contextlib.suppress(BrokenPipeError):
            self.process.popen.stdin.write(line.encode() + b"\n")
            self.process.popen.stdin.flush()
        output = self._read_until_prompt(timeout_s).replace("\r", "")
        return output.removeprefix(line).strip("\n")

    def do(self, line: str) -> str:
        """A command that must succeed."""
        answer = self.command(line)
        if "error:" in answer:
            raise RuntimeError(f"{line}: {answer}")
        return answer

    def json(self, line: str) -> dict:
        """The JSON document in the answer to `line`, to which ` json` is added."""
        answer = self.command(f"{line} json")
        if "{" not in answer:
            raise RuntimeError(f"{line} json: no JSON in the answer {answer!r}")
        return json.JSONDecoder().raw_decode(answer[answer.index("{"):])[0]

    def havip(self, name: str) -> dict:
        return self.json(f"show havip {name}")

    def drops(self) -> dict[str, int]:
        """Drop reasons that occurred."""
        return {reason: count for reason, count in self.json("show drops")["drops"].items() if count}

    def unconserved_workers(self) -> list[dict]:
        """Workers whose packets do not add up; empty when every packet ended exactly once."""
        return [worker for worker in self.json("show worker stats")["workers"] if not worker["conserved"]]

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 10.0) -> int:
        """Ends it with a signal; the exit status."""
        self.process.signal(number)
        return self.process.wait(timeout_s)

    def log_tail(self) -> str:
        shell = ""
        with contextlib.suppress(FileNotFoundError), open(self._shell_log, encoding="utf-8") as log:
            shell = log.read()[-4000:]
        return f"{shell}\n--- standard error ---\n{self.process.log_tail()}"

    def _read_until_prompt(self, timeout_s: float) -> str:
        descriptor = self.process.popen.stdout.fileno()
        deadline = time.monotonic() + timeout_s
        output = ""
        while not output.endswith(PROMPT):
            readable, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                raise TimeoutError(f"switch: no prompt within {timeout_s:g} s after {output!r}")
            chunk = os.read(descriptor, 65536).decode(errors="replace")
            if not chunk:
                raise RuntimeError(f"switch ended with {self.process.wait(5)}: {output}")
            with open(self._shell_log, "a", encoding="utf-8") as log:
                log.write(chunk)
            output += chunk
        return output.removesuffix(PROMPT)


def run_to_end(namespace: Namespace, *argv: str, timeout_s: float = 20.0) -> subprocess.CompletedProcess:
    """The binary run until it ends by itself, with standard output and error apart."""
    return subprocess.run(namespace.command([binary(), *argv]), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout_s)


def runtime_directory(prefix: str) -> str:
    return f"/var/run/dpdk/{prefix}"


def remove_runtime_directory(prefix: str) -> None:
    """EAL leaves its directory behind where the process was killed."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(runtime_directory(prefix)):
            os.remove(os.path.join(runtime_directory(prefix), name))
        os.rmdir(runtime_directory(prefix))


def _of_one_switch(config: Config, prefix: str, socket_path: str) -> Config:
    own = {"eal": [*config.eal, f"--file-prefix={prefix}"], "control": {**config.control, "socket": socket_path}}
    return Config(**{**vars(config), **own})
