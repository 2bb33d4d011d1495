"""Levels of load within a step, worked by hand and held against their samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import facilities
from facilities import build
from tests.twin.small_site import site
from twin.arrays import Floats
from twin.site import Site
from twin.thermal.coefficients import chain_capacity, rack_network
from twin.thermal.laws import coolant_stream, exchange
from twin.workload import LoadTable
from twin.year.kinds import taken
from twin.year.lag import full_swing, lag, lagged, warmed
from twin.year.work import nodes, of_table


def table(racks: int, **changed: object) -> LoadTable:
    """Let each rack follow a trace of 0 and 1 in turn, 7,200 samples long, from an instant of its own."""
    one = np.ones(racks)
    parts: dict[str, object] = {
        "samples": np.tile([0.0, 1.0], 3600).astype(np.float32),
        "trace_start": np.array([0, 7200]),
        "trace_step": np.array([1.0]),
        "segment_start": np.arange(racks + 1),
        "start": 0.0 * one,
        "end": 7200.0 * one,
        "trace": np.zeros(racks, np.int64),
        "offset": 0.0 * one,
        "accelerator_base": 100.0 * one,
        "accelerator_scale": 900.0 * one,
        "host_base": 0.0 * one,
        "host_scale": 0.0 * one,
        "share": one,
        "measured": np.zeros(racks, bool),
    }
    return LoadTable(**(parts | changed))  # type: ignore[arg-type]


def test_two_levels_of_a_group_by_hand() -> None:
    """0, 2 and 4 with weights 1, 2, 1: mean 2, variance 2, so that the levels are 2 -+ 2^0.5, half of the time each."""
    level, weight, _ = nodes(np.array([4.0, 0.0, 2.0]), np.array([1.0, 1.0, 2.0]), 1)
    assert level == pytest.approx([2.0 - 2.0**0.5, 2.0 + 2.0**0.5], rel=1e-15)
    assert weight == pytest.approx([0.5, 0.5])


def test_mean_and_variance_are_kept() -> None:
    random = np.random.default_rng(1)
    samples, weights = random.gamma(2.0, 0.2, (5, 3600)), random.uniform(0.0, 1.0, (5, 3600))
    level, weight, _ = nodes(samples, weights, 8)
    mean = np.average(samples, axis=1, weights=weights)
    variance = np.average(np.square(samples - mean[:, np.newaxis]), axis=1, weights=weights)
    assert weight.sum(axis=1) == pytest.approx(np.ones(5))
    assert np.sum(weight * level, axis=1) == pytest.approx(mean, rel=1e-12)
    away = np.square(level - mean[:, np.newaxis])
    assert np.sum(weight * away, axis=1) == pytest.approx(variance, rel=1e-12)


def test_a_table_is_read_step_by_step() -> None:
    """Zero and one in turn: half of each step at each, whatever instant a rack begins at."""
    small = site()
    racks = small.racks.cdu.size
    asked, works = of_table(small, table(racks, offset=np.arange(racks) * 3.0), 3600, 2, 2)
    assert works.level.shape == (1, 2, 4)
    assert np.sum(works.level * works.weight, axis=-1) == pytest.approx(np.full((1, 2), 0.5))
    assert sorted({round(float(level), 9) for level in works.level.ravel()}) == [0.0, 1.0]
    assert not works.synchronous[0]
    assert np.all(asked.accelerator_scale == 900.0)


def test_racks_in_step_are_synchronous() -> None:
    small = site()
    _, works = of_table(small, table(small.racks.cdu.size), 3600, 2, 2)
    assert works.synchronous[0]


def test_work_for_part_of_the_time_is_refused() -> None:
    small = site()
    racks = small.racks.cdu.size
    with pytest.raises(ValueError, match="one work throughout"):
        of_table(small, table(racks, end=np.full(racks, 3600.0)), 3600, 2, 2)


def test_what_goes_with_samples_is_given_at_their_levels_by_hand() -> None:
    """One group of 0, 2 and 4 with weights 1, 2, 1, and 10, 0, 2 beside: mean 3, covariance -4, so 3 -+ -4 / 2^0.5."""
    order, beside = np.array([0.0, 2.0, 4.0]), np.array([10.0, 0.0, 2.0])
    _, _, others = nodes(order, np.array([1.0, 2.0, 1.0]), 1, [beside])
    assert others[0] == pytest.approx([3.0 + 4.0 / 2.0**0.5, 3.0 - 4.0 / 2.0**0.5], rel=1e-15)


def test_a_few_samples_far_off_are_a_group_of_their_own() -> None:
    """Of 100 samples three are at one, the others at zero; two groups of equal weight would mix them."""
    samples = np.where(np.arange(100) < 97, 0.0, 1.0)
    level, weight, _ = nodes(samples, np.ones(100), 2)
    assert level == pytest.approx([0.0, 0.0, 1.0, 1.0])
    assert weight == pytest.approx([0.485, 0.485, 0.015, 0.015])
    assert np.ptp(nodes(samples, np.ones(100), 2, even=True)[0]) < 0.5


@pytest.mark.parametrize(("period", "low", "high"), [(2, -0.05, 0.0), (7200, 0.9, 1.0)])
def test_chips_follow_slow_swings_only(period: int, low: float, high: float) -> None:
    """
    Swings of two seconds pass a chip of seconds to minutes by, swings of two hours do not; its mean is the load's.

    What is left of the fast ones is against the load: a second begins with what the one before has warmed.
    """
    whole = build.site(facilities.load("prometheus@first"))
    samples = (np.arange(14400) // (period // 2) % 2).astype(float)
    for row in np.flatnonzero(whole.rack_classes.leakage).tolist():
        warm = lagged(lag(whole, row, None, 0.5), samples, 1.0)
        assert warm.mean() == pytest.approx(0.5, abs=1e-12)
        away = samples - 0.5
        assert low <= float(away @ (warm - 0.5)) / float(away @ away) <= high


def first_cdu(whole: Site, row: int) -> int:
    """Give the first CDU that has racks of a class."""
    return int(whole.racks.cdu[np.flatnonzero(whole.racks.rack_class == row)[0]])


def test_coolant_follows_its_racks_as_the_whole_law_has_it() -> None:
    """
    Swings of 5 % of the load, by the exchanger's own law and the valve's controller, integrated.

    Of what chips swing less as their coolant moves, nine tenths and more are there; the rest is the law's bend.
    """
    whole = build.site(facilities.load("prometheus@first"))
    classes = whole.rack_classes
    row = int(np.flatnonzero(classes.leakage * (classes.liquid_fraction > 0.0))[0])
    cdu, random = first_cdu(whole, row), np.random.default_rng(5)
    samples = np.repeat(random.uniform(0.9, 1.0, 60), 60)
    law = lag(whole, row, cdu, float(samples.mean()))
    found, held = lagged(law, samples, 1.0), lagged(lag(whole, row, None, 1.0), samples, 1.0)
    judge = integrated(whole, row, cdu, samples)
    scale = law.pull * full_swing(classes, row)[1] / classes.leakage[row]
    late = judge[1800:] / scale
    misses = [late - part[1800:] - np.mean(late - part[1800:]) for part in (found, held)]
    assert np.abs(misses[0]).max() < 0.1 * np.abs(misses[1]).max()


def integrated(whole: Site, row: int, cdu: int, samples: Floats) -> Floats:
    """Integrate a rack and its part of the CDU; give its chip [K] at the start of each second."""
    classes, own = whole.rack_classes, taken(whole.cdus, np.array([cdu]))
    chips, load, loss = full_swing(classes, row)
    fraction, stream = float(classes.liquid_fraction[row]), float(classes.coolant_stream[row])
    flow = coolant_stream(whole)[cdu : cdu + 1]
    part = stream / float(flow[0])
    rack, capacity = rack_network(classes, row, 1.0, float(classes.leakage[row])), chain_capacity(classes)[row]
    most = float(classes.accelerators[row] * classes.accelerator_max[row])
    inlet = most + float(classes.host_max[row])
    inlet += float(np.interp(inlet, classes.chain_power[row], classes.chain_loss[row].sum(axis=1)))
    inlet += float(classes.auxiliary_power[row])
    set_point, gain = float(own.supply_set_point[0]), float(own.valve_gain[0])
    water = float(whole.loops.supply_set_point[whole.halls.loop[own.hall[0]]])

    def rates(_: float, now: Floats, level: float) -> Floats:
        chain, supply, back, integral = now[:3], now[3], now[4], now[5]
        into = most - (1.0 - level) * chips
        given = fraction * (inlet - (1.0 - level) * (load + loss)) - into
        heat = np.array([into - classes.leakage[row] * (classes.leakage_reference[row] - supply), 0.0, given])
        lift = np.clip(gain * (supply - set_point) + integral, 0.0, 1.0)
        moved = float(exchange(own, flow, own.fouling, np.ones((1, 1)), np.array([[lift]]))[0, 0]) * part
        return np.array(
            [
                *(rack @ (chain - supply) + heat / capacity),
                (stream * (back - supply) - moved * (back - water)) / (part * own.supply_capacity[0]),
                (stream * (chain[2] - back) + part * own.pump_power[0]) / (part * own.return_capacity[0]),
                gain * (supply - set_point) / own.valve_integral_time[0],
            ]
        )

    now, chip = np.array([set_point + 40.0, set_point + 10.0, set_point + 10.0, set_point, set_point + 10.0, 0.8]), []
    for level in [*np.full(1800, samples.mean()), *samples]:
        chip.append(now[0])
        now = solve_ivp(rates, (0.0, 1.0), now, args=(level,), rtol=1e-6, atol=1e-6).y[:, -1]
    return np.array(chip[1800:])


def test_a_longer_pace_is_that_of_the_seconds_that_it_holds() -> None:
    """A sample of 15 s is 15 of one second; leakage is read at the start of each."""
    whole = build.site(facilities.load("prometheus@first"))
    row = int(np.flatnonzero(whole.rack_classes.leakage)[0])
    law = lag(whole, row, first_cdu(whole, row), 0.6)
    samples = np.random.default_rng(2).uniform(0.0, 1.0, 400)
    each = lagged(law, np.repeat(samples, 15), 1.0).reshape(-1, 15).mean(axis=1)
    assert lagged(law, samples, 15.0) == pytest.approx(each, rel=1e-12)


@pytest.mark.parametrize("samples", [[0.7], [1.0, 0.0], [0.2, 0.9, 0.4]])
def test_a_short_trace_is_known_as_it_is_after_many_rounds(samples: list[float]) -> None:
    """A trace is begun again where it ends, however short: its mean stays what it is, and another round is alike."""
    whole = build.site(facilities.load("prometheus@first"))
    row = int(np.flatnonzero(whole.rack_classes.leakage)[0])
    law = lag(whole, row, first_cdu(whole, row), 0.6)
    found = lagged(law, np.array(samples), 60.0)
    assert found.mean() == pytest.approx(np.mean(samples), abs=1e-12)
    many = lagged(law, np.tile(samples, 500), 60.0)
    assert found == pytest.approx(many[-len(samples) :], abs=1e-12)


def test_chips_whose_load_cannot_swing_know_nothing() -> None:
    """Some part of no swing is none: they are as warm as they are at rest."""
    small = site()
    own = small.rack_classes
    assert (own.leakage > 0.0).any()
    stiff = own._replace(accelerator_loaded=own.accelerator_max, host_idle=own.host_max)
    racks = np.arange(small.racks.cdu.size)
    found = warmed(small._replace(rack_classes=stiff), racks, np.arange(3.0), 1.0, together=True)
    assert (found.rows, found.order.tolist()) == ((), [0.0, 1.0, 2.0])


def test_chips_that_do_not_leak_know_nothing() -> None:
    small = site()
    still = small.rack_classes._replace(leakage=0.0 * small.rack_classes.leakage)
    _, works = of_table(small._replace(rack_classes=still), table(small.racks.cdu.size), 3600, 2, 2)
    assert works.lagged == ()
    nobody = np.zeros(0, np.int64)
    assert warmed(small, nobody, np.arange(3.0), 1.0, together=True).order.tolist() == [0.0, 1.0, 2.0]
