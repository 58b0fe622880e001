"""Builds vipswitch and runs its tests.

usage: scripts/test [--quick] [--suite NAME]...

  --quick        neither end-to-end tests nor sanitizers
  --suite NAME   this suite only; may be repeated. Only so run "package": the release in a clean Debian, which takes
                 minutes and a mirror, and "lint-thorough": clang-tidy, and each header alone

Builds in build/ (or $VIPSWITCH_BUILD_DIR). The unit and stage tests and the replays of the fuzzers are built and run
with AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/ beside it, and only with --quick as the rest is. A
test may count its own cases by a JUnit file $VIPSWITCH_JUNIT_DIR/NAME.xml, where NAME is its name in meson. The last
line is "N passed, N failed, N skipped"; non-zero if any failed or none ran.
"""

import argparse
import concurrent.futures
import os
import pathlib
import signal
import sys
import time

import hugepages
import results
from build_directory import IN_BACKGROUND, ROOT, BuildDirectory, Children
from results import Case, Outcome

SANITIZED = {"fuzz", "stage", "unit"}
# A second compiler's reading of the code; it takes two thirds of the time of g++.
SANITIZER_COMPILER = "clang++"
# Compiled for their findings, not for speed: optimizing instrumented code takes twice as long.
# Null pointers end a test anyway, with AddressSanitizer's report; checks for them double the code. DPDK's
# inline functions call those of drivers by other types.
SANITIZER_OPTIONS = ("-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=0", "-Dwerror=false",
                     "-Dcpp_args=-fno-sanitize=null,vptr,function")
# A finding of UndefinedBehaviorSanitizer ends the test, as one of AddressSanitizer does.
SANITIZER_ENVIRONMENT = {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
                         "ASAN_OPTIONS": "detect_stack_use_after_return=1"}
# Unoptimized, instrumented and in the background: times the limits of the tests.
SANITIZER_PATIENCE = 10
IN_NO_HURRY = {"lint"}
SLOW = {"e2e"}
ON_REQUEST = {"package", "lint-thorough"}
LONGEST_DETAIL_LINES = 150


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--help", action="store_true")
    return parser.parse_args(arguments)


def run_sanitized(asan: BuildDirectory, suites: set[str]) -> list[Case]:
    broken = asan.configure() or asan.build(asan.targets(suites), prefix=IN_BACKGROUND)
    return broken or asan.test(suites, "asan", IN_BACKGROUND, SANITIZER_ENVIRONMENT, SANITIZER_PATIENCE)


def run_tests(build: BuildDirectory, asan: BuildDirectory, suites: set[str], sanitized: set[str]) -> list[Case]:
    """What waits for packets and timers runs beside what computes, so that two cores are kept busy."""
    def compute() -> list[Case]:
        cases = build.test(suites & IN_NO_HURRY, "lint", prefix=IN_BACKGROUND)
        return cases + (run_sanitized(asan, sanitized) if sanitized else [])

    with concurrent.futures.ThreadPoolExecutor() as pool:
        beside = pool.submit(compute)
        cases = build.test(suites - IN_NO_HURRY - sanitized, "tests")
        return cases + beside.result()


def run(options: argparse.Namespace, children: Children) -> list[Case]:
    path = pathlib.Path(os.environ.get("VIPSWITCH_BUILD_DIR", ROOT / "build")).resolve()
    build = BuildDirectory(path, children)
    asan = BuildDirectory(path.with_name(path.name + "-asan"), children, "asan: ", SANITIZER_OPTIONS, SANITIZER_COMPILER)
    broken = build.configure()
    if broken:
        return broken
    suites = build.suites() - (SLOW if options.quick else set())
    unknown = set(options.suite) - suites
    if unknown:
        sys.exit(f"error: no suite '{min(unknown)}', expected some of {', '.join(sorted(suites))}")
    print(hugepages.reserve(), flush=True)
    wanted = set(options.suite) or suites - ON_REQUEST
    sanitized = set() if options.quick else wanted & SANITIZED
    return build.build(build.targets_without(sanitized)) or run_tests(build, asan, wanted, sanitized)


def shortened(detail: str) -> str:
    lines = detail.strip().splitlines()
    left_out = len(lines) - LONGEST_DETAIL_LINES
    return "\n".join(([f"... {left_out} lines before"] if left_out > 0 else []) + lines[-LONGEST_DETAIL_LINES:])


def report(cases: list[Case]) -> int:
    for case in cases:
        if case.outcome is Outcome.FAILED:
            print(f"\nFAILED {case.title}\n{shortened(case.detail)}")
    skipped = [case for case in cases if case.outcome is Outcome.SKIPPED]
    if skipped:
        print()
    for case in skipped:
        print(f"skipped {case.title}: {case.detail}")
    print(results.summary(cases), flush=True)
    return 0 if results.count(cases, Outcome.PASSED) > 0 and results.count(cases, Outcome.FAILED) == 0 else 1


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.help:
        print(__doc__.strip())
        return 0
    children = Children()

    def stop(number: int, _) -> None:
        children.end()
        sys.exit(f"error: ended by {signal.Signals(number).name}")

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    began = time.monotonic()
    cases = run(options, children)
    print(f"\ntook {time.monotonic() - began:.0f} s")
    return report(cases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
