"""The chapter of the host network as a page shows it: its worst rows, and figures that are asked for first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.gridstudy import host_outages, host_tables
from scenarios.gridstudy.host_names import bus_label, labels
from scenarios.page.quantities import MISSING, count, duration, quantity, several
from scenarios.page.shown import Shown

if TYPE_CHECKING:
    from scenarios.gridstudy.host_network import HostStudy

_SYNTHETIC = "; synthetic, so that what it carries is no utility's answer"

TOP = 10
"""Rows that the page shows of a table; the files have all."""

SYNTHETIC = (
    "Balanced positive sequence, steady state, on a synthetic network: no line of it is a utility's, and what it says "
    "of a place is what a network of that kind would do there."
)

OWN = "Balanced positive sequence, steady state, on the network of a file that the site names."

STATEMENT = (
    "The campus draws constant power at the stated power "
    "factor, in equal shares at its points. Units hold their voltages within reactive limits and take up its load by "
    "the shares of the network's file, not by a market. Taps and switched shunts stay where the file has them.",
    "A limit bounds the campus where it holds without the campus, in the same outage, and where the campus moves the "
    "element: 3 % of its load over a branch, 0.01 per unit at a bus. Both are assumed, and the second decides much "
    "where the network stands near its limits after outages: the loads at 0.005 and 0.002 stand beside. What is passed "
    "without the campus is told apart.",
)
"""Paragraphs, after the sentence that says what kind of network it is."""


def statement(found: HostStudy) -> tuple[str, ...]:
    """
    Say what the chapter stands on.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple of text
        Paragraphs.
    """
    first, *others = STATEMENT
    return f"{SYNTHETIC if found.network.synthetic else OWN} {first}", *others


def shown(found: HostStudy) -> dict[str, Shown]:
    """
    Give every table of the chapter as the page shows it.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    dict of text to Shown
        By the name under which the template asks for it.
    """
    kept = {
        "network_points": _points(found),
        "network_outages": _outages(found),
        "network_overloads": _violations(found, "overload"),
        "network_voltages": _violations(found, "outside"),
        "network_limits": _limits(found),
        "network_cutoffs": _cutoffs(found),
        "network_sources": _sources(found),
        "network_elements": _elements(found),
        "network_islanding": _islanding(found),
    }
    return kept | {"network_run": _run(found)} if found.course else kept


def summary(found: HostStudy) -> tuple[tuple[str, str], ...]:
    """
    Give the figures that a reader asks for first.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple
        Name and text of each.
    """
    capacity, rating = found.capacity, quantity(found.rating, "W")
    binding = host_tables.limits(found).head(1)
    ends = "no limit is met" if binding.is_empty() else _ends(binding.row(0, named=True))
    most = "" if capacity.limits and capacity.load < capacity.highest else "at least "
    whole = "" if capacity.whole < capacity.highest else "at least "
    proof = "" if not capacity.left else f"; limits are still passed there in {several(capacity.left, 'outages')}"
    least = host_tables.cutoffs(found).row(-1, named=True)
    if least["load_w"] < capacity.load:
        proof += f"; {quantity(least['load_w'], 'W')} if buses count from {least['cutoff_pu']:g} per unit on"
    beyond = f"; the load is beyond its limit, and {quantity(found.load, 'W')} is studied" if found.beyond else ""
    return (
        ("Network", f"{found.network.title}{_SYNTHETIC if found.network.synthetic else ''}{beyond}"),
        ("It carries", f"{most}{quantity(capacity.load, 'W')} of {rating} after each outage ({ends}){proof}"),
        ("Intact", f"it carries {whole}{quantity(capacity.whole, 'W')}"),
    )


def _ends(row: dict[str, Any]) -> str:
    where = "" if row["element"] == "none" else f", {row['element']}"
    return f"{row['limit']}{where}" + ("" if row["outage"] == "none" else f", with {row['outage']} out")


def _points(found: HostStudy) -> Shown:
    grid, feeding = found.network.grid, found.network.feeding
    before, after = (abs(state.voltage) for state in (found.before, found.with_campus))
    rows = [
        (
            bus_label(grid, int(row)),
            quantity(float(grid.buses.nominal_voltage[row]), "V", 3),
            f"{100.0 * share:.0f} %",
            f"{before[row]:.4f}",
            f"{after[row]:.4f}",
        )
        for row, share in zip(feeding.bus, feeding.share, strict=True)
    ]
    heads = ("Point of connection", "Nominal", "Share", "Voltage without", f"with {quantity(found.load, 'W')}")
    return Shown("Where the campus stands; voltages per unit", heads, tuple(rows), (1, 2, 3, 4))


def _outages(found: HostStudy) -> Shown:
    words = {"without": "without the campus", "with": "with it", "tripped": "the outage takes it along"}
    rows = []
    for name, case in host_outages.cases(found):
        rows.append(
            (
                words[name],
                count(case.branch.size),
                count(int(case.unsolved.sum())),
                count(len(case.overload.value)),
                count(len(case.outside.value)),
                _percent(float(case.loading.max(initial=0.0))),
                _voltage(float(case.lowest.min(initial=math.inf))),
                _voltage(float(case.highest.max(initial=-math.inf))),
            )
        )
    heads = (
        "Case",
        "Outages",
        "Without a power flow",
        "Overloads",
        "Voltages outside",
        "Highest loading",
        "Lowest",
        "Highest",
    )
    return Shown(
        "All outages of one branch, by full AC power flow; voltages per unit",
        heads,
        tuple(rows),
        tuple(range(1, len(heads))),
    )


def _violations(found: HostStudy, kind: str) -> Shown:
    table = host_outages.violations(found, kind)
    show = _percent if kind == "overload" else _voltage
    limit, without, with_ = table.columns[2:5]
    rows = [
        (row["outage"], row["element"], show(row[limit]), show(row[without]), show(row[with_]))
        for row in table.filter("new").head(TOP).iter_rows(named=True)
    ]
    what = "Branches over their emergency rating" if kind == "overload" else "Voltages, per unit, outside of limits"
    new, already = int(table["new"].sum()), table.height - int(table["new"].sum())
    caption = f"{what} that hold without the campus: the worst of {count(new)}; passed without it: {count(already)}"
    heads = ("Outage", "Element", "Limit", "Without the campus", "With it")
    return Shown(caption, heads, tuple(rows), (2, 3, 4))


def _limits(found: HostStudy) -> Shown:
    rows = [
        (quantity(row["load_w"], "W"), row["limit"], row["element"], row["outage"])
        for row in host_tables.limits(found).head(TOP).iter_rows(named=True)
    ]
    caption = f"Loads at which limits are met, up to {quantity(found.capacity.highest, 'W')}"
    return Shown(caption, ("Load", "Limit", "Element", "Outage"), tuple(rows), (0,))


def _cutoffs(found: HostStudy) -> Shown:
    rows = [
        (f"{row['cutoff_pu']:g}", quantity(row["load_w"], "W"), row["limit"], row["element"], row["outage"])
        for row in host_tables.cutoffs(found).iter_rows(named=True)
    ]
    caption = "The largest load, over the change of voltage from which a bus's limit counts"
    return Shown(caption, ("Per unit", "Carries", "Limit", "Element", "Outage"), tuple(rows), (0, 1))


def _sources(found: HostStudy) -> Shown:
    rows = [
        (
            f"{row['load']}, {quantity(row['load_w'], 'W')}",
            f"{row['voltage_pu']:.3f}",
            _reactive(row["capacitor_var"]),
            _reactive(row["statcom_var"]),
            MISSING if row["margin_var"] is None else quantity(row["margin_var"], "var", 3),
        )
        for row in host_tables.sources(found).iter_rows(named=True)
    ]
    heads = ("Load", "Voltage wanted, per unit", "Capacitor, at nominal voltage", "Or a STATCOM", "Reactive margin")
    return Shown("What brings the points of connection back", heads, tuple(rows), (1, 2, 3, 4))


def _elements(found: HostStudy) -> Shown:
    table = host_tables.branches(found).sort("with_outage_loading", descending=True, nulls_last=True).head(TOP)
    rows = [
        (
            row["branch"],
            "transformer" if row["transformer"] else "line",
            MISSING if row["emergency_va"] is None else f"{row['emergency_va'] / 1e6:.0f} MVA",
            _percent(row["without_outage_loading"]),
            _percent(row["with_outage_loading"]),
            row["with_outage"] or MISSING,
        )
        for row in table.iter_rows(named=True)
    ]
    heads = ("Branch", "Kind", "Emergency rating", "Without the campus", "With it", "After the outage of")
    return Shown("Top limiting elements: highest loading after any outage", heads, tuple(rows), (2, 3, 4))


def _islanding(found: HostStudy) -> Shown:
    table = host_outages.islanding(found)
    rows = [
        (row["outage"], count(row["buses"]), quantity(row["load_w"], "W"), quantity(row["generation_w"], "W"))
        for row in table.head(TOP).iter_rows(named=True)
    ]
    caption = f"Outages that cut the network in two, which are not solved: the largest of {count(table.height)}"
    return Shown(caption, ("Outage", "Buses cut off", "Their load", "Their generation"), tuple(rows), (1, 2, 3))


def _run(found: HostStudy) -> Shown:
    if found.course is None:
        return Shown("", (), ())
    day, apart = found.course.day, found.course.difference
    grid, studied, own = found.network.grid, found.network.studied, found.network.branches
    low = int(np.where(studied, day.voltage_lowest, np.inf).argmin())
    over = own & (day.seconds_over > 0)
    worst = int((day.seconds_over * own).argmax())
    longest = f"; longest {labels(grid)[worst]}, {duration(float(day.seconds_over[worst]))}" if over.any() else ""
    rows = (
        ("seconds beyond the curve's end", count(int(day.beyond.sum()))),
        (
            "lowest voltage",
            f"{day.voltage_lowest[low]:.4f} per unit at {bus_label(grid, low)}, after "
            f"{duration(day.voltage_lowest_at[low])}",
        ),
        (
            "buses below, above their limits at some second",
            " and ".join(
                count(int((studied & (seconds > 0)).sum())) for seconds in (day.seconds_below, day.seconds_above)
            ),
        ),
        ("branches over their rating at some second", f"{count(int(over.sum()))}{longest}"),
        ("pieces of the curve, corners", f"{len(found.curve.pieces)}, {len(found.curve.corners)}"),
        (
            f"largest difference from {apart.solved} seconds solved directly",
            f"{apart.voltage:.1e} per unit, loading {apart.loading:.1e}",
        ),
    )
    return Shown("The run on the network, every second", ("What", ""), rows)


def _percent(value: float | None) -> str:
    return MISSING if value is None or not math.isfinite(value) else f"{100.0 * value:.1f} %"


def _voltage(value: float | None) -> str:
    return MISSING if value is None or not math.isfinite(value) else f"{value:.4f}"


def _reactive(rating: float | None) -> str:
    if rating is None:
        return "none can"
    return quantity(rating, "var", 3) if rating else "none needed"
