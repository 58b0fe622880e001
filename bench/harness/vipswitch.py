"""vipswitch as a subject."""

from support.switch import Config, Switch

from . import machine
from .subject import Counters, Place


class Vipswitch:
    """Measured is its only worker."""

    def __init__(self, place: Place, config: Config, name: str = "vipswitch"):
        config.cores = {"control": machine.other_core(), "workers": [machine.measured_core()]}
        self.switch = Switch(place.namespace, config, place.directory, place.stack, name)
        self.process = self.switch.process
        self.switch.wait_ready(60.0)

    def worker(self) -> dict:
        return self.switch.json("show worker stats")["workers"][0]

    def counters(self) -> Counters:
        worker = self.worker()
        return Counters(worker["rx"], worker["busy_cycles"])

    def is_warm(self) -> bool:
        return self.worker()["rx"] > 0
