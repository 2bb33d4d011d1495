"""How the page shows faults near the site."""

from __future__ import annotations

import math

import polars as pl

from scenarios.gridstudy.faults import LONGEST, Chapter
from scenarios.page.quantities import MISSING, share, signed
from scenarios.page.shown import Shown

SHOWN = 12
"""Faults that the page lists, those that drive machines furthest."""

OFF = 0.5
"""Part of the site's load [1], from which a fault counts as one that takes it off the grid."""


def shown(found: Chapter) -> Shown:
    """
    Give the table of faults.

    Parameters
    ----------
    found
        The chapter.

    Returns
    -------
    Shown
        Those that drive machines furthest.
    """
    rows = tuple(
        (
            f"{row['from_name'] or row['from_bus']} to {row['to_name'] or row['to_bus']}",
            "there" if row["at_site"] else "at the far end",
            f"{row['voltage_pu']:.2f}",
            share(max(row["site_off"], 0.0)),
            f"{math.degrees(row['swing_rad']):.0f}°",
            MISSING if math.isinf(row["lost_step_s"]) else f"after {row['lost_step_s']:.2f} s",
            f"{signed(row['lowest_hz'], 2)} to {signed(row['highest_hz'], 2)} Hz",
        )
        for row in found.faults.head(SHOWN).iter_rows(named=True)
    )
    heads = ("Line", "Fault", "Left at the site", "Site off", "Largest swing", "Step lost", "Machines' frequency")
    some = f"The {SHOWN} hardest of {found.faults.height} faults" if found.faults.height > SHOWN else "Faults"
    return Shown(f"{some}, cleared in {1e3 * found.cleared:.0f} ms by opening the line", heads, rows, (2, 3, 4, 5, 6))


def sentence(found: Chapter) -> str:
    """
    Say what comes of faults, for the summary.

    Parameters
    ----------
    found
        The chapter.

    Returns
    -------
    text
        One line.
    """
    table = found.faults
    off = table.filter(pl.col("site_off") >= OFF).height
    lost = table.filter(pl.col("lost_step_s").is_finite()).height
    steps = f"machines lose step in {lost}" if lost else "machines keep in step"
    if found.longest == 0.0:
        bound = "to open the hardest one's line is enough for that"
    elif math.isinf(found.longest):
        bound = f"even where the hardest lasts {LONGEST:g} s"
    else:
        bound = f"the hardest may last {1e3 * found.longest:.0f} ms"
    take = "takes" if off == 1 else "take"
    return f"{off} of {table.height} near by {take} the site off the grid; {steps}, {bound}"
