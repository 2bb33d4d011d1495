"""Scheduled changes of a run in words: rows of events.parquet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from twin.changes import AS_ASKED, Change
from twin.site import Floats, Integers, Site
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK

ZERO_CELSIUS = 273.15
"""[K] of 0 degrees Celsius."""


class _Kind(NamedTuple):
    """A kind of change: what its rows are called, their names in a site, and what a value of it says."""

    assets: str
    names: Callable[[Site], tuple[str, ...]]
    words: Callable[[Site, Change], str]


def rows(changes: tuple[Change, ...], site: Site, start: datetime) -> list[dict[str, object]]:
    """
    List the scheduled changes of a run.

    Parameters
    ----------
    changes : tuple of Change
        What was scheduled, in order of time.
    site : Site
        Its site.
    start : datetime
        Start of the run, UTC.

    Returns
    -------
    list of dict
        Rows of events.parquet, in order of time; changes at one time that are said alike are one row, with the value
        of the first.
    """
    said: dict[tuple[int, str, str], list[Change]] = {}
    for change in changes:
        said.setdefault((change.time, change.what, _KINDS[change.what].words(site, change)), []).append(change)
    return [
        {
            "time": start + timedelta(seconds=time),
            "kind": "scheduled",
            "asset": _asset(_KINDS[what], site, np.concatenate([change.rows for change in alike])),
            "value": alike[0].value,
            "limit": None,
            "margin": None,
            "unit": "",
            "duration_s": 0.0,
            "message": words,
        }
        for (time, what, words), alike in said.items()
    ]


def disturbance(changes: tuple[Change, ...]) -> int | None:
    """
    Give when a run was first disturbed.

    Parameters
    ----------
    changes : tuple of Change
        What was scheduled, in order of time.

    Returns
    -------
    [s]
        Of the first change after the start, from where times to limits count: what changes with the start is how the
        run begins. Of the start if nothing changes later, None if nothing changes.
    """
    moments = [change.time for change in changes]
    return next((moment for moment in moments if moment > 0), moments[0] if moments else None)


def _asset(kind: _Kind, site: Site, changed: Integers) -> str:
    names = kind.names(site)
    if not kind.assets:
        return "outdoors"
    if changed.size == 1:
        return names[int(changed[0])]
    return f"all {changed.size:,} {kind.assets}" if changed.size == len(names) else f"{changed.size:,} {kind.assets}"


def _pumps(_: Site, change: Change) -> str:
    if change.value == 0.0:
        return f"pumps stop and coast down, time constant {change.time_constant:g} s"
    return "pumps at full flow again" if change.value == 1.0 else f"pumps go to {change.value:.0%} of their flow"


def _valve(_: Site, change: Change) -> str:
    marks = {VALVE_FREE: "facility water valve under its controller again", VALVE_STUCK: "valve stuck where it stands"}
    return marks.get(change.value, f"facility water valve sent to {change.value:.0%} of its lift")


def _fouling(site: Site, change: Change) -> str:
    if np.allclose(change.value, site.cdus.fouling[change.rows]):
        return "exchanger without the further deposits again"
    conductance = site.cdus.exchanger_conductance[change.rows]
    left = float(np.mean(1.0 / (1.0 + conductance * change.value)))
    return f"deposits leave {left:.0%} of the exchanger's conductance"


def _load(_: Site, change: Change) -> str:
    return "load as asked again" if change.value == AS_ASKED else f"load goes to {change.value:.0%} of full"


def _power_cap(_: Site, change: Change) -> str:
    if np.isinf(change.value):
        return "accelerators without a cap again"
    return f"accelerators of each rack capped at {change.value / 1e3:.4g} kW"


def _set_point(what: str) -> Callable[[Site, Change], str]:
    return lambda _, change: f"{what} asked for at {change.value - ZERO_CELSIUS:.1f} degC"


def _coolers(site: Site, change: Change) -> str:
    built = site.loops.cooler_units[change.rows]
    if np.all(change.value == built):
        return "all coolers in service again"
    return f"coolers: {change.value:,.0f} of {_range(built)} in service"


def _chillers(site: Site, change: Change) -> str:
    built = float(site.loops.chiller_capacity[change.rows].max())
    if change.value == 0.0:
        return "chillers stop"
    return (
        "chillers may start again" if change.value == built else f"{change.value / built:.0%} of the chillers are left"
    )


def _loop_pumps(_: Site, change: Change) -> str:
    if change.value == 0.0:
        return f"circulating pumps stop and coast down, time constant {change.time_constant:g} s"
    return "all circulating pumps at work again" if change.value == 1.0 else f"{change.value:.0%} of the pumps at work"


def _switched(what: str) -> Callable[[Site, Change], str]:
    return lambda _, change: f"{what} back" if change.value > 0.0 else f"{what} lost"


def _wet_bulb(_: Site, change: Change) -> str:
    return f"wet bulb {change.value:+.1f} K besides" if change.value else "wet bulb with the dry bulb again"


def _outdoors(_: Site, change: Change) -> str:
    return "as the weather says again" if change.value == 0.0 else f"{change.value:+.1f} K on what the weather says"


def _range(values: Floats) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def _cdu_names(site: Site) -> tuple[str, ...]:
    return site.cdus.name


def _rack_names(site: Site) -> tuple[str, ...]:
    return site.racks.name


def _loop_names(site: Site) -> tuple[str, ...]:
    return site.loops.name


_KINDS = {
    "pump_speed": _Kind("CDUs", _cdu_names, _pumps),
    "valve": _Kind("CDUs", _cdu_names, _valve),
    "fouling": _Kind("CDUs", _cdu_names, _fouling),
    "supply_set_point": _Kind("CDUs", _cdu_names, _set_point("coolant supply")),
    "load": _Kind("racks", _rack_names, _load),
    "power_cap": _Kind("racks", _rack_names, _power_cap),
    "loop_set_point": _Kind("loops", _loop_names, _set_point("water supply")),
    "cooler_units": _Kind("loops", _loop_names, _coolers),
    "chiller_capacity": _Kind("loops", _loop_names, _chillers),
    "loop_pumps": _Kind("loops", _loop_names, _loop_pumps),
    "mechanical_power": _Kind("loops", _loop_names, _switched("power of fans and chillers")),
    "make_up_water": _Kind("loops", _loop_names, _switched("make-up water")),
    "outdoor_offset": _Kind("", _loop_names, _outdoors),
    "wet_bulb_offset": _Kind("", _loop_names, _wet_bulb),
}
"""Kinds of changes, by `Change.what`."""
