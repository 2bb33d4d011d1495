"""What supplies a site: fleets of like units, storage, the grid, the sun, and what each costs."""

from __future__ import annotations

from typing import NamedTuple

from twin.site import Floats


class Fleet(NamedTuple):
    """
    Units of one kind, each with the same straight line of fuel over power.

    Attributes
    ----------
    name : text
        Of the fleet.
    units : int
        That stand.
    rating : (interval,) [W]
        Of one unit, in each interval: heat and altitude take from it.
    least_load : [1]
        Over the rating, for as long as a unit runs.
    fuel_running : [W]
        Fuel that a unit burns for running at all: where its line meets no power.
    fuel_slope : [1]
        Further fuel over power.
    ramp : [1/s]
        Change of power over the rating of a unit that runs.
    start : [J]
        Fuel of a start.
    fuel_price : [USD/J]
        Of fuel, lower heating value.
    fuel_carbon : [kg/J]
        Carbon dioxide of fuel.
    upkeep : [USD/J]
        Of electricity.
    """

    name: str
    units: int
    rating: Floats
    least_load: float
    fuel_running: float
    fuel_slope: float
    ramp: float
    start: float
    fuel_price: float
    fuel_carbon: float
    upkeep: float


class Storage(NamedTuple):
    """
    A battery on the site's network.

    Attributes
    ----------
    power : [W]
        In and out, at the network.
    energy : [J]
        That it holds between its limits.
    charging, discharging : [1]
        Efficiencies; their product is the round trip's.
    """

    power: float
    energy: float
    charging: float
    discharging: float


class Grid(NamedTuple):
    """
    The connection.

    Attributes
    ----------
    import_limit, export_limit : [W]
        Zero of an island.
    price, export_price : (interval,) [USD/J]
        Of energy taken, and of energy given.
    demand_charge : [USD/W]
        Of the highest import among all intervals that are dispatched together: one billing period at a time.
    carbon : (interval,) [kg/J]
        Carbon dioxide of energy taken.
    billed : [W]
        Import that is billed as demand even where less is taken: a minimum take, or a ratchet.
    """

    import_limit: float
    export_limit: float
    price: Floats
    export_price: Floats
    demand_charge: float
    carbon: Floats
    billed: float = 0.0


class Supply(NamedTuple):
    """
    All that supplies a site.

    Attributes
    ----------
    fleets : tuple of Fleet
        On-site generation.
    storage : Storage
        Of no power where there is none.
    grid : Grid
        Of no limits where there is none.
    sun : (interval,) [W]
        That panels could give; what is not used is lost.
    reserve : [W]
        Power that can come at once beyond the load: of units that run, of storage whatever it holds, of the grid. The
        rating of a unit for each that may fail.
    unserved_price : [USD/J]
        Of load that is not served: above every other price, so that it is the last resort.
    """

    fleets: tuple[Fleet, ...]
    storage: Storage
    grid: Grid
    sun: Floats
    reserve: float
    unserved_price: float


def firm_capacity(count: int, rating: float, spare: int) -> float:
    """
    Power that a fleet carries with units out.

    Parameters
    ----------
    count : int
        Units that stand.
    rating : [W]
        Of one.
    spare : int
        Units that may be out, by failure or for upkeep.

    Returns
    -------
    [W]
        ``(count - spare) * rating``, and none where all may be out.
    """
    return max(count - spare, 0) * rating


def straight_fuel(rating: float, efficiency: float, half_load_efficiency: float) -> tuple[float, float]:
    """
    Draw the line of fuel over power through half load and rating.

    Parameters
    ----------
    rating : [W]
        Of a unit.
    efficiency, half_load_efficiency : [1]
        Electricity over the lower heating value of fuel, at rating and at half of it.

    Returns
    -------
    fuel_running : [W]
        Where the line meets no power.
    fuel_slope : [1]
        Further fuel over power.

    Notes
    -----
    The input-output line that gas turbines and engines follow above their least load (Willans).
    """
    full, half = rating / efficiency, 0.5 * rating / half_load_efficiency
    slope = (full - half) / (0.5 * rating)
    return full - slope * rating, slope
