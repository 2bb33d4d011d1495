"""``twin replay``: the main job, and the key figures of what it found."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from scenarios.page import quantities
from scenarios.report import incidents
from scenarios.study import ATTENTION, REPORT
from twin.run import Run

FIGURES = {
    "it_energy": "IT energy",
    "facility_energy": "facility energy",
    "pue": "PUE",
    "it_power_peak": "peak IT power",
    "facility_power_peak": "peak facility power",
    "ramp_1s_max": "steepest change in 1 s",
    "ramp_1min_max": "steepest change in 1 min",
    "chip_temp_max": "warmest chip",
    "coolant_supply_temp_max": "warmest coolant supply",
    "loss_energy": "conversion losses",
    "training_operations": "training",
    "training_tokens": "tokens trained on",
    "interruptions": "interruptions of jobs",
    "requests": "requests answered",
    "output_tokens": "tokens given out",
    "water_use": "water",
    "wue": "WUE",
    "pcc_voltage_min": "lowest PCC voltage, pu",
    "throttled_time": "throttled, chip-hours",
    "compute_lost": "computing lost, chip-hours",
}
"""Figures printed after a run, in reading order."""

ALARMS_SHOWN = 5


def show(replay: Callable[..., Run]) -> None:
    """Replay with a progress bar, then print the key figures, the worst alarms, the closure and the report's place."""
    console = Console(highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    errors = Console(stderr=True)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("replay", total=None)
        run = replay(progress=lambda done: progress.update(task, completed=done, total=1.0))
    _print(console, run)


def _print(console: Console, run: Run) -> None:
    manifest = run.manifest
    console.print(f"{manifest['title']}: {manifest['scenario']['name']}", markup=False)
    table = Table(show_header=False)
    for name, label in FIGURES.items():
        if name in run.metrics:
            figure = run.metrics[name]
            table.add_row(label, quantities.quantity(figure["value"], figure["unit"]))
    console.print(table)
    if manifest["labels"]["level"]:
        console.print(f"caveat: {manifest['labels']['level']}", markup=False)
    for note in manifest["notes"]:
        if note.startswith(ATTENTION):
            console.print(note, markup=False)
    events = run.table("events")
    _print_alarms(console, events)
    for sentence in incidents.beyond_range(events):
        console.print(f"outside a model's range from {sentence}", markup=False)
    told = incidents.answer(run.metrics, manifest, events)
    if told:
        console.print(told, markup=False, soft_wrap=True)
    _print_closure(console, manifest["closure"])
    if manifest.get("verification"):
        _print_verification(console, manifest["verification"])
    console.print(f"report: {run.folder / REPORT}", markup=False, soft_wrap=True)


def _print_alarms(console: Console, events: pl.DataFrame) -> None:
    count = events.height - incidents.scheduled(events).height
    if count == 0:
        console.print("no limit was crossed")
        return
    console.print(f"{count:,} limit{'s' if count > 1 else ''} crossed, the worst first:")
    for row in incidents.crossed(events).head(ALARMS_SHOWN).iter_rows(named=True):
        console.print(f"  {row['time']:%H:%M:%S}  {row['asset']}: {row['message']}", markup=False)


def _print_verification(console: Console, found: dict[str, Any]) -> None:
    kind = max(found["differences"], key=found["differences"].__getitem__)
    verdict = "accepted" if found["largest"] < found["accepted"] else "NOT ACCEPTED"
    console.print(
        f"verification: {found['seconds']} s from {found['begin']} s on solved again; largest difference "
        f"{found['largest']:.4f} K ({kind}), {verdict} below {found['accepted']:g} K",
        markup=False,
    )


def _print_closure(console: Console, closure: list[dict[str, Any]]) -> None:
    """Tell what each balance leaves, but for those of what the site has not: nothing in, nothing left."""
    parts = [
        f"{row['balance']} {abs(row['residual']) / abs(row['inflow']) if row['inflow'] else math.inf:.1e} of its inflow"
        + ("" if row["closes"] else " (DOES NOT CLOSE)")
        for row in closure
        if row["inflow"] or row["residual"]
    ]
    console.print(f"closure: {', '.join(parts)}", markup=False)
