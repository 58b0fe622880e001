"""scripts/bench h2: that it runs and tells every figure, not what the figures are."""

from support.bench_run import quick_figures

IDS = ["h2.eip_in.1", "h2.eip_in.17", "h2.eip_in.500", "h2.eip_in.1k", "h2.eip_in.1k.ports"]


def test_h2_tells_every_figure_and_leaves_nothing(tmp_path):
    figures = quick_figures("h2", tmp_path / "figures.json")
    assert list(figures) == IDS
    assert all(each["unit"] == "cycles/packet" for each in figures.values())
