"""
Banks of cooling tower cells: what the cells in service take from the water, by a law chosen by name.

All of a loop's water goes over the cells in service, so that with fewer of them each gets more: up to the limits of the
law, which are flagged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from twin.cooling import tower_curves, towers
from twin.site import Floats


class Cell(NamedTuple):
    """
    One cell of a tower, as designed.

    Attributes
    ----------
    water_stream : (loop,) [W/K]
        Design water, mass flow times specific heat.
    air_flow : (loop,) [kg/s]
        Dry air at full fan speed.
    wet_bulb : (loop,) [K]
        Design wet bulb.
    conductance : (loop,) [W/K]
        UA at the design point (`towers.merkel_conductance`); not read by curves.
    reference_ratio : (loop,) [1]
        Design water over a curve's reference water (`tower_curves.design_water_ratio`); not read by Merkel's law.
    """

    water_stream: Floats
    air_flow: Floats
    wet_bulb: Floats
    conductance: Floats
    reference_ratio: Floats


class BankState(NamedTuple):
    """
    What a bank does.

    Attributes
    ----------
    heat : (loop,) [W]
        Heat from the water to the air, of all cells in service.
    inside : (loop,) bool
        Whether the law was used within its range; true where no cell is in service.
    """

    heat: Floats
    inside: npt.NDArray[np.bool_]


Law = Callable[[Cell, Floats, Floats, Floats, Floats, float], BankState]
"""One cell's heat from its design, entering water, water stream, air ratio, wet bulb and air pressure."""


def _merkel(
    cell: Cell, water_inlet: Floats, water_stream: Floats, air_ratio: Floats, wet_bulb: Floats, pressure: float
) -> BankState:
    air = np.maximum(air_ratio, towers.FREE_CONVECTION)
    correction = towers.conductance_correction(air, water_stream / cell.water_stream, cell.wet_bulb - wet_bulb)
    conductance = correction.factor * cell.conductance
    state = towers.merkel(water_inlet, water_stream, air * cell.air_flow, conductance, wet_bulb, pressure)
    return BankState(state.heat, correction.inside)


def _curve(
    curve: tower_curves.Curve,
    cell: Cell,
    water_inlet: Floats,
    water_stream: Floats,
    air_ratio: Floats,
    wet_bulb: Floats,
    pressure: float,  # the curves know sea level only
) -> BankState:
    water_ratio = water_stream / cell.water_stream * cell.reference_ratio
    return BankState(*tower_curves.curve_tower(curve, water_inlet, water_stream, water_ratio, air_ratio, wet_bulb))


LAWS: dict[str, Law] = {
    "merkel": _merkel,
    **{name: partial(_curve, curve) for name, curve in tower_curves.CURVES.items()},
}
"""Laws of towers by name; Merkel's holds beyond the limits of the curves."""


def bank_heat(
    law: Law,
    cell: Cell,
    cells: Floats,
    water_inlet: Floats,
    water_stream: Floats,
    air_ratio: Floats,
    wet_bulb: Floats,
    recirculation: Floats | float,
    pressure: float,
) -> BankState:
    """
    Give the heat that a bank of cells takes from its water.

    Parameters
    ----------
    law : Callable
        One of `LAWS`.
    cell : Cell
        One of its cells.
    cells : (loop,) [1]
        Cells in service; with none, no heat.
    water_inlet : (loop,) [K]
        Water that enters.
    water_stream : (loop,) [W/K]
        Water over all cells, mass flow times specific heat.
    air_ratio : (loop,) [1]
        Air over design air in the cells in service, zero with their fans off: what free convection leaves remains.
    wet_bulb : (loop,) [K]
        Outdoor wet bulb.
    recirculation : (loop,) [K]
        Rise of the wet bulb by the bank's own plume: 0.5 to 2 K where wind carries it to the intakes.
    pressure : [Pa]
        Air pressure of the site.

    Returns
    -------
    BankState
        Heat, and whether the law holds; arguments broadcast, for example (speed, 1) of air against (loop,).
    """
    at_work = np.maximum(cells, 1.0)
    state = law(cell, water_inlet, water_stream / at_work, air_ratio, wet_bulb + recirculation, pressure)
    return BankState(cells * state.heat, state.inside | (cells <= 0.0))
