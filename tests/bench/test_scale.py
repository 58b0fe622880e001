"""scripts/bench scale on small tables: that it runs, that owners and packets are right, and what does not hang on time."""

from support.bench_run import quick_figures

UNITS = {
    "mem.havip": "bytes", "mem.eip": "bytes", "mem.endpoint": "bytes", "mem.eip6": "bytes", "mem.endpoint6": "bytes",
    "mem.havip.control": "bytes", "mem.eip.control": "bytes",
    "scale.eip_in.1m": "cycles/packet",
    "learn.100k_adverts": "core", "learn.100k_adverts.advert": "cycles/advert", "learn.100k_adverts.timers": "cycles/advert",
    "learn.100k_adverts.beside": "cycles/packet",
    "failover.10k": "ms", "failover.10k.cycles": "cycles/HAVIP", "failover.10k.events": "events/HAVIP",
    "scale.two_workers": "x", "scale.two_workers.rate": "Mpps",
    "load.100k_eips": "s", "load.100k_eips.check": "s", "load.100k_eips.memory": "MB",
}
WITH_FLOOR = {"scale.eip_in.1m", "learn.100k_adverts.beside", "scale.two_workers", "scale.two_workers.rate"}
# Of all tables, an object: above what is measured, so that a table that grows is noticed.
MOST_BYTES = {"mem.havip": 250, "mem.eip": 64, "mem.endpoint": 48, "mem.eip6": 100, "mem.endpoint6": 64}


def test_scale_tells_every_figure(tmp_path):
    figures = quick_figures("scale", tmp_path / "figures.json")
    assert {name: each["unit"] for name, each in figures.items()} == UNITS
    assert {name for name, each in figures.items() if "floor" in each} == WITH_FLOOR
    for name, most in MOST_BYTES.items():
        assert figures[name]["value"] <= most
    # A resignation moves a HAVIP to nobody and its backup's advert to that; both are a decision and a move.
    assert figures["failover.10k.events"]["value"] == 4
