"""A run: its tables, its manifest and its figures, in memory or in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from twin import alarms, scheduled, tables
from twin.closure import balances
from twin.columns import TABLES
from twin.errors import ClosureError, Fault, InputError
from twin.flows import flows, losses
from twin.grid.response import ResponseCurve
from twin.metrics import Metric, first_moments, metrics
from twin.one_line import one_line
from twin.outline import outline
from twin.places import layout_table
from twin.record import Record
from twin.simulate import MACRO_STEP
from twin.site import Site
from twin.units import Quantity, registry

SCHEMA = 2
"""Version of the run folder's layout."""

PACKAGES = ("numpy", "scipy", "numba", "polars", "pandapower", "pint")
"""Packages whose versions a manifest names."""

NOT_SAID = frozenset({"start", "changes", "ground", "feeds"})
"""Of what a run is made from, what its manifest says in its own words or not at all."""

DEFINITIONS = {
    "pue": "energy drawn at the point of connection over energy at the rack inlets, both over the run",
    "ere": "the same less the heat that heat pumps deliver to a buyer",
    "wue": "make-up water over energy at the rack inlets",
    "it_power": "power at the rack inlets, rack power supplies and fans included",
}
"""What the figures of a run mean."""


class Run(NamedTuple):
    """
    A run as it stands in a folder.

    Attributes
    ----------
    folder : Path
        Where it stands.
    manifest : dict
        What was run, from what, by what; see the guide.
    metrics : dict of text to Metric
        Figures with units.
    """

    folder: Path
    manifest: dict[str, Any]
    metrics: dict[str, Metric]

    @classmethod
    def load(cls, folder: Path | str) -> Run:
        """
        Read a run.

        Parameters
        ----------
        folder : Path or text
            A run folder.

        Returns
        -------
        Run
            Its manifest and figures; tables are read when asked for.

        Raises
        ------
        InputError
            When the folder is not a whole run, is damaged, or is of another layout.
        """
        place = Path(folder)
        names = ["manifest.json", "metrics.json", *(f"{name}.parquet" for name in TABLES)]
        missing = [name for name in names if not (place / name).is_file()]
        told = None if names[0] in missing else _content(place / names[0])
        if told is not None and told.get("schema", SCHEMA) != SCHEMA:
            message = f"is a run of layout {told['schema']}, and this program reads {SCHEMA}; replay it again"
            raise InputError(str(place), [Fault("", message)])
        if missing:
            message = f"is not a whole run: {', '.join(missing)} missing; give a folder that `twin replay` wrote"
            raise InputError(str(place), [Fault("", message)])
        manifest, figures = told, _content(place / names[1])
        broken = [
            *(name for name, content in zip(names, (manifest, figures), strict=False) if content is None),
            *(
                f"{name}.parquet"
                for name, columns in TABLES.items()
                if not _holds(place / f"{name}.parquet", set(columns))
            ),
        ]
        if manifest is None or figures is None or broken:
            message = f"is a damaged run: {', '.join(broken)} cannot be read, or columns are missing; replay it again"
            raise InputError(str(place), [Fault("", message)])
        return cls(place, manifest, figures)

    @property
    def site(self) -> pl.DataFrame:
        """Give the site's second-by-second table."""
        return self.table("site")

    def scan(self, name: str) -> pl.LazyFrame:
        """
        Scan a table.

        Parameters
        ----------
        name : text
            A name in `twin.columns.TABLES`.

        Returns
        -------
        LazyFrame
            Nothing is read before it is collected.
        """
        return pl.scan_parquet(self.folder / f"{name}.parquet")

    def table(self, name: str) -> pl.DataFrame:
        """
        Read a table.

        Parameters
        ----------
        name : text
            A name in `twin.columns.TABLES`.

        Returns
        -------
        DataFrame
            All of it; `scan` serves where that is large.
        """
        return self.scan(name).collect()

    def quantity(self, name: str) -> Quantity[Any]:
        """
        Give a figure, or a column of the site's table, with its unit.

        Parameters
        ----------
        name : text
            A name in `metrics`, or a column of site.parquet without its unit, such as ``it_power``.

        Returns
        -------
        Quantity
            A number, or an array of one a second.

        Raises
        ------
        KeyError
            When there is neither.
        """
        if name in self.metrics:
            return registry.Quantity(self.metrics[name]["value"], self.metrics[name]["unit"])
        for column, meaning in TABLES["site"].items():
            if column.rpartition("_")[0] == name:
                values: Any = self.site[column].to_numpy()
                return registry.Quantity(values, meaning.unit)
        raise KeyError(name)


class Made(NamedTuple):
    """
    A run that has just been made.

    Attributes
    ----------
    manifest : dict
        As in `Run`.
    metrics : dict of text to Metric
        As in `Run`.
    tables : dict of text to LazyFrame
        Every table, made as it is written.
    """

    manifest: dict[str, Any]
    metrics: dict[str, Metric]
    tables: dict[str, pl.LazyFrame]

    def save(self, folder: Path) -> None:
        """
        Write the run into a folder.

        Parameters
        ----------
        folder : Path
            An empty folder; the caller puts it in its place when the run is whole.
        """
        for name, table in self.tables.items():
            tables.write(table, folder / f"{name}.parquet")
        for name, content in (("manifest", self.manifest), ("metrics", self.metrics)):
            (folder / f"{name}.json").write_text(json.dumps(content, indent=1, default=_plain) + "\n")


def assemble(record: Record, site: Site, curve: ResponseCurve, context: Mapping[str, Any]) -> Made:
    """
    Make a run of a record.

    Parameters
    ----------
    record : Record
        What the loop kept.
    site : Site
        The site.
    curve : ResponseCurve
        Of its host grid.
    context : mapping
        What the manifest says beyond the run itself; ``start`` (datetime) and ``changes`` (scheduled) are needed.
        ``ground`` and ``feeds`` say where things stand and what hangs where, as far as it is known.

    Returns
    -------
    Made
        Manifest, figures and tables.

    Raises
    ------
    ClosureError
        When a balance does not close.
    """
    start, changes = context["start"], context["changes"]
    checks = balances(record, site)
    refuse_open(checks)
    given = {name: value for name, value in context.items() if name not in NOT_SAID}
    manifest = {
        "schema": SCHEMA,
        "gigatwin": metadata.version("gigatwin"),
        "site": site.name,
        "start": start.isoformat(),
        "macro_step_s": MACRO_STEP,
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "definitions": DEFINITIONS,
        **outline(site),
        "disturbed": _instant(start, scheduled.disturbance(changes)),
        "reached": {name: _instant(start, moment) for name, moment in first_moments(record).items()},
        "closure": [check._asdict() for check in checks],
        "one_line": one_line(record, site),
        "flows": flows(record, site),
        "losses": losses(record, site),
        "comparisons": [],
        **given,
    }
    events = [*alarms.alarms(record, site, start), *scheduled.rows(changes, site, start)]
    made = {
        "site": tables.site_table(record, start),
        "halls": tables.halls_table(record, site, start),
        "racks": tables.racks_table(record, site, start),
        "cdus": tables.cdus_table(record, site, start),
        "cooling": tables.cooling_table(record, site, start),
        "grid": tables.grid_table(record, start, curve),
        "events": tables.events_table(events),
        "layout": layout_table(site, context.get("ground"), context.get("feeds")),
    }
    return Made(manifest, metrics(record, site, context["changes"]), made)


def _content(path: Path) -> dict[str, Any] | None:
    """Read a JSON file; None if it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _holds(path: Path, columns: set[str]) -> bool:
    """Say whether a table can be read, by its end, which names its columns."""
    try:
        return columns <= set(pl.read_parquet_schema(path))
    except (pl.exceptions.PolarsError, OSError):
        return False


def _instant(start: datetime, seconds: float | None) -> str | None:
    return None if seconds is None else (start + timedelta(seconds=seconds)).isoformat()


def refuse_open(checks: tuple[Any, ...]) -> None:
    """
    Refuse a run whose balances do not close.

    Parameters
    ----------
    checks : tuple of Balance
        From `twin.closure.balances`.

    Raises
    ------
    ClosureError
        Naming each balance that does not close.
    """
    still_open = [check for check in checks if not check.closes]
    if still_open:
        parts = [
            f"{check.balance}: {check.residual:.3g} {check.unit} of {check.inflow:.6g} {check.unit}"
            for check in still_open
        ]
        message = f"the run does not close: {'; '.join(parts)}. This is a fault of the model; please report it"
        raise ClosureError(message)


def _plain(value: object) -> object:
    """Turn numpy's numbers into Python's for JSON."""
    if isinstance(value, np.generic):
        return value.item()
    message = f"{type(value).__name__} has no place in a manifest"
    raise TypeError(message)
