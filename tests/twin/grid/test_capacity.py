"""Nose, hosting capacity and reactive power against closed forms."""

from __future__ import annotations

import math
from functools import cache, partial

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.twin.grid.test_network import CONNECTION, thevenin_voltage
from twin.errors import FacilityError
from twin.grid import capacity, network
from twin.grid.capacity import CAMPUS_LOW, NO_POWER_FLOW, OVERLOAD, PCC_LOW
from twin.site import Connection

TANGENT = math.tan(math.acos(0.98))

PLAIN = CONNECTION._replace(transformer_no_load_loss=0.0)
"""No shunt: host grid and transformers are one impedance."""


@cache
def solver(connection: Connection) -> capacity.Solver:
    return partial(network.solve, network.build(connection, 0.0), connection)


@cache
def nose(connection: Connection) -> float:
    return capacity.nose(solver(connection), connection.rating)


def through(connection: Connection, load: float, ratio: float) -> tuple[float, float]:
    """Give campus voltage and voltage lost up to it, per unit of the host side; `ratio` is the tap's."""
    base = connection.short_circuit_power
    host = complex(1.0, connection.reactance_ratio) / math.hypot(1.0, connection.reactance_ratio) / base
    rating = connection.transformers * connection.transformer_rating
    resistance = connection.transformer_load_loss / connection.transformer_rating
    reactance = math.sqrt(connection.transformer_impedance**2 - resistance**2)
    behind = complex(resistance, reactance) * ratio**2 / rating
    voltage = thevenin_voltage(load / base, load * TANGENT / base)
    current = load * (1.0 - 1j * TANGENT) / voltage
    campus = voltage - behind * current
    return abs(campus), abs((host + behind) * current)


def test_nose_is_where_load_and_network_have_the_same_impedance() -> None:
    """
    The largest power goes to a load whose impedance is as large as what stands before it.

    Whatever its angle; the test finds that load by hand and the module by power flows, to their bisection and the
    square root there.
    """
    found = nose(PLAIN)
    tap = network.build(PLAIN, 0.0).trafo["tap_pos"].iloc[0] * network.TAP_STEP + 1.0

    def missing(load: float) -> float:
        campus, lost = through(PLAIN, load, tap)
        return campus - lost

    assert found == pytest.approx(brentq(missing, 1e9, 5.6e9), rel=1e-3)


def test_nose_beyond_every_doubling_is_infinite() -> None:
    assert capacity.nose(lambda _: np.ones(3), 1.0) == math.inf


def test_nose_below_the_first_load() -> None:
    """The search goes down as well as up."""

    def refusing(load: float) -> np.ndarray:
        if load > 0.3:
            source = "connection"
            raise FacilityError(source, [])
        return np.ones(3)

    assert capacity.nose(refusing, 1.0) == pytest.approx(0.3, abs=1e-3)


def test_hosting_capacity_by_hand() -> None:
    """
    Each limit alone.

    Transformers: 1.8 GVA * 0.98 = 1764 MW. Point of connection at 0.95: the closed form, turned round.
    """
    found = capacity.hosting(solver(PLAIN), PLAIN, nose(PLAIN))
    at_low = brentq(lambda load: thevenin_voltage(load / 15e9, load * TANGENT / 15e9) - 0.95, 1e8, 4e9)
    assert found.limits[OVERLOAD] == pytest.approx(1764e6, rel=1e-5)
    assert found.limits[PCC_LOW] == pytest.approx(at_low, rel=1e-5)
    assert found.load == min(found.limits.values())
    assert found.limits[OVERLOAD] < found.limits[CAMPUS_LOW] < found.limits[PCC_LOW] < found.limits[NO_POWER_FLOW]
    assert found.binding == OVERLOAD
    assert found.lightest == 0.0


def test_a_connection_whose_voltage_is_too_high_without_load() -> None:
    """Held at 1.06 behind the impedance: too high at no load, and within range only above some load."""
    high = PLAIN._replace(source_voltage=1.06)
    found = capacity.hosting(solver(high), high, 2.0 * high.rating)
    values = solver(high)(found.lightest)
    assert found.lightest > 0.0
    assert max(values[0], values[1]) == pytest.approx(1.05, abs=1e-5)


def test_one_transformer_out() -> None:
    """Five carry five sixths: 1470 MW at a power factor of 0.98, the tap where it was."""
    whole = network.build(PLAIN, 0.0)
    less, left = network.with_outage(whole, PLAIN, 1)
    rest = partial(network.solve, less, left)
    found = capacity.hosting(rest, left, 2.0 * left.rating)
    assert found.limits[OVERLOAD] == pytest.approx(1470e6, rel=1e-5)
    assert whole.trafo["parallel"].iloc[0] == 6
    assert less.trafo["tap_pos"].iloc[0] == whole.trafo["tap_pos"].iloc[0]


@pytest.mark.parametrize("load", [0.0, 5e8, 1.5e9])
def test_reactive_power_from_the_host_grid_is_the_power_flow_turned_round(load: float) -> None:
    """At the voltage of a load at a power factor of 0.98 the host grid gives just its 0.203059 of reactive power."""
    voltage = solver(PLAIN)(load)[0]
    assert float(capacity.reactive_from_host(PLAIN, load, voltage)) == pytest.approx(load * TANGENT, abs=1e3)


def test_a_capacitor_by_hand_and_by_the_power_flow() -> None:
    """
    From 0.978321 to 1.00 per unit at 1 GW.

    r = 0.0830455, x = 0.9965458, p = 1/15: q = -x + sqrt(1 - 2 r p - r^2 - p^2) = -0.9965458 + 0.9887296 = -0.0078162
    at V = 1, so that 203.06 + 117.24 = 320.30 Mvar are missing; with a load that draws so much less it has 1.00.
    """
    missing = capacity.capacitor(PLAIN, 1e9, 1.0)
    assert missing == pytest.approx(320.30e6, abs=0.02e6)
    leading = PLAIN._replace(power_factor=math.cos(math.atan(TANGENT - missing / 1e9)))
    drop = capacity.reactive_from_host(leading, 1e9, np.array(1.0))
    assert float(drop) == pytest.approx(1e9 * TANGENT - missing, abs=1.0)
    assert thevenin_voltage(1 / 15, (1e9 * TANGENT - missing) / 15e9) == pytest.approx(1.0, abs=1e-9)


def test_no_capacitor_where_none_is_needed_and_none_where_none_helps() -> None:
    assert capacity.capacitor(PLAIN, 1e9, 0.95) == 0.0
    assert math.isnan(capacity.capacitor(PLAIN, 15e9, 1.0))


def test_qv_curve_crosses_zero_at_the_voltage_of_the_power_flow() -> None:
    voltage = solver(PLAIN)(1e9)[0]
    below, at, above = capacity.reactive_needed(PLAIN, 1e9, voltage + np.array([-0.02, 0.0, 0.02]))
    assert below < 0.0 < above
    assert at == pytest.approx(0.0, abs=1e3)
