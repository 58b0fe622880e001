"""What scripts/bench says to wrong words."""

from support.bench_run import run_bench


def test_unknown_work_is_one_line_and_exit_2():
    run = run_bench("h9")
    assert run.returncode == 2
    assert run.stderr == "error: unknown work 'h9', see --help\n"


def test_too_few_rounds_are_refused():
    run = run_bench("h2", "--rounds", "0")
    assert run.returncode == 2
    assert "argument --rounds: 0 is too few, expected 1 or more" in run.stderr
