"""Tables of outages on a campus's host network: what each does, which limits are passed, what is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scenarios.gridstudy.host_names import bus_label, labels, stated
from twin.grid import contingency

if TYPE_CHECKING:
    from scenarios.gridstudy.host_network import HostStudy
    from twin.grid.contingency import Outages, Violations


def cases(found: HostStudy) -> tuple[tuple[str, Outages], ...]:
    """
    Give the outages of each case by its name.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    tuple
        Without the campus, with it, and where the outage takes it along.
    """
    return ("without", found.at_rest), ("with", found.loaded), ("tripped", found.tripped)


def outages(found: HostStudy) -> pl.DataFrame:
    """
    Give what each outage does without the campus, with it, and where it takes the campus along.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row an outage and case; all are empty where it has no power flow.
    """
    grid = found.network.grid
    parts = []
    for name, case in cases(found):
        table = pl.DataFrame(
            {
                "case": [name] * case.branch.size,
                "outage": labels(grid)[case.branch],
                "solved": ~case.unsolved,
                "loading": case.loading,
                "loaded": labels(grid)[case.loaded],
                "lowest_pu": case.lowest,
                "lowest_bus": grid.buses.number[case.lowest_bus],
                "highest_pu": case.highest,
                "highest_bus": grid.buses.number[case.highest_bus],
            }
        )
        told = [name for name in table.columns if name not in {"case", "outage", "solved"}]
        parts.append(table.with_columns(pl.when("solved").then(pl.col(told))))
    return stated(pl.concat(parts))


def violations(found: HostStudy, kind: str) -> pl.DataFrame:
    """
    Give limits that are passed after outages with the campus, beside the same without it.

    Parameters
    ----------
    found
        The study.
    kind
        ``overload`` or ``outside``, as in `contingency.Outages`.

    Returns
    -------
    frame
        A row an outage and element, the worst first; `new` where the limit holds without the campus.
    """
    grid = found.network.grid
    table: Violations = getattr(found.loaded, kind)
    empty = contingency.Violations(table.outage[:0], table.element[:0], table.value[:0])
    pair = (table, empty) if kind == "overload" else (empty, table)
    without = contingency.revisit(grid, found.before, *pair)[0 if kind == "overload" else 1]
    element = table.element
    if kind == "overload":
        passed, names = np.zeros(without.size), labels(grid)[element]
        held, excess = without <= 1.0, table.value - 1.0
    else:
        low, high = grid.buses.voltage_min[element], grid.buses.voltage_max[element]
        passed = np.where(table.value < low, low, high)
        names = np.array([bus_label(grid, int(row)) for row in element], dtype=object)
        held, excess = (without >= low) & (without <= high), np.abs(table.value - passed)
    order = np.argsort(-excess, kind="stable")
    unit = "loading" if kind == "overload" else "pu"
    return stated(
        pl.DataFrame(
            {
                "outage": labels(grid)[table.outage][order],
                "element": names[order],
                f"limit_{unit}": (passed if kind == "outside" else passed + 1.0)[order],
                f"without_{unit}": without[order],
                f"with_{unit}": table.value[order],
                "new": held[order],
            },
            schema_overrides={"outage": pl.String, "element": pl.String},
        )
    )


def islanding(found: HostStudy) -> pl.DataFrame:
    """
    Give the outages that cut the network in two, which no power flow answers.

    Parameters
    ----------
    found
        The study.

    Returns
    -------
    frame
        A row an outage, the largest loss first; loads are those with the campus.
    """
    cut = found.loaded.islanding
    table = pl.DataFrame(
        {
            "outage": labels(found.network.grid)[cut.branch],
            "buses": cut.buses,
            "load_w": cut.load,
            "generation_w": cut.generation,
        },
        schema_overrides={"outage": pl.String},
    )
    return table.sort(pl.max_horizontal("load_w", "generation_w"), descending=True)
