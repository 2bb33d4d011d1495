"""Rear doors, sidecars, contained coils and outdoor air: the replay against the same network through `solve_ivp`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import air_site
from tests.twin import small_site as small
from tests.twin.thermal.test_oracle import ALLOWED, Both, differences, solve
from twin import simulate
from twin.changes import Change
from twin.closure import balances
from twin.cooling import hall_air
from twin.facility_water import cells
from twin.record import COOLING_FIELDS
from twin.site import Site

LEVELS = (0.2, 1.0, 1.0, 0.6)
"""Load of each minute."""

LOOP = ("water_flow", "return_temp_k", "supply_temp_k")
"""Of the record of loops."""

OUTAGE = (
    Change(75, "chiller_capacity", np.array([2]), 0.0),
    Change(75, "cooler_units", np.array([2]), 0.0),
)
"""The plant behind the halls' coils and doors stops: their water warms."""


def following(site: Site) -> Site:
    """Let the pumps of the halls' loop follow its valves."""
    third = np.array([False, False, True])
    pumps = site.loops.pumps._replace(variable=third, least_flow=np.full(3, 0.1))
    return site._replace(loops=site.loops._replace(pumps=pumps))


def followed(site: Site, both: Both) -> dict[str, float]:
    """Give the largest differences; facility water where there is some."""
    found = differences(site, both)
    water = ~site.cdus.sidecar
    exact = both.oracle.water[:-1, (cells(site.loops).start[1:] - 1)[site.halls.loop[site.cdus.hall]]]
    return found | {"facility": float(np.abs(exact - both.replay.facility)[:, water].max())}


@pytest.mark.parametrize(
    ("outdoor", "dry"),
    [
        # Too warm for outdoor air; coils, doors and the sidecar do it all.
        (0.8, 301.15),
        # Outdoor air takes half, coils the rest of the mixed air; pumps follow what their valves and doors ask for.
        (0.15, 284.15),
    ],
)
def test_replay_follows_the_oracle_through_load_steps_and_an_outage_of_the_coils_water(
    outdoor: float, dry: float
) -> None:
    site = air_site.site((0, 0, 1, 1), outdoor)
    site = following(site) if dry < 290.0 else site
    both = solve(
        site,
        small.load(site, LEVELS, 60.0),
        OUTAGE,
        240,
        held_flow=True,
        dry=dry,
        wet=dry - 2.0 if dry < 290.0 else dry - 7.0,
    )
    assert {name: value for name, value in followed(site, both).items() if value >= ALLOWED} == {}
    assert np.ptp(both.oracle.hall[:, 1]) > 0.1


def test_replay_follows_the_oracle_with_pads_ahead_of_outdoor_air() -> None:
    """Air of 28 degC comes in at 22, through pads as wet as they get, and takes a part of the heat."""
    site = air_site.site((0, 0, 1, 1), 0.5)
    one = np.ones(2)
    halls = site.halls._replace(
        outdoor_highest=295.0 * one, outdoor_saturation=0.85 * one, outdoor_pad_set_point=290.0 * one
    )
    site = site._replace(halls=halls)
    both = solve(site, small.load(site, LEVELS, 60.0), (), 180, held_flow=True, dry=301.15, wet=294.15)
    assert {name: value for name, value in followed(site, both).items() if value >= ALLOWED} == {}
    dry = site._replace(halls=halls._replace(outdoor_saturation=0.0 * one))
    without = solve(dry, small.load(dry, LEVELS, 60.0), (), 180, held_flow=True, dry=301.15, wet=294.15)
    # Coils hold the air in either case; but pads that one of the two forgot would be told by the comparison above.
    assert np.all(np.abs(without.replay.hall - both.replay.hall).max(axis=0) > ALLOWED)


def test_pumps_that_follow_valves_bring_the_doors_their_water() -> None:
    """
    Four doors, all open as their racks blow more than they can take, ask for 4 x 6 kW/K besides the coils' water.

    What they take warms that by 29 / 6 = 4.8 K; with the coils' water alone it came back beyond 32 degC.
    """
    site = following(air_site.site((0, 0, 1, 1)))
    dry = site._replace(halls=site.halls._replace(door_water_stream=np.zeros(2)))
    load, inputs, flows = small.load(site, [1.0]), small.inputs(600), []
    for of in (site, dry):
        kept = simulate.run(of, load, inputs, small.curve(of))
        heat = (kept.energies.doors + kept.energies.coils) / 600.0
        flow, back, supply = (kept.cooling[COOLING_FIELDS.index(name)][-1, 2] for name in LOOP)
        flows.append(float(flow) * site.loops.water_stream[2])
        assert float(back - supply) == pytest.approx(heat / flows[-1], rel=0.01)
    assert flows[0] - flows[1] == pytest.approx(4 * 6e3, rel=1e-3)
    assert kept.energies.doors / 600.0 / 24e3 == pytest.approx(4.8, abs=0.1)


def test_energy_closes_and_every_way_out_of_the_halls_is_used() -> None:
    site = air_site.site((0, 0, 1, 1), 0.3)
    inputs = small.inputs(240, OUTAGE, 284.15, 282.15)
    kept = simulate.run(site, small.load(site, LEVELS, 60.0), inputs, small.curve(site))
    assert all(row.closes for row in balances(kept, site))
    energies = kept.energies
    parts = (energies.coils, energies.doors, energies.outdoor_air, energies.cdu_air, energies.outdoor_fans)
    assert min(parts) > 1e-4 * energies.connection


def test_coils_work_on_air_that_outdoor_air_is_mixed_into() -> None:
    """
    At rest, half of the heat leaves with outdoor air of 11 degC; what coils move must be theirs of the mixture.

    The second hall's 34.6 degC come to them as 30.4 degC. Of the air that returns they would need two thirds of the
    position. Two hours bring the air to rest, which it begins within 3e-6 K of; the last ten minutes are told.
    """
    site = air_site.site((0, 0, 1, 1), 0.15)
    load, curve = small.load(site, [1.0]), small.curve(site)
    before, kept = (
        simulate.run(site, load, small.inputs(end, (), 284.15, 282.15), curve, watch=range(end, end + 1))
        for end in (6600, 7200)
    )
    law, now, halls = hall_air.law(site), kept.watched[-1].halls, range(2)
    assert now.position[1] == pytest.approx(0.30, abs=0.01)
    tables = law.coil_rate, law.coil_share, law.coil_effectiveness
    rate, share, effectiveness = (
        np.array([np.interp(now.position[h], hall_air.POSITIONS, table[:, h]) for h in halls]) for table in tables
    )
    air, stream = kept.watched[-1].thermal.air, rate / effectiveness
    away = site.halls.outdoor_stream * (air + law.outdoor_rise * now.hot - 284.15)
    inlet = air + share / rate * now.hot - away / stream
    assert inlet[1] == pytest.approx(273.15 + 30.36, abs=0.01)
    outdoors, coils = (
        getattr(kept.energies, name) - getattr(before.energies, name) for name in ("outdoor_air", "coils")
    )
    assert outdoors == pytest.approx(600.0 * away.sum(), rel=1e-9)
    assert coils == pytest.approx(600.0 * float(np.sum(rate * (inlet - 291.15))), rel=1e-9)
