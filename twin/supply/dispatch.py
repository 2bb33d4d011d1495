r"""
Dispatch of a site's supply as a linear programme, solved by HiGHS through scipy.

In each interval :math:`t` of length :math:`h`, with import :math:`g`, export :math:`x`, sun :math:`u`, power
:math:`p_f` and running units :math:`n_f` of each fleet, charge :math:`c`, discharge :math:`d`, level :math:`e` and
unserved load :math:`z`:

.. math::
    g - x + u + \sum_f p_f + d - c + z &= D \\
    \ell_f R_f n_f \le p_f &\le R_f n_f, \quad n_f(t) - n_f(t-1) \le s_f(t) \\
    e(t) - e(t-1) &= h (\eta_c c - d / \eta_d), \quad c + d \le P \\
    \sum_f (R_f n_f - p_f) + (P - d + c) + (G - g) &\ge \text{reserve}

Minimised is the cost of energy, fuel, starts, upkeep and of the highest import (at least of what is billed anyway), or
the mass of carbon dioxide. Storage ends at the level with which it began, and may choose it; its power counts as
reserve whatever it holds. Within an interval it may charge for a part and discharge for another: at negative prices
this pays, and burns energy. Units that run in the first interval had started before. Units of a fleet are counted whole
where asked (a mixed-integer programme), else in parts, which bounds the cost from below. Foresight is perfect within
the intervals.

References
----------
.. [1] Q. Huangfu and J. Hall, Parallelizing the dual revised simplex method, Math. Prog. Comp. 10, 2018 (HiGHS)
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from twin.errors import FacilityError, Fault
from twin.site import Floats
from twin.supply.parts import Fleet, Supply

Aim = Literal["cost", "carbon"]

MEGA = 1e6
"""Powers stand in the programme in MW and energies in MJ, so that its numbers are near one."""

PLACE = "supply"
"""What errors name as the place of their faults."""


class Dispatch(NamedTuple):
    """
    What each part gives.

    Attributes
    ----------
    imported, exported, sun, charged, discharged, unserved : (interval,) [W]
        At the site's network.
    level : (interval,) [J]
        Of storage at the end of each.
    power, running : (fleet, interval) [W], [1]
        Of units, and how many run.
    fuel : (fleet, interval) [W]
        That they burn, starts spread over the interval.
    cost : [USD]
        Of energy, fuel, starts, upkeep, the highest import and unserved load.
    carbon : [kg]
        Carbon dioxide of fuel and of energy taken.
    gap : [1]
        Difference between the programme's value and its proven bound, over the value.
    """

    imported: Floats
    exported: Floats
    sun: Floats
    charged: Floats
    discharged: Floats
    unserved: Floats
    level: Floats
    power: Floats
    running: Floats
    fuel: Floats
    cost: float
    carbon: float
    gap: float


KINDS = IMPORT, EXPORT, SUN, CHARGE, DISCHARGE, LEVEL, UNSERVED = tuple(range(7))
"""Variables of an interval."""

POWER, RUNNING, STARTED = range(3)
"""Variables of a fleet in an interval."""


class _Columns(NamedTuple):
    """Where the variables of a kind stand: blocks of one an interval, then the highest import and the first level."""

    intervals: int
    fleets: int

    def block(self, place: int) -> slice:
        return slice(place * self.intervals, (place + 1) * self.intervals)

    def of_fleet(self, fleet: int, kind: int) -> slice:
        return self.block(len(KINDS) + 3 * fleet + kind)

    @property
    def highest_import(self) -> int:
        return (len(KINDS) + 3 * self.fleets) * self.intervals

    @property
    def first_level(self) -> int:
        return self.highest_import + 1

    @property
    def total(self) -> int:
        return self.first_level + 1


def dispatch(demand: Floats, step: float, supply: Supply, aim: Aim = "cost", *, whole_units: bool = False) -> Dispatch:
    """
    Find the cheapest, or the cleanest, supply of a load.

    Parameters
    ----------
    demand : (interval,) [W]
        Load of the site.
    step : [s]
        Length of an interval.
    supply : Supply
        What there is.
    aim : text
        ``cost`` or ``carbon``.
    whole_units : bool
        Whether units run whole; else in parts, which is faster and bounds the cost from below.

    Returns
    -------
    Dispatch
        Of all intervals.

    Raises
    ------
    FacilityError
        When the programme has no solution: a reserve that nothing can give, a series of another length, or energy that
        is bought and sold at a gain in the same interval.
    """
    _refuse(demand, supply)
    columns = _Columns(len(demand), len(supply.fleets))
    money, mass = _prices(step, supply, columns)
    objective = money if aim == "cost" else mass + 1e-9 * money
    if aim == "carbon":
        objective[columns.block(UNSERVED)] = money[columns.block(UNSERVED)]
    equal, right = _equalities(demand, step, supply, columns)
    within, most = _inequalities(step, supply, columns)
    bounds = _bounds(supply, columns)
    whole = np.zeros(columns.total, dtype=np.intp)
    if whole_units:
        for fleet in range(columns.fleets):
            whole[columns.of_fleet(fleet, RUNNING)] = 1
    scale = max(float(np.abs(objective).max()), 1e-300)
    found: Any = linprog(  # type: ignore[call-overload]  # its stub asks for a literal of integrality
        objective / scale,
        A_ub=within,
        b_ub=most,
        A_eq=equal,
        b_eq=right,
        bounds=bounds,
        method="highs",
        integrality=whole if whole_units else None,
    )
    if found.x is None:
        advice = f"no dispatch serves it ({found.message.strip()}); lower the reserve, or add units, storage or import"
        raise FacilityError(PLACE, [Fault("reserve", advice)])
    if whole_units:
        bound = float(found.mip_dual_bound)
    else:
        prices = found.eqlin.marginals, found.ineqlin.marginals, found.lower.marginals, found.upper.marginals
        bound = _dual(prices, right, most, bounds)
    gap = abs(found.fun - bound) / max(abs(found.fun), 1e-12)
    return _read(found.x, step, supply, columns, (float(money @ found.x), float(mass @ found.x), float(gap)))


def _refuse(demand: Floats, supply: Supply) -> None:
    series = {"sun": supply.sun, "grid.price": supply.grid.price, "grid.export_price": supply.grid.export_price}
    series |= {"grid.carbon": supply.grid.carbon} | {f"{fleet.name}.rating": fleet.rating for fleet in supply.fleets}
    faults = [
        Fault(name, f"has {len(values)} values; the load has {len(demand)} intervals")
        for name, values in series.items()
        if len(values) != len(demand)
    ]
    grid = supply.grid
    if not faults and min(grid.import_limit, grid.export_limit) > 0.0 and np.any(grid.export_price > grid.price):
        where = int(np.argmax(grid.export_price > grid.price))
        advice = f"is above grid.price in interval {where}: energy would go round the meter for money; lower it"
        faults.append(Fault("grid.export_price", advice))
    if faults:
        raise FacilityError(PLACE, faults)


def _prices(step: float, supply: Supply, columns: _Columns) -> tuple[Floats, Floats]:
    """Money [USD] and carbon dioxide [kg] of each variable, in MW and MJ."""
    money, mass = np.zeros(columns.total), np.zeros(columns.total)
    energy = step * MEGA
    grid = supply.grid
    money[columns.block(IMPORT)] = grid.price * energy
    mass[columns.block(IMPORT)] = grid.carbon * energy
    money[columns.block(EXPORT)] = -grid.export_price * energy
    money[columns.block(UNSERVED)] = supply.unserved_price * energy
    money[columns.highest_import] = grid.demand_charge * MEGA
    for place, fleet in enumerate(supply.fleets):
        fuels = {POWER: fleet.fuel_slope * energy, RUNNING: fleet.fuel_running * step, STARTED: fleet.start}
        for kind, fuel in fuels.items():
            block = columns.of_fleet(place, kind)
            money[block], mass[block] = fuel * fleet.fuel_price, fuel * fleet.fuel_carbon
        money[columns.of_fleet(place, POWER)] += fleet.upkeep * energy
    return money, mass


def _rows(columns: _Columns, *parts: tuple[slice, Any]) -> sparse.csr_array:
    """Lay matrices into the columns of their variables."""
    placed = [(part.tocoo(), where.start) for where, part in parts]
    values = np.concatenate([part.data for part, _ in placed])
    row = np.concatenate([part.coords[0] for part, _ in placed])
    column = np.concatenate([part.coords[1] + start for part, start in placed])
    return sparse.csr_array((values, (row, column)), shape=(placed[0][0].shape[0], columns.total))


def _equalities(demand: Floats, step: float, supply: Supply, columns: _Columns) -> tuple[sparse.csr_array, Floats]:
    """Balance of power; balance of storage, whose last level is its first."""
    count, storage = columns.intervals, supply.storage
    one = sparse.eye_array(count, format="csr")
    signs = {IMPORT: 1, EXPORT: -1, SUN: 1, CHARGE: -1, DISCHARGE: 1, UNSERVED: 1}
    power = [(columns.block(kind), sign * one) for kind, sign in signs.items()]
    power += [(columns.of_fleet(place, POWER), one) for place in range(columns.fleets)]
    first = sparse.csr_array(([-1.0], ([0], [0])), shape=(count, 1))
    level = _rows(
        columns,
        (columns.block(LEVEL), one - sparse.eye_array(count, k=-1)),
        (columns.block(CHARGE), -step * storage.charging * one),
        (columns.block(DISCHARGE), step / storage.discharging * one),
        (slice(columns.first_level, None), first),
    )
    last = sparse.csr_array(([1.0], ([0], [count - 1])), shape=(1, count))
    closed = _rows(
        columns, (columns.block(LEVEL), last), (slice(columns.first_level, None), sparse.csr_array([[-1.0]]))
    )
    return sparse.vstack((_rows(columns, *power), level, closed)).tocsr(), np.concatenate(
        (demand / MEGA, np.zeros(count + 1))
    )


def _inequalities(step: float, supply: Supply, columns: _Columns) -> tuple[sparse.csr_array, Floats]:
    """Limits of units, starts and ramps; highest import; storage, which has one converter; reserve."""
    count = columns.intervals
    one = sparse.eye_array(count, format="csr")
    rows = [row for place in range(columns.fleets) for row in _of_fleet(step, supply, columns, place)]
    rows.append(_rows(columns, (columns.block(CHARGE), one), (columns.block(DISCHARGE), one)))
    rows.append(
        _rows(
            columns,
            (columns.block(IMPORT), one),
            (slice(columns.highest_import, None), sparse.csr_array(-np.ones((count, 1)))),
        )
    )
    spare = [
        (columns.block(IMPORT), one),
        (columns.block(DISCHARGE), one),
        (columns.block(CHARGE), -one),
    ]
    for place, fleet in enumerate(supply.fleets):
        spare += [(columns.of_fleet(place, POWER), one), (columns.of_fleet(place, RUNNING), -_rating(fleet))]
    matrix = sparse.vstack((*rows, _rows(columns, *spare))).tocsr()
    most = np.zeros(matrix.shape[0])
    most[-3 * count : -2 * count] = supply.storage.power / MEGA
    most[-count:] = (supply.storage.power + supply.grid.import_limit - supply.reserve) / MEGA
    return matrix, most


def _rating(fleet: Fleet) -> sparse.csr_array:
    return sparse.diags_array(fleet.rating / MEGA).tocsr()


def _of_fleet(step: float, supply: Supply, columns: _Columns, place: int) -> list[sparse.csr_array]:
    """Limits of the power of units that run, starts, and ramps where an interval is too short for the whole rating."""
    fleet, one = supply.fleets[place], sparse.eye_array(columns.intervals, format="csr")
    power, running, started = (columns.of_fleet(place, kind) for kind in (POWER, RUNNING, STARTED))
    change = (one - sparse.eye_array(columns.intervals, k=-1)).tocsr()[1:]
    rating = _rating(fleet)
    rows = [
        _rows(columns, (power, one), (running, -rating)),
        _rows(columns, (power, -one), (running, fleet.least_load * rating)),
        _rows(columns, (running, change), (started, -one[1:])),
    ]
    if fleet.ramp * step < 1.0:
        # Units that start, or stop, do so at their least load.
        limit = ((fleet.ramp * step + fleet.least_load) * rating).tocsr()
        rows.append(_rows(columns, (power, change), (running, -limit[1:])))
        rows.append(
            _rows(columns, (power, -change), (running, -(limit @ sparse.eye_array(columns.intervals, k=-1))[1:]))
        )
    return rows


def _bounds(supply: Supply, columns: _Columns) -> Floats:
    limits = np.zeros((columns.total, 2))
    highest = limits[:, 1]
    limits[columns.highest_import, 0] = supply.grid.billed / MEGA
    highest[columns.block(IMPORT)] = supply.grid.import_limit / MEGA
    highest[columns.block(EXPORT)] = supply.grid.export_limit / MEGA
    highest[columns.block(SUN)] = supply.sun / MEGA
    highest[columns.block(CHARGE)] = highest[columns.block(DISCHARGE)] = supply.storage.power / MEGA
    highest[columns.block(LEVEL)] = highest[columns.first_level] = supply.storage.energy / MEGA
    highest[columns.block(UNSERVED)] = highest[columns.highest_import] = np.inf
    for place, fleet in enumerate(supply.fleets):
        highest[columns.of_fleet(place, POWER)] = fleet.units * fleet.rating / MEGA
        highest[columns.of_fleet(place, RUNNING)] = fleet.units
        highest[columns.of_fleet(place, STARTED)] = fleet.units
    return limits


def _dual(prices: tuple[Floats, Floats, Floats, Floats], right: Floats, most: Floats, bounds: Floats) -> float:
    """Value of the dual programme at the solver's prices: equal to the primal's where the solution is the optimum."""
    equal, within, low, high = prices
    finite = np.isfinite(bounds[:, 1])
    return float(right @ equal + most @ within + bounds[:, 0] @ low + bounds[finite, 1] @ high[finite])


def _read(x: Floats, step: float, supply: Supply, columns: _Columns, values: tuple[float, float, float]) -> Dispatch:
    one = {kind: x[columns.block(kind)] * MEGA for kind in KINDS}
    shape = (columns.fleets, 3, columns.intervals)
    units = x[len(KINDS) * columns.intervals : columns.highest_import].reshape(shape)
    power, running, started = units[:, POWER] * MEGA, units[:, RUNNING], units[:, STARTED]
    fuel = np.array(
        [
            fleet.fuel_slope * power[place] + fleet.fuel_running * running[place] + fleet.start * started[place] / step
            for place, fleet in enumerate(supply.fleets)
        ]
    ).reshape(columns.fleets, columns.intervals)
    return Dispatch(
        one[IMPORT],
        one[EXPORT],
        one[SUN],
        one[CHARGE],
        one[DISCHARGE],
        one[UNSERVED],
        one[LEVEL],
        power,
        running,
        fuel,
        *values,
    )
