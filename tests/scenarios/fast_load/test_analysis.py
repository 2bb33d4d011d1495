"""Figures, limits and power quality of a fast load, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from facilities import fast_load
from scenarios import compliance
from scenarios.compliance import Trace
from scenarios.fast_load import analysis, quality
from scenarios.fast_load.devices import Plan, applied
from tests.scenarios.fast_load import made
from twin.grid import flicker, harmonics, modes, thevenin
from twin.grid.modes import Mode

STEP = 0.005
TIME = STEP * np.arange(24_000)
MODE = Mode("one", 0.5, 0.05)


def sine(hertz: float, size: float) -> np.ndarray:
    """Give 60 MW of 100, with a swing of a size [MW] peak to peak."""
    return 0.6 + size / 200.0 * np.sin(2.0 * np.pi * hertz * TIME)


def test_a_sine_of_ten_megawatts_sits_on_the_limit() -> None:
    """
    10 MW peak to peak at 1 Hz: met at 9.99, broken at 10.01; the band from 0.1 to 55 Hz takes nothing of it.

    It begins and ends at a crest, where the series that the band is cut from is mirrored: elsewhere the kink rings, by
    up to 1 % of the swing.
    """
    crest = np.cos(2.0 * np.pi * STEP * np.arange(24_001))
    for size, verdict in ((9.99, "met"), (10.01, "broken")):
        found = applied(made.load(0.6 + size / 200.0 * crest, STEP), Plan())
        (row,) = compliance.check(found.trace, ["ercot_oscillation"])
        assert row.verdict == verdict
        assert row.margin == pytest.approx(0.0, abs=2e-3)


def test_allowed_swings_are_those_that_the_checker_allows() -> None:
    """At some periods the sine of the size that a code allows has a margin of nothing in its check."""
    load = made.load(sine(1.0, 1.0), STEP)
    table = analysis.allowed(load.site.connection, 60e6, ())
    for code, hertz in (("atc", 0.05), ("southern_company", 1.0), ("training_form", 0.4)):
        place = int(np.abs(table["frequency_hz"].to_numpy() - hertz).argmin())
        near = float(table["frequency_hz"][place])
        size = float(table[f"{code}_w"][place])
        trace = Trace(100e6 + size / 2.0 * np.sin(2.0 * np.pi * near * TIME), np.ones(TIME.size), STEP)
        ranges = [row for row in compliance.check(trace, [code]) if "in any" in row.limit]
        assert min(row.margin for row in ranges) == pytest.approx(0.0, abs=5e-3), code


def test_modes_and_flicker_lower_what_is_allowed() -> None:
    load = made.load(sine(1.0, 1.0), STEP)
    table = analysis.allowed(load.site.connection, 60e6, (MODE,))
    ratio = table["with_modes_w"].to_numpy() / table["codes_w"].to_numpy()
    expected = 1.0 / modes.highest_amplification((MODE,), table["frequency_hz"].to_numpy())
    np.testing.assert_allclose(ratio, expected, rtol=1e-12)
    assert ratio.min() == pytest.approx(0.1, rel=0.05)
    # Pst 0.8 of a sine at the frequency where lamps flicker most.
    place = int(np.abs(table["frequency_hz"].to_numpy() - 8.8).argmin())
    near = float(table["frequency_hz"][place])
    change = table["iec_61000_3_7_w"][place] * thevenin.sensitivity(load.site.connection)
    assert flicker.of_sine(near, change, flicker.AMERICA) == pytest.approx(0.8, rel=1e-9)


def test_figures_and_bands_of_a_sine() -> None:
    """10 MW at 2 Hz: in the band from 1 to 2.5 Hz, with half of it as amplitude; its slope over 0.1 s by hand."""
    load = made.load(sine(2.0, 10.0), STEP)
    found = applied(load, Plan())
    figures = {row["figure"]: row["value"] for row in analysis.figures(load, found).iter_rows(named=True)}
    assert figures["mean power"] == pytest.approx(60e6 + 60e3, rel=1e-3)  # two racks of services draw 30 kW each
    assert figures["highest less lowest in any 5 s"] == pytest.approx(10e6, rel=1e-3)
    assert figures["steepest rise over 0.1 s"] == pytest.approx(10e6 * np.sin(0.2 * np.pi) / 0.1, rel=2e-3)
    assert figures["highest frequency told"] == 80.0
    assert figures["part of the energy that means of a second hide"] == pytest.approx(0.0, abs=1e-12)
    bands = analysis.bands(found.trace.power, STEP)
    inside = bands.row(1, named=True)
    assert (inside["low_hz"], inside["high_hz"]) == (1.0, 2.5)
    assert inside["share_of_energy"] == pytest.approx(1.0, abs=1e-3)
    assert inside["amplitude_w"] == pytest.approx(5e6, rel=2e-3)
    spectrum = analysis.spectrum(found.trace.power, STEP)
    assert spectrum["frequency_hz"].max() <= 80.0
    assert spectrum["amplitude_w"].max() == pytest.approx(5e6, rel=2e-3)


def test_a_mode_answers_a_lasting_swing() -> None:
    """10 MW at its own frequency come out as 100 MW; after three time constants 95 % of it stand."""
    load = made.load(sine(0.5, 10.0), STEP, period=2.0)
    row = analysis.of_modes(load, applied(load, Plan()), (MODE,)).row(0, named=True)
    assert row["amplification_at_iteration"] == pytest.approx(10.0)
    assert row["load_swing_5s_w"] == pytest.approx(10e6, rel=1e-3)
    assert row["answer_swing_5s_w"] == pytest.approx(100e6, rel=0.01)
    assert analysis.of_modes(load, applied(load, Plan()), (Mode("too fast", 90.0, 0.01),)).is_empty()


def test_flicker_of_a_trace_against_planning_levels() -> None:
    """A sine of the voltage at 8.8 Hz whose Pst is 0.7 by its closed form: under 0.8, over 0.6 as of two hours."""
    change = 0.7 / flicker.of_sine(8.8, 1.0, flicker.AMERICA)
    voltage = 1.0 + change / 2.0 * np.sin(2.0 * np.pi * 8.8 * TIME)
    connection = made.load(sine(1.0, 1.0), STEP).site.connection
    short, long = quality.flicker_findings(Trace(np.ones(TIME.size), voltage, STEP), connection)
    assert (short.verdict, long.verdict) == ("met", "broken")
    assert float(short.measured) == pytest.approx(0.7, abs=0.015)
    slow = quality.flicker_findings(Trace(np.ones(600), np.ones(600), 0.1), connection)
    assert [row.verdict for row in slow] == ["cannot tell"] * 2


def test_harmonics_of_six_pulses_break_and_of_active_ones_are_small() -> None:
    """
    At 230 kV on twenty times the load: 1.5 % of all currents; six pulses bring a fifth of the fundamental in one order.

    Active: 5 % on eight orders as 1/h; the fifth is 3.44 %, of which 100 supplies leave 100^(1/1.4 - 1) = 26.8 %.
    """
    connection = made.load(sine(1.0, 1.0), STEP).site.connection
    found = quality.of_site(connection, 100e6, 10e6, 100.0)
    totals = {row["rectifier"]: row for row in found.totals.iter_rows(named=True)}
    assert totals["six_pulse"]["verdict"] == "broken"
    assert totals["six_pulse"]["current_limit"] == 0.015
    fifth = found.table.filter(rectifier="active", order=5).row(0, named=True)
    shape = 1.0 / np.array([5, 7, 11, 13, 17, 19, 23, 25])
    expected = 0.05 * shape[0] / harmonics.distortion(shape) * 0.26827
    assert fifth["injected"] == pytest.approx(expected, rel=1e-4)
    assert set(found.resonances["case"]) == {"cables alone", "with the bank"}
    assert found.scan.height == quality.ORDERS.size


def test_what_an_undamped_resonance_lifts_above_a_limit_is_not_called_broken() -> None:
    """
    Active supplies inject little; cables of 0.1 to 2 times as much bring the resonance from order 15 down to 3.3.

    Six pulses inject 20 % at the fifth order against 1 %, resonance or none. Cables of twenty times as much would
    bring it to order 1.05: above it they take the current, and 20 % / ((5 / 1.05)^2 - 1) = 0.92 % is left for the grid.
    """
    connection = made.load(sine(1.0, 1.0), STEP).site.connection

    def found(more: float) -> tuple[quality.Harmonics, dict[str, str]]:
        given = quality.of_site(connection._replace(rating=connection.rating * more), 100e6, 10e6, 100.0)
        return given, dict(given.totals.select("rectifier", "verdict").iter_rows())

    told = [found(more)[1] for more in np.geomspace(0.1, 2.0, 20)]
    assert {one["active"] for one in told} == {"met", "cannot tell"}
    assert {one["six_pulse"] for one in told} == {"broken"}
    drowned, verdicts = found(20.0)
    assert drowned.resonances.filter(case="cables alone")["order"].min() == pytest.approx(1.05, abs=0.01)
    fifth = drowned.table.filter(rectifier="six_pulse", order=5).row(0, named=True)
    assert fifth["current"] == pytest.approx(0.2 / ((5.0 / 1.05) ** 2 - 1.0), rel=0.02)  # an order told to 0.01
    assert fifth["current"] < fifth["current_limit"] == 0.01
    assert verdicts["six_pulse"] == "met"


def test_spectra_add_up_to_what_is_stated() -> None:
    rectifier = fast_load.load().rectifiers["active"]
    assert harmonics.distortion(quality.spectrum_of(rectifier)[1]) == pytest.approx(0.05)
    assert quality.spectrum_of(fast_load.load().rectifiers["twelve_pulse"])[0][0] == 11.0
