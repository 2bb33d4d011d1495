"""What the supply of a year is found from: its load, air and prices by the hour, and its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from facilities.economics import USUAL, Economics
from scenarios.setting import ARGUMENTS
from scenarios.yearstudy import carbon, money, standing
from scenarios.yearstudy.carbon import Intensity
from scenarios.yearstudy.supply import Connection, Hours
from twin.errors import Fault, ScenarioError
from twin.site import Floats

if TYPE_CHECKING:
    from scenarios.yearstudy.accounts import Asked
    from scenarios.yearstudy.study import Found

STEP = 3600
"""Seconds of a dispatched interval."""


class Needed(NamedTuple):
    """
    What a year's supply is found from.

    Attributes
    ----------
    tariff
        Its name.
    hours : Hours
        Load, air, prices.
    grid : Intensity
        Carbon of the grid's energy.
    connection : Connection
        To it.
    contract : (month,) [W]
        Contracted demand of all of the site.
    growth : bool
        Whether the site grows along its phases.
    """

    tariff: str
    hours: Hours
    grid: Intensity
    connection: Connection
    contract: Floats
    growth: bool


def needed(found: Found, asked: Asked, costs: Economics) -> Needed:
    """
    Give what the supply of a year is found from.

    Parameters
    ----------
    found : Found
        The solved year.
    asked : Asked
        Tariff, carbon and aim.
    costs : Economics
        Unit costs.

    Returns
    -------
    Needed
        Hour by hour.

    Raises
    ------
    InputError
        If a file or a name is at fault.
    """
    facility = found.facility
    name = asked.tariff or facility.connection.tariff or USUAL
    tariff = costs.tariff(name)
    grid = carbon.intensity(facility, found.span.start, asked.carbon, asked.zone)
    if grid.values is None and asked.aim == "carbon":
        message = "carbon needs the carbon intensity of the grid: give connection.carbon_intensity, or --carbon FILE"
        raise ScenarioError(ARGUMENTS, [Fault("--aim", message)])
    times = standing.times(found, STEP)
    load = standing.mean(np.asarray(found.series.powers.connection), STEP // found.span.step)
    hours = Hours(
        demand=load,
        dry_bulb=standing.mean(found.series.dry_bulb, STEP // found.span.step),
        price=money.prices(tariff, times),
        carbon=np.zeros(load.size) if grid.values is None else grid.values,
        month=times.period,
        start=found.span.start,
    )
    contract = standing.contract(found, times)
    take = 0.0 if tariff.minimum_take is None else tariff.minimum_take.si
    stated = facility.connection.contract is not None
    connection = Connection(facility.connection.rating.si, tariff.demand.si, take * contract, stated)
    growth = bool(found.stretches[0].name)
    return Needed(name, hours, grid, connection, contract, growth)
