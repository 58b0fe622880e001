"""No way of a packet through the switch grows by instructions unnoticed; neither a flood nor updates of tables add any."""

import counting
import pytest


@pytest.mark.parametrize("way", counting.baseline())
def test_way_takes_no_more_instructions_than_its_baseline(program, way):
    count = counting.instructions_per_packet(program, way)
    before = counting.baseline()[way]
    assert count <= before * counting.MAY_GROW, (
        f"{way}: {count:.1f} instructions a packet, {before} in bench/baseline.json: take them back, or raise it by "
        "scripts/bench instructions --write in the commit that says why")
    assert count >= before * 0.9, f"{way}: {count:.1f}, {before} in bench/baseline.json: write the new one down"


def test_every_way_has_a_baseline(program):
    assert set(counting.ways(program)) == set(counting.baseline())


def test_flood_of_claims_changes_no_instruction_of_another_port(program):
    """One port announces, adverts and resigns in full bursts; another's packets go their way between them."""
    quiet, flooded = (counting.instructions_per_packet(program, f"learn.bystander.{state}")
                      for state in ("quiet", "flooded"))
    assert flooded == quiet


def test_updates_of_tables_change_no_instruction_of_a_packet(program):
    """Control publishes a batch of 100 changes before each burst: far more often than 10,000 a second."""
    without, beside = (counting.instructions_per_packet(program, f"updates.{state}") for state in ("without", "beside"))
    assert beside == without
