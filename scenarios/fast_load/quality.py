"""Power quality of a fast load: flicker of its swings, harmonics of its rectifiers, against limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from facilities import codes, fast_load
from facilities.codes import FlickerLimit, HarmonicCurrents, HarmonicVoltages
from facilities.fast_load import Rectifier
from scenarios.compliance import Finding, Trace, Verdict
from twin.grid import flicker, harmonics, swings
from twin.grid.harmonics import Network, Resonance
from twin.site import Connection, Floats

ORDERS = np.arange(0.5, 50.01, 0.02)
"""Of the scan that is kept and drawn."""


class Harmonics(NamedTuple):
    """
    The chapter of harmonics, of one point of connection.

    Attributes
    ----------
    table : frame
        A row a kind of rectifier and order: current and voltage at the point, limits.
    totals : frame
        A row a kind of rectifier: total distortions, limits, verdict.
    scan : frame
        Impedances over frequency, without and with the capacitor bank.
    resonances : frame
        Peaks, without and with it.
    """

    table: pl.DataFrame
    totals: pl.DataFrame
    scan: pl.DataFrame
    resonances: pl.DataFrame


def severity(trace: Trace, connection: Connection) -> float | None:
    """
    Give the highest short-term severity of flicker of a trace.

    Parameters
    ----------
    trace
        With the voltage at the point of connection.
    connection : Connection
        With the grid's frequency.

    Returns
    -------
    float
        None where the trace does not tell of fluctuations up to 25 Hz.
    """
    if swings.highest_readable(trace.step) < flicker.HIGHEST:
        return None
    return max(flicker.of_magnitude(trace.voltage, trace.step, flicker.lamp(connection.frequency)))


def flicker_findings(trace: Trace, connection: Connection) -> list[Finding]:
    """
    Hold the flicker of a trace against planning levels.

    Parameters
    ----------
    trace
        With the voltage at the point of connection.
    connection : Connection
        With its nominal voltage.

    Returns
    -------
    list of Finding
        Short and long term, for each code that has levels for this voltage. In the long term all ten minutes are taken
        as these, so that it is the same number against a lower level.
    """
    found = severity(trace, connection)
    rows: list[Finding] = []
    for name in codes.names():
        code = codes.load(name)
        for limit in code.limits:
            if not isinstance(limit, FlickerLimit) or not limit.above < connection.voltage <= limit.up_to:
                continue
            for words, most in (("Pst", limit.short), ("Plt", limit.long)):
                rows.append(_flicker(name, code.title, code.status, f"{words} up to {most:g}", found, most))
    return rows


def _flicker(name: str, title: str, status: str, limit: str, found: float | None, most: float) -> Finding:
    if found is None:
        why = "its samples tell nothing up to 25 Hz"
        return Finding(name, title, status, limit, "nothing", float("nan"), "cannot tell", why)
    verdict: Verdict = "broken" if found > most else "met"
    return Finding(name, title, status, limit, f"{found:.3g}", 1.0 - found / most, verdict, "")


def spectrum_of(rectifier: Rectifier) -> tuple[Floats, Floats]:
    """
    Give the harmonic currents of a kind of rectifier.

    Parameters
    ----------
    rectifier
        From `facilities.fast_load`.

    Returns
    -------
    tuple
        Orders, and currents over the fundamental [1].
    """
    if rectifier.pulses is not None:
        return harmonics.ideal(rectifier.pulses)
    order = np.array(rectifier.orders, dtype=float)
    shape = 1.0 / order
    total = 0.0 if rectifier.total is None else rectifier.total.si
    return order, shape * total / harmonics.distortion(shape)


def of_site(connection: Connection, demand: float, capacitor: float, sources: float) -> Harmonics:
    """
    Hold the harmonics of a site's rectifiers against limits, for each kind that they may be of.

    Parameters
    ----------
    connection : Connection
        Point of connection and host grid; each point carries its share.
    demand : [W]
        Highest demand of the site, of which all is taken to come through rectifiers.
    capacitor : [V*A]
        Bank at the campus bus of one point that is scanned beside none.
    sources : [1]
        Supplies of halls at one point, among which harmonics out of step differ.

    Returns
    -------
    Harmonics
        Currents and voltages are those without the bank.
    """
    apparent = demand / connection.points / connection.power_factor
    charging = fast_load.load().cable_charging.si * connection.rating / connection.points
    bare = harmonics.network(connection, charging, 0.0)
    banked = harmonics.network(connection, charging, capacitor)
    rows, totals = [], []
    for name, rectifier in fast_load.load().rectifiers.items():
        table = _held(name, rectifier, bare, connection, (apparent, sources))
        rows += table
        totals.append(_total(name, table, connection, apparent))
    return Harmonics(pl.DataFrame(rows), pl.DataFrame(totals), _scan(bare, banked), _resonances(bare, banked))


def _held(
    name: str, rectifier: Rectifier, of: Network, connection: Connection, load: tuple[float, float]
) -> list[dict[str, object]]:
    order, size = spectrum_of(rectifier)
    apparent, sources = load
    size = size if rectifier.in_step else size * harmonics.together(order, sources)
    injected = size * apparent / harmonics.BASE
    current = harmonics.currents(of, order, injected) * harmonics.BASE / apparent
    voltage = harmonics.voltages(of, order, injected)
    currents, voltages = _limits(connection, apparent)
    return [
        {
            "rectifier": name,
            "order": int(order[n]),
            "injected": float(size[n]),
            "current": float(current[n]),
            "current_limit": currents.most(int(order[n])),
            "voltage": float(voltage[n]),
            "voltage_limit": voltages.each,
        }
        for n in range(order.size)
    ]


def _total(name: str, rows: list[dict[str, object]], connection: Connection, apparent: float) -> dict[str, object]:
    table = pl.DataFrame(rows)
    currents, voltages = _limits(connection, apparent)
    current = harmonics.distortion(table["current"].to_numpy())
    voltage = harmonics.distortion(table["voltage"].to_numpy())
    over = table.filter((pl.col("current") > pl.col("current_limit")) | (pl.col("voltage") > pl.col("voltage_limit")))
    held = over.is_empty() and current <= currents.total and voltage <= voltages.total
    verdict: Verdict = "met" if held else "broken" if _surely_over(table, currents, voltages) else "cannot tell"
    return {
        "rectifier": name,
        "current": current,
        "current_limit": currents.total,
        "voltage": voltage,
        "voltage_limit": voltages.total,
        "orders_over": ", ".join(str(one) for one in over["order"]),
        "verdict": verdict,
    }


def _surely_over(table: pl.DataFrame, currents: HarmonicCurrents, voltages: HarmonicVoltages) -> bool:
    """Say whether limits are passed without what a resonance adds, which is an upper bound with no load to damp it."""
    lifted = np.maximum(table["current"].to_numpy() / table["injected"].to_numpy(), 1.0)
    current, voltage = table["current"].to_numpy() / lifted, table["voltage"].to_numpy() / lifted
    each = (current > table["current_limit"].to_numpy()) | (voltage > voltages.each)
    return (
        bool(each.any())
        or harmonics.distortion(current) > currents.total
        or harmonics.distortion(voltage) > voltages.total
    )


def _limits(connection: Connection, apparent: float) -> tuple[HarmonicCurrents, HarmonicVoltages]:
    """Give the rows of IEEE 519 for a connection."""
    ratio, volts = connection.short_circuit_power / apparent, connection.voltage
    rows = codes.load("ieee_519").limits
    currents = next(
        limit
        for limit in rows
        if isinstance(limit, HarmonicCurrents)
        and limit.above < volts <= limit.up_to
        and limit.ratio_from <= ratio < limit.ratio_to
    )
    voltages = next(
        limit for limit in rows if isinstance(limit, HarmonicVoltages) and limit.above < volts <= limit.up_to
    )
    return currents, voltages


def _scan(bare: Network, banked: Network) -> pl.DataFrame:
    without, with_bank = harmonics.scan(bare, ORDERS), harmonics.scan(banked, ORDERS)
    return pl.DataFrame(
        {
            "order": ORDERS,
            "frequency_hz": ORDERS * bare.frequency,
            "point": np.abs(without.point),
            "campus": np.abs(without.campus),
            "point_with_bank": np.abs(with_bank.point),
            "campus_with_bank": np.abs(with_bank.campus),
        }
    )


def _resonances(bare: Network, banked: Network) -> pl.DataFrame:
    def row(case: str, found: Resonance) -> dict[str, object]:
        return {"case": case, **found._asdict()}

    rows = [row("cables alone", one) for one in harmonics.resonances(bare)]
    rows += [row("with the bank", one) for one in harmonics.resonances(banked)]
    schema = {
        "case": pl.String,
        "bus": pl.String,
        "order": pl.Float64,
        "impedance": pl.Float64,
        "sharpness": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema)
