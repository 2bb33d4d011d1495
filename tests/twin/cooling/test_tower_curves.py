"""Fitted tower curves against published trajectories, hand-worked numbers, and laws that hold for any tower."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cooling import psychrometrics, tower_curves
from twin.site import Floats

YORK, COOL_TOOLS = tower_curves.CURVES["york_calc"], tower_curves.CURVES["cool_tools"]
ZERO = psychrometrics.CELSIUS

# Design of the tower of the loop (Modelica Buildings Library, Examples/YorkCalc.mo): 25.55 degC, 5.56 K, 3.89 K
WET_BULB, RANGE, APPROACH = ZERO + 25.55, 5.56, 3.89
NOMINAL_STREAM = 11_676.0 / RANGE


def one(value: float) -> Floats:
    return np.array([value])


def test_york_calc_by_hand() -> None:
    """
    Work 0 degC, range 10 K, water over air 1, where only the nine terms without the wet bulb are left.

    -0.359741 + 1.739269 - 0.558985 = 0.820543; 2.847658 + 16.804287 - 2.548519 = 17.103425;
    -0.065377 - 0.910565 - 0.342854 = -1.318796. Together 16.605172 K.
    """
    found = tower_curves.approach(YORK, one(10), one(ZERO), one(1), one(1))
    assert found.approach[0] == pytest.approx(16.605172, abs=2e-6)
    assert found.inside[0]


def test_cool_tools_by_hand() -> None:
    """
    Work 0 degC, range 2 K, both flow ratios 1.

    Terms of the flows alone 0.520497 - 10.617046 + 10.729297 - 2.749884 + 4.736299 - 8.257597 + 1.576409 + 6.511196
    + 1.504335 - 3.288853 = 0.664655; with the range 2 (1.436001 - 0.519870 + 0.117340 + 1.504928 - 0.135899 - 0.152578)
    = 4.499844; with its square 4 (-0.054395 + 0.004743 - 0.018585) = -0.272951; cubed 8 * 0.000807 = 0.006459.
    """
    found = tower_curves.approach(COOL_TOOLS, one(2), one(ZERO), one(1), one(1))
    assert found.approach[0] == pytest.approx(4.898007, abs=1e-5)


@pytest.mark.parametrize(
    ("curve", "wet_bulb", "water_range", "kelvin"),
    # Both flow ratios 1; independent evaluations of the published coefficients, to the digits printed
    [
        (YORK, 25.6, 5.56, 3.835),
        (YORK, 20, 5.56, 5.058),
        (YORK, 15, 5.56, 6.330),
        (YORK, 10, 5.56, 7.771),
        (YORK, 25.6, 10, 6.026),
        (COOL_TOOLS, 25.6, 5.56, 3.881),
        (COOL_TOOLS, 20, 5.56, 5.277),
        (COOL_TOOLS, 15, 5.56, 6.681),
        (COOL_TOOLS, 10, 5.56, 8.175),
        (COOL_TOOLS, 25.6, 10, 6.107),
    ],
)
def test_check_values(curve: tower_curves.Curve, wet_bulb: float, water_range: float, kelvin: float) -> None:
    found = tower_curves.approach(curve, one(water_range), one(ZERO + wet_bulb), one(1), one(1))
    assert found.approach[0] == pytest.approx(kelvin, abs=6e-4)


@pytest.mark.parametrize(("name", "file"), [("york_calc", "yorkcalc.csv"), ("cool_tools", "cooltools_crossflow.csv")])
def test_coefficients_limits_and_checks_as_published(shared_data: Path, name: str, file: str) -> None:
    """Digit by digit; the checks to rounding."""
    curve = tower_curves.CURVES[name]
    table = pl.read_csv(shared_data / "validation" / file, infer_schema_length=None)
    published = {kind: table.filter(pl.col("kind") == kind) for kind in ("coefficient", "limit", "check")}
    ours = tower_curves.YORK_CALC_COEFFICIENTS if name == "york_calc" else tower_curves.COOL_TOOLS_COEFFICIENTS
    assert ours == tuple(published["coefficient"]["value"])
    limits = dict(zip(published["limit"]["index"], published["limit"]["value"], strict=True))
    assert curve.wet_bulb == pytest.approx((ZERO + limits["t_wetbulb_min"], ZERO + limits["t_wetbulb_max"]))
    assert curve.water_range == (limits["range_min"], limits["range_max"])
    assert curve.approach == (limits["approach_min"], limits["approach_max"])
    assert curve.water_ratio == (limits["fr_water_min"], limits["fr_water_max"])
    assert curve.water_over_air == limits.get("lg_ratio_max", np.inf)
    check = published["check"]
    water_range, wet_bulb, water, air = (
        check[key].to_numpy() for key in ("range_K", "t_wetbulb_degC", "fr_water", "fr_air")
    )
    found = tower_curves.approach(curve, water_range, ZERO + wet_bulb, water, air)
    np.testing.assert_allclose(found.approach, check["value"], rtol=1e-12)


def test_published_correlation(shared_data: Path) -> None:
    """Swept over water and over air; single precision leaves 1e-6 K. Outside its limits the water ratio is held."""
    rows = pl.read_csv(shared_data / "validation/reference_trajectories/yorkcalc_correlation.csv").cast(pl.Float64)
    swept, full = rows["x_flow_ratio"].to_numpy(), np.ones(rows.height)
    water_range, bulb = np.full(rows.height, RANGE), np.full(rows.height, WET_BULB)
    over_air = tower_curves.approach(YORK, water_range, bulb, full, swept)
    np.testing.assert_allclose(over_air.approach, rows["approach_vs_air_ratio_K"], atol=1e-6)
    over_water = tower_curves.approach(YORK, water_range, bulb, swept, full)
    fitted = (swept >= 0.75) & (swept <= 1.25)
    expected = rows["approach_vs_water_ratio_K"].to_numpy()
    np.testing.assert_allclose(over_water.approach[fitted], expected[fitted], atol=1e-6)
    np.testing.assert_array_equal(over_water.inside, fitted)


def test_design_water_ratio() -> None:
    """The published tower needs 1.0093929; with it the design point comes back."""
    ratio = tower_curves.design_water_ratio(YORK, RANGE, WET_BULB, APPROACH)
    assert ratio == pytest.approx(1.0093929, abs=1e-7)
    state = tower_curves.curve_tower(
        YORK, one(WET_BULB + RANGE + APPROACH), one(NOMINAL_STREAM), one(ratio), one(1), one(WET_BULB)
    )
    assert state.heat[0] == pytest.approx(11_676.0, rel=1e-9)
    assert state.inside[0]


def test_a_design_that_no_water_ratio_gives_is_refused() -> None:
    """At 25.55 degC and 5.56 K YorkCalc spans 2.67 K at 0.75 of the water to 5.21 K at 1.25."""
    with pytest.raises(ValueError, match=r"approach of 2\.\d\d to 5\.\d\d K, wanted is 9\.00 K; give another design"):
        tower_curves.design_water_ratio(YORK, RANGE, WET_BULB, 9.0)


def test_published_tower_loop(shared_data: Path) -> None:
    """
    Give approach from the stored range, and leaving water from the entering water alone.

    Rows with the fan on; the first two are initial conditions. Approach from the stored range: 0.0023 K, half a per
    mille. Heat: 0.5 % but for two switching rows, where the water, which lags by half a minute, is still 0.14 and
    0.43 K from the approach that the same row states; it is 0.03 K at most elsewhere.
    """
    rows = pl.read_csv(shared_data / "validation/reference_trajectories/yorkcalc_tower_loop.csv").cast(pl.Float64)[2:]
    rows = rows.filter((pl.col("fr_water") > 0.5) & (pl.col("fr_air") > 0.3))
    entering, leaving = rows["t_water_in_degC"].to_numpy(), rows["t_water_out_degC"].to_numpy()
    bulb, water, air = rows["t_wetbulb_degC"].to_numpy(), rows["fr_water"].to_numpy(), rows["fr_air"].to_numpy()
    stated = rows["approach_K"].to_numpy()
    found = tower_curves.approach(YORK, entering - leaving, bulb + ZERO, water, air)
    assert len(rows) == 86
    assert found.inside.all()
    np.testing.assert_allclose(found.approach, stated, atol=3e-3)
    state = tower_curves.curve_tower(YORK, entering + ZERO, np.ones(len(rows)), water, air, bulb + ZERO)
    settled = np.abs(leaving - bulb - stated) < 0.1
    assert settled.sum() == 84
    np.testing.assert_allclose(state.heat[settled], (entering - leaving)[settled], rtol=5e-3)


def test_fans_off_by_hand() -> None:
    """Approach = 0.875 difference + 0.125 approach(range) at full air, and range + approach = difference."""
    bulb, difference = one(ZERO + 12.2), 8.8
    state = tower_curves.curve_tower(YORK, bulb + difference, one(1), one(1), one(0), bulb)
    full = tower_curves.approach(YORK, state.heat, bulb, one(1), one(1)).approach
    assert difference - state.heat[0] == pytest.approx(0.875 * difference + 0.125 * full[0], abs=1e-9)
    half = tower_curves.LEAST_AIR / 2
    between = tower_curves.curve_tower(COOL_TOOLS, bulb + difference, one(1), one(1), one(half), bulb).heat
    ends = [
        tower_curves.curve_tower(COOL_TOOLS, bulb + difference, one(1), one(1), one(air), bulb).heat for air in (0, 0.2)
    ]
    assert between[0] == pytest.approx(float(np.mean(ends)), rel=1e-12)


@given(
    name=st.sampled_from(sorted(tower_curves.CURVES)),
    part=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    difference=st.floats(0.5, 45),
)
def test_range_and_approach_add_up(name: str, part: tuple[float, float, float], difference: float) -> None:
    """Newton's steps have converged to rounding wherever the curve holds and running fans beat still air."""
    curve = tower_curves.CURVES[name]
    bulb = one(curve.wet_bulb[0] + part[0] * (curve.wet_bulb[1] - curve.wet_bulb[0]))
    water, air = one(0.75 + 0.5 * part[1]), one(0.2 + 0.8 * part[2])
    state = tower_curves.curve_tower(curve, bulb + difference, one(1), water, air, bulb)
    still = tower_curves.curve_tower(curve, bulb + difference, one(1), water, one(0), bulb)
    if state.inside[0] and state.heat[0] > still.heat[0]:
        again = tower_curves.approach(curve, state.heat, bulb, water, air)
        assert state.heat[0] + again.approach[0] == pytest.approx(difference, abs=1e-9)
    assert 0 <= state.heat[0] <= difference


@pytest.mark.parametrize("name", sorted(tower_curves.CURVES))
@pytest.mark.parametrize("celsius", [0, 12, 24])
def test_more_air_takes_more_heat(name: str, celsius: float) -> None:
    """Also where fans run on and off, and from there on."""
    air = np.linspace(0, 1, 17)
    same = np.ones_like(air)
    state = tower_curves.curve_tower(
        tower_curves.CURVES[name], (ZERO + celsius + 10) * same, same, same, air, (ZERO + celsius) * same
    )
    assert np.all(np.diff(state.heat) >= 0)
    assert state.heat[-1] > 3 * state.heat[0]


@pytest.mark.parametrize(
    ("change", "to"),
    # Each input in turn past its limit of YorkCalc, from a point inside: range 5.56 K, approach 6.0 K
    [
        ("wet_bulb", ZERO + 27),
        ("wet_bulb", ZERO - 35),
        ("water_range", 1.0),
        ("water_range", 23.0),
        ("water_ratio", 0.7),
        ("water_ratio", 1.3),
        ("air_ratio", 0.1),
    ],
)
def test_out_of_range_is_flagged(change: str, to: float) -> None:
    point = {"water_range": RANGE, "wet_bulb": ZERO + 16, "water_ratio": 1.0, "air_ratio": 1.0}
    assert tower_curves.approach(YORK, **{name: one(value) for name, value in point.items()}).inside[0]
    point[change] = to
    assert not tower_curves.approach(YORK, **{name: one(value) for name, value in point.items()}).inside[0]


def test_wide_approach_is_flagged() -> None:
    """CoolTools at 0 degC and 8 K: 14.7 K, past its 11.1 K; every input lies inside."""
    found = tower_curves.approach(COOL_TOOLS, one(8), one(ZERO), one(1), one(1))
    assert found.approach[0] == pytest.approx(14.710177, abs=1e-6)
    assert not found.inside[0]


def test_extreme_wet_bulb_still_bounds_the_water() -> None:
    """At 30 degC the curve sees 26.7, but the water stays above 30 degC; colder water gives no heat."""
    bulb = one(ZERO + 30)
    state = tower_curves.curve_tower(YORK, bulb + 9.5, one(1), one(1), one(1), bulb)
    held = tower_curves.approach(YORK, state.heat, one(ZERO + 26.7), one(1), one(1)).approach
    assert state.heat[0] == pytest.approx(9.5 - held[0], abs=1e-9)
    assert not state.inside[0]
    assert tower_curves.curve_tower(YORK, bulb - 1, one(1), one(1), one(1), bulb).heat[0] == 0


def test_too_much_water_is_not_cooled_for_nothing() -> None:
    """Twice the greatest water ratio: what the curve does at its limit, with half of the water."""
    bulb, hot = one(ZERO + 20), one(ZERO + 32)
    most = tower_curves.curve_tower(YORK, hot, one(1.25), one(1.25), one(1), bulb)
    beyond = tower_curves.curve_tower(YORK, hot, one(2.5), one(2.5), one(1), bulb)
    assert beyond.heat[0] == pytest.approx(most.heat[0], rel=1e-12)
    assert (most.inside[0], beyond.inside[0]) == (True, False)
