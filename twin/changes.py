"""Scheduled changes of input, and what they have set so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.cooling.plant_tables import Settings, dry_cooler_rates
from twin.site import Floats, Integers, Site

STILL = 1e-6
"""Difference of a pump's flow ratio from its target [1] below which it has arrived."""


class Change(NamedTuple):
    """
    A scheduled change of input.

    Attributes
    ----------
    time : [s]
        From the start of the run, a whole second.
    what : text
        ``pump_speed`` (rows: CDUs, value: flow ratio), ``cooler_units`` (loops, units), ``chiller_capacity`` (loops,
        W), ``supply_set_point`` (CDUs, K), ``loop_set_point`` (loops, K), ``power_cap`` (racks, accelerator W of each),
        ``outdoor_offset`` (no rows, K on dry and wet bulb).
    rows : (any,)
        Rows of the site's tables.
    value : float
        New value, SI.
    time_constant : [s]
        Of the pumps' coast to a new speed; zero for at once.
    """

    time: int
    what: str
    rows: Integers
    value: float
    time_constant: float = 0.0


class Pumps(NamedTuple):
    """
    CDU pumps.

    Attributes
    ----------
    flow : (cdu,) [1]
        Flow over nominal flow.
    target : (cdu,) [1]
        Where it is going.
    time_constant : (cdu,) [s]
        How fast.
    """

    flow: Floats
    target: Floats
    time_constant: Floats


class Setting(NamedTuple):
    """
    What scheduled changes have set so far.

    Attributes
    ----------
    pumps : Pumps
        CDU pumps.
    cdu_set_point : (cdu,) [K]
        Wanted coolant supply temperatures.
    power_cap : (rack,) [W]
        Highest accelerator power of each rack.
    outdoor_offset : [K]
        Added to the weather.
    plant : Settings
        Of the plant.
    dry_rates : (speed, loop) [W/K]
        Dry coolers at these settings.
    """

    pumps: Pumps
    cdu_set_point: Floats
    power_cap: Floats
    outdoor_offset: float
    plant: Settings
    dry_rates: Floats


def first_setting(site: Site) -> Setting:
    """
    Give a site's own settings.

    Parameters
    ----------
    site : Site
        The site.

    Returns
    -------
    Setting
        Nominal flow, design set points, everything in service.
    """
    cdus, loops = len(site.cdus.name), site.loops
    plant = Settings(loops.supply_set_point.copy(), loops.cooler_units.copy(), loops.chiller_capacity.copy())
    return Setting(
        pumps=Pumps(np.ones(cdus), np.ones(cdus), np.zeros(cdus)),
        cdu_set_point=site.cdus.supply_set_point.copy(),
        power_cap=np.full(site.racks.cdu.size, np.inf),
        outdoor_offset=0.0,
        plant=plant,
        dry_rates=dry_cooler_rates(loops, plant),
    )


def apply(site: Site, setting: Setting, change: Change) -> Setting:
    """
    Apply one scheduled change.

    Parameters
    ----------
    site : Site
        The site.
    setting : Setting
        What was set before.
    change : Change
        What changes.

    Returns
    -------
    Setting
        What is set afterwards.
    """
    rows, value = change.rows, change.value
    if change.what == "pump_speed":
        pumps = setting.pumps
        target = _with(pumps.target, rows, value)
        constant = _with(pumps.time_constant, rows, change.time_constant)
        flow = pumps.flow if change.time_constant > 0 else _with(pumps.flow, rows, value)
        return setting._replace(pumps=Pumps(flow, target, constant))
    if change.what == "supply_set_point":
        return setting._replace(cdu_set_point=_with(setting.cdu_set_point, rows, value))
    if change.what == "power_cap":
        return setting._replace(power_cap=_with(setting.power_cap, rows, value))
    if change.what == "outdoor_offset":
        return setting._replace(outdoor_offset=value)
    field = {"loop_set_point": "set_point", "cooler_units": "cooler_units", "chiller_capacity": "chiller_capacity"}
    name = field[change.what]
    plant = setting.plant._replace(**{name: _with(getattr(setting.plant, name), rows, value)})
    return setting._replace(plant=plant, dry_rates=dry_cooler_rates(site.loops, plant))


def _with(values: Floats, rows: Integers, value: float) -> Floats:
    new = values.copy()
    new[rows] = value
    return new


def coast(pumps: Pumps, seconds: int) -> tuple[Floats, Pumps]:
    """
    Let pumps move towards their targets.

    Parameters
    ----------
    pumps : Pumps
        At the start.
    seconds : [s]
        For how long.

    Returns
    -------
    tuple of (second, cdu) [1] and Pumps
        Flow at the middle of each second, and the pumps at the end.

    Notes
    -----
    First order: the distance to the target falls as exp(-t / time_constant).
    """
    moving = coasting(pumps)
    flow = np.broadcast_to(pumps.target, (seconds, pumps.flow.size)).copy()
    if not moving.any():
        return flow, pumps
    away = np.where(moving, pumps.flow - pumps.target, 0.0)
    constant = np.where(moving, pumps.time_constant, 1.0)
    middle = np.arange(seconds)[:, np.newaxis] + 0.5
    return flow + away * np.exp(-middle / constant), pumps._replace(
        flow=pumps.target + away * np.exp(-seconds / constant)
    )


def coasting(pumps: Pumps) -> Floats:
    """
    Say which pumps are on their way.

    Parameters
    ----------
    pumps : Pumps
        Pumps.

    Returns
    -------
    (cdu,) bool
        Where the flow differs from its target.
    """
    return np.asarray(np.abs(pumps.flow - pumps.target) > STILL)


def pump_power(site: Site, pumps: Pumps) -> Floats:
    """
    Give the electric power of the CDU pumps.

    Parameters
    ----------
    site : Site
        CDUs.
    pumps : Pumps
        Their speeds.

    Returns
    -------
    (cdu,) [W]
        The cube law of a closed loop without static head, at the speed the pump is set to: one that coasts without
        supply draws nothing, one that starts draws its full power while the flow still rises.
    """
    return np.asarray(site.cdus.pump_power * pumps.target**3, dtype=float)
