"""The replay against the same network through `solve_ivp`, second by second, and against the direct steady state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from tests.twin import small_site as small
from twin import changes, record, simulate
from twin.changes import AS_ASKED, Change
from twin.cooling import hall_air, plant
from twin.facility_water import cells
from twin.record import COOLING_FIELDS
from twin.site import Floats, Integers, Site
from twin.thermal import cdu_step, kernel, loops, network, oracle, tiles, walk
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK, Layout
from twin.workload import LoadTable

ALLOWED = 0.02
"""Largest difference [K] that the project accepts between the replay and the oracle."""

EVENTS = (small.pump_trip(0, 90, 0.3, 1.5), small.pump_trip(1, 125, 0.0, 1.5))
"""One CDU's pumps lose most of their flow in the midst of a minute, the other's all of it."""

SECONDS = 300
LEVELS = (0.0, 1.0, 1.0, 1.0, 0.5)
"""Load of each minute: idle, full, half."""


class Track(NamedTuple):
    """What a replay did: each second's start, as in `oracle.Trajectory`; `facility` (cdu,) stands on its ramp."""

    chip: Floats
    plate: Floats
    stream: Floats
    worst: Floats
    supply: Floats
    back: Floats
    facility: Floats
    hall: Floats


class Both(NamedTuple):
    """
    An oracle's answer, the replay's, the time for which racks gave up power [s], how many switched off, and how loops
    were cooled.
    """

    oracle: oracle.Trajectory
    replay: Track
    throttled: float
    off: int
    mode: Floats


def solve(
    site: Site,
    load: LoadTable,
    events: Sequence[Change],
    seconds: int,
    held_flow: bool,
    dry: float = 301.15,
    wet: float = 294.15,
) -> Both:
    """Run oracle and replay from one settled state."""
    inputs = small.inputs(seconds, events, dry, wet)
    fixed = simulate._fixed(site, load, inputs, small.curve(site))
    setting = changes.first_setting(site)
    tally = record.tally(fixed.layout, len(site.cdus.name), len(site.halls.name), simulate.MACRO_STEP)
    settled = simulate._settle(fixed, setting, tally)
    case = oracle.Case(site, load, tuple(events), partial(simulate.outdoor_air, site, inputs), 0, seconds, held_flow)
    answer = oracle.solve(case, oracle.Start(fixed.layout, setting, *settled[:4]))
    track, kept = follow(site, load, inputs, fixed.layout.member)
    mode = kept.cooling[COOLING_FIELDS.index("cooling_mode")]
    return Both(answer, track, float(kept.limits[4].sum()), int((kept.limits[5] >= 0.0).sum()), mode)


def follow(site: Site, load: LoadTable, inputs: simulate.Inputs, member: Integers) -> tuple[Track, record.Record]:
    """Run the replay with its kernel called for one second at a time, which is what it does inside, and note states."""
    rows: list[tuple[Floats, ...]] = []
    whole = kernel.advance

    def by_second(racks, cdus, layout, room, state, forcing, tally, halls, first, seconds) -> None:
        for k in range(seconds):
            now = forcing._replace(
                facility=forcing.facility + k * forcing.facility_ramp, coil=forcing.coil + k * forcing.coil_ramp
            )
            chain = tiles.temperatures(layout, state.rack)[[0, 1, 2, 4]][:, member]
            rows.append((*chain, state.supply.copy(), state.back.copy(), now.facility, state.air.copy()))
            whole(racks, cdus, layout, room, state, now, tally, halls, first + k, 1)

    with pytest.MonkeyPatch.context() as patch:
        small.walk_in_python(patch)
        patch.setattr(kernel, "advance", by_second)
        kept = simulate.run(site, load, inputs, small.curve(site))
    run = rows[-inputs.duration :]
    return Track(*(np.array(part) for part in zip(*run, strict=True))), kept


def differences(site: Site, both: Both) -> dict[str, float]:
    """Give the largest difference [K] of each kind of state over all its members and every second."""
    exact, got = both.oracle, both.replay
    ends = cells(site.loops).start[1:] - 1
    parts = {name: getattr(exact, name)[:-1] for name in ("chip", "plate", "stream", "worst", "supply", "back", "hall")}
    parts["facility"] = exact.water[:-1, ends[site.halls.loop[site.cdus.hall]]]
    return {name: float(np.abs(part - getattr(got, name)).max()) for name, part in parts.items()}


def test_replay_follows_the_oracle_through_load_steps_and_pump_trips() -> None:
    """
    Sixteen racks, two CDUs, two halls, three loops; idle to full to half, two trips. Chips are throttled, and those
    without flow pass the limit of 370.15 K at which their racks switch off.

    Facility water differs most, by 0.0050 K: it moves along its last ramp for ten seconds. All else is below 0.0045 K.
    """
    site = small.site()
    both = solve(site, small.load(site, LEVELS, 60.0), EVENTS, SECONDS, held_flow=True)
    found = differences(site, both)
    assert {name: value for name, value in found.items() if value >= ALLOWED} == {}
    assert max(value for name, value in found.items() if name != "facility") < 0.006
    # The case must be one in which things happen: chips pass 360.15 K and give up power, and a loop moves by kelvins.
    assert both.throttled > 60.0
    assert both.off > 0
    assert both.oracle.worst.max() > 370.15
    assert np.ptp(both.oracle.water) > 5.0


def test_a_coast_that_moves_within_the_second_differs_little_more() -> None:
    """
    The same trips with the flow continuous in the oracle: at first it falls by half of itself in a second.

    The difference, 0.035 K of a supply that ends up at rest, is that of holding such a flow at its value in mid-second.
    """
    site = small.site()
    both = solve(site, small.load(site, LEVELS, 60.0), EVENTS, 160, held_flow=False)
    found = differences(site, both)
    assert max(found.values()) < 2.0 * ALLOWED


def test_a_slower_coast_meets_the_bar_unheld() -> None:
    """A pump with a flywheel's time constant of 6 s: a second takes away 15 % of the distance, not half."""
    site = small.site()
    events = (small.pump_trip(0, 15, 0.3, 6.0), small.pump_trip(1, 25, 0.0, 6.0))
    both = solve(site, small.load(site, [0.7]), events, 60, held_flow=False)
    assert max(differences(site, both).values()) < ALLOWED


def test_measured_and_capped_racks_follow_the_oracle() -> None:
    """Prescribed racks neither leak nor obey a cap; other racks do; a set point and the weather move."""
    site = small.site()
    load = small.load(site, [0.2, 0.9], 30.0)
    measured = np.arange(site.racks.cdu.size) % 2 == 0
    inlet = np.where(load.accelerator_scale > 0, 60e3, 0.0)
    owner = np.repeat(np.arange(measured.size), np.diff(load.segment_start))
    load = load._replace(
        measured=measured,
        accelerator_base=np.where(measured[owner], inlet, load.accelerator_base),
        accelerator_scale=np.where(measured[owner], 50e3, load.accelerator_scale),
        host_base=np.where(measured[owner], 0.0, load.host_base),
        host_scale=np.where(measured[owner], 0.0, load.host_scale),
    )
    events = (
        Change(20, "power_cap", np.array([1, 2, 3]), 40e3),
        Change(40, "supply_set_point", np.array([0, 1]), 311.15),
        Change(65, "outdoor_offset", np.array([], dtype=np.int64), 4.0),
    )
    both = solve(site, load, events, 120, held_flow=True)
    assert max(differences(site, both).values()) < ALLOWED


def test_faults_of_cdus_and_load_steps_follow_the_oracle() -> None:
    """A valve that sticks, deposits that take a third of a conductance, a unit lost, a step of load and its end."""
    site = small.site()
    first, second = np.array([0]), np.array([1])
    third_lost = 0.5 / site.cdus.exchanger_conductance[0]
    events = (
        Change(20, "valve", first, VALVE_STUCK),
        Change(30, "load", np.arange(site.racks.cdu.size), 1.0),
        Change(45, "fouling", second, third_lost),
        Change(80, "load", np.arange(site.racks.cdu.size), AS_ASKED),
        Change(90, "valve", first, VALVE_FREE),
        small.pump_trip(1, 100, 0.0, 1.5),
        Change(100, "valve", second, 0.0),
        Change(130, "valve", second, VALVE_FREE),
        small.pump_trip(1, 130, 1.0, 5.0),
    )
    both = solve(site, small.load(site, [0.3, 0.5], 30.0), events, 180, held_flow=True)
    assert max(differences(site, both).values()) < ALLOWED
    assert np.ptp(both.oracle.supply[:, 0]) > 1.0


@pytest.mark.parametrize("condenser", [False, True])
def test_steady_state_is_the_direct_sparse_solve(condenser: bool) -> None:
    """
    Run long at constant load; with the controls' last values, one sparse solve gives the same state to 1e-9 K.

    In air cool enough for coolers to work: on chillers alone, whose heat is held, a loop has no steady state.
    """
    site = small.with_condenser_water(small.site()) if condenser else small.site()
    load = small.load(site, [0.8])
    fixed = simulate._fixed(site, load, small.inputs(60, dry=291.15, wet=284.15), small.curve(site))
    setting = changes.first_setting(site)
    tally = record.tally(fixed.layout, len(site.cdus.name), len(site.halls.name), simulate.MACRO_STEP)
    state = simulate._first_state(fixed)
    for _ in range(1200):
        setting, step = simulate._advance(fixed, setting, state, tally, 0, 60, held=True)
        state, _ = simulate._connect(fixed, setting, state, step)
    reached = everything(state, fixed.layout)
    direct = network.steady(site, *at_rest(fixed, setting, state, reached))
    shown = np.ones(reached.size, dtype=bool)
    at = network.places(site)
    shown[at.air] = site.rack_classes.liquid_fraction[site.racks.rack_class] > 0
    shown[at.hot], shown[at.cold] = site.loops.condenser.fitted, site.loops.condenser.fitted
    np.testing.assert_allclose(reached[shown], direct[shown], rtol=0.0, atol=1e-9)


def everything(state: simulate._State, layout: Layout) -> Floats:
    """Put a replay's state in the network's order."""
    thermal, water = state.thermal, state.plant
    rack = tiles.temperatures(layout, thermal.rack)[:, layout.member]
    rows = (*rack, thermal.supply, thermal.back, water.water, water.hot, water.cold, thermal.air)
    return np.concatenate(rows)


def at_rest(
    fixed: simulate._Fixed, setting: changes.Setting, state: simulate._State, reached: Floats
) -> tuple[network.Rates, network.Heats]:
    """Give what the controls hold, and the heats at a state; the exchanger is the kernel's own table."""
    site, thermal = fixed.site, state.thermal
    outdoors = simulate.outdoor_air(site, fixed.inputs, setting, 0.0)
    case = oracle.Case(site, fixed.load, (), partial(simulate.outdoor_air, site, fixed.inputs), 0, 60, True)
    tables = oracle._tables(case)
    law, _ = plant.law(site, setting.plant, setting.tables, np.ones(3), state.plant, outdoors)
    warming = state.warming / simulate.MACRO_STEP
    plant_holds = oracle._control(law, state.plant, 0.0)
    served = plant_holds.served[law.air_loop]
    dry = np.full(len(site.halls.name), outdoors.dry_bulb)
    around = hall_air.HallSurroundings(
        thermal.air,
        state.plant.water[law.air_cell],
        warming,
        thermal.valve,
        served,
        dry,
        outdoors.wet_bulb,
    )
    controls = plant_holds, oracle._control_halls(tables, state.halls, around, 0)
    everyone = np.ones(site.racks.cdu.size, dtype=bool)
    seen = law.outdoor, dry
    held = oracle._hold(case, tables, setting, thermal.valve, everyone, reached, 0, controls, seen)
    level = int(np.searchsorted(fixed.levels, 1.0))
    kinds = fixed.cdus.kind[setting.fouled]
    lifts = np.linspace(0.0, 1.0, cdu_step.VALVE_POINTS)
    exchange = [
        np.interp(thermal.valve[cdu], lifts, fixed.cdus.exchanger[kind, level]) for cdu, kind in enumerate(kinds)
    ]
    heats, _, _ = oracle._heats(site, tables, held, reached)
    return oracle._rates(site, tables, held, 0.5)._replace(exchange=np.array(exchange)), heats


WATER = (
    Change(70, "cooler_units", np.array([2]), 1.0),
    Change(110, "chiller_capacity", np.array([2]), 0.0),
    Change(130, "loop_set_point", np.array([2]), 290.15),
)
"""A cell lost, the chillers tripped, another set point; chillers come back at 150 s, and wait a minute."""


@pytest.mark.parametrize(("wet", "mode"), [(282.15, 0.0), (289.15, 1.0), (295.15, 2.0)])
def test_condenser_water_and_tank_follow_the_oracle(wet: float, mode: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipes of cells, a tank, an economiser, four chillers on condenser water: load steps, a cell lost, a trip."""
    site = small.with_staged_chillers(small.with_condenser_water(small.site()))
    back = Change(150, "chiller_capacity", np.array([2]), float(site.loops.chiller_capacity[2]))
    rows: list[Floats] = []
    whole = loops.control

    def noting(law, state, *given) -> None:
        rows.append(np.concatenate([state.water, state.hot, state.cold]))
        whole(law, state, *given)

    small.walk_in_python(monkeypatch)
    monkeypatch.setattr(loops, "control", noting)
    both = solve(site, small.load(site, [0.8, 0.2, 1.0, 0.6], 60.0), (*WATER, back), 240, held_flow=True, wet=wet)
    assert max(differences(site, both).values()) < ALLOWED
    assert both.mode[0, 2] == mode
    exact = np.concatenate([both.oracle.water, both.oracle.hot, both.oracle.cold], axis=1)[:-1:10]
    shown = np.ones(exact.shape[1], dtype=bool)
    shown[-6:-4], shown[-3:-1] = False, False
    # The replay ran last; both sample the plant's controls every ten seconds.
    assert float(np.abs(np.array(rows[-24:]) - exact)[:, shown].max()) < ALLOWED
    assert float(np.ptp(exact, axis=0)[shown].max()) > 1.0


GAP = (
    Change(40, "loop_pumps", np.array([0]), 0.5, 8.0),
    Change(70, "loop_pumps", np.array([1, 2]), 0.0, 12.0),
    Change(70, "mechanical_power", np.array([0, 1, 2]), 0.0),
    Change(100, "loop_pumps", np.array([0, 1, 2]), 1.0, 5.0),
    Change(100, "mechanical_power", np.array([0, 1, 2]), 1.0),
)
"""Half of a loop's pumps trip; then all plant loses its power for half a minute, one loop's pumps but half."""


def test_a_gap_of_power_and_heat_reuse_follow_the_oracle() -> None:
    """
    Pumps that coast and follow valves, a buyer of heat, pads, chillers that restart, at a load that steps.

    """
    site = small.with_everything(small.site())
    both = solve(site, small.load(site, [0.8, 0.3, 0.9], 60.0), GAP, 180, held_flow=True, wet=290.15)
    found = differences(site, both)
    assert {name: value for name, value in found.items() if value >= ALLOWED} == {}
    assert np.ptp(both.oracle.supply) > 0.5


def test_a_shorter_coupling_step_comes_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Loops and racks meet every ten seconds; were it five, and the controls with them, facility water would be nearer.

    Its ramp is one step old, so the difference falls with the square of the step: at least by half when halved.
    """
    site = small.site()
    load = small.load(site, [0.0, 1.0, 0.3], 60.0)
    found = []
    small.walk_in_python(monkeypatch)
    for step in (10, 5):
        monkeypatch.setattr(walk, "COUPLING_STEP", step)
        monkeypatch.setattr(oracle, "CONTROL_STEP", step)
        found.append(differences(site, solve(site, load, (), 180, held_flow=True))["facility"])
    assert found[1] < 0.5 * found[0]


def test_explicit_and_implicit_oracles_agree() -> None:
    """DOP853, and Radau with the network as its sparse Jacobian, through a load step and a pump trip: 1e-6 K."""
    site = small.site()
    load, inputs = small.load(site, [0.2, 1.0], 10.0), small.inputs(20, (small.pump_trip(0, 12, 0.3, 1.5),))
    kept = simulate.run(site, load, inputs, small.curve(site), watch=range(21))
    first = kept.watched[0]
    start = oracle.Start(kept.layout, first.setting, first.thermal, first.plant, first.halls, first.warming)
    case = oracle.Case(site, load, inputs.changes, partial(simulate.outdoor_air, site, inputs), 0, 20, held_flow=False)
    explicit = oracle.solve(case, start)
    implicit = oracle.solve(case, start, oracle.Integrator("Radau", 1e-8))
    for name in explicit._fields:
        np.testing.assert_allclose(getattr(implicit, name), getattr(explicit, name), rtol=0.0, atol=1e-6, err_msg=name)
