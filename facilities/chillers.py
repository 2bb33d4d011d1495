"""Chillers of the catalog: by a fraction of Carnot's, or by the fit of an electric machine (electric EIR)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.polynomial import Polynomial
from pydantic import Field, StrictBool, model_validator

from facilities.orders import Order, Ordered
from facilities.quantity import (
    Biquadratic,
    Difference,
    Model,
    Performance,
    PositiveFactor,
    Quadratic,
    Ratio,
    Share,
    Temperature,
    Text,
    UnitPower,
)
from twin.cooling.chillers import ElectricChillers, LoadCurve, fits, mismatch, proportional, rescaled
from twin.errors import Fault

MOST_MISMATCH = 0.1
"""
Difference [1] of a fit from one at its own rated point that passes. Most published records are within a few per cent;
the few beyond are faulty.
"""

RANGE_POINTS = 17
"""Points along each axis of a fit's range at which its curves must be positive."""

Condenser = Literal["air", "water"]
"""What a machine rejects its heat to: outdoor air, or water of a tower or dry cooler."""


class CarnotChiller(Model):
    """Chillers by their Carnot fraction, with the maker's curve of part load if there is one."""

    title: Text
    law: Literal["carnot"]
    condenser: Condenser
    carnot_fraction: Share
    evaporator_approach: Difference
    """Leaving water less evaporating temperature."""
    condenser_approach: Difference
    """Condensing temperature less entering air or water."""
    load_curve: Quadratic | None = None
    """Power over full-load power: 1, p and p^2 of the part load; proportional to the load if not given."""


class ElectricChiller(Ordered):
    """An electric chiller by its published fit; x is leaving water and y entering condenser fluid, in degC."""

    title: Text
    law: Literal["electric_eir"]
    condenser: Condenser
    capacity: UnitPower
    performance: Performance
    """Rated heat over electric power."""
    rated_leaving: Temperature
    rated_entering: Temperature
    capacity_curve: Biquadratic
    """Capacity over rated: 1, x, x^2, y, y^2, xy."""
    power_curve: Biquadratic
    """Power over capacity, over rated, of the same terms."""
    load_curve: Quadratic
    """Power over full-load power: 1, p and p^2 of the part load."""
    least_load: Ratio
    """Part load below which the machine cycles."""
    least_unloaded: Ratio
    """Part load below which its power no longer falls."""
    most_load: PositiveFactor
    motor_share: Ratio
    """Part of the electric power that reaches the condenser."""
    least_leaving: Temperature
    most_leaving: Temperature
    least_entering: Temperature
    most_entering: Temperature
    evaporator_approach: Difference
    """Leaving water less evaporating temperature; used outside the range of the fit."""
    condenser_approach: Difference
    """Condensing temperature less entering fluid; used outside the range of the fit."""
    rescaled: StrictBool = False
    """Whether fits are scaled to one at the rated point, which also lets a machine pass that misses it by far."""

    def orders(self) -> Iterator[Order]:
        """Give the rating within the range of the fit."""
        leaving = {"least": self.least_leaving, "rated": self.rated_leaving, "most": self.most_leaving}
        entering = {"least": self.least_entering, "rated": self.rated_entering, "most": self.most_entering}
        yield Order("leaving water", leaving)
        yield Order("condenser entry", entering)

    @model_validator(mode="after")
    def _as_rated(self) -> ElectricChiller:
        machine = electric_chillers([self])
        if not _positive(machine):
            message = "a curve falls to zero or below within its range; narrow the range, or mend the coefficients"
            raise ValueError(message)
        faults = [] if self.rescaled else list(misrated([self.title], machine))
        if faults:
            raise ValueError(faults[0].message)
        return self


Chiller = Annotated[CarnotChiller | ElectricChiller, Field(discriminator="law")]


def electric_chillers(parts: Sequence[ElectricChiller]) -> ElectricChillers:
    """
    Collect machines into the arrays that the physics reads.

    Parameters
    ----------
    parts
        Entries of a catalog.

    Returns
    -------
    ElectricChillers
        A row each, rescaled where the entry says so.
    """

    def column(name: str) -> np.ndarray:
        return np.array([getattr(part, name).si for part in parts])

    machines = ElectricChillers(
        capacity=column("capacity"),
        performance=column("performance"),
        rated_leaving=column("rated_leaving"),
        rated_entering=column("rated_entering"),
        capacity_curve=column("capacity_curve"),
        power_curve=column("power_curve"),
        load=LoadCurve(
            column("load_curve"),
            column("least_load"),
            column("least_unloaded"),
            column("most_load"),
            column("motor_share"),
        ),
        leaving_range=np.stack((column("least_leaving"), column("most_leaving")), axis=-1),
        entering_range=np.stack((column("least_entering"), column("most_entering")), axis=-1),
        evaporator_approach=column("evaporator_approach"),
        condenser_approach=column("condenser_approach"),
    )
    mended = np.array([part.rescaled for part in parts])
    return selected(mended, rescaled(machines), machines) if mended.any() else machines


def selected(condition: np.ndarray, first: ElectricChillers, second: ElectricChillers) -> ElectricChillers:
    """
    Choose between two forms of the same machines.

    Parameters
    ----------
    condition : (machine,) bool
        Whether to take the first.
    first, second : ElectricChillers
        Of as many rows.

    Returns
    -------
    ElectricChillers
        A row each.
    """

    def choose(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.where(condition.reshape(-1, *(1,) * (one.ndim - 1)), one, other)

    load = LoadCurve(*map(choose, first.load, second.load))
    rest = {
        name: choose(getattr(first, name), getattr(second, name)) for name in ElectricChillers._fields if name != "load"
    }
    return ElectricChillers(load=load, **rest)


def load_curve(part: CarnotChiller | ElectricChiller) -> LoadCurve:
    """
    Give the curve of part load of a machine of either law.

    Parameters
    ----------
    part
        Entry of a catalog.

    Returns
    -------
    LoadCurve
        One row.
    """
    if isinstance(part, ElectricChiller):
        return electric_chillers([part]).load
    curve = proportional(1)
    return curve if part.load_curve is None else curve._replace(coefficients=np.array([part.load_curve.si]))


def _positive(machine: ElectricChillers) -> bool:
    """Say whether all curves of a machine stay above zero at a grid of points of its range."""
    grid = np.linspace(0.0, 1.0, RANGE_POINTS)
    leaving, entering = (
        limits[0, 0] + grid * (limits[0, 1] - limits[0, 0])
        for limits in (machine.leaving_range, machine.entering_range)
    )
    curves = fits(machine, leaving[:, np.newaxis, np.newaxis], entering[np.newaxis, :, np.newaxis])
    least, most = machine.load.least_unloaded[0], machine.load.most[0]
    part_load = Polynomial(machine.load.coefficients[0])(least + grid * (most - least))
    return min(float(curve.min()) for curve in (*curves, part_load)) > 0.0


def misrated(names: Sequence[str], machines: ElectricChillers) -> Iterator[Fault]:
    """
    Find machines whose fits miss their own rated point by more than `MOST_MISMATCH`.

    Parameters
    ----------
    names
        Of the machines, for messages.
    machines : ElectricChillers
        A row each.

    Yields
    ------
    Fault
        One for each machine.
    """
    off = mismatch(machines)
    for row, name in enumerate(names):
        by = {"capacity": off.capacity[row], "power": off.power[row], "part-load": off.load[row]}
        far = [f"{curve} curve {value:+.1%}" for curve, value in by.items() if abs(value) > MOST_MISMATCH]
        if far:
            message = f"misses its own rated point: {', '.join(far)}; {MOST_MISMATCH:.0%} passes"
            yield Fault(name, f"{message}. Take another record, or set rescaled to scale its curves to the rating")
