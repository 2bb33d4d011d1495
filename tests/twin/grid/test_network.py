"""The connection's network against closed forms worked by hand."""

import math

import numpy as np
import pytest

from twin.errors import FacilityError
from twin.grid import network
from twin.site import Connection

# 1 GW at 345 kV on 15 GVA of short-circuit power, X/R 12; six transformers of 300 MVA, 12 %, losses 120 and 750 kW
CONNECTION = Connection(
    rating=1e9,
    voltage=345e3,
    campus_voltage=34.5e3,
    frequency=60.0,
    points=1,
    power_factor=0.98,
    short_circuit_power=15e9,
    reactance_ratio=12.0,
    source_voltage=1.0,
    voltage_low=0.95,
    voltage_high=1.05,
    transformers=6,
    transformer_rating=300e6,
    transformer_impedance=0.12,
    transformer_reactance_ratio=48.0,
    transformer_no_load_loss=120e3,
    transformer_load_loss=750e3,
)
NAMES = network.QUANTITIES


def thevenin_voltage(active: float, reactive: float) -> float:
    """
    Solve the two-bus network in closed form, per unit of the short-circuit power.

    |E|^2 = |V + Z S* / V*|^2 gives V^4 + (2 (R P + X Q) - E^2) V^2 + |Z|^2 |S|^2 = 0.
    """
    resistance = 1 / math.hypot(1, 12)
    drop = resistance * active + 12 * resistance * reactive
    middle = 0.5 - drop
    return math.sqrt(middle + math.sqrt(middle**2 - (active**2 + reactive**2)))


@pytest.mark.parametrize("load", [0.0, 2e8, 1e9, 1.2e9])
def test_voltage_is_the_closed_form(load: float) -> None:
    """At 1 GW: P 0.0666667, Q 0.0135373 of 15 GVA; R 0.0830455, X 0.9965458: V = 0.978321."""
    solved = network.build(CONNECTION, load)
    reactive = load * math.tan(math.acos(0.98))
    expected = thevenin_voltage(load / 15e9, reactive / 15e9)
    assert solved.res_bus["vm_pu"].iloc[1] == pytest.approx(expected, abs=1e-8)
    if load == 1e9:
        assert expected == pytest.approx(0.978321, abs=1e-6)


def test_the_pcc_draws_what_is_asked() -> None:
    """1 GW and, at a power factor of 0.98, 0.203059 of it in reactive power: tan(acos 0.98)."""
    solved = network.build(CONNECTION, 1e9)
    assert solved.res_trafo["p_hv_mw"].iloc[0] == pytest.approx(1000.0, rel=1e-9)
    assert solved.res_trafo["q_hv_mvar"].iloc[0] == pytest.approx(203.0586, abs=1e-3)


@pytest.mark.parametrize("load", [1e8, 5e8, 1e9])
def test_transformer_losses_by_hand(load: float) -> None:
    """
    Six times 120 kW + 750 kW * (S / 1800 MVA)^2, within 1 %.

    On a stiff grid and with 4 % of impedance, so that no tap is moved and all voltages are within 0.5 % of nominal.
    """
    stiff = CONNECTION._replace(short_circuit_power=1e13, transformer_impedance=0.04)
    solved = network.build(stiff, load)
    expected = 6 * (120e3 + 750e3 * (load / 0.98 / 1800e6) ** 2)
    assert solved.res_trafo["pl_mw"].iloc[0] * 1e6 == pytest.approx(expected, rel=0.01)


def test_tap_brings_the_campus_to_nominal_at_half_load() -> None:
    """Within half a tap step of 1 per unit."""
    solved = network.build(CONNECTION, 0.5e9)
    assert solved.res_bus["vm_pu"].iloc[2] == pytest.approx(1.0, abs=0.00625 / 2 * 1.01)


def test_points_share_equally() -> None:
    """Two points are twice one with half of load, rating and transformers: same voltages, doubled powers."""
    two = CONNECTION._replace(points=2)
    one = CONNECTION._replace(rating=0.5e9, transformers=3)
    whole = network.solve(network.build(two, 0.0), two, 8e8)
    half = network.solve(network.build(one, 0.0), one, 4e8)
    np.testing.assert_allclose(whole, half * [1, 1, 1, 2, 2], rtol=1e-9)


def test_energy_closes_over_the_network() -> None:
    """What the source gives is what the campus takes and what impedance and transformers lose."""
    solved = network.build(CONNECTION, 1e9)
    given = -solved.res_bus["p_mw"].iloc[0]
    taken = solved.res_load["p_mw"].iloc[0] + solved.res_impedance["pl_mw"].iloc[0] + solved.res_trafo["pl_mw"].iloc[0]
    assert given == pytest.approx(taken, rel=1e-9)


def test_values_are_read_from_the_network() -> None:
    """Loading 1 GW / 0.98 / 1.8 GVA = 0.566893; host loss R S^2 / V^2 = 0.0830455 * 0.0680272^2 / 0.978321^2."""
    solved = network.build(CONNECTION, 0.0)
    values = dict(zip(NAMES, network.solve(solved, CONNECTION, 1e9), strict=True))
    assert values["transformer_loading"] == pytest.approx(0.566893, abs=1e-6)
    assert values["host_loss_w"] == pytest.approx(0.0830455 * 0.0680272**2 / 0.978321**2 * 15e9, rel=1e-5)
    assert values["pcc_reactive_power_var"] == pytest.approx(203.0586e6, rel=1e-6)
    assert 0.95 < values["campus_voltage_pu"] < 1.0


def test_all_inconsistencies_at_once() -> None:
    wrong = CONNECTION._replace(points=4, transformer_load_loss=50e6, power_factor=0.0)
    with pytest.raises(FacilityError) as caught:
        network.build(wrong, 1e9)
    assert [fault.where for fault in caught.value.faults] == [
        "transformers",
        "transformer_load_loss",
        "power_factor",
    ]
    assert "6 main transformers do not divide equally among 4 points" in str(caught.value)


def test_a_load_beyond_the_limit() -> None:
    """The closed form has no root above V^2 = E^2 / 2 - (R P + X Q) = |Z| |S|: 15 GVA / (2 (1 + 0.2794)) = 5.86 GVA."""
    with pytest.raises(FacilityError, match="no power flow has a load of 6000 MW on 1 point"):
        network.build(CONNECTION, 6e9)
