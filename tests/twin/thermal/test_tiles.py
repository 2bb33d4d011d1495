"""Racks in their tiles: each stands once, and how runs are cut changes nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest

import facilities
from facilities import build
from tests.twin import small_site as small
from twin import simulate
from twin.thermal import laws, tiles
from twin.thermal.compiled import njit

FRONTIER = build.site(facilities.load("frontier"))
LOAD = small.load(FRONTIER, [0.2, 0.9, 0.5], 7.0, offsets=(0.0, 3.0, 11.0))
LAYOUT = laws.layout(FRONTIER, LOAD, np.zeros((len(FRONTIER.racks.cdu), 0), dtype=np.int64))
MARKS = np.random.default_rng(3).integers(3, size=len(FRONTIER.cdus.name)).astype(float)
"""Flows that part neighbours on the same tile and in the same eight lanes."""


def test_every_rack_has_a_lane_of_its_own_that_is_its_cdus() -> None:
    places = np.stack([LAYOUT.home, LAYOUT.lane])
    assert np.unique(places, axis=1).shape[1] == LAYOUT.order.size
    hall = FRONTIER.cdus.hall[LAYOUT.cdu]
    np.testing.assert_array_equal(LAYOUT.lane, (LAYOUT.cdu - LAYOUT.hall_cdu[hall]) % tiles.LANES)


def test_parts_step_all_racks_and_no_lane_twice() -> None:
    cut = laws.split_runs(LAYOUT, FRONTIER, MARKS)
    stepped = np.zeros((LAYOUT.home[-1] + 1, tiles.LANES), dtype=int)
    for home, low, high in zip(cut.part_home, cut.part_low, cut.part_high, strict=True):
        stepped[home, int(low) : int(high)] += 1
    assert cut.part_home.size > 3 * LAYOUT.part_home.size
    assert stepped.max() == 1
    assert stepped[LAYOUT.home, LAYOUT.lane].min() == 1


def test_tiles_and_the_stack_of_their_loops_begin_at_a_cache_line_and_arrays_lie_apart() -> None:
    """64 bytes; of a compiled function it is an attribute, as is that its arrays lie apart: no result would miss it."""
    rooms = [tiles.room(size, 3) for size in range(1, 9)]
    assert [made.ctypes.data % 64 for made in rooms] == [0] * 8
    assert all(made.flags.c_contiguous and not made.any() for made in rooms)

    @njit
    def aligned(values):
        tiles.alone_in_memory()
        return values[0]

    assert aligned(np.ones(1)) == 1.0
    (text,) = aligned.inspect_llvm().values()
    assert "alignstack" in text
    assert re.search(r"ptr noalias[^,]*%arg\.values", text)


def test_what_is_built_is_read_back() -> None:
    given = 290.0 + np.random.default_rng(4).uniform(0.0, 40.0, (7, LAYOUT.order.size))
    rack = tiles.build(LAYOUT, given)
    np.testing.assert_array_equal(tiles.temperatures(LAYOUT, rack), given)
    assert np.all(tiles.running(LAYOUT, rack) == 1.0)
    assert tiles.tallies(LAYOUT, rack)[:3, 0].tolist() == [np.inf, 0.0, -np.inf]


def test_cutting_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same flows walked in a run and in many: the order of a hall's sums is all that differs, 1e-9 of them."""
    monkeypatch.setattr(simulate, "SETTLING_TIME", 60)
    inputs, curve = small.inputs(70), small.curve(FRONTIER)
    whole = simulate.run(FRONTIER, LOAD, inputs, curve)
    flows = simulate._flows

    def cut(*given):
        layout, now = flows(*given)
        return laws.split_runs(layout, FRONTIER, MARKS), now

    monkeypatch.setattr(simulate, "_flows", cut)
    parts = simulate.run(FRONTIER, LOAD, inputs, curve)
    np.testing.assert_allclose(parts.racks, whole.racks, rtol=1e-6)  # kept in single precision
    np.testing.assert_allclose(parts.site, whole.site, rtol=1e-9)
