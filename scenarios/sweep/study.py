"""A sweep from end to end: its designs, a year of each, which keep the limits, table and page."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

import facilities
from facilities import Facility
from facilities.loading import file_of
from facilities.variants import Variants
from scenarios import output
from scenarios.origins import hashed, resolved
from scenarios.outdoors import weather_file
from scenarios.schema import Scenario, load, path_of
from scenarios.setting import ARGUMENTS
from scenarios.sweep import front, point, points, spread, store
from scenarios.sweep import page as pages
from scenarios.sweep.point import Asked, Result, Task
from scenarios.sweep.points import Planned
from scenarios.yearstudy.accounts import Asked as AccountsAsked
from scenarios.yearstudy.study import FIRST_YEAR
from twin.arrays import Flags, Floats
from twin.errors import FacilityError, Fault, OutputError, ScenarioError
from twin.metrics import Metric

PAGE = "sweep.html"
"""Name of a sweep's page."""

TABLE = "points.parquet"
"""Name of the table of its designs."""

AS_GIVEN = "as given"
"""What the site without any change is called."""

Progress = Callable[[int, int], None]


class Swept(NamedTuple):
    """
    A sweep that is done.

    Attributes
    ----------
    facility : Facility
        The site.
    scenario : Scenario
        With the sweep.
    plan : Planned
        Its designs.
    known : dict of text to Metric
        Figures of the site as it is given.
    chosen : tuple of tuple of text
        Value on each axis, a row a design.
    results : tuple of Result
        Of each design.
    costs : (design, objective)
        Objectives, all to be small; NaN where there is no year.
    holds : (design,) bool
        Whether all limits are kept.
    front : (design,) bool
        Whether it holds, and no other that does betters it.
    best : tuple of int
        Row of the best by each objective; empty where none keeps the limits.
    """

    facility: Facility
    scenario: Scenario
    plan: Planned
    known: dict[str, Metric]
    chosen: tuple[tuple[str, ...], ...]
    results: tuple[Result, ...]
    costs: Floats
    holds: Flags
    front: Flags
    best: tuple[int, ...]


def sweep(
    site: Facility | str | Path,
    scenario: Scenario | str | Path,
    weather: str | Path | None = None,
    step: str = "1 h",
    first: int = FIRST_YEAR,
    out: str | Path | None = None,
    count: int | None = None,
    address: str | None = None,
    progress: Progress | None = None,
    accounts: AccountsAsked | None = None,
) -> tuple[Swept, Path]:
    """
    Solve a year of each design of a sweep, and write its folder and page.

    Parameters
    ----------
    site
        A facility, its name, or its file.
    scenario
        With the sweep, and perhaps jobs: one that is loaded, or a file.
    weather, step, first
        As a year takes them.
    out
        Folder of the sweep; without it one in ``runs`` that the same sweep finds again. Results that stand there are
        used.
    count
        Processes of this machine; as many as it has processors without it, and none but this with one.
    address
        Of a Dask cluster, which then works in their place.
    progress
        Told how many designs are done, of how many.
    accounts
        Tariff, unit costs, carbon and supply, as a year takes them.

    Returns
    -------
    tuple of Swept and Path
        The sweep, and its page. Ended at any moment and begun again, it leaves the same bytes as one that was not.

    Raises
    ------
    InputError
        If site, scenario or sweep are at fault, with all faults of the sweep.
    OutputError
        If the folder cannot be written.
    """
    facility = site if isinstance(site, Facility) else facilities.load(site)
    asked_for = scenario if isinstance(scenario, Scenario) else load(scenario)
    if count is not None and count < 1:
        raise ScenarioError(ARGUMENTS, [Fault("--processes", f"must be at least 1; got {count}")])
    common = point.asked(asked_for, weather, step, first, accounts)
    folder = store.place(out, facility.name, asked_for.name)
    given = point.task(facility, common)
    base = store.kept(folder, given.key) or point.solve(given)
    if base["says"]:
        raise ScenarioError(facility.name, [Fault(AS_GIVEN, base["says"])])
    plan = points.planned(asked_for.sweep, asked_for.name, facility, base["figures"])
    # Nothing is written of a sweep that has a fault.
    with store.held(folder):
        store.open_folder(folder)
        store.keep(folder, given.key, base)
        manifest = _manifest(facility, asked_for, plan, common, site, scenario)
        store.put(folder / output.MANIFEST, store.text(manifest))
        swept, keys = _designs(folder, facility, asked_for, plan, common, given.key, _by(count, address), progress)
        store.put(folder / TABLE, _parquet(table(swept, keys)))
        store.put(folder / PAGE, pages.html(swept, manifest).encode())
    return swept, folder / PAGE


def _designs(
    folder: Path,
    facility: Facility,
    scenario: Scenario,
    plan: Planned,
    common: Asked,
    given: str,
    solved: Callable[[Iterator[Task]], spread.Done],
    progress: Progress | None,
) -> tuple[Swept, list[str]]:
    """Solve the designs that are not solved yet, and hold all against each other; give them, and their keys."""
    known = _result(folder, given, "")["figures"]
    chosen, keys, refused, waited = [], list[str](), dict[int, str](), set[str]()

    def wanted() -> Iterator[Task]:
        """Give the designs that are not solved yet; note all."""
        variants, seen = Variants(facility), set[str]()
        for row, (values, changes) in enumerate(points.combinations(plan)):
            chosen.append(values)
            try:
                task = point.task(variants.facility(changes), common)
            except FacilityError as error:
                refused[row] = str(error)
                keys.append("")
                continue
            keys.append(task.key)
            if task.key not in seen and store.kept(folder, task.key) is None:
                waited.add(task.key)
                yield task
            seen.add(task.key)

    for key, result in solved(wanted()):
        store.keep(folder, key, result)
        waited.remove(key)
        if progress is not None:
            progress(len(keys) - len(waited), plan.size)
    results = tuple(_result(folder, key, refused.get(row, "")) for row, key in enumerate(keys))
    return _judged(facility, scenario, plan, known, tuple(chosen), results), keys


def _by(count: int | None, address: str | None) -> Callable[[Iterator[Task]], spread.Done]:
    """Choose what solves designs."""
    if address is not None:
        return lambda tasks: spread.cluster(tasks, address)
    many = count or os.cpu_count() or 1
    return spread.alone if many == 1 else lambda tasks: spread.processes(tasks, many)


def _result(folder: Path, key: str, refused: str) -> Result:
    if refused:
        return {"figures": {}, "says": refused}
    kept = store.kept(folder, key)
    if kept is None:
        message = f"{folder}: a design that was solved is gone from it; the same command solves it anew"
        raise OutputError(message)
    return kept


def _judged(
    facility: Facility,
    scenario: Scenario,
    plan: Planned,
    known: dict[str, Metric],
    chosen: tuple[tuple[str, ...], ...],
    results: tuple[Result, ...],
) -> Swept:
    """Hold designs against the limits and against each other."""

    def column(name: str) -> Floats:
        return np.array([result["figures"].get(name, {"value": np.nan})["value"] for result in results], dtype=float)

    solved = np.array([not result["says"] for result in results], dtype=bool)
    costs = np.column_stack([sign * column(name) for name, sign in plan.objectives])
    limited = np.array([column(bound.name) for bound in plan.bounds]).reshape(len(plan.bounds), len(results)).T
    low, high = (np.array([getattr(bound, end) for bound in plan.bounds], dtype=float) for end in ("low", "high"))
    keeps = solved & front.holds(limited, low, high)
    best = tuple(front.best(costs, keeps))
    return Swept(facility, scenario, plan, known, chosen, results, costs, keeps, front.front(costs, keeps), best)


def table(swept: Swept, keys: list[str]) -> pl.DataFrame:
    """
    Give the table of the designs.

    Parameters
    ----------
    swept
        The sweep.
    keys
        Of each design.

    Returns
    -------
    frame
        A row a design: its number, key, the value on each axis, whether it keeps the limits and is on the front, why
        there is no year, and the figures of its year.
    """
    columns: dict[str, Any] = {"point": list(range(1, len(keys) + 1)), "key": keys}
    columns |= {axis.name: [values[row] for values in swept.chosen] for row, axis in enumerate(swept.plan.axes)}
    columns |= {"holds": swept.holds, "front": swept.front, "says": [result["says"] for result in swept.results]}
    names = dict.fromkeys(name for result in swept.results for name in result["figures"])
    made = {
        name: pl.Series(
            [result["figures"].get(name, {"value": None})["value"] for result in swept.results], dtype=pl.Float64
        )
        for name in names
    }
    return pl.DataFrame(columns | made)


def _parquet(frame: pl.DataFrame) -> bytes:
    kept = io.BytesIO()
    frame.write_parquet(kept)
    return kept.getvalue()


def _manifest(
    facility: Facility,
    scenario: Scenario,
    plan: Planned,
    common: Asked,
    site: Facility | str | Path,
    given: Scenario | str | Path,
) -> dict[str, Any]:
    """Say what the sweep is made from; nothing of when, where or by how many, so that it is the same again."""
    files = [
        ("facility", None if isinstance(site, Facility) else file_of(site)),
        ("scenario", None if isinstance(given, Scenario) else path_of(given)),
        ("weather", None if common.weather is None else weather_file(common.weather)),
        ("carbon", common.accounts.carbon),
        ("costs", common.accounts.costs),
    ]
    return {
        "schema": point.SCHEMA,
        "kind": store.KIND,
        "gigatwin": metadata.version("gigatwin"),
        "code": point.code(),
        "site": facility.name,
        "title": facility.title,
        "step": common.step,
        "year": common.first,
        "accounts": {name: getattr(common.accounts, name) for name in ("tariff", "supply", "aim", "zone")},
        "inputs": [resolved(facility), *(hashed(kind, path) for kind, path in files if path is not None)],
        "scenario": {"name": scenario.name, "description": scenario.description},
        "axes": {axis.name: list(axis.values) for axis in plan.axes},
        "objectives": [f"{'-' if sign < 0.0 else ''}{name}" for name, sign in plan.objectives],
        "limits": {bound.name: bound.text for bound in plan.bounds},
        "designs": plan.size,
        "plan": hashlib.sha256(store.text([axis.changes for axis in plan.axes])).hexdigest(),
    }
