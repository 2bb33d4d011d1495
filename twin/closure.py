"""
Balances of a run: what went in, what came out, what stayed, each integrated on its own.

No term is the remainder of others, so a residual shows a fault of the model. A run closes if every residual is below
`TOLERANCE` of what went in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.record import Energies, Record, Stored
from twin.site import PowerChain, Site

TOLERANCE = 1e-9
"""Largest residual over what went in [1]: rounding of some 1e8 additions in double precision."""


class Balance(NamedTuple):
    """
    One balance of a run.

    Attributes
    ----------
    balance : text
        What is balanced.
    unit : text
        ``J`` or ``kg``.
    inflow, outflow, stored : float
        What went in, what came out, and what the content rose by.
    residual : float
        Inflow less outflow less stored.
    tolerance : float
        Largest residual allowed, in the unit.
    closes : bool
        Whether it is kept.
    """

    balance: str
    unit: str
    inflow: float
    outflow: float
    stored: float
    residual: float
    tolerance: float
    closes: bool


def balances(record: Record, site: Site) -> tuple[Balance, ...]:
    """
    Give every balance of a run.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    tuple of Balance
        The whole site first, then from the grid to the outdoors, then water.
    """
    return balances_of(record.energies, record.before, record.after, site.chain)


def balances_of(energies: Energies, before: Stored, after: Stored, chain: PowerChain) -> tuple[Balance, ...]:
    """
    Give every balance of energies and stores.

    Parameters
    ----------
    energies : Energies
        What crossed each boundary.
    before, after : Stored
        What the site held at the start and at the end.
    chain : PowerChain
        Says which losses warm halls.

    Returns
    -------
    tuple of Balance
        As of `balances`.
    """
    warms = np.array([stage.heats_hall for stage in chain.hall_path], dtype=float)
    by_stage = energies.hall_losses.sum(axis=1)
    in_halls, outdoors = float(warms @ by_stage), float((1.0 - warms) @ by_stage)
    other_losses = float(energies.mechanical_losses.sum() + energies.common_losses.sum())
    cooling = cooling_energy(energies)
    # Of what chillers take and draw, condenser water gets a part; the rest leaves at once.
    chillers = energies.chilled + energies.chillers - energies.condensed
    with_air = energies.outdoor_air + energies.outdoor_fans
    off_the_water = energies.rejected + energies.condenser_rejected + energies.delivered
    given_off = off_the_water + chillers + energies.cooler_fans + with_air
    racks, cdus, plant, condenser, basins = (end - start for end, start in zip(after, before, strict=True))
    whole = given_off + outdoors + other_losses + energies.house
    from_cdus = energies.cdu_facility + energies.cdu_air
    to_plant = from_cdus + energies.rack_air + in_halls + energies.hall_fans + energies.pumps
    from_plant = energies.rejected + energies.chilled + energies.economised + energies.reused + energies.outdoor_air
    to_condenser = energies.economised + energies.condensed + energies.condenser_pumps
    return (
        _balance("whole site", "J", energies.connection, whole, racks + cdus + plant + condenser),
        _balance(
            "power chain",
            "J",
            energies.connection,
            energies.racks + cooling + energies.house + in_halls + outdoors + other_losses,
            0.0,
        ),
        _balance("racks", "J", energies.racks, energies.rack_coolant + energies.rack_air, racks),
        _balance("CDUs", "J", energies.rack_coolant + energies.cdu_pumps, from_cdus, cdus),
        _balance("halls and plant", "J", to_plant, from_plant, plant),
        _balance("heat pumps", "J", energies.reused + energies.heat_pumps, energies.delivered, 0.0),
        _balance("condenser water", "J", to_condenser, energies.condenser_rejected, condenser),
        _balance("water", "kg", energies.make_up, energies.evaporation + energies.blowdown + energies.drift, basins),
    )


def cooling_energy(energies: Energies) -> float:
    """
    Give the electric energy of all cooling equipment.

    Parameters
    ----------
    energies : Energies
        Of a run.

    Returns
    -------
    [J]
        Pumps, fans, chillers and heat pumps.
    """
    pumps = energies.cdu_pumps + energies.pumps + energies.condenser_pumps
    fans = energies.hall_fans + energies.outdoor_fans + energies.cooler_fans
    return pumps + fans + energies.chillers + energies.heat_pumps


def heat_rejected(record: Record, site: Site) -> float:
    """
    Give all heat that left the site for the outdoors.

    Parameters
    ----------
    record : Record
        A run.
    site : Site
        Its site.

    Returns
    -------
    [J]
        Coolers, chillers, fans, and conversion losses outside the halls; not what a buyer of heat was given.
    """
    return balances(record, site)[0].outflow - record.energies.delivered


def _balance(name: str, unit: str, inflow: float, outflow: float, stored: float) -> Balance:
    residual = inflow - outflow - stored
    # A loop without any flow has nothing to close; its rounding is set against what it holds.
    tolerance = TOLERANCE * max(abs(inflow), abs(outflow), abs(stored))
    return Balance(name, unit, inflow, outflow, stored, residual, tolerance, abs(residual) <= tolerance)
