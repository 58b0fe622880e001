"""Single test cases out of what meson, GoogleTest and pytest leave behind."""

import dataclasses
import enum
import json
import pathlib
import xml.etree.ElementTree as xml


class Outcome(enum.Enum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclasses.dataclass(frozen=True)
class Case:
    test: str  # the meson test, or the step of the run, that it is part of
    name: str  # empty if the test is one case
    outcome: Outcome
    detail: str = ""  # a failure's output, a skip's reason

    @property
    def title(self) -> str:
        return f"{self.test}: {self.name}" if self.name else self.test


def _case_of_junit(test: str, element: xml.Element) -> Case:
    name = ".".join(part for part in (element.get("classname"), element.get("name")) if part)
    broken = [child for child in element if child.tag in ("failure", "error")]
    if broken:
        texts = [child.text or child.get("message", "") for child in broken]
        output = [element.findtext(tag) or "" for tag in ("system-out", "system-err")]
        return Case(test, name, Outcome.FAILED, "\n".join(text for text in texts + output if text))
    skipped = element.find("skipped")
    if skipped is not None:
        return Case(test, name, Outcome.SKIPPED, skipped.get("message") or skipped.text or "no reason given")
    return Case(test, name, Outcome.PASSED)


def _gtest_cases(test: str, meson_name: str, junit: xml.Element) -> list[Case]:
    """meson names the suites of a GoogleTest program PROJECT.NAME.SUITE, where NAME is `PROJECT:SUITE / TEST`."""
    return [_case_of_junit(test, case) for suite in junit.iter("testsuite")
            if suite.get("name", "").partition(".")[2].startswith(f"{meson_name}.") for case in suite.iter("testcase")]


def _whole(test: str, record: dict) -> Case:
    output = "\n".join(text for text in (record.get("stdout"), record.get("stderr")) if text).strip()
    if record["result"] in ("OK", "EXPECTEDFAIL"):
        return Case(test, "", Outcome.PASSED)
    if record["result"] == "SKIP":
        return Case(test, "", Outcome.SKIPPED, output.splitlines()[-1] if output else "no reason given")
    return Case(test, "", Outcome.FAILED, f"{record['result']}, exit status {record['returncode']}\n{output}")


def read(log: pathlib.Path, junit_directory: pathlib.Path, label: str = "") -> list[Case]:
    """The cases of one `meson test`, whose log is log.json and log.junit.xml.

    A GoogleTest program counts by its cases, a test that wrote NAME.xml into junit_directory by those, any other as
    one. A test that ended badly though none of its cases failed (it crashed, or took too long) is one failure more.
    """
    records = [json.loads(line) for line in log.with_suffix(".json").read_text().splitlines()]
    gtest = xml.parse(log.with_suffix(".junit.xml")).getroot()
    cases = []
    for record in records:
        test = record["name"].rpartition(" / ")[2]
        own = junit_directory / f"{test}.xml"
        found = [_case_of_junit(test, case) for case in xml.parse(own).iter("testcase")] if own.exists() \
            else _gtest_cases(test, record["name"], gtest)
        whole = _whole(test, record)
        explained = any(case.outcome is Outcome.FAILED for case in found)
        if not found or (whole.outcome is Outcome.FAILED and not explained):
            found.append(whole)
        cases += [dataclasses.replace(case, test=label + case.test) for case in found]
    return cases


def count(cases: list[Case], outcome: Outcome) -> int:
    return sum(case.outcome is outcome for case in cases)


def summary(cases: list[Case]) -> str:
    return ", ".join(f"{count(cases, outcome)} {outcome.value}" for outcome in Outcome)
