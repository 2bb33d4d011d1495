"""The voltage of a fast load behind a short-circuit impedance, against pandapower's power flow and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.small_site import connection
from twin.errors import StateError
from twin.grid import capacity, network, thevenin

OF = connection(1000e6)


def test_the_power_flow_gives_the_same() -> None:
    """The power flow has the main transformers besides, whose reactive power lowers its voltage a little."""
    loads = np.array([0.0, 300e6, 900e6])
    built = network.build(OF, 0.0)
    solved = [network.solve(built, OF, float(load))[capacity.PCC_VOLTAGE] for load in loads]
    assert np.all(thevenin.voltage(OF, loads) >= np.array(solved) - 1e-9)
    np.testing.assert_allclose(thevenin.voltage(OF, loads), solved, atol=0.02)


def test_the_two_bus_equation_holds() -> None:
    """E^2 = (V + r p + x q over V)^2 + (x p - r q over V)^2, per unit of 10 GVA."""
    load = np.array([100e6, 800e6])
    voltage = thevenin.voltage(OF, load)
    active, reactive = load / 10e9, load / 10e9 * np.tan(np.arccos(0.97))
    resistance, reactance = 1.0 / np.hypot(1.0, 12.0), 12.0 / np.hypot(1.0, 12.0)
    along = voltage + (resistance * active + reactance * reactive) / voltage
    across = (reactance * active - resistance * reactive) / voltage
    np.testing.assert_allclose(np.hypot(along, across), OF.source_voltage, rtol=1e-12)


def test_the_sensitivity_is_the_slope() -> None:
    """At no load and a source of one; a megawatt is small enough for a thousandth."""
    slope = (1.0 - thevenin.voltage(OF, np.array([1e6]))[0]) / 1e6
    assert thevenin.sensitivity(OF) == pytest.approx(slope, rel=1e-3)


def test_beyond_the_nose_is_told() -> None:
    with pytest.raises(StateError, match="20,000 MW is beyond the nose"):
        thevenin.voltage(OF, np.array([1e6, 20e9]))
