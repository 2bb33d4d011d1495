"""How many racks the cooling of a site carries: by hand, and by the whole site at rest."""

from __future__ import annotations

import numpy as np
import pytest

import facilities
from facilities import build
from tests.twin.small_site import COOLANT_STREAM, RACK_POWER, site
from twin.closure import balances_of
from twin.cooling.plant_tables import Outdoors
from twin.record import Stored
from twin.year import limits
from twin.year.limits import Full, full
from twin.year.steady import Steps, steady
from twin.year.work import AT_REST, Works

WEATHERS = np.array([307.0, 303.0]), np.array([296.0, 298.0])
"""Dry and wet bulbs [K] of a warm and of a humid day."""

HELD = 0.02
"""
Excess of temperatures [K] at a limit: chips at alarms draw some per mille more than at set points, for which limits
count their heat.
"""


def built(name: str) -> tuple[Full, float]:
    """Give a site of the catalog at full load, and its air pressure."""
    facility = facilities.load(name)
    parts = build.sized(facility)
    made = build.site_of(facility, parts)
    power = np.array([model.design_power for model in parts.models.values()])
    return full(made, power), made.altitude_pressure


def at_rest(of: Full, air: Outdoors, crowd: float) -> Steps:
    """Solve the whole site in one weather."""
    one = np.ones((1, 1, 1))
    works = Works(one, one, np.ones(1, dtype=bool), (), np.full((1, len(of.plan.kinds.classes.name)), AT_REST))
    return steady(of.plan, works, air, np.array([[crowd]]))


@pytest.mark.parametrize("name", ["prometheus@first", "frontier", "google_tpu_v4", "hpe_isambard_ai", "meta_150mw"])
def test_the_whole_site_holds_at_its_limit(name: str) -> None:
    """
    All parts solved together, each gives what is asked of the others, hold where each alone says that it does.

    Beyond the least limit the part that it belongs to no longer holds, unless that is a rating and no temperature.
    """
    of, pressure = built(name)
    climate, rare = facilities.load(name).climate, np.array([False, True])
    dry = climate.design_dry_bulb.si + np.array([0.0, 3.0])
    wet = np.minimum(climate.design_wet_bulb.si, dry)
    air = limits.outdoors(dry, wet, pressure)
    held = limits.bounds(of, air, rare)
    found = limits.crowd(of, air, held)
    plants = np.minimum(found.liquid_plant[0], found.air_plant[0])
    least = np.minimum(np.minimum(found.air, found.coolant), plants).min(axis=1)
    flowing = of.plan.kinds.cdu_stream > 0.0
    for row, crowd in enumerate(least):
        day = limits.outdoors(dry[row : row + 1], wet[row : row + 1], pressure)
        steps = at_rest(of, day, 0.9999 * crowd)
        assert np.all((steps.coolant - held.coolant[row])[:, flowing] < HELD)
        assert np.all(steps.air - held.air[row] < HELD)
        assert steps.lost.max() == 0.0
        if not rare[row]:
            assert np.all(steps.loops.supply - held.plant[row] < HELD)
            if plants[row].min() == crowd:
                beyond = at_rest(of, day, 1.02 * crowd)
                assert np.any(beyond.loops.supply - held.plant[row] > 0.1)


def test_hotter_days_and_fewer_units_carry_less() -> None:
    of, pressure = built("prometheus@first")
    dry = np.linspace(298.0, 312.0, 8)
    air = limits.outdoors(dry, dry - 8.0, pressure)
    found = limits.crowd(of, air, limits.bounds(of, air, np.zeros(8, bool)))
    for plant in (found.liquid_plant, found.air_plant):
        capped = np.minimum(plant, limits.MOST)
        assert np.all(np.diff(capped, axis=1) <= 1e-5)
        assert np.all(capped[1:] <= capped[0] + 1e-5)
    assert found.liquid_plant[0, -1].max() < found.liquid_plant[0, 0].min()


def test_cdus_by_hand() -> None:
    """
    Seven racks of 11.5 kW/K on a CDU with equal streams and three transfer units: effectiveness 3/4, X = 0.75 M.

    Coolant at 40 degC over water at 32 (towers) and 35 degC (dry coolers): Q = X dT / (1 - X / M) = 3 M dT, which is
    24 K and 15 K times 80.5 kW/K: 1,932 and 1,207.5 kW, less 14 kW of pumps. Racks planned for 132 kW give 87 % of it,
    and leakage of their chips, to the coolant.
    """
    made = site(2)
    made = made._replace(cdus=made.cdus._replace(rated_heat=np.full(2, np.inf)))
    of = full(made, made.rack_classes.rated_power)
    air = limits.outdoors(*WEATHERS, 101325.0)
    found = limits.crowd(of, air, limits.bounds(of, air, np.zeros(2, bool)))
    heat = (of.drawn.to_coolant @ of.plan.racks_cdu)[0]
    stream = 7.0 * COOLANT_STREAM
    assert heat == pytest.approx(7.0 * 0.87 * RACK_POWER, rel=0.01)
    assert found.coolant[0] * heat == pytest.approx([24.0 * stream - 14e3, 15.0 * stream - 14e3], rel=1e-6)
    # With their rating of 840 kW they carry 826 kW.
    of = full(site(2), made.rack_classes.rated_power)
    found = limits.crowd(of, air, limits.bounds(of, air, np.zeros(2, bool)))
    assert found.coolant[0] * heat == pytest.approx([826e3, 826e3], rel=1e-9)


def test_a_crowd_is_that_many_racks_and_every_balance_closes() -> None:
    """A tenth more of racks planned for 132 kW and 36 kW draw a tenth more; what enters the site leaves it."""
    made = site(2)
    of = full(made, made.rack_classes.rated_power)
    air = limits.outdoors(WEATHERS[0][:1], WEATHERS[1][:1], 101325.0)
    planned = 2.0 * (7.0 * RACK_POWER + 36e3)
    for crowd in (1.0, 1.1):
        powers = at_rest(of, air, crowd).powers
        assert np.asarray(powers.racks) == pytest.approx(crowd * planned, rel=1e-3)
        nothing = Stored(0.0, 0.0, 0.0, 0.0, 0.0)
        sums = type(powers)(*(np.sum(part, axis=-1) for part in powers))
        for row in balances_of(sums, nothing, nothing, made.chain):
            assert abs(row.residual) <= 1e-9 * max(row.inflow, 1.0)


def test_powers_are_those_of_the_site_at_rest() -> None:
    """What leaves the last common stage, with its loss, is drawn at the point of connection; more racks draw more."""
    of, pressure = built("prometheus@first")
    air = limits.outdoors(*WEATHERS, pressure)
    crowds = np.array([[0.5, 0.8, 1.0], [0.5, 0.8, 1.0]])
    found = limits.powers(of, air, crowds)
    assert np.all(np.diff(found.connection, axis=1) > 0.0)
    assert np.all(found.common[-1] < found.connection)
    day = limits.outdoors(WEATHERS[0][:1], WEATHERS[1][:1], pressure)
    assert found.connection[0, 2] == pytest.approx(
        float(np.asarray(at_rest(of, day, 1.0).powers.connection)[0]), rel=1e-9
    )
