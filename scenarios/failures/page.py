"""Failures as a page, as tables in a folder, and as a terminal shows them."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

from scenarios import study_folder
from scenarios.failures.study import Failures
from scenarios.page import pages
from scenarios.page.quantities import MISSING, difference, digits, duration, quantity, share
from scenarios.page.shown import Shown

KIND = "failures"
"""Of such studies' folder and page."""

BOILS = "water boils"
"""What a terminal shows of a run that ended early, in the place of its warmest chip."""


def write(found: Failures, folder: Path) -> Path:
    """
    Write the page and all tables, each as parquet and as CSV.

    Parameters
    ----------
    found
        The study.
    folder
        From `study_folder.place`.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        When the disk does not take it.
    """
    shown = {
        "cooling": cooling(found),
        "halls": halls(found),
        "power": power(found),
        "gap": gap(found),
        "availability": availability(found),
    }
    text = pages.html(
        "failures.html.j2",
        metadata.version("gigatwin"),
        {},
        found=found,
        tables=shown,
        hours=found.availability["hours"].sum(),
        hours_best=found.availability["hours_best"].sum(),
        hours_worst=found.availability["hours_worst"].sum(),
    )
    tables = {name: getattr(found, name) for name in shown}
    return study_folder.write(KIND, text, tables, folder)


def cooling(found: Failures) -> Shown:
    """
    Show what becomes of the chips.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    Shown
        A row for each case.
    """
    heads = ("Fails", "Where", "Out of", "Warmest chip", "Throttled", "Shut down", "Lost", "Limit")
    rows = tuple(_cooling_row(row) for row in found.cooling.iter_rows(named=True))
    return Shown("Cooling: the design day from its warm hours, all racks at full load", heads, rows, (3, 4, 5, 6))


def _cooling_row(row: dict[str, Any]) -> tuple[str, ...]:
    moments = tuple(
        MISSING if row[name] is None else duration(row[name]) for name in ("time_to_throttle_s", "time_to_shutdown_s")
    )
    lost = row["compute_lost_chip_h"]
    return (
        row["part"],
        row["place"] or MISSING,
        f"{row['out']:.0f}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{row['of']:.0f}" if row["out"] else MISSING,
        quantity(row["chip_temp_max_k"], "K", 3) if row["chip_temp_max_k"] is not None else MISSING,
        *moments,
        MISSING if lost is None else f"{digits(lost, 3)} h",
        row["ended"] or row["worst_limit"] or "none crossed",
    )


def halls(found: Failures) -> Shown:
    """
    Show what becomes of the air of halls.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    Shown
        A row for each case.
    """
    heads = ("Fails in every hall", "Out of", "Warmest air at racks", "Over its alarm", "Least chip margin", "Given up")
    rows = tuple(_hall_row(row) for row in found.halls.iter_rows(named=True))
    return Shown(
        "Halls at rest: the worse design day at its warmest, all racks at full load", heads, rows, (2, 3, 4, 5)
    )


def _hall_row(row: dict[str, Any]) -> tuple[str, ...]:
    units = f"{row['out']:.0f}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{row['of']:.0f}" if row["out"] else MISSING
    if row["says"]:
        return row["part"], units, row["says"], MISSING, MISSING, MISSING
    over, margin = row["air_over_alarm_k"], row["chip_margin_min_k"]
    return (
        row["part"],
        units,
        quantity(row["rack_air_temp_max_k"], "K"),
        difference(over, "K") if over > 0.0 else "no",
        MISSING if margin is None else difference(margin, "K"),
        share(row["power_given_up"]) if row["power_given_up"] else "none",
    )


def gap(found: Failures) -> Shown:
    """
    Show what feeds racks when the grid is lost.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    Shown
        A row for each kind of storage.
    """
    heads = ("Storage", "Stands on", "Feeds racks for", "Generators start in", "Generators", "Site at full load", "So")
    rows = tuple(
        (
            row["storage"],
            row["stands_on"],
            *(MISSING if row[name] is None else duration(row[name]) for name in ("feeds_s", "start_s")),
            quantity(row["generators_w"], "W"),
            quantity(row["site_w"], "W"),
            row["verdict"],
        )
        for row in found.gap.iter_rows(named=True)
    )
    return Shown("Without grid: until generators run, and after", heads, rows, (2, 3, 4, 5))


def power(found: Failures) -> Shown:
    """
    Show what the rest of each stage carries.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    Shown
        A row for each stage and number of units out.
    """
    heads = ("Stage", "Redundancy", "Units", "Out", "Loading", "Loading after", "Load lost", "The rest")
    rows = tuple(
        (
            row["stage"].replace("_", " "),
            row["redundancy"],
            f"{row['units']:.0f}",
            str(row["out"]),
            share(row["loading"]),
            share(row["loading_after"]),
            share(row["load_lost"]),
            "overloaded" if row["overloaded"] else "holds",
        )
        for row in found.power.iter_rows(named=True)
    )
    return Shown("Power: units out where it hurts most, before anything trips", heads, rows, (2, 3, 4, 5, 6))


def availability(found: Failures) -> Shown:
    """
    Show for how long of a year a rack is without power.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    Shown
        A row for each stage.
    """
    heads = ("Stage", "Redundancy", "Failures of a unit", "Repair", "Rack without power", "from best to worst data")
    rows = tuple(
        (
            row["stage"].replace("_", " "),
            row["redundancy"],
            f"one in {1 / row['failures_per_year']:.0f} years",
            f"{row['repair_h']:.0f} h",
            f"{digits(row['hours'], 2)} h a year",
            f"{digits(row['hours_best'], 2)} to {digits(row['hours_worst'], 2)} h",
        )
        for row in found.availability.iter_rows(named=True)
    )
    return Shown("Hours a year in which a stage leaves a rack without power", heads, rows, (2, 3, 4, 5))


def brief(found: Failures) -> tuple[Shown, Shown]:
    """
    Show for a terminal what matters: cooling without the limits, and single failures of power that are felt.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple of Shown
        Cooling, power.
    """
    cooled, ended = cooling(found), found.cooling["ended"]
    rows = tuple(
        (f"{row[0]}, {row[1]}".removesuffix(f", {MISSING}"), row[2], BOILS if end else row[3], *row[4:7])
        for row, end in zip(cooled.rows, ended, strict=True)
    )
    felt = (found.power["out"] == 1) & (found.power["overloaded"] | (found.power["load_lost"] > 0))
    powered = power(found._replace(power=found.power.filter(felt)))
    return (
        cooled._replace(heads=("Fails", *cooled.heads[2:7]), rows=rows, numeric=(2, 3, 4, 5)),
        powered._replace(caption="Power: one unit out, where it is felt"),
    )
