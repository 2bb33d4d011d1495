"""Failures in the power chain: what the units that are left carry, and for how long of a year a rack is without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from facilities.parts import PathStage
from facilities.racks import Model
from facilities.reliability import Reliability, known
from facilities.schema import Facility
from twin.power import rack_chain
from twin.redundancy import after_failure, fed, unit_availability

OUT = (1, 2)
"""Units out: by one failure, and by one while another is out for upkeep."""

YEAR = 8760.0
"""Hours of a year."""

ASIDE = frozenset({"mechanical", "racks"})
"""Paths that are not counted where hours without power are: of the plant, and within a rack."""


class Stood(NamedTuple):
    """
    A stage as it stands and what it carries at the highest power of the design day.

    Attributes
    ----------
    stage, path : text
        Its name, and which part of the chain it is in.
    scheme : text
        Redundancy.
    units : [1]
        That share a load: of a hall, of all plant, of a point of connection.
    total : int
        Of the whole site.
    loading : [1]
        Of the highest loaded.
    """

    stage: str
    path: str
    scheme: str
    units: float
    total: int
    loading: float


IN_NODES = "supply"
"""Stage of racks whose units share the load of their node alone; those of others share that of the rack."""


def in_racks(models: Mapping[str, Model], counts: Mapping[str, int]) -> tuple[Stood, ...]:
    """
    List the supplies of a site's racks: the last stage within each class.

    Parameters
    ----------
    models : name to Model
        Classes of racks.
    counts : name to [1]
        Racks of each.

    Returns
    -------
    tuple of Stood
        Units that share a load, at full load of the rack.

    Notes
    -----
    As many units as are left share the load, whatever number is called spare: 3 + 3 of a shelf and 4 + 2 of a node are
    told by what two of them leave.
    """
    found = []
    for name, model in models.items():
        last = model.stages[-1]
        losses = rack_chain(np.array([model.compute_max]), model.stages)[0]
        carried = model.compute_max + float(losses[:-1].sum()) + sum(stage.joins for stage in model.stages)
        groups = model.nodes if last.name == IN_NODES and model.nodes else 1.0
        many, loading = counts[name] * round(last.units), carried / (last.units * last.rating)
        found.append(Stood(f"{name}: {last.name}", "racks", "N+1", last.units / groups, many, loading))
    return tuple(found)


def stood(facility: Facility, one_line: Mapping[str, Any]) -> tuple[Stood, ...]:
    """
    List the stages of a site between racks and grid, from the racks up.

    Parameters
    ----------
    facility : Facility
        The site.
    one_line : mapping
        As a run's manifest has it.

    Returns
    -------
    tuple of Stood
        Stages of the halls, of the plant, and common ones.
    """
    paths = (
        ("halls", facility.power.hall),
        ("mechanical", facility.power.mechanical),
        ("common", facility.power.common),
    )
    found = [row for path, stages in paths for row in _of_path(facility, path, stages, one_line[path])]
    return tuple(found)


def _of_path(
    facility: Facility, path: str, stages: Sequence[PathStage], rows: Sequence[Mapping[str, Any]]
) -> Iterator[Stood]:
    for stage, row in zip(stages, rows, strict=False):
        yield Stood(stage.name, path, stage.redundancy, float(row["fewest"]), row["units"], row["loading"])
    for row in rows[len(stages) :]:
        points = facility.connection.points.count
        spare = facility.connection.spare_transformers.count
        units = row["units"] / points
        yield Stood(row["stage"], path, "N+1" if spare else "N", units, row["units"], row["loading"])


def table(stages: Sequence[Stood]) -> pl.DataFrame:
    """
    Take units of each stage out, where it hurts most.

    Parameters
    ----------
    stages : sequence of Stood
        From `stood`.

    Returns
    -------
    frame
        A row for each stage and number of units out: loading before and after [1], part of the stage's load lost [1],
        and whether the rest is overloaded.
    """
    rows = []
    for one in stages:
        for out in OUT:
            left = after_failure(one.scheme, one.units, one.loading, out)
            lost = left.lost * one.units / one.total
            rows.append((one.stage, one.path, one.scheme, one.units, out, one.loading, left.loading, lost))
    names = ["stage", "path", "redundancy", "units", "out", "loading", "loading_after", "load_lost"]
    found = pl.DataFrame(rows, schema=names, orient="row")
    return found.with_columns(overloaded=pl.col("loading_after") > 1.0 + 1e-9)


def availability(stages: Sequence[Stood]) -> pl.DataFrame:
    """
    Say for how long of a year the chain leaves a rack without power.

    Parameters
    ----------
    stages : sequence of Stood
        From `stood`.

    Returns
    -------
    frame
        A row for each stage that is in a rack's way and has data: failures of a unit in a year, hours of repair, hours
        a year in which the stage does not feed the rack; and the same at the worst and best ends of the data's ranges.

    Notes
    -----
    Failures are independent, repair begins at once, and the stages are in series, so that hours add up to first order.
    Units that share a load are too few where those that are left cannot carry the highest load of the design day; all
    racks then count as without power, though most would be served, and load is mostly lower: this errs to the long
    side. The grid, switching and people are left out, which errs to the short side, and by more.
    """
    rows, data = [], known()
    for one in stages:
        if one.path in ASIDE or one.stage not in data:
            continue
        entry = data[one.stage]
        worst, usual, best = (_hours(one, entry, place) for place in (0, 1, 2))
        each = YEAR * 3600.0 / entry.between_failures.si
        rows.append((one.stage, one.scheme, one.units, each, entry.repair.si / 3600.0, usual, worst, best))
    names = ["stage", "redundancy", "units", "failures_per_year", "repair_h", "hours", "hours_worst", "hours_best"]
    return pl.DataFrame(rows, schema=names, orient="row")


def without_data(stages: Sequence[Stood]) -> tuple[str, ...]:
    """List stages in a rack's way of which no reliability is known."""
    return tuple(one.stage for one in stages if one.path not in ASIDE and one.stage not in known())


def _hours(one: Stood, entry: Reliability, place: int) -> float:
    """Hours a year at the worst end of both ranges (0), at the values (1), at the best ends (2)."""
    between, repair = entry.between_failures, entry.repair
    times = (
        (between.ends[0], repair.ends[1]),
        (between.si, repair.si),
        (between.ends[1], repair.ends[0]),
    )[place]
    works = unit_availability(1.0 / times[0], times[1])
    return YEAR * (1.0 - fed(one.scheme, round(one.units), works, one.loading))
