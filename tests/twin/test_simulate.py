"""The one loop: settling, macro steps, scheduled changes, and the power at the connection by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin import made_record as made
from tests.twin import small_site as small
from twin import simulate
from twin.changes import Change
from twin.closure import balances, heat_rejected
from twin.record import COOLING_FIELDS, Record
from twin.site import Floats, Site

NOTHING = np.array([], dtype=np.int64)


def replay(
    site: Site, duration: int, changes: tuple[Change, ...] = (), samples: tuple[float, ...] = (0.5,), **weather: float
) -> Record:
    load = small.load(site, samples, 60.0)
    return simulate.run(site, load, small.inputs(duration, changes, **weather), small.curve(site))


def cooling(kept: Record, name: str) -> Floats:
    return kept.cooling[COOLING_FIELDS.index(name)]


def assert_closed(kept: Record, site: Site) -> None:
    assert [row.balance for row in balances(kept, site) if not row.closes] == []


def test_power_from_the_racks_to_the_connection_by_hand() -> None:
    """
    At half load a rack's ten packages draw 10 x 600 W and its hosts 900 W; 100 W + 5 % of 7,500 W are lost: 7,975 W.

    A service rack draws 4,000 W + 20 W. Hall: 8 x 7,975 + 4,020 = 67,820 W; its substation loses 400 W + 1 % of it,
    1,078.2 W. The cooling's substation loses 400 W + 1 % of the cooling; the main transformer 1,200 W + 1 % of what it
    gives, over the voltage before.
    """
    site = made.site()
    kept = replay(site, 120)
    assert kept.limits[4].max() == 0.0
    np.testing.assert_allclose(kept.site[0], 2 * 67820.0, rtol=1e-12)
    np.testing.assert_allclose(kept.site[1], 16 * 6000.0, rtol=1e-12)
    np.testing.assert_allclose(kept.site[2], 16 * 475.0 + 2 * 20.0, rtol=1e-12)
    np.testing.assert_allclose(kept.halls[0], 67820.0, rtol=1e-7)
    cool = kept.site[3, 60:]
    given = 2 * (67820.0 + 1078.2) + cool + 400.0 + 0.01 * cool
    expected = given + 1200.0 + 0.01 * given / kept.voltage[59]
    np.testing.assert_allclose(kept.site[5, 60:], expected, rtol=1e-12)
    np.testing.assert_allclose(kept.site[4], kept.site[5] - kept.site[0] - kept.site[3], rtol=1e-9)


def test_cooling_is_the_sum_of_its_parts() -> None:
    """A macro step's mean power of fans, pumps, chillers, coil fans and CDU pumps, over loops, against the seconds."""
    site = small.site()
    kept = replay(site, 180, samples=(0.2, 1.0))
    parts = ("fan_power_w", "pump_power_w", "chiller_power_w", "coil_fan_power_w", "cdu_pump_power_w")
    whole = sum(cooling(kept, name).sum(axis=1) for name in parts)
    # Parts are kept in single precision: 6e-8 each.
    np.testing.assert_allclose(whole, kept.site[3].reshape(3, 60).mean(axis=1), rtol=1e-6)


def test_a_run_starts_settled() -> None:
    """At constant load and weather the first minute draws what the last of ten does, to 0.1 %."""
    kept = replay(small.site(), 600)
    np.testing.assert_allclose(kept.site[5, 0], kept.site[5, -1], rtol=1e-3)
    np.testing.assert_allclose(kept.cdus[:, 0], kept.cdus[:, -1], rtol=1e-3)


def test_changes_at_time_zero_find_a_site_that_settled_without_them() -> None:
    site = small.site()
    change = (Change(0, "outdoor_offset", NOTHING, 6.0), Change(0, "power_cap", np.array([0]), 30e3))
    plain, changed = replay(site, 60), replay(site, 60, change)
    assert changed.before == plain.before
    assert cooling(changed, "dry_bulb_temp_k")[0, 0] == pytest.approx(307.15, rel=1e-6)
    assert cooling(changed, "wet_bulb_temp_k")[0, 0] == pytest.approx(300.15, rel=1e-6)
    # Rack 0: 72 packages at 720 W less the cap, in the first second; leakage, a hundredth of it, is under the cap.
    assert plain.site[1, 0] - changed.site[1, 0] == pytest.approx(72 * 720.0 - 30e3, rel=0.02)
    assert_closed(changed, site)


def test_a_run_need_not_be_whole_minutes() -> None:
    """95 s: two minutes of racks, the second a mean over 35 s; two macro steps; 95 seconds."""
    site = made.site()
    kept = replay(site, 95, samples=(0.5, 0.0))
    assert kept.site.shape == (7, 95)
    assert kept.racks.shape[1] == kept.cdus.shape[1] == 2
    np.testing.assert_array_equal(kept.cooling_time, [0.0, 60.0])
    # Idle but resident: 10 x 100 W and 400 W of hosts; 100 W + 5 % of 2,000 W are lost; with 600 W, 2,200 W.
    rack = kept.layout.member[0]
    np.testing.assert_allclose(kept.racks[0:3, 0, rack], 7975.0, rtol=1e-6)
    np.testing.assert_allclose(kept.racks[0:3, 1, rack], 2200.0, rtol=1e-6)
    assert_closed(kept, site)


def test_a_single_second_is_a_run() -> None:
    kept = replay(made.site(), 1)
    assert kept.site[0].tolist() == pytest.approx([135640.0], rel=1e-12)
    assert_closed(kept, made.site())


def test_a_change_at_an_odd_second_begins_there() -> None:
    """Rack 0's packages are held to 2,000 W of 6,000 from second 37; a macro step begins there."""
    site = made.site()
    kept = replay(site, 95, (Change(37, "power_cap", np.array([0]), 2000.0),))
    np.testing.assert_array_equal(kept.cooling_time, [0.0, 37.0, 60.0])
    np.testing.assert_allclose(kept.site[1, :37], 96000.0, rtol=1e-12)
    np.testing.assert_allclose(kept.site[1, 37:], 92000.0, rtol=1e-12)
    assert_closed(kept, site)


def test_changes_that_do_nothing_only_cut_macro_steps() -> None:
    """A cap on no rack: the same rack powers; the plant's laws and the voltage are looked at once more."""
    site = made.site()
    plain, cut = replay(site, 120), replay(site, 120, (Change(37, "power_cap", NOTHING, 1.0),))
    np.testing.assert_array_equal(plain.site[0], cut.site[0])
    np.testing.assert_allclose(plain.site[5], cut.site[5], rtol=1e-4)


def test_a_change_after_the_end_never_comes() -> None:
    site = made.site()
    plain, late = replay(site, 60), replay(site, 60, (Change(60, "power_cap", np.array([0]), 0.0),))
    np.testing.assert_array_equal(plain.site, late.site)


def test_pumps_that_stop_move_no_heat() -> None:
    """
    At once to zero flow in second 10: from there the racks of that hall give their coolant nothing, and heat up.

    The pumps of 14 kW draw nothing: macro step means of 14 kW, then 0.
    """
    site = small.site()
    kept = replay(site, 120, (small.pump_trip(0, 10, 0.0, 0.0),))
    assert np.all(kept.halls[2, :10, 0] > 3e5)
    np.testing.assert_array_equal(kept.halls[2, 10:, 0], 0.0)
    assert np.all(kept.halls[2, 10:, 1] > 3e5)
    np.testing.assert_allclose(cooling(kept, "cdu_pump_power_w")[:, 0], [14e3, 0.0, 0.0], rtol=1e-7)
    rack = kept.layout.member[0]
    assert kept.racks[5, 1, rack] > site.rack_classes.throttle_temp[0]
    assert kept.limits[4, rack] > 0.0
    assert_closed(kept, site)


def test_a_coast_to_rest_ends_at_rest() -> None:
    """With 1.5 s, flow falls below a millionth in 1.5 s x ln(1e6) = 21 s, so that from second 40 on none is left."""
    site = small.site()
    kept = replay(site, 120, (small.pump_trip(1, 11, 0.0, 1.5),))
    heat = kept.halls[2, :, 1]
    assert np.all(np.diff(heat[11:31]) <= 0.0)
    np.testing.assert_array_equal(heat[50:], 0.0)
    assert_closed(kept, site)


@pytest.mark.parametrize(
    ("what", "rows", "value", "field", "loop", "expected"),
    [
        ("cooler_units", 0, 0.0, "fan_power_w", 0, 0.0),
        ("cooler_units", 0, 0.0, "fan_speed", 0, 1.0),
        ("outdoor_offset", None, -3.0, "dry_bulb_temp_k", 1, 298.15),
    ],
)
def test_changes_reach_the_plant(
    what: str, rows: int | None, value: float, field: str, loop: int, expected: float
) -> None:
    """Without towers in service no fan draws power, and the control, in vain, asks for full speed."""
    changes = (Change(60, what, NOTHING if rows is None else np.array([rows]), value),)
    kept = replay(small.site(), 180, changes)
    assert cooling(kept, field)[-1, loop] == pytest.approx(expected, rel=1e-6)
    assert_closed(kept, small.site())


def test_set_points_are_followed() -> None:
    """Half an hour after, the coolant of one CDU is 1.5 K warmer, and the water of its loop 2 K, to 0.1 K."""
    site = small.site()
    changes = (
        Change(60, "supply_set_point", np.array([0]), 314.65),
        Change(60, "loop_set_point", np.array([0]), 307.15),
    )
    kept = replay(site, 1860, changes)
    assert kept.cdus[0, -1, 0] == pytest.approx(314.65, abs=0.1)
    assert kept.cdus[0, -1, 1] == pytest.approx(313.15, abs=0.1)
    assert cooling(kept, "supply_temp_k")[-1, 0] == pytest.approx(307.15, abs=0.1)
    assert_closed(kept, site)


def test_chillers_that_are_gone_chill_nothing() -> None:
    """In air of 303.15 K the hall's loop needs its chillers; without them it warms."""
    site = small.site()
    hot = {"dry": 303.15, "wet": 297.15}
    kept = replay(site, 240, (Change(120, "chiller_capacity", np.array([2]), 0.0),), **hot)
    power, supply = cooling(kept, "chiller_power_w")[:, 2], cooling(kept, "supply_temp_k")[:, 2]
    assert np.all(power[:2] > 0.0)
    np.testing.assert_array_equal(power[2:], 0.0)
    assert supply[3] > supply[1] + 0.5


def test_a_pressure_of_the_weather_is_the_air_of_the_run() -> None:
    """The site's own pressure as a series changes nothing; without one it is taken."""
    site = small.site()
    own = small.inputs(120)._replace(pressure=np.full(2, site.altitude_pressure))
    given, taken = (
        simulate.run(site, small.load(site, [0.5]), inputs, small.curve(site)) for inputs in (own, small.inputs(120))
    )
    assert np.array_equal(given.cooling, taken.cooling)


def test_weather_is_linear_between_its_samples_and_held_after_the_last() -> None:
    """From 280 K to 292 K in 120 s: 286 K at the second macro step, 292 K at the third and the fourth."""
    site = made.site()
    weather = simulate.Inputs(small.START, 240, 120.0, np.array([280.0, 292.0]), np.array([278.0, 290.0]), ())
    kept = simulate.run(site, small.load(site, [0.5]), weather, small.curve(site))
    np.testing.assert_allclose(cooling(kept, "dry_bulb_temp_k")[:, 0], [280.0, 286.0, 292.0, 292.0], rtol=1e-7)
    np.testing.assert_allclose(cooling(kept, "wet_bulb_temp_k")[:, 0], [278.0, 284.0, 290.0, 290.0], rtol=1e-7)


def test_voltage_is_the_curves_at_the_load() -> None:
    """The curve is a straight line from 1 to 0.98 pu at the rating; past its end it is said so."""
    site = made.site()
    kept = replay(site, 60)
    np.testing.assert_allclose(kept.voltage, 1.0 - 0.02 * kept.site[5] / 5e5, rtol=1e-12)
    assert kept.on_curve.all()
    short = small.curve(site)._replace(load=np.array([0.0, 1e5]))
    beyond = simulate.run(site, small.load(site, [0.5]), small.inputs(60), short)
    assert not beyond.on_curve.any()
    np.testing.assert_allclose(beyond.voltage, 0.98, rtol=1e-12)


def test_progress_is_told_once_a_macro_step() -> None:
    site, told = made.site(), []
    simulate.run(site, small.load(site, [0.5]), small.inputs(150), small.curve(site), told.append)
    assert told == [60 / 150, 120 / 150, 1.0]


def test_the_warmest_chip_and_supply_of_a_hall_are_kept_second_by_second() -> None:
    """Pumps of the first hall's CDU stop at 60 s: its chips warm at once, while the other hall stays as it was."""
    site = small.site()
    stop = small.pump_trip(0, 60, 0.0, 1.5)
    kept = simulate.run(site, small.load(site, [0.6]), small.inputs(90, (stop,)), small.curve(site))
    warmest = kept.halls[4]
    assert warmest.shape == (90, 2)
    assert np.ptp(warmest[:60, 0]) < 0.01
    assert warmest[70, 0] > warmest[59, 0] + 5.0
    assert np.ptp(warmest[:, 1]) < 0.1
    # What is kept by minute is the same, in the same second.
    assert warmest[60:, 0].max() == pytest.approx(kept.racks[5, 1].max(), abs=1e-4)
    assert kept.halls[5, :60] == pytest.approx(313.15, abs=0.5)


def test_a_basin_drains_and_its_towers_stand_dry() -> None:
    """
    Without make-up the first loop's basin of 60 kg lasts some minutes at 0.4 kg/s; then nothing cools, and it warms.

    What it lost is what was used, to the balance's own 1e-9, and it never falls below nothing by more than a minute's
    change of use.
    """
    site = small.site()
    basin = np.array([60.0, 0.0, 1e4])
    site = site._replace(loops=site.loops._replace(basin=basin))
    events = (Change(60, "make_up_water", np.array([0]), 0.0),)
    kept = simulate.run(site, small.load(site, [0.9]), small.inputs(900, events), small.curve(site))
    content, supply, rejected = (cooling(kept, name)[:, 0] for name in ("basin_kg", "supply_temp_k", "heat_rejected_w"))
    assert content[0] == pytest.approx(60.0, rel=1e-6)
    assert -1.0 < content[-1] < 30.0
    assert content[-1] == content[-2]
    assert supply[-1] > supply[0] + 2.0
    # Chillers of a third of the heat are all that is left.
    assert rejected[-1] < 0.5 * rejected[0]
    assert all(row.closes for row in balances(kept, site))


def test_a_gap_of_power_draws_nothing_and_chillers_wait() -> None:
    """All plant without supply for a minute: no fan, pump or chiller draws; chillers take heat a minute later again."""
    site = small.with_staged_chillers(small.site())
    loops = np.array([0, 1, 2])
    events = tuple(
        Change(time, what, loops, value)
        for time, value in ((120, 0.0), (180, 1.0))
        for what in ("mechanical_power", "loop_pumps")
    )
    kept = simulate.run(site, small.load(site, [0.7]), small.inputs(420, events), small.curve(site))
    power = sum(cooling(kept, name) for name in ("fan_power_w", "pump_power_w", "chiller_power_w"))
    assert np.all(power[2] == 0.0)
    assert np.all(power[[0, 1, 4, 5, 6]].sum(axis=1) > 0.0)
    chillers = cooling(kept, "chiller_power_w")[:, 2]
    assert chillers[1] > 0.0
    # A minute to restart, then 10 % of the capacity a minute.
    assert chillers[3] == 0.0
    assert 0.0 < chillers[4] < chillers[5] < chillers[1]


def test_a_load_held_from_the_start_is_settled_before_it() -> None:
    """Else the first minutes would be those of a load step, and the steepest ramp of the run would be theirs."""
    site = small.site()
    full = Change(0, "load", np.arange(site.racks.cdu.size), 1.0)
    kept = simulate.run(site, small.load(site, [0.1]), small.inputs(300, (full,)), small.curve(site))
    assert np.ptp(kept.site[0]) < 1e-3 * kept.site[0].mean()
    assert np.ptp(kept.halls[5]) < 0.2


def test_a_rack_that_switched_off_draws_nothing() -> None:
    """Without flow the seven accelerator racks of a CDU pass 370.15 K; what is left is the service rack beside them."""
    site = small.site()
    stop = small.pump_trip(0, 20, 0.0, 1.5)
    kept = simulate.run(site, small.load(site, [1.0]), small.inputs(180, (stop,)), small.curve(site))
    rack = int(kept.layout.member[0])
    assert 20.0 < kept.limits[5, rack] < 120.0
    assert kept.racks[0, 2, rack] == pytest.approx(0.0, abs=200.0)
    service = int(kept.layout.member[7])
    # Leakage is cancelled as of each second's start, so some watts of it remain of each rack.
    assert kept.halls[0, 150, 0] == pytest.approx(kept.racks[1, 2, service], abs=7 * 200.0)
    # It cools, and stays off.
    assert kept.halls[4, 179, 0] < kept.halls[4, 150, 0] < 380.0
    assert all(balance.closes for balance in balances(kept, site))


def test_a_buyers_heat_is_not_rejected() -> None:
    """By minute, as over the run: all that left for the outdoors, but for conversion losses, and none to the buyer."""
    site = small.with_everything(small.site())
    kept = simulate.run(site, small.load(site, [0.8]), small.inputs(180), small.curve(site))
    energies = kept.energies
    # Of the halls' path only the transformers, its second stage, warm the outdoors.
    losses = energies.hall_losses[1].sum() + energies.mechanical_losses.sum() + energies.common_losses.sum()
    rejected = 60.0 * cooling(kept, "heat_rejected_w").sum(dtype=float)
    # Minutes are kept in single precision.
    assert rejected == pytest.approx(heat_rejected(kept, site) - losses, rel=1e-6)
    assert 60.0 * cooling(kept, "delivered_heat_w").sum(dtype=float) == pytest.approx(energies.delivered, rel=1e-6)
    assert energies.delivered > 0.01 * rejected


def test_condenser_water_stands_while_nothing_has_power() -> None:
    """Its pumps stop with fans and chillers: neither towers nor halls reach it, so that it keeps its temperature."""
    site = small.with_condenser_water(small.site())
    every = np.arange(3)
    gap = (Change(120, "mechanical_power", every, 0.0), Change(300, "mechanical_power", every, 1.0))
    cold = cooling(replay(site, 480, gap), "condenser_temp_k")[:, 2]
    # Rows at 120, 180, 240 and 300 s; in single precision.
    np.testing.assert_array_equal(cold[2:6], cold[2])
    assert abs(cold[7] - cold[5]) > 0.01
