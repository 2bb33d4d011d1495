"""Events of a scenario -> scheduled changes of the run's inputs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np

from scenarios.asked import selection
from scenarios.asked.selection import Rows
from scenarios.schema import (
    CduLoss,
    ChillerTrip,
    CoolersLost,
    Fouling,
    Heat,
    LoadStep,
    LoopPumpTrip,
    LoopSetPoint,
    MakeUpLoss,
    PowerCap,
    PowerGap,
    PumpTrip,
    Scenario,
    SupplySetPoint,
    ValveStuck,
)
from twin.changes import AS_ASKED, Change
from twin.errors import Fault, ScenarioError
from twin.site import Floats, Integers, Site
from twin.thermal.tables import VALVE_FREE, VALVE_STUCK

EVERYWHERE = {"outdoor_offset", "wet_bulb_offset"}
"""Changes that have no rows."""

ROUNDING = 1e-9
"""Part of a unit that is lost in division."""


class Effect(NamedTuple):
    """
    What an event changes while it lasts.

    Attributes
    ----------
    what : text
        As in `twin.simulate.Change`.
    found : Rows
        Rows that it changes.
    during, after : (row,)
        Values from its start, and from its end.
    time_constant, return_time_constant : [s]
        With which the values move at the start, and at the end.
    """

    what: str
    found: Rows
    during: Floats
    after: Floats
    time_constant: float = 0.0
    return_time_constant: float = 0.0


Effects = tuple[Effect, ...]
"""All that one event changes."""


class _Span(NamedTuple):
    where: str
    start: float
    end: float
    effect: Effect


def changes(site: Site, scenario: Scenario, duration: float) -> tuple[Change, ...]:
    """
    Schedule the events of a scenario.

    Parameters
    ----------
    site : Site
        Whose equipment.
    scenario : Scenario
        With events.
    duration : [s]
        Of the run.

    Returns
    -------
    tuple of Change
        In order of time; an event that ends within the run gives a second change, back to what the site has.

    Raises
    ------
    ScenarioError
        With all events that name what the site does not have, start after the end, or meet each other.
    """
    spans = [
        _Span(
            f"events.{number}",
            event.start,
            duration if event.end is None else event.end,
            effect,
        )
        for number, event in enumerate(scenario.events, start=1)
        for effect in _EFFECTS[event.kind](site, event, f"events.{number}")
    ]
    faults = [fault for span in spans for fault in span.effect.found.faults]
    faults += [_late(span, duration) for span in spans if span.start >= duration]
    faults += [_meeting(one, other) for one, other in combinations(spans, 2) if _meet(one, other)]
    # Effects of one event share its faults.
    faults = list(dict.fromkeys(faults))
    if faults:
        raise ScenarioError(scenario.name, faults)
    scheduled = [change for span in spans for change in _scheduled(span, duration)]
    return tuple(sorted(scheduled, key=lambda change: change.time))


def _scheduled(span: _Span, duration: float) -> list[Change]:
    effect = span.effect
    begin = _at(span.start, effect, effect.during, effect.time_constant)
    if span.end >= duration:
        return begin
    return begin + _at(span.end, effect, effect.after, effect.return_time_constant)


def _at(time: float, effect: Effect, values: Floats, constant: float) -> list[Change]:
    """Make one change for each value."""
    if effect.what in EVERYWHERE:
        return [Change(int(time), effect.what, effect.found.rows, float(values[0]), constant)]
    return [
        Change(int(time), effect.what, effect.found.rows[values == value], float(value), constant)
        for value in np.unique(values)
    ]


def _late(span: _Span, duration: float) -> Fault:
    return Fault(f"{span.where}.start", f"is {span.start:.0f} s, but the run lasts {duration:.0f} s; start it earlier")


def _meet(one: _Span, other: _Span) -> bool:
    if one.effect.what != other.effect.what or one.start >= other.end or other.start >= one.end:
        return False
    rows = one.effect.found.rows, other.effect.found.rows
    return one.effect.what in EVERYWHERE or bool(np.intersect1d(*rows).size)


def _meeting(one: _Span, other: _Span) -> Fault:
    return Fault(other.where, f"changes the same as {one.where} at the same time; let one end before the other starts")


def _pump_trip(site: Site, event: PumpTrip, where: str) -> Effects:
    found = selection.cdus(site, event.cdus, f"{where}.cdus")
    slowed, usual = _same(found.rows, event.speed), _same(found.rows, 1.0)
    return (Effect("pump_speed", found, slowed, usual, event.time_constant, event.start_time_constant),)


def _cdu_loss(site: Site, event: CduLoss, where: str) -> Effects:
    found = selection.cdus(site, event.cdus, f"{where}.cdus")
    stopped, started = _same(found.rows, 0.0), _same(found.rows, 1.0)
    return (
        Effect("pump_speed", found, stopped, started, event.time_constant, event.start_time_constant),
        Effect("valve", found, stopped, _same(found.rows, VALVE_FREE)),
    )


def _valve_stuck(site: Site, event: ValveStuck, where: str) -> Effects:
    found = selection.cdus(site, event.cdus, f"{where}.cdus")
    position = VALVE_STUCK if event.position is None else event.position
    return (Effect("valve", found, _same(found.rows, position), _same(found.rows, VALVE_FREE)),)


def _fouling(site: Site, event: Fouling, where: str) -> Effects:
    found = selection.cdus(site, event.cdus, f"{where}.cdus")
    usual, clean = site.cdus.fouling[found.rows], site.cdus.exchanger_conductance[found.rows]
    deposits = np.divide(event.share / (1.0 - event.share), clean, out=np.zeros_like(clean), where=clean > 0.0)
    return (Effect("fouling", found, deposits, usual),)


def _load_step(site: Site, event: LoadStep, where: str) -> Effects:
    found = selection.racks(site, event.racks, f"{where}.racks")
    found = found._replace(rows=selection.first(found.rows, event.racks))
    return (Effect("load", found, _same(found.rows, event.level), _same(found.rows, AS_ASKED)),)


def _power_cap(site: Site, event: PowerCap, where: str) -> Effects:
    found = selection.racks(site, event.racks, f"{where}.racks")
    found = found._replace(rows=selection.first(found.rows, event.racks))
    row = site.racks.rack_class[found.rows]
    classes = site.rack_classes
    each = (
        _same(found.rows, event.cap)
        if event.cap is not None
        else (event.cap_share or 0.0) * classes.accelerator_max[row]
    )
    return (Effect("power_cap", found, each * classes.accelerators[row], _same(found.rows, np.inf)),)


def _supply_set_point(site: Site, event: SupplySetPoint, where: str) -> Effects:
    found = selection.cdus(site, event.cdus, f"{where}.cdus")
    usual = site.cdus.supply_set_point[found.rows]
    return (Effect("supply_set_point", found, _wanted(event, usual), usual),)


def _loop_set_point(site: Site, event: LoopSetPoint, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    usual = site.loops.supply_set_point[found.rows]
    return (Effect("loop_set_point", found, _wanted(event, usual), usual),)


def _wanted(event: SupplySetPoint | LoopSetPoint, usual: Floats) -> Floats:
    return usual + (event.offset or 0.0) if event.temperature is None else np.full(usual.shape, event.temperature)


def _coolers_lost(site: Site, event: CoolersLost, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    usual = site.loops.cooler_units[found.rows]
    return (Effect("cooler_units", found, np.floor(usual * (1.0 - event.share) + ROUNDING), usual),)


def _chiller_trip(site: Site, event: ChillerTrip, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    usual, unit = site.loops.chiller_capacity[found.rows], site.loops.chillers.unit_capacity[found.rows]
    if not found.faults and not (usual > 0.0).any():
        found = found._replace(faults=(selection.lacking(f"{where}.loops", "chiller"),))
    left = unit * np.floor(usual / unit * (1.0 - event.share) + ROUNDING)
    return (Effect("chiller_capacity", found, left, usual),)


def _loop_pump_trip(site: Site, event: LoopPumpTrip, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    return (_loop_pumps(found, event.running, event),)


def _loop_pumps(found: Rows, running: float, event: LoopPumpTrip | PowerGap) -> Effect:
    during, after = _same(found.rows, running), _same(found.rows, 1.0)
    return Effect("loop_pumps", found, during, after, event.time_constant, event.start_time_constant)


def _make_up_loss(site: Site, event: MakeUpLoss, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    return (Effect("make_up_water", found, _same(found.rows, 0.0), _same(found.rows, 1.0)),)


def _power_gap(site: Site, event: PowerGap, where: str) -> Effects:
    found = selection.loops(site, event.loops, f"{where}.loops")
    return (
        Effect("mechanical_power", found, _same(found.rows, 0.0), _same(found.rows, 1.0)),
        _loop_pumps(found, event.pumps_on_ups, event),
    )


def _heat(_site: Site, event: Heat, _where: str) -> Effects:
    nowhere = Rows(np.zeros(0, dtype=np.int64))
    both = Effect("outdoor_offset", nowhere, np.array([event.offset]), np.zeros(1))
    if event.wet_bulb_offset is None:
        return (both,)
    besides = np.array([event.wet_bulb_offset - event.offset])
    return (both, Effect("wet_bulb_offset", nowhere, besides, np.zeros(1)))


_EFFECTS: dict[str, Callable[..., Effects]] = {
    "pump_trip": _pump_trip,
    "cdu_loss": _cdu_loss,
    "valve_stuck": _valve_stuck,
    "fouling": _fouling,
    "load_step": _load_step,
    "power_cap": _power_cap,
    "supply_set_point": _supply_set_point,
    "loop_set_point": _loop_set_point,
    "coolers_lost": _coolers_lost,
    "chiller_trip": _chiller_trip,
    "loop_pump_trip": _loop_pump_trip,
    "make_up_loss": _make_up_loss,
    "power_gap": _power_gap,
    "heat": _heat,
}
"""What each kind of event changes."""


def _same(rows: Integers, value: float) -> Floats:
    return np.full(len(rows), float(value))
