"""How the page shows the site as a load of other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scenarios.gridstudy import load_record
from scenarios.page.quantities import MISSING, digits, share
from scenarios.page.shown import Shown

if TYPE_CHECKING:
    from scenarios.gridstudy.study import Study


def tables(found: Study) -> dict[str, Shown]:
    """
    Give the chapter's tables as the page shows them.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    dict
        By the names that the template asks for.
    """
    of = found.dynamics.ride_through.parts
    parts = load_record.parts(of, found.chapters.site.connection.power_factor)
    trips = load_record.trips(of)
    electronic = load_record.electronic(of, found.chapters.site.connection.power_factor)
    return {"load_parts": _parts(parts), "load_trips": _trips(trips), "load_electronic": _electronic(electronic)}


def _parts(table: pl.DataFrame) -> Shown:
    heads = (
        "Part",
        "Input",
        "Share",
        "Constant above",
        "Hold-up",
        "Returns above",
        "after",
        "over",
        "Starts anew",
        "Counts",
    )
    rows = tuple(
        (
            row["part"],
            row["input"],
            share(row["share"]),
            f"{row['constant_power_above_pu']:.2f} pu",
            f"{digits(1e3 * row['hold_up_s'], 3)} ms",
            f"{row['returns_above_pu']:.2f} pu",
            f"{digits(row['return_delay_s'], 3)} s",
            f"{digits(row['return_ramp_s'], 3)} s",
            "yes" if row["starts_anew"] else "no",
            MISSING
            if row["stays_away_after_sags"] is None
            else f"{row['stays_away_after_sags']:.0f} in {digits(row['sags_within_s'], 3)} s",
        )
        for row in table.iter_rows(named=True)
    )
    return Shown("Parts of the load", heads, rows, (2, 3, 4, 5, 6, 7))


def _trips(table: pl.DataFrame) -> Shown:
    heads = ("Part", "Quantity", "Beyond", "Level", "For longer than")
    rows = tuple(
        (
            row["part"],
            row["quantity"],
            row["beyond"],
            f"{row['level']:.2f} {'pu' if row['quantity'] == 'voltage' else 'Hz'}",
            f"{digits(row['delay_s'], 3)} s",
        )
        for row in table.iter_rows(named=True)
    )
    return Shown("Levels beyond which they cease", heads, rows, (3, 4))


def _electronic(table: pl.DataFrame) -> Shown:
    names = ("Vd1", "Vd2", "Frcel", "pfel")
    rows = tuple(
        (row["part"], share(row["share"]), *(f"{row[name]:.3f}" for name in names))
        for row in table.iter_rows(named=True)
    )
    return Shown("As the electronic load LDELEC", ("Part", "Share", *names), rows, (1, 2, 3, 4, 5))
