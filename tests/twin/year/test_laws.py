"""Laws of a year at rest, held against the replay's own and against hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from twin.cooling import tower_banks
from twin.cooling.cooler_tables import SPEEDS, dry_coolers_of, towers_of
from twin.power import quadratic_curve
from twin.site import Stage
from twin.thermal.coefficients import step_table
from twin.year import chain, coolers, racks
from twin.year.kinds import taken


def test_losses_over_a_swing_by_hand() -> None:
    """
    Loss = 1 + 4 load^2 (of 100 W): half of the time 0.6, half 1.0, is 1 + 4 * 0.68 = 3.72 W, and 3.56 at the mean.

    A parabola is tabulated at 129 points of load, whose straight pieces lie 2e-4 W above it at most.
    """
    stage = Stage("transformer", np.ones(1), 100.0, quadratic_curve(0.01, 0.04), heats_hall=False)
    losses, head = chain.mean_path((stage,), np.array([[80.0]]), np.array([[20.0]]))
    assert losses[0, 0, 0] == pytest.approx(3.72, abs=3e-4)
    assert head[0, 0] == pytest.approx(80.0 + losses[0, 0, 0], rel=1e-15)


def test_chips_rise_as_the_replays_step_settles() -> None:
    """The network at rest is where the exact step of a second goes when it is repeated for an hour."""
    classes = build.site(facilities.load("prometheus@first")).rack_classes
    found = racks.response(classes)
    steps = step_table(classes, np.ones(1))
    heat, given = 1000.0, 200.0
    for row in range(len(classes.name)):
        state = np.zeros(3)
        for _ in range(3600):
            inputs = np.array([*state, heat, given, 0.0])
            state = steps.chain[2 * row, -1, :3] @ inputs
        assert found.chip[row] @ [heat, given] == pytest.approx(state[0], rel=1e-9)


@pytest.mark.parametrize("name", ["prometheus@first", "frontier", "google_tpu_v4"])
def test_the_speed_gives_the_rate(name: str) -> None:
    """`speed_for` inverts `rate_at`, and says rest or full speed beyond its ends."""
    site = build.site(facilities.load(name))
    own = taken(site.loops, np.array([0]))
    (table,) = coolers.tables((own,), dry_coolers_of(own), site.altitude_pressure)
    where = coolers.place(table, np.full(9, 305.0), np.linspace(265.0, 296.0, 9), np.ones(9))
    low, high = coolers.rate_at(where, 0), coolers.rate_at(where, coolers.TOP)
    speed = coolers.speed_for(where, 0.4 * low + 0.6 * high)
    place = speed * coolers.TOP
    index = np.minimum(place.astype(np.int64), coolers.TOP - 1)
    below, above = coolers.rate_at(where, index), coolers.rate_at(where, index + 1)
    assert below + (place - index) * (above - below) == pytest.approx(0.4 * low + 0.6 * high, rel=1e-9)
    assert np.all(coolers.speed_for(where, 0.5 * low) == 0.0)
    assert np.all(coolers.speed_for(where, 2.0 * high) == 1.0)


def test_towers_are_read_as_their_law_says() -> None:
    """Between its points the table of a tower is within 0.3 % of the law itself: points stand 2.5 K and 2 K apart."""
    site = build.site(facilities.load("frontier"))
    rows = np.flatnonzero(site.loops.evaporative)[:1]
    own = taken(site.loops, rows)
    wet, inlet = np.linspace(270.3, 298.1, 12), np.linspace(290.2, 312.7, 12)
    (table,) = coolers.tables((own,), dry_coolers_of(own), site.altitude_pressure)
    where = coolers.place(table, inlet, wet, np.ones(12))
    (bank,) = towers_of(own)
    law = tower_banks.bank_heat(
        bank.law, bank.cell, own.cooler_units, inlet, own.water_stream, SPEEDS[8], wet, 0.0, site.altitude_pressure
    )
    assert coolers.rate_at(where, 8) == pytest.approx(law.heat / (inlet - wet), rel=3e-3)
