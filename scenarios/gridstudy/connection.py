"""Strength, steady state, hosting capacity, reactive power and voltage steps of a site's connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import Facility, build, codes
from facilities.codes import VoltageLimit
from scenarios.page import quantities
from twin.errors import FacilityError
from twin.grid import capacity, strength
from twin.grid.capacity import Hosting, Solver
from twin.site import Connection, Floats, Site

SAMPLES = 25
"""Loads of a voltage curve; they crowd towards the nose, where it bends."""

BEYOND = 2.0
"""Load over rating up to which a curve is drawn that has no nose within reach."""

VOLTAGES = np.linspace(0.5, 1.1, 121)
"""Per unit, of the QV curve."""


class Case(NamedTuple):
    """
    The connection with all main transformers, or with one out at each point.

    Attributes
    ----------
    name : text
        For tables and charts.
    solver
        Quantities for a load.
    nose : [W]
        Highest load that has a power flow.
    hosting : Hosting
        Largest load within limits.
    sweep : frame
        Quantities over the load, up to the nose.
    """

    name: str
    solver: Solver
    nose: float
    hosting: Hosting
    sweep: pl.DataFrame


class Chapters(NamedTuple):
    """
    What is known of a connection without a run.

    Attributes
    ----------
    site, design_load
        As built, and its power [W] at the point of connection on the design day.
    strength, reactive, steps : frame
        Tables.
    cases : tuple of Case
        All transformers, and one out where that leaves one.
    """

    site: Site
    design_load: float
    strength: pl.DataFrame
    cases: tuple[Case, ...]
    reactive: pl.DataFrame
    steps: pl.DataFrame


def chapters(facility: Facility) -> Chapters:
    """
    Study a site's connection.

    Parameters
    ----------
    facility
        From `facilities.load`.

    Returns
    -------
    Chapters
        All but what needs a run.

    Raises
    ------
    FacilityError
        When no network can be made of the connection, or it does not carry half its rating.
    """
    from twin.grid import network  # pandapower is slow to import

    site, load = build.site(facility), build.sized(facility).peak_power
    connection = site.connection
    whole = network.build(connection, 0.0)
    cases = [_case("all main transformers", partial(network.solve, whole, connection), connection, connection.rating)]
    if connection.transformers > connection.points:
        less, left = network.with_outage(whole, connection, 1)
        cases.append(_case("one main transformer out", partial(network.solve, less, left), left, cases[0].nose))
    spares = facility.connection.spare_transformers.count
    return Chapters(
        site=site,
        design_load=load,
        strength=_strength(connection, spares),
        cases=tuple(cases),
        reactive=_reactive(connection, load),
        steps=steps(cases[0].solver, connection, _losses_of_load(site, load)),
    )


def _strength(connection: Connection, spares: int) -> pl.DataFrame:
    """Give short-circuit powers of one point, by pandapower and by hand, over its share of the rating."""
    from twin.grid import network

    one = strength.one_point(connection)
    rows = [("point of connection", one.transformers, 0), ("campus bus, all transformers", one.transformers, 1)]
    if 0 < spares < one.transformers:
        rows.append(("campus bus, without the spare", one.transformers - spares, 1))
    table = []
    for where, units, bus in rows:
        solved = network.short_circuit(one, units)[bus]
        by_hand = (strength.at_point(one), strength.at_campus(one, units))[bus]
        ratio = solved.power / one.rating
        table.append(
            {
                "bus": where,
                "transformers": units,
                "short_circuit_power_va": solved.power,
                "by_hand_va": by_hand.power,
                "short_circuit_current_a": solved.current,
                "x_over_r": solved.reactance_ratio,
                "short_circuit_ratio": ratio,
                "called": strength.called(ratio),
            }
        )
    return pl.DataFrame(table)


def _case(name: str, solver: Solver, connection: Connection, start: float) -> Case:
    nose = capacity.nose(solver, start if np.isfinite(start) else connection.rating)
    highest = nose if np.isfinite(nose) else BEYOND * connection.rating
    loads, values = _carried(solver, highest * (1.0 - (1.0 - np.linspace(0.0, 1.0, SAMPLES)) ** 2))
    if loads.size < SAMPLES:
        nose = highest = float(loads[-1])
    columns = ("pcc_voltage_pu", "campus_voltage_pu", "transformer_loading", "host_loss_w", "pcc_reactive_power_var")
    sweep = pl.DataFrame({"load_w": loads, **dict(zip(columns, values.T, strict=True))})
    return Case(name, solver, nose, capacity.hosting(solver, connection, highest), sweep)


def _carried(solver: Solver, loads: Floats) -> tuple[Floats, Floats]:
    """Solve loads up to the first without a power flow: close to the nose one may lack where a higher one has it."""
    values: list[Floats] = []
    with contextlib.suppress(FacilityError):
        values.extend(solver(float(load)) for load in loads)
    return loads[: len(values)], np.array(values)


def _reactive(connection: Connection, load: float) -> pl.DataFrame:
    """Give the QV curve, per point of all together, at the design load and at the rating."""
    return pl.DataFrame(
        {
            "voltage_pu": VOLTAGES,
            "at_design_load_var": capacity.reactive_needed(connection, load, VOLTAGES),
            "at_rating_var": capacity.reactive_needed(connection, connection.rating, VOLTAGES),
        }
    ).fill_nan(None)


def _losses_of_load(site: Site, load: float) -> Iterator[tuple[str, float, float]]:
    """Name what may be lost at once, and give the load [W] before and after."""
    yield "loss of the whole site at its design load", load, 0.0
    rated = site.rack_classes.rated_power[site.racks.rack_class]
    halls = np.bincount(site.racks.hall, rated, len(site.halls.name))
    part = float(halls.max() / halls.sum())
    yield f"loss of the largest hall ({quantities.share(part)} of the racks' power)", load, load * (1.0 - part)


def steps(solver: Solver, connection: Connection, changes: Iterator[tuple[str, float, float]]) -> pl.DataFrame:
    """
    Solve the voltage before and after sudden changes of load, and hold it against codes.

    Parameters
    ----------
    solver
        Quantities for a load.
    connection
        What it is of.
    changes
        Name of each, load before and after [W].

    Returns
    -------
    frame
        Empty voltages where a load is beyond the limit.
    """
    limits = {
        name: limit.most
        for name in codes.names()
        for limit in codes.load(name).limits
        if isinstance(limit, VoltageLimit)
    }
    rows = []
    for name, before, after in changes:
        first, last = _voltage(solver, before), _voltage(solver, after)
        change = None if first is None or last is None else last - first
        broken = [code for code, most in limits.items() if change is not None and abs(change) > most]
        rows.append(
            {
                "what": name,
                "load_before_w": before,
                "load_after_w": after,
                "voltage_before_pu": first,
                "voltage_after_pu": last,
                "change_pu": change,
                "by_hand_pu": _by_hand(connection, before, after),
                "codes_broken": ", ".join(broken),
            }
        )
    return pl.DataFrame(rows)


def _by_hand(connection: Connection, before: float, after: float) -> float:
    """Estimate a change of voltage [1] as R dP + X dQ, per unit of the short-circuit power at nominal voltage."""
    resistance = 1.0 / np.hypot(1.0, connection.reactance_ratio)
    tangent = np.tan(np.arccos(connection.power_factor))
    base = connection.short_circuit_power * connection.points
    return float((before - after) * resistance * (1.0 + connection.reactance_ratio * tangent) / base)


def _voltage(solver: Solver, load: float) -> float | None:
    try:
        return float(solver(load)[capacity.PCC_VOLTAGE])
    except FacilityError:
        return None


def reactive_margin(curve: Floats) -> float | None:
    """
    Give the reactive margin of a QV curve.

    Parameters
    ----------
    curve
        What must be given to hold each voltage [var]; NaN where nothing does.

    Returns
    -------
    float
        What the network has to spare at its lowest point [var]; none where the curve has no point.
    """
    known = curve[np.isfinite(curve)]
    return float(-known.min()) if known.size else None
