"""A run as one page: figures, charts and tables in the order in which a planner asks for them, in one HTML file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from scenarios.page import curves, envelope, figures, pages, quantities
from scenarios.report import happened, incidents, key_figures, plant_figures, site_plan, snapshot
from scenarios.report.cooling_loops import cooling_loops
from scenarios.report.one_line import one_line
from twin.columns import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.page.envelope import Tables
    from scenarios.page.style import Chart

ALARMS_SHOWN = 25
"""Alarms in the page's table; the rest are counted by kind."""

WINDOW = 300
"""[s] shown on each side of the steepest second."""

RAMP_LAGS = {"1 s": 1, "15 s": 15, "1 min": 60}
"""[s] over which changes of power are looked at, by what they are called."""

KINDS = {
    "chip_temp": "Chip temperature",
    "shutdown_temp": "Chip shutdown temperature",
    "coolant_supply": "Coolant supply temperature",
    "hall_air": "Hall air temperature",
    "loop_supply": "Facility water supply temperature",
    "cdu_heat": "Heat of a coolant distribution unit",
    "feeder": "Load of a hall's feeder",
    "connection": "Load of the connection",
    "voltage": "Voltage at the PCC",
    "model_range": "Model used outside its range",
}
"""Kinds of events.parquet, in words."""


class _ByTheMinute(NamedTuple):
    """What a run holds by the minute at best, thinned, and how long an interval is, in words."""

    chips: pl.DataFrame
    cdus: pl.DataFrame
    kinds: dict[str, pl.DataFrame]
    cooling: pl.DataFrame
    every: str


def write(run: Tables, path: str | Path) -> Path:
    """
    Write the page of a run.

    Parameters
    ----------
    run
        The run.
    path
        File to write; what stands there is replaced once the page is whole.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    return pages.save(page(run), path, "report")


def page(run: Tables) -> str:
    """
    Give the page of a run: HTML that needs no other file and no network.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    text
        The whole file.
    """
    drawn = charts(run)
    table = run.scan("events").collect()
    seen, plan = snapshot.at_peak(run), site_plan.site_plan(run)
    return pages.html(
        "report.html.j2",
        run.manifest["gigatwin"],
        drawn,
        manifest=run.manifest,
        facts=facts(run.manifest),
        groups=key_figures.groups(run.metrics, run.manifest),
        answer=incidents.answer(run.metrics, run.manifest, table),
        events=events(table),
        beyond_range=incidents.beyond_range(table),
        margin=incidents.MARGIN,
        comparisons=comparisons(run.manifest["comparisons"]),
        sources=by_source(run.manifest["sources"]),
        plan=plan,
        plan_data=None if plan is None else pages.script_json(plan.data),
        drawings=(one_line(run.manifest, seen.machines), cooling_loops(run.manifest, seen)),
    )


def facts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """
    Say what was run, as names and short texts.

    Parameters
    ----------
    manifest
        Of the run.

    Returns
    -------
    dict
        Name -> text, in reading order.
    """
    start = datetime.fromisoformat(manifest["start"])
    scenario, labels = manifest["scenario"], manifest["labels"]
    return {
        "Scenario": ": ".join(text for text in (scenario["name"], scenario["description"]) if text) or "none",
        "Period": f"{quantities.duration(manifest['duration_s'])} from {start.day} {start:%B %Y, %H:%M:%S} UTC",
        "Load": labels["load"],
        "Weather": f"{labels['weather']}. {labels['weather_claim']}",
        "Host grid": labels["host_grid"],
    }


def events(table: pl.DataFrame) -> dict[str, Any]:
    """
    Sort a run's events into what was scheduled and what crossed a limit.

    Parameters
    ----------
    table
        events.parquet.

    Returns
    -------
    dict
        ``scheduled`` and ``alarms`` (rows, those alike together; of these the worst `ALARMS_SHOWN`), ``shown`` and
        ``count`` of all alarms, and ``kinds``: kind in words -> count.
    """
    every = table.filter(pl.col("kind") != "scheduled")
    counts = every.group_by("kind").len("count").sort("count", "kind", descending=[True, False])
    shown = incidents.crossed(table).head(ALARMS_SHOWN)
    return {
        "scheduled": incidents.scheduled(table).to_dicts(),
        "alarms": [
            {**row, "what": _kind(row["kind"]), "began": incidents.clock(row["time"], row["kind"])}
            for row in shown.to_dicts()
        ],
        "shown": int(shown["alike"].sum()),
        "count": every.height,
        "kinds": {_kind(kind): count for kind, count in counts.iter_rows()},
    }


def comparisons(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """
    Write the comparisons of measured with modelled values.

    Parameters
    ----------
    rows
        Of the manifest.

    Returns
    -------
    list of dict
        Column -> text.
    """
    return [
        {
            "What": METRICS[row["metric"]].meaning if row["metric"] in METRICS else row["metric"],
            "Where": row["asset"],
            "Samples": quantities.count(row["samples"]),
            "Bias": quantities.difference(row["bias"], row["unit"], decimals=2),
            "MAPE": quantities.share(row["mape"]),
            "CV-RMSE": quantities.share(row["cv_rmse"]),
            "Caveat": row["caveat"],
        }
        for row in rows
    ]


def by_source(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, str, list[str]]]:
    """
    Bring numbers of one source together.

    Parameters
    ----------
    rows
        ``path``, ``value``, ``basis`` and ``source`` of each number.

    Returns
    -------
    list of tuple
        Source, basis, and the numbers that rest on it, the source with the most numbers first.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row["source"], row["basis"]), []).append(f"{row['path']} = {row['value']}")
    return [(*key, paths) for key, paths in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))]


def charts(run: Tables) -> dict[str, Chart]:
    """
    Draw the charts of a run.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    dict
        Name -> chart, in reading order; those left out for which the run holds no data.
    """
    manifest = run.manifest
    step = envelope.step_for(manifest["duration_s"])
    every = quantities.duration(step)
    site = envelope.site(run, step)
    groups = envelope.rack_groups(envelope.halls(run))
    racks, told = envelope.racks(run, groups), happened.story(run)
    plant = _by_the_minute(run, racks, max(step, envelope.MINUTE))
    # The warmest chip is known second by second: a minute would hide a peak of a short run.
    warmest = envelope.warmest_chip(run, step) if step < envelope.MINUTE else plant.chips
    drawn = {
        **({} if told is None else {"happened": happened.figure(told, manifest["limits"])}),
        "power": figures.power_stack(site, every),
        "energy": figures.sankey(manifest["flows"]),
        "temperatures": figures.temperatures(warmest, *plant),
        "plant": plant_figures.plant(plant.kinds, plant.cooling, plant.every),
        "cooling": plant_figures.power_and_water(plant.cooling, plant.every),
        "pue": figures.pue(site, every, manifest["definitions"]["pue"], manifest["labels"]["level"]),
        "connection": figures.connection(envelope.grid(run, step), every),
        **_load_charts(run),
        "losses": figures.losses(manifest["losses"]),
    }
    column = envelope.heat_map_step(manifest["duration_s"])
    times, cells = envelope.heat_map(racks, len(groups), column)
    return drawn | {"racks": figures.heat_map([group.label for group in groups], times, cells, column)}


def _by_the_minute(run: Tables, racks: pl.DataFrame, step: int) -> _ByTheMinute:
    """Thin the tables of minutes, each point at the middle of its interval."""

    def centred(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(envelope.at_middle(frame["time"], step))

    return _ByTheMinute(
        centred(envelope.over_groups(racks, step)),
        centred(envelope.cdus(run, step)),
        {kind: centred(frame) for kind, frame in envelope.loop_kinds(run, step).items()},
        centred(envelope.cooling(run, step)),
        quantities.duration(step),
    )


def _load_charts(run: Tables) -> dict[str, Chart]:
    stored = run.scan("site").select("time", "facility_power_w", "it_power_w", "pcc_voltage_pu").collect()
    power = stored["facility_power_w"].to_numpy()
    each_second = stored.height > 1 and (stored["time"][1] - stored["time"][0]).total_seconds() == 1.0
    lags = {label: lag for label, lag in RAMP_LAGS.items() if each_second and lag < stored.height}
    ramps = {label: curves.ramp_curve(power, lag) for label, lag in lags.items()}
    drawn = {"load": figures.load_and_ramps(curves.duration_curve(power), ramps)}
    if lags:
        drawn["steepest"] = figures.steepest(curves.around_steepest(stored, WINDOW))
    return drawn


def _kind(kind: str) -> str:
    return KINDS.get(kind, kind.replace("_", " "))
