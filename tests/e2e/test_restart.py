"""The switch is killed under traffic and started again: with a state directory no owner changes."""

import json
import os

import pytest

from support.failover import HaPair
from support.undo import temporary_directory, undo_stack


@pytest.fixture(scope="module")
def story():
    """vm2 owns the address of a running pair, though vm1 has the higher priority: only what was learned says so."""
    with undo_stack() as stack:
        yield Story(stack)


class Story:
    def __init__(self, stack):
        self.state = temporary_directory(stack)
        self.events = os.path.join(self.state, "events.jsonl")
        self.pair = HaPair(stack, switch_options=("--state-dir", self.state, "--event-log", self.events))
        try:
            self.pair.elect()
            self.pair.graceful()
            self.gap_ms = self.pair.restart_switch()
        except Exception as error:
            raise AssertionError(f"{error}\n{self.pair.log_tail()}") from error
        self.havip = self.pair.switch.havip("front")

    def log_tail(self) -> str:
        return self.pair.log_tail()

    def events_since_restart(self) -> list[dict]:
        with open(self.events, encoding="utf-8") as file:
            events = [json.loads(line) for line in file]
        starts = [index for index, event in enumerate(events) if event["event"] == "started"]
        assert len(starts) == 2
        # What the configuration and the state brought stands before "started".
        first = max(index for index in range(starts[1]) if events[index]["number"] == 1)
        return events[first:]


def test_the_owner_of_before_has_the_data(story, record_property):
    record_property("gap_ms", story.gap_ms)
    print(f"no answer for {story.gap_ms:.0f} ms around kill -9 and start")
    assert story.havip["owner"] == "vm2-eth0"


def test_the_owner_never_changed(story):
    moves = [event for event in story.events_since_restart() if event["event"] == "owner_changed"]
    assert [(move["from"], move["to"], move["trigger"]) for move in moves] == [(None, "vm2-eth0", "restart")]


def test_its_next_advert_confirms_it(story):
    assert story.havip["state"] == "owned_vrrp"
    assert not story.havip["candidates"][1]["restored"]


def test_incarnations_count_the_starts(story):
    started = [event for event in story.events_since_restart() if event["event"] == "started"]
    assert [event["incarnation"] for event in started] == [2]


def test_state_says_who_owns(story):
    with open(os.path.join(story.state, "owners.json"), encoding="utf-8") as file:
        state = json.load(file)
    assert (state["format"], state["incarnation"]) == (1, 2)
    assert [(owner["havip"], owner["port"]) for owner in state["owners"]] == [("front", "vm2-eth0")]


def test_a_failover_after_the_restart_works(story):
    assert story.pair.preempt().decision["to"] == "vm1-eth0"
