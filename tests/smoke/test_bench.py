"""scripts/bench with whole switches: that it runs and tells every figure, not what the figures are."""

from support.bench_run import quick_figures, run_bench

IDS = ["h2.eip_in.1", "h2.eip_in.17", "h2.eip_in.500"]


def test_h2_tells_every_figure_and_leaves_nothing(tmp_path):
    figures = quick_figures("h2", tmp_path / "figures.json")
    assert list(figures) == IDS
    assert all(each["unit"] == "cycles/packet" for each in figures.values())


def test_unknown_work_is_one_line_and_exit_2():
    run = run_bench("h9")
    assert run.returncode == 2
    assert run.stderr == "error: unknown work 'h9', see --help\n"


def test_too_few_rounds_are_refused():
    run = run_bench("h2", "--rounds", "0")
    assert run.returncode == 2
    assert "argument --rounds: 0 is too few, expected 1 or more" in run.stderr
