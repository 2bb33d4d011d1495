"""Scheduled changes of input, and what they have set so far."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin.arrays import Flags
from twin.cooling import hydraulics
from twin.cooling.plant import Tables, tables, tables_at
from twin.cooling.plant_tables import Settings, own_settings
from twin.site import Floats, Integers, Site
from twin.thermal.tables import VALVE_FREE, Layout, Orders
from twin.workload import LoadTable

AS_ASKED = -1.0
"""Mark in place of a rack's load: as the load table says."""

SHUT_OFF_RATIO = 1.25
"""Head of a CDU's pumps without flow over that at nominal flow [1]: centrifugal pumps, 1.1 to 1.4. Assumed."""

DRIVE_LOSSES = (0.02, 0.035, 0.032)
"""Losses of a CDU pump's motor and drive over its rating [1]: fixed, linear, square; for `hydraulics.drive_power`."""

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
        ``pump_speed`` (rows: CDUs, value: flow ratio), ``valve`` (CDUs, lift, or `VALVE_FREE` or `VALVE_STUCK`),
        ``fouling`` (CDUs, K/W), ``load`` (racks, part of full load, or `AS_ASKED`), ``cooler_units`` (loops, units),
        ``chiller_capacity`` (loops, W), ``supply_set_point`` (CDUs, K), ``loop_set_point`` (loops, K), ``power_cap``
        (racks, accelerator W of each), ``outdoor_offset`` (no rows, K on dry and wet bulb), ``wet_bulb_offset`` (no
        rows, K on the wet bulb besides), ``loop_pumps`` (loops, part of the circulating pumps), ``mechanical_power``
        (loops, 1 or 0: fans, chillers and condenser pumps), ``make_up_water`` (loops, 1 or 0).
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
    pump_power : (cdu,) [W]
        Electric power of CDU pumps at the flow they are set to.
    pumps_inside : (cdu,) bool
        Whether they work near enough to their best point.
    valve : (cdu,) [1]
        Lift that valves are sent to, `VALVE_FREE` or `VALVE_STUCK`.
    fouling : (cdu,) [K/W]
        Deposits in the CDUs' exchangers.
    fouled : [1]
        How often they have changed so far.
    load : (rack,) [1]
        Part of full load that racks are held at; `AS_ASKED` where they follow the load table.
    cdu_set_point : (cdu,) [K]
        Wanted coolant supply temperatures.
    power_cap : (rack,) [W]
        Highest accelerator power of each rack.
    outdoor_offset : [K]
        Added to the weather.
    wet_bulb_offset : [K]
        Added to the wet bulb besides.
    plant : Settings
        Of the plant.
    tables : Tables
        Of the plant at these settings.
    """

    pumps: Pumps
    pump_power: Floats
    pumps_inside: Flags
    valve: Floats
    fouling: Floats
    fouled: int
    load: Floats
    cdu_set_point: Floats
    power_cap: Floats
    outdoor_offset: float
    wet_bulb_offset: float
    plant: Settings
    tables: Tables


_FIELDS = {"valve": "valve", "load": "load", "supply_set_point": "cdu_set_point", "power_cap": "power_cap"}
"""Changes that do no more than put a value into rows, and the field of `Setting` that takes it."""


_PLANT_FIELDS = {
    "loop_set_point": "set_point",
    "cooler_units": "cooler_units",
    "chiller_capacity": "chiller_capacity",
    "loop_pumps": "pump_share",
    "mechanical_power": "powered",
    "make_up_water": "make_up",
}
"""The same of the plant."""


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
    plant, pumps = own_settings(loops), Pumps(np.ones(cdus), np.ones(cdus), np.zeros(cdus))
    return Setting(
        pumps=pumps,
        pump_power=pump_power(site, pumps),
        pumps_inside=pumps_inside(site, pumps),
        valve=np.full(cdus, VALVE_FREE),
        fouling=site.cdus.fouling.copy(),
        fouled=0,
        load=np.full(site.racks.cdu.size, AS_ASKED),
        cdu_set_point=site.cdus.supply_set_point.copy(),
        power_cap=np.full(site.racks.cdu.size, np.inf),
        outdoor_offset=0.0,
        wet_bulb_offset=0.0,
        plant=plant,
        tables=tables(loops, plant),
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
        pumps = Pumps(flow, target, constant)
        power, inside = pump_power(site, pumps), pumps_inside(site, pumps)
        return setting._replace(pumps=pumps, pump_power=power, pumps_inside=inside)
    if change.what == "fouling":
        return setting._replace(fouling=_with(setting.fouling, rows, value), fouled=setting.fouled + 1)
    if change.what in _FIELDS:
        name = _FIELDS[change.what]
        field: dict[str, Any] = {name: _with(getattr(setting, name), rows, value)}
        return setting._replace(**field)
    if change.what == "outdoor_offset":
        return setting._replace(outdoor_offset=value)
    if change.what == "wet_bulb_offset":
        return setting._replace(wet_bulb_offset=value)
    name = _PLANT_FIELDS[change.what]
    plant = setting.plant._replace(**{name: _with(getattr(setting.plant, name), rows, value)})
    if change.what == "loop_pumps":
        coast = change.time_constant or float(site.loops.pumps.time_constant[rows].max(initial=1.0))
        plant = plant._replace(pump_time=_with(plant.pump_time, rows, coast))
    return setting._replace(plant=plant, tables=tables_at(setting.tables, site.loops, plant))


def foulings(site: Site, scheduled: tuple[Change, ...]) -> Floats:
    """
    Give the deposits in the CDUs' exchangers at the start and after each scheduled change of them.

    Parameters
    ----------
    site : Site
        The site.
    scheduled : tuple of Change
        In order of time.

    Returns
    -------
    (state, cdu) [K/W]
        In order of time.
    """
    states = [site.cdus.fouling]
    for change in scheduled:
        if change.what == "fouling":
            states.append(_with(states[-1], change.rows, change.value))
    return np.array(states)


def orders(site: Site, load: LoadTable, setting: Setting, layout: Layout, *, still: bool) -> Orders:
    """
    Give what racks are ordered to draw in place of what they are asked for, and the caps of their accelerators.

    Parameters
    ----------
    site : Site
        The site.
    load : LoadTable
        Measured racks follow their measurement all the same.
    setting : Setting
        Loads at which racks are held, and caps.
    layout : Layout
        The kernel's racks.
    still : bool
        As in `Orders`.

    Returns
    -------
    Orders
        For the kernel's racks.
    """
    order, free = layout.order, ~load.measured[layout.order]
    accelerator, host = np.full((2, order.size), AS_ASKED)
    rows = np.flatnonzero((setting.load[order] != AS_ASKED) & free)
    if rows.size:
        classes, kind, part = site.rack_classes, site.racks.rack_class[order[rows]], setting.load[order[rows]]
        loaded, full = classes.accelerator_loaded[kind], classes.accelerator_max[kind]
        accelerator[rows] = classes.accelerators[kind] * (loaded + part * (full - loaded))
        host[rows] = classes.host_idle[kind] + part * (classes.host_max - classes.host_idle)[kind]
    return Orders(accelerator, host, np.where(free, setting.power_cap[order], np.inf), still)


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
    First order: the distance to the target falls as exp(-t / time_constant), and is none from `STILL` on.
    """
    moving = coasting(pumps)
    flow = np.broadcast_to(pumps.target, (seconds, pumps.flow.size)).copy()
    if not moving.any():
        return flow, pumps
    away = np.where(moving, pumps.flow - pumps.target, 0.0)
    constant = np.where(moving, pumps.time_constant, 1.0)
    time = np.append(np.arange(seconds) + 0.5, seconds)[:, np.newaxis]
    left = away * np.exp(-time / constant)
    left[np.abs(left) <= STILL] = 0.0
    return flow + left[:-1], pumps._replace(flow=pumps.target + left[-1])


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
        At the flow the pumps are set to: one that coasts without supply draws nothing, one that starts draws its full
        power while the flow still rises.

    Notes
    -----
    The curve of a pump on a circuit with `pump_fixed_head`, its efficiency and its drive's (`hydraulics`), over that at
    nominal flow.
    """
    power, nominal = (_at_flow(site, flow).power for flow in (pumps.target, np.ones_like(pumps.target)))
    return np.asarray(site.cdus.pump_power * power / nominal, dtype=float)


def pumps_inside(site: Site, pumps: Pumps) -> Flags:
    """
    Say which CDU pumps work near enough to their best point.

    Parameters
    ----------
    site : Site
        CDUs.
    pumps : Pumps
        Their speeds.

    Returns
    -------
    (cdu,) bool
        At the flow that they are set to, as in `hydraulics.OperatingPoint.inside`; true where they stand.
    """
    return _at_flow(site, pumps.target).inside


def _at_flow(site: Site, flow: Floats) -> hydraulics.OperatingPoint:
    """Give CDU pumps, of nominal flow, head and power one, at a flow."""
    fixed = site.cdus.pump_fixed_head
    pump = hydraulics.rated_pump(*(np.asarray(part) for part in (1.0, 1.0, SHUT_OFF_RATIO, 1.0)))
    drive = hydraulics.Drive(*(np.asarray(part) for part in (1.0, *DRIVE_LOSSES)))
    circuit = hydraulics.Circuit(fixed, 1.0 - fixed)
    speed = hydraulics.speed_for_flow(pump, circuit, flow)
    return hydraulics.operating_point(pump, drive, circuit, np.where(flow > 0.0, speed, 0.0))
